// Run: a job's plan carried out, in the units that its `transaction` says.
#pragma once

#include "pg/jobs/records/job_plan.hpp"
#include "pg/jobs/run/call.hpp"

namespace pgsqlite::pg::jobs {

/// Does what is left of the plan, and marks the job as done. The job's sources are pinned.
/// @param plan lives in the call's memory
void CarryOut(Call* call, JobPlan* plan);

}  // namespace pgsqlite::pg::jobs
