// Source: one SQLite database as a plan sees it: its catalog, with everything that is read before tables are
// designed.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/schema/stored_type.hpp"
#include "core/spec/spec.hpp"
#include "core/sqlite/catalog.hpp"

namespace pgsqlite::plan {

/// What a column holds that partitions a target, once converted.
struct ColumnRange {
    std::uint64_t values = 0;
    std::uint64_t nulls = 0;
    std::int64_t lowest = 0, highest = 0;  ///< as value::Value has it; with `values`
    std::optional<std::int64_t> lowest_rowid, highest_rowid;
};

struct SourceTable {
    sqlite::Table table;
    bool included = true;                      ///< neither excluded by the spec nor a shadow table
    std::optional<std::int64_t> sequence;      ///< sqlite_sequence's number
    std::vector<schema::StoredColumn> stored;  ///< by `table.columns`; empty unless `types` is stored
    bool null_in_key =
        false;  ///< some row has NULL in its primary key; not looked at unless `types` is stored
    std::optional<std::uint64_t> rows;  ///< where they were counted
    std::optional<ColumnRange> range;   ///< where its target is partitioned, and rows may be read
};

struct Source {
    std::string server;
    spec::Base base;  ///< the foreign server's options
    std::vector<SourceTable> tables;
    std::vector<sqlite::Trigger> triggers;

    /// Null when there is none. Names as SQLite compares them.
    const SourceTable* Find(std::string_view table) const noexcept;
};

/// Reads a database's catalog. @throws Error as Catalog::ReadTables
Source ReadSource(sqlite::Database& db, std::string server, const spec::Base& base, const spec::Spec& spec);

}  // namespace pgsqlite::plan
