// Worker limits: how many background workers a job may have. PostgreSQL itself counts only sessions of
// clients against CONNECTION LIMIT, so a job could take as many processes for a role as the server has.
#pragma once

#include "pg/seam.hpp"

namespace pgsqlite::pg::jobs {

/// bgw_type of our workers, by which they are counted; what pg_stat_activity says.
inline constexpr const char* kWorkerType = "pg_sqlite worker";

struct WorkerLimit {
    int workers;         ///< that may run
    const char* reason;  ///< what allows no more, a sentence, palloc'd; null: all that were wanted may run
};

/// How many of the workers that are wanted may be started now: no more than pg_sqlite.max_workers_per_job,
/// and no more than leaves the role and the database within their CONNECTION LIMIT. Sessions of clients and
/// workers of jobs count; as in PostgreSQL, superusers have no such limits. To be called in a transaction.
WorkerLimit LimitWorkers(int wanted);

/// In a worker that has just connected: raises 53300 where it is one too many after all, since others have
/// come meanwhile.
void CheckOwnConnection();

}  // namespace pgsqlite::pg::jobs
