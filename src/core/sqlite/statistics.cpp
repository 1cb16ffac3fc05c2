#include "core/sqlite/statistics.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <optional>
#include <string>

#include "core/base/error.hpp"
#include "core/sqlite/identifier.hpp"
#include "core/sqlite/sqlite_error.hpp"
#include "core/sqlite/statement.hpp"
#include "core/sqlite/system_table.hpp"

namespace pgsqlite::sqlite {
namespace {

/// Bytes a row takes at least to be worth an estimate: a cell header and a few small columns.
constexpr double kTypicalRowBytes = 64;
constexpr double kSmallestRowBytes = 4;

/// The first number of sqlite_stat1's text, to which CAST comes down, is the row count in each index's row; a
/// partial index counts only its own rows, hence the largest.
std::optional<double> AnalyzedRows(Database& db, std::string_view table) {
    if (!HasSystemTable(db, "sqlite_stat1")) return std::nullopt;
    try {
        Statement stat(
            db, "SELECT max(CAST(stat AS INTEGER)) FROM main.sqlite_stat1 WHERE tbl = ?1 COLLATE NOCASE");
        stat.Bind(1, value::Cell::Text(table));
        if (!stat.Fetch() || stat.IsNull(0) || stat.Int(0) < 0) return std::nullopt;
        return static_cast<double>(stat.Int(0));
    } catch (const Error& error) {
        if (!IsObjectsOwnFault(error)) throw;
        return std::nullopt;  // no table of ANALYZE's after all: without it there are other estimates
    }
}

double FileBytes(Database& db) {
    Statement pages(db, "PRAGMA page_count");
    Statement size(db, "PRAGMA page_size");
    if (!pages.Fetch() || !size.Fetch()) return 0;
    return static_cast<double>(pages.Int(0)) * static_cast<double>(size.Int(0));
}

}  // namespace

double EstimateRows(Database& db, std::string_view table, std::string_view rowid_name) {
    if (const auto analyzed = AnalyzedRows(db, table)) return *analyzed;
    const double bytes = FileBytes(db);
    if (rowid_name.empty()) return bytes / kTypicalRowBytes;
    const std::optional<RowidRange> range = ReadRowidRange(db, table, rowid_name);
    return range ? std::min(range->width(), bytes / kSmallestRowBytes) : 0;
}

double CountOrEstimateRows(Database& db, std::string_view table, std::string_view rowid_name) {
    constexpr double kQuicklyRead = 64 << 20;
    if (!rowid_name.empty() || AnalyzedRows(db, table)) return EstimateRows(db, table, rowid_name);
    if (FileBytes(db) > kQuicklyRead) return -1;
    Statement count(db, "SELECT count(*) FROM main." + QuoteIdentifier(table) + " NOT INDEXED");
    return count.Fetch() ? static_cast<double>(count.Int(0)) : -1;
}

std::unordered_map<std::string, std::int64_t> ReadAnalyzedRows(Database& db) {
    std::unordered_map<std::string, std::int64_t> analyzed;
    if (!HasSystemTable(db, "sqlite_stat1")) return analyzed;
    try {
        Statement stats(db, "SELECT tbl, CAST(stat AS INTEGER) FROM main.sqlite_stat1");
        while (stats.Fetch()) {
            if (stats.IsNull(1) || stats.Int(1) < 0) continue;
            std::int64_t& rows = analyzed[NameKey(stats.Text(0))];
            rows = std::max(rows, stats.Int(1));
        }
    } catch (const Error& error) {
        if (!IsObjectsOwnFault(error)) throw;
        analyzed.clear();
    }
    return analyzed;
}

std::optional<RowidRange> ReadRowidRange(Database& db, std::string_view table, std::string_view rowid_name) {
    // Two scalar subqueries: min and max in one SELECT would scan the table.
    const std::string name = QuoteIdentifier(table);
    const std::string rowid(rowid_name);
    Statement range(db, "SELECT (SELECT min(" + rowid + ") FROM main." + name + "), (SELECT max(" + rowid +
                            ") FROM main." + name + ")");
    if (!range.Fetch() || range.IsNull(0)) return std::nullopt;
    const RowidRange found{range.Int(0), range.Int(1)};
    if (found.first > found.last)
        throw MakeError(SQLITE_CORRUPT, "read the rowids of table " + name, "they are not in order",
                        db.path());
    return found;
}

double MostRows(Database& db) {
    return FileBytes(db) / kSmallestRowBytes;
}

}  // namespace pgsqlite::sqlite
