// Work of a job for its pool: which tables and indexes are to be done, in which pieces and in which order,
// and what the records say when one is finished. A job with one worker does them by itself, by the same
// pieces.
#pragma once

#include "pg/jobs/records/job_plan.hpp"
#include "pg/jobs/run/call.hpp"

namespace pgsqlite::pg::jobs {

/// Loads every table of the plan that is not done; of a staged job, every staged one. A piece is a whole
/// table, or a range of its rowids where the job goes in batches or its tables are staged.
void LoadTables(Call* call, JobPlan* plan);

/// Builds every index behind the data that is not there; of a staged job, those of staged tables.
void BuildIndexes(Call* call, JobPlan* plan);

}  // namespace pgsqlite::pg::jobs
