// Measure: how many rows and bytes tables have. What must read a table in full happens on request only.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/sqlite/catalog.hpp"

namespace pgsqlite::assess {

struct MeasureOptions {
    /// Rows are counted and pages added up, which reads all of the file; else rows are estimated, and sizes
    /// given only for files so small (kCheapBytes) that reading them costs nothing.
    bool exact = false;
};

/// A file up to this size is measured without being asked: about 10 ms from a cold disk, 1 ms from memory.
inline constexpr std::int64_t kCheapBytes = 4 << 20;

/// What is known of a table without looking at its rows' values.
struct TableSize {
    /// Counted; or what ANALYZE left in sqlite_stat1; or the width of the rowid range. nullopt where nobody
    /// knows without reading (WITHOUT ROWID, virtual tables), and for views, which may never end.
    std::optional<std::int64_t> rows;
    bool rows_exact = false;
    std::optional<std::int64_t> bytes;        ///< pages of the table alone, overflow pages included
    std::optional<std::int64_t> index_bytes;  ///< pages of its indexes
    std::optional<std::string> failure;       ///< why SQLite could not count it
};

struct Measures {
    std::vector<TableSize> tables;  ///< in the order of the tables measured
    /// By sqlite::NameKey of the index; empty where sizes are not known.
    std::unordered_map<std::string, std::int64_t> index_bytes;
};

/// Needs an open read transaction, so that numbers and catalog belong together.
/// @param tables as Catalog::ReadTables gave them, with indexes
/// @throws Error interrupted, I/O, … A damaged table has `failure` instead.
Measures Measure(sqlite::Database& db, const std::vector<sqlite::Table>& tables,
                 const MeasureOptions& options);
/// The same without rows.
Measures MeasureSizes(sqlite::Database& db, const std::vector<sqlite::Table>& tables,
                      const MeasureOptions& options);

}  // namespace pgsqlite::assess
