// Triggers of targets while rejected rows are loaded once more: they fire, or not, as they did for the job's
// other rows.
#pragma once

#include "pg/jobs/records/job_plan.hpp"

namespace pgsqlite::pg::jobs {

/// Switches off what the job had switched off, with `triggers` disable, as far as it fires now.
/// @return statements (char *) that give each trigger back its present state; NIL where nothing was done
List* DisableTriggers(const JobPlan& plan);
/// Runs them. Deferred constraints are asked first, since no table may be altered while some wait.
void EnableTriggers(const List* statements);

}  // namespace pgsqlite::pg::jobs
