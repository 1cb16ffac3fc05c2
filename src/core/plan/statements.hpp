// Statements: a design written down as the SQL that carries it out, in sections like pg_dump's.
#pragma once

#include <vector>

#include "core/job/step.hpp"
#include "core/plan/design.hpp"

namespace pgsqlite::plan {

/// Every statement in the order in which it must run, each complete by itself.
std::vector<Step> WriteSteps(const Design& design);

}  // namespace pgsqlite::plan
