// Warnings of a plan: what a job is about to leave out or to make otherwise than SQLite had it, told to the
// caller and kept in the job's log before a row moves.
#pragma once

#include <vector>

#include "core/assess/facts.hpp"
#include "core/plan/design.hpp"
#include "pg/seam.hpp"

namespace pgsqlite::pg::jobs {

/// @param facts by Design::tables, applied to them
void WarnOfPlan(int64 job, const plan::Design& design, const std::vector<assess::TableFacts>& facts);

}  // namespace pgsqlite::pg::jobs
