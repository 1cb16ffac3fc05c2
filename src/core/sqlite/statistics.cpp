#include "core/sqlite/statistics.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string>

#include "core/sqlite/statement.hpp"

namespace pgsqlite::sqlite {
namespace {

/// Bytes a row takes at least to be worth an estimate: a cell header and a few small columns.
constexpr double kTypicalRowBytes = 64;
constexpr double kSmallestRowBytes = 4;

/// The first number of sqlite_stat1's text is the row count; any index's row has it.
std::optional<double> AnalyzedRows(Database& db, std::string_view table) {
    if (!Statement(db, "SELECT 1 FROM sqlite_schema WHERE name = 'sqlite_stat1'").Fetch())
        return std::nullopt;
    Statement stat(db, "SELECT stat FROM sqlite_stat1 WHERE tbl = ?1 COLLATE NOCASE LIMIT 1");
    stat.Bind(1, value::Cell::Text(table));
    if (!stat.Fetch()) return std::nullopt;
    const std::string text = stat.Text(0);
    std::int64_t rows = 0;
    if (std::from_chars(text.data(), text.data() + text.size(), rows).ec != std::errc() || rows < 0)
        return std::nullopt;
    return static_cast<double>(rows);
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

std::optional<RowidRange> ReadRowidRange(Database& db, std::string_view table, std::string_view rowid_name) {
    // Two scalar subqueries: min and max in one SELECT would scan the table.
    const std::string name = QuoteIdentifier(table);
    const std::string rowid(rowid_name);
    Statement range(db, "SELECT (SELECT min(" + rowid + ") FROM main." + name + "), (SELECT max(" + rowid +
                            ") FROM main." + name + ")");
    if (!range.Fetch() || range.IsNull(0)) return std::nullopt;
    return RowidRange{range.Int(0), range.Int(1)};
}

double MostRows(Database& db) {
    return FileBytes(db) / kSmallestRowBytes;
}

}  // namespace pgsqlite::sqlite
