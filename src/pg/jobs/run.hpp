// Run: a job's plan carried out, in the units that its `transaction` says.
#pragma once

#include "pg/jobs/call.hpp"
#include "pg/jobs/job_plan.hpp"

namespace pgsqlite::pg::jobs {

/// Does what is left of the plan, and marks the job as done. The job's sources are pinned.
/// @param plan lives in the call's memory
void CarryOut(Call* call, JobPlan* plan);

/// One table, or a range of it, within the present transaction: reads, writes, and notes it in the records.
/// @param range null: all rows
/// @param last nothing of the table is left then
void LoadPiece(int64 job, const PlannedLoad& table, const plan::RowidRange* range, bool last,
               load::Account* account);

/// Runs a step's statement as the caller.
void RunStatement(const PlannedStep& step);

}  // namespace pgsqlite::pg::jobs
