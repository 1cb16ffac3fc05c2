// Rowid order: a table is read in ranges of rowids only where they ascend. In a damaged file they may not; a
// search by rowid then passes by rows, or meets them in two ranges, and SQLite says nothing.
#pragma once

#include <string>

#include "core/sqlite/database.hpp"

namespace pgsqlite::sqlite {

/// Reads all of the table's pages (or rowids, where only SQLite may read: text that is not UTF-8, a -wal with
/// frames of this snapshot; keys between the pages are not seen then). Does nothing for what is not a table
/// with rowids.
/// @param db inside a read transaction
/// @throws Error XX001 where rowids are out of order, 57014 when cancelled, and what reading raises
void RequireRowidOrder(Database& db, const std::string& table, bool (*cancelled)() noexcept);

}  // namespace pgsqlite::sqlite
