// The statements that make a new table.
#pragma once

#include <string>

#include "core/plan/design.hpp"

namespace pgsqlite::plan {

/// Whether it is made UNLOGGED. What is partitioned has no rows of its own, and goes without it.
bool IsUnlogged(const PlannedTable& table) noexcept;
/// With its columns and those CHECKs that hold for every row; keys and indexes come behind the data.
std::string CreateTable(const PlannedTable& table);
std::string CreatePartition(const PlannedTable& table, const PlannedPartition& partition);
/// CONSTRAINT x CHECK (…)
std::string CheckClause(const PlannedCheck& check);

}  // namespace pgsqlite::plan
