// Truncate: how targets that exist are emptied, with `existing` truncate. TRUNCATE takes only tables to which
// no other refers, whether that has rows or not; the others are emptied by DELETE.
#pragma once

#include <string>
#include <vector>

#include "core/plan/design.hpp"

namespace pgsqlite::plan {

/// A statement that empties some targets.
struct Emptying {
    std::vector<const PlannedTable*> tables;
    std::string statement;
};

/// In the order in which they must run: those that refer to others first.
std::vector<Emptying> EmptyTargets(const Design& design);

}  // namespace pgsqlite::plan
