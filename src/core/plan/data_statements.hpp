// The statements of section data: how one table's rows are read and written.
#pragma once

#include <string>

#include "core/job/load_task.hpp"
#include "core/plan/design.hpp"

namespace pgsqlite::plan {

/// The temporary foreign table that reads a planned table's rows.
std::string ForeignTableName(const PlannedTable& table);
/// @param more definition of a further column, or empty
std::string CreateForeignTable(const PlannedTable& table, const std::string& more = {});
std::string DropForeignTable(const PlannedTable& table);
/// Removes the rows without a parent, or their references, as the key's `orphans` says: reject or null.
std::string RemoveOrphans(const PlannedTable& table, const PlannedForeignKey& key);
/// SELECT of how many rows have no parent, and the least of their references as text.
std::string CountOrphans(const PlannedTable& table, const PlannedForeignKey& key);
/// Sets the sequence behind the key past all rows and past what sqlite_sequence remembers; empty without one.
std::string SetSequence(const Design& design, const PlannedTable& table);

}  // namespace pgsqlite::plan
