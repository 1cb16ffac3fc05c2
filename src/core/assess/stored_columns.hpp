// Stored columns: option `types` stored for a plan: the types that hold every row of a table, found by
// reading all of it (schema::StoredTyper).
#pragma once

#include <string>
#include <vector>

#include "core/schema/stored_type.hpp"
#include "core/sqlite/catalog.hpp"
#include "core/value/rule.hpp"

namespace pgsqlite::assess {

/// What decides besides the rows, as plain data.
struct StoredRule {
    std::vector<value::Policies> policies;  ///< by Table::columns
    bool naive_as_timestamptz = false;
    bool utf8_server = true;

    /// Text that is equal for equal rules: the cache's key.
    std::string Key() const;
};

/// By Table::columns, hidden ones as they are declared. @throws Error as TableReader
std::vector<schema::StoredColumn> ReadStoredColumns(sqlite::Database& db, const sqlite::Table& table,
                                                    const StoredRule& rule);

/// Whether a row has NULL in the table's primary key, as SQLite allows where the key is not the rowid.
/// @throws Error as TableReader
bool HasNullInKey(sqlite::Database& db, const sqlite::Table& table);

}  // namespace pgsqlite::assess
