// Taking a job up again: what sqlite.resume, retry_rejects, rollback and forget begin with.
#pragma once

#include "pg/jobs/last_job.hpp"

namespace pgsqlite::pg::jobs {

struct TakenJob {
    int64 job;
    Oid act_as;         ///< as in ChosenJob
    const char* kind;   ///< "migrate", "load"
    const char* state;  ///< "running" (its session is gone), "done", "failed", "rolled back"

    bool Is(const char* other) const noexcept { return strcmp(state, other) == 0; }
    bool IsKind(const char* other) const noexcept { return strcmp(kind, other) == 0; }
};

/// Locks a job's row of sqlite.jobs until the transaction ends, so that nobody else takes it; ClaimJob
/// (records.hpp) makes it this session's beyond that. Palloc'd.
///
/// @throws 55006 when another session, or a call of this one further out, is at work for it
TakenJob TakeJob(const ChosenJob& chosen);

}  // namespace pgsqlite::pg::jobs
