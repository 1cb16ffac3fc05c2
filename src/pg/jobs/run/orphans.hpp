// Orphans: rows of a migration without a parent, with `orphans` reject: they are deleted from the target and
// put aside as they stand in SQLite.
#pragma once

#include "pg/jobs/records/job_plan.hpp"
#include "pg/jobs/run/call.hpp"

namespace pgsqlite::pg::jobs {

/// Carries out the steps of a row that remove orphans, and marks them done. Where a removal makes new orphans
/// (a table that refers to itself, tables that refer to each other) they are repeated until none is left.
void RejectOrphans(Call* call, JobPlan* plan, size_t first, size_t last);

}  // namespace pgsqlite::pg::jobs
