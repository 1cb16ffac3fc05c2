// Inventory: what is in a database, in rows as a DBA wants to query them. Reads the schema only, unless exact
// counts and sizes are asked for. The columns of each relation are described in docs/reference/inventory.md.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/assess/measure.hpp"
#include "core/assess/relation.hpp"
#include "core/sqlite/catalog.hpp"

namespace pgsqlite::assess {

/// The file and its header (fileformat2 §1.3).
struct FileFacts {
    std::string path;
    std::int64_t bytes = 0;      ///< of the file alone
    std::int64_t mtime_ns = 0;   ///< since 1970-01-01 UTC
    std::int64_t wal_bytes = 0;  ///< of its -wal; 0 without one
    std::int64_t page_size = 0;
    std::int64_t page_count = 0;  ///< as the snapshot sees it, so the -wal included
    std::int64_t freelist_pages = 0;
    std::string encoding;      ///< UTF-8, UTF-16le, UTF-16be
    std::string journal_mode;  ///< "wal", or "rollback" for all others: the file does not say which
    std::string auto_vacuum;   ///< none, full, incremental
    std::int64_t user_version = 0;
    std::int64_t application_id = 0;
    std::int64_t schema_version = 0;
};

/// A row of sqlite_sequence, which is an ordinary table to its users: `last` is NULL where it holds no
/// integer.
struct Sequence {
    std::string table;
    std::optional<std::int64_t> last;
};

struct InventoryOptions {
    MeasureOptions measure;
    /// Server option timestamp_type 'timestamptz', for postgres_type.
    bool naive_as_timestamptz = false;
};

/// All that is known of one database. Names and texts are SQLite's own bytes.
struct Inventory {
    FileFacts file;
    std::vector<sqlite::Table> tables;
    Measures measures;
    std::vector<sqlite::Trigger> triggers;
    std::vector<Sequence> sequences;
};

/// Each needs an open read transaction. @throws Error as Catalog's
FileFacts ReadFileFacts(sqlite::Database& db);
std::vector<Sequence> ReadSequences(sqlite::Database& db);
Inventory ReadInventory(sqlite::Database& db, const InventoryOptions& options);

/// table_name, kind, module, strict, without_rowid, autoincrement, columns, primary_key, rows, rows_exact,
/// size_bytes, index_bytes, unreadable, sql. Views too; without sizes where `measures` has none.
Relation TablesRelation(const std::vector<sqlite::Table>& tables, const Measures& measures);
/// table_name, ordinal_position, column_name, declared_type, affinity, postgres_type, not_null, default_sql,
/// primary_key_position, generated, hidden, collation_name.
Relation ColumnsRelation(const std::vector<sqlite::Table>& tables, bool naive_as_timestamptz);
/// table_name, index_name, is_unique, is_partial, origin, columns, descending, collations, predicate,
/// size_bytes, sql.
Relation IndexesRelation(const std::vector<sqlite::Table>& tables, const Measures& measures);
/// table_name, columns, parent_table, parent_columns, implicit, parent_exists, on_update, on_delete, match.
Relation ForeignKeysRelation(const std::vector<sqlite::Table>& tables);
/// view_name, columns, unreadable, sql.
Relation ViewsRelation(const std::vector<sqlite::Table>& tables);
/// trigger_name, table_name, timing, event, update_columns, sql.
Relation TriggersRelation(const std::vector<sqlite::Trigger>& triggers);

/// One document: file, counts, sqlite_sequence, and each relation under the name of its function.
std::string ToJson(const Inventory& inventory, const InventoryOptions& options);

}  // namespace pgsqlite::assess
