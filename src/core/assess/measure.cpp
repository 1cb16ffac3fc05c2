// Sizes come from dbstat, row by row: with `aggregate` one row would stand for a whole table, and neither a
// cancel nor the bound on pages would act within it.
#include "core/assess/measure.hpp"

#include <algorithm>
#include <utility>

#include "core/base/error.hpp"
#include "core/sqlite/identifier.hpp"
#include "core/sqlite/sqlite_error.hpp"
#include "core/sqlite/statement.hpp"
#include "core/sqlite/statistics.hpp"

namespace pgsqlite::assess {
namespace {

using sqlite::Database;
using sqlite::NameKey;
using sqlite::Statement;
using sqlite::Table;
using sqlite::TableKind;

bool HasPages(const Table& table) noexcept {
    return table.kind == TableKind::kTable || table.kind == TableKind::kShadow;
}

std::int64_t Ask(Database& db, const char* pragma) {
    Statement statement(db, pragma);
    return statement.Fetch() ? statement.Int(0) : 0;
}

/// Bytes of each b-tree, by NameKey. Nothing where SQLite was built without dbstat, or the file is so
/// damaged that its b-trees have more pages than the file: without that bound a page that is its own child
/// would be walked forever.
std::unordered_map<std::string, std::int64_t> ReadSizes(Database& db, std::int64_t page_count) {
    std::unordered_map<std::string, std::int64_t> sizes;
    std::int64_t pages = 0;
    try {
        // In schema temp there is nothing else of that name, whatever the file holds.
        Statement rows(db, "SELECT name, pgsize, pagetype = 'corrupted' FROM temp.dbstat");
        std::string name;
        std::int64_t* size = nullptr;
        while (rows.Fetch()) {
            if (++pages > page_count) return {};
            std::string next = rows.Text(0);  // pages of one b-tree come together
            if (size == nullptr || next != name) {
                name = std::move(next);
                size = &sizes[NameKey(name)];
            }
            if (rows.Int(2) != 0) *size = -1;
            if (*size >= 0) *size += rows.Int(1);
        }
    } catch (const Error& error) {
        if (!sqlite::IsObjectsOwnFault(error)) throw;
        return {};
    }
    std::erase_if(sizes, [](const auto& entry) { return entry.second < 0; });
    return sizes;
}

void Count(Database& db, const Table& table, TableSize& size) {
    try {
        // For a count alone, NOT INDEXED is enough also where rows have no rowid.
        Statement rows(db, "SELECT count(*) FROM main." + sqlite::QuoteIdentifier(table.name) +
                               (HasPages(table) ? " NOT INDEXED" : ""));
        if (!rows.Fetch()) return;
        size.rows = rows.Int(0);
        size.rows_exact = true;
    } catch (const Error& error) {
        if (!sqlite::IsObjectsOwnFault(error)) throw;
        size.failure = sqlite::SqliteReason(error);
    }
}

void Estimate(Database& db, const Table& table, const std::unordered_map<std::string, std::int64_t>& analyzed,
              double most, TableSize& size) {
    if (const auto known = analyzed.find(NameKey(table.name)); known != analyzed.end()) {
        size.rows = known->second;
        return;
    }
    const std::string rowid = table.rowid_name();
    if (rowid.empty()) return;
    try {
        const std::optional<sqlite::RowidRange> range = sqlite::ReadRowidRange(db, table.name, rowid);
        size.rows = range ? static_cast<std::int64_t>(std::min(range->width(), most)) : 0;
        size.rows_exact = !range || range->first == range->last;
    } catch (const Error& error) {
        if (!sqlite::IsObjectsOwnFault(error)) throw;
        size.failure = sqlite::SqliteReason(error);
    }
}

/// Sum over the table's indexes; nullopt when one is not known.
std::optional<std::int64_t> IndexBytes(const Table& table,
                                       const std::unordered_map<std::string, std::int64_t>& sizes) {
    std::int64_t sum = 0;
    for (const sqlite::Index& index : table.indexes) {
        // The primary key of a WITHOUT ROWID table is the table.
        if (table.without_rowid && index.origin == sqlite::Index::Origin::kPrimaryKey) continue;
        const auto size = sizes.find(NameKey(index.name));
        if (size == sizes.end()) return std::nullopt;
        sum += size->second;
    }
    return sum;
}

}  // namespace

Measures MeasureSizes(Database& db, const std::vector<Table>& tables, const MeasureOptions& options) {
    Measures measures;
    measures.tables.resize(tables.size());
    const std::int64_t page_count = Ask(db, "PRAGMA main.page_count");
    if (!options.exact && page_count * Ask(db, "PRAGMA main.page_size") > kCheapBytes) return measures;
    const std::unordered_map<std::string, std::int64_t> sizes = ReadSizes(db, page_count);
    for (std::size_t i = 0; i < tables.size(); ++i) {
        const Table& table = tables[i];
        if (!HasPages(table)) continue;
        if (const auto bytes = sizes.find(NameKey(table.name)); bytes != sizes.end()) {
            measures.tables[i].bytes = bytes->second;
            measures.tables[i].index_bytes = IndexBytes(table, sizes);
        }
        for (const sqlite::Index& index : table.indexes)
            if (const auto bytes = sizes.find(NameKey(index.name)); bytes != sizes.end())
                measures.index_bytes.insert(*bytes);
    }
    return measures;
}

Measures Measure(Database& db, const std::vector<Table>& tables, const MeasureOptions& options) {
    Measures measures = MeasureSizes(db, tables, options);
    std::unordered_map<std::string, std::int64_t> analyzed;
    if (!options.exact) analyzed = sqlite::ReadAnalyzedRows(db);
    const double most = sqlite::MostRows(db);
    for (std::size_t i = 0; i < tables.size(); ++i) {
        if (tables[i].unreadable || tables[i].kind == TableKind::kView) continue;
        if (options.exact)
            Count(db, tables[i], measures.tables[i]);
        else
            Estimate(db, tables[i], analyzed, most, measures.tables[i]);
    }
    return measures;
}

}  // namespace pgsqlite::assess
