// Options: one table drives what is accepted where, the hints, and the reference page. Values are checked
// when they are set and read again, already valid, when they are used.
#pragma once

#include "core/value/rule.hpp"
#include "pg/seam.hpp"

namespace pgsqlite::pg::fdw {

/// One view of the file for a whole PostgreSQL transaction, or for each statement.
enum class SnapshotScope : uint8 { kTransaction, kStatement };

/// A boolean option that the next object's stands before.
enum class Choice : uint8 { kUnset, kNo, kYes };

struct ServerOptions {
    const char* database = nullptr;  ///< as written; null when missing
    bool immutable = false;
    bool keep_connections = true;
    bool naive_as_timestamptz = false;  ///< timestamp_type
    Choice updatable = Choice::kUnset;
    Choice truncatable = Choice::kUnset;
    bool force_readonly = false;
    bool foreign_keys = true;  ///< enforced by SQLite where it writes
    int batch_size = 100;
    int busy_timeout_ms = 5000;
    SnapshotScope snapshot = SnapshotScope::kTransaction;
    const char* timezone = "UTC";
    double startup_cost = 25.0;
    double tuple_cost = 0.01;
    value::Policies policies;
};

struct TableOptions {
    const char* table = nullptr;          ///< SQLite name; the relation's own when null
    const char* query = nullptr;          ///< one SELECT instead of a table
    Choice updatable = Choice::kUnset;    ///< the server's where unset
    Choice truncatable = Choice::kUnset;  ///< likewise
    int batch_size = 100;                 ///< the server's where not given
    value::Policies policies;             ///< those of the server, overridden
};

struct ColumnOptions {
    const char* column_name = nullptr;  ///< SQLite name; the attribute's own when null
    const char* encoding = nullptr;
    const char* column_type = nullptr;  ///< the existing wrapper's word: INT, BLOB, …
    const char* timezone = nullptr;     ///< the server's when null
    value::Policies policies;           ///< those of the table, overridden
};

ServerOptions ReadServerOptions(List* options);
TableOptions ReadTableOptions(List* options, const ServerOptions& server);
ColumnOptions ReadColumnOptions(List* options, const TableOptions& table);

/// Checks an option list for one kind of object, as CREATE and ALTER give it.
/// @param catalog the catalog's oid: server, table, column (pg_attribute), wrapper or user mapping
/// @throws HV00D (unknown option: nearest and list as hint), HV024/22023 (bad value), 42501 (path without the
///   right to read server files), HV00B-like 42601 for a table option pair that excludes each other
void ValidateOptions(List* options, Oid catalog);

/// The option's nearest valid name and the list of valid ones, as a hint; shared with IMPORT FOREIGN SCHEMA.
void RaiseUnknownOption(const char* name, const char* const* valid, int count);

/// Option value as boolean, "true"/"false", "on"/"off", …; raises 22023 naming the option.
bool ParseBooleanOption(DefElem* option);

}  // namespace pgsqlite::pg::fdw
