#include "core/sqlite/system_table.hpp"

#include <sqlite3.h>

#include "core/sqlite/statement.hpp"

namespace pgsqlite::sqlite {

bool HasSystemTable(Database& db, const char* name) {
    // No prefix of the text that SQLite writes itself fits a virtual table's.
    Statement listed(db,
                     "SELECT 1 FROM main.sqlite_schema WHERE type = 'table' AND name = ?1 AND rootpage > 0 "
                     "AND upper(substr(sql, 1, 13)) = 'CREATE TABLE '");
    listed.Bind(1, value::Cell::Text(name));
    // A view has no metadata, and rows without rowid have none of it.
    return listed.Fetch() && sqlite3_table_column_metadata(db.handle(), "main", name, "rowid", nullptr,
                                                           nullptr, nullptr, nullptr, nullptr) == SQLITE_OK;
}

}  // namespace pgsqlite::sqlite
