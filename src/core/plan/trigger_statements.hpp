// Triggers of targets that exist: the texts that switch them off and on again, what a plan says of those that
// fire, and of row security, which decides about the same rows.
#pragma once

#include <string>

#include "core/plan/designer.hpp"

namespace pgsqlite::plan {

/// ALTER TABLE … DISABLE TRIGGER, or ENABLE …, of the users' triggers that fire; empty where the target that
/// exists has none.
/// @param enable each as it was: ENABLE TRIGGER USER would also wake those that slept, and tame those that
/// fire always
std::string AlterTriggers(const PlannedTable& table, bool enable);

/// Comment lines in front of a load: which triggers fire for its rows, with whose rights, and which policies
/// hold.
std::string Firing(const Design& design, const PlannedTable& table);

/// Triggers that will not find what their functions name.
void ReportLostNames(Designer& designer, const PlannedTable& table);

}  // namespace pgsqlite::plan
