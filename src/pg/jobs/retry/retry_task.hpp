// Retry task: how rows that were rejected get into a target that is there by now: the job's own load task,
// with the types that the target has today, or one planned anew with a changed spec.
#pragma once

#include "pg/jobs/records/job_plan.hpp"

extern "C" {
#include "utils/jsonb.h"
}

namespace pgsqlite::pg::jobs {

/// A job's tables planned anew.
struct Replan;

/// Looks at the sources as they are now. @param changes a spec, merged over the job's
/// @throws 22023 where it changes what is settled (see spec::PatchSpec), and as MakeSurvey does
Replan* PlanAnew(const JobPlan& plan, Jsonb* changes);
/// @throws 55000 for a table that is not to be planned, or has blockers
plan::LoadTask* TaskPlannedAnew(const Replan* replan, const PlannedLoad& table);

/// The job's own task, for rows of a table that is there: nothing must be empty, nothing is staged, and what
/// does not fit is put aside.
plan::LoadTask* RetryTask(const PlannedLoad& table);

/// Gives the task the types that its target has now. The task's foreign table is there.
void FollowTarget(plan::LoadTask* task);

}  // namespace pgsqlite::pg::jobs
