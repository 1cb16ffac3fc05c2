// The statements of section data: how one table's rows are read and written.
#pragma once

#include <string>

#include "core/job/load_task.hpp"
#include "core/plan/design.hpp"

namespace pgsqlite::plan {

/// The task of a planned table, whose probes have run; no `columns` where the target takes none. A rule that
/// can't be carried out as the spec has it sets rows aside rather than let them through.
LoadTask MakeLoadTask(const Design& design, const PlannedTable& table);

/// The temporary foreign table that reads a planned table's rows.
std::string ForeignTableName(const PlannedTable& table);
/// @param more definition of a further column, or empty
std::string CreateForeignTable(const PlannedTable& table, const std::string& more = {});
/// The same under another name.
std::string CreateForeignTable(const PlannedTable& table, const std::string& name, const std::string& more);
std::string DropForeignTable(const PlannedTable& table);
/// The expression that gives a written column its value, over the foreign table's columns.
std::string SourceExpression(const PlannedColumn& column);
/// Which rows have no parent by a key: SQL over the child as `c`.
std::string OrphanCondition(const PlannedForeignKey& key);
/// DELETE of the rows of a target, as `c`, that meet a condition.
std::string RemoveOrphans(const std::string& target, const std::string& condition);
/// Removes the rows without a parent, or their references, as the key's `orphans` says: reject or null.
std::string RemoveOrphans(const PlannedTable& table, const PlannedForeignKey& key);
/// SELECT of how many rows have no parent, and the least of their references as text.
std::string CountOrphans(const PlannedTable& table, const PlannedForeignKey& key);
/// Each sets a sequence that gives a column its numbers past all rows; that of the key past what
/// sqlite_sequence remembers, too.
std::vector<std::string> SetSequences(const Design& design, const PlannedTable& table);
/// Whether a sequence can be set by what its column holds.
bool CanSet(const PlannedColumn& column, const ExistingSequence& sequence) noexcept;

}  // namespace pgsqlite::plan
