// Sources of a worker: what the leader has pinned, so that all read the same state of each file.
#include "pg/fdw/connect/redirect.hpp"
#include "pg/jobs/sources/pinned_source.hpp"
#include "pg/jobs/workers/worker_start.hpp"

namespace pgsqlite::pg::jobs {

void FollowSources(Pool* pool) {
    for (int32 i = 0; i < pool->source_count; i++) {
        const PoolSource& source = pool->Sources()[i];
        if (source.live)
            fdw::FollowSnapshot(source.server, source.snapshot);
        else if (!ReusePinned(pool->job, source.server))
            ereport(ERROR, (errcode(ERRCODE_UNDEFINED_FILE),
                            errmsg("job %lld has no copy of foreign server %u",
                                   static_cast<long long>(pool->job), source.server)));
    }
}

}  // namespace pgsqlite::pg::jobs
