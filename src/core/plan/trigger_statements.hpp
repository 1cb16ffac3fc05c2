// The texts that switch the triggers of targets off and on again.
#pragma once

#include <string>

#include "core/plan/design.hpp"

namespace pgsqlite::plan {

/// ALTER TABLE … DISABLE TRIGGER, or ENABLE …, of the users' triggers that fire; empty where the target that
/// exists has none.
/// @param enable each as it was: ENABLE TRIGGER USER would also wake those that slept, and tame those that
/// fire always
std::string AlterTriggers(const PlannedTable& table, bool enable);

}  // namespace pgsqlite::plan
