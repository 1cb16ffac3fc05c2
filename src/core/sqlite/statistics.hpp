// Statistics: how many rows a table has, without reading it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "core/sqlite/database.hpp"

namespace pgsqlite::sqlite {

/// Rows of a table: sqlite_stat1's count where ANALYZE left one, else the width of the rowid range, bounded
/// by what the file's pages can hold. Never reads the table (fileformat2, §2.6.2 for sqlite_stat1).
/// @param rowid_name a name that means the rowid; empty for WITHOUT ROWID, whose rows can only be bounded
/// @throws Error where SQLite can't read the table
double EstimateRows(Database& db, std::string_view table, std::string_view rowid_name);

/// The same for who may wait a little: rows without rowids are counted in a file of up to 64 MB. Negative
/// where nobody knows.
double CountOrEstimateRows(Database& db, std::string_view table, std::string_view rowid_name);

/// What ANALYZE left in sqlite_stat1, for all tables at once: rows by NameKey of the table. Empty where
/// nobody has run it. @throws Error where SQLite can't read the file
std::unordered_map<std::string, std::int64_t> ReadAnalyzedRows(Database& db);

/// A table's smallest and largest rowid.
struct RowidRange {
    std::int64_t first;
    std::int64_t last;
    /// Rowids from first to last, present or not.
    double width() const noexcept { return static_cast<double>(last) - static_cast<double>(first) + 1; }
};

/// Reads two rows. Nothing for an empty table. @throws Error where SQLite can't read the table
std::optional<RowidRange> ReadRowidRange(Database& db, std::string_view table, std::string_view rowid_name);

/// No table of the file has more rows: what its pages can hold.
double MostRows(Database& db);

}  // namespace pgsqlite::sqlite
