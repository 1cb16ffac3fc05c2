// Worker start: what the leader tells a background worker by way of the postmaster.
#pragma once

#include "pg/jobs/workers/pool_memory.hpp"

namespace pgsqlite::pg::jobs {

/// As in bgw_function_name.
inline constexpr const char* kWorkerFunction = "pg_sqlite_worker_main";

/// In bgw_extra; the segment's handle is the argument.
struct WorkerStart {
    int32 place;  ///< index of its PoolWorker
};

/// Lets this worker's scans read what the leader has pinned.
void FollowSources(Pool* pool);

}  // namespace pgsqlite::pg::jobs
