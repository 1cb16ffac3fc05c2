// Taking a job up again: what sqlite.resume, retry_rejects, rollback and forget begin with.
#pragma once

#include "pg/jobs/records/last_job.hpp"
#include "pg/jobs/run/call.hpp"

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
/// (job_records.hpp) makes it this session's beyond that. Palloc'd.
///
/// @throws 55006 when another session, or a call of this one further out, is at work for it
TakenJob TakeJob(const ChosenJob& chosen);
/// The same once more, when a commit has ended the lock. Raises 55006 where another session was faster, 42704
/// where the job is gone.
TakenJob TakeAgain(const ChosenJob& chosen);
/// The same as TakeJob, when what the job has put aside is dropped and, outside of a transaction block, this
/// is committed: what comes next may have to be written on a disk that it has filled.
TakenJob TakeWithRoom(Call* call, const ChosenJob& chosen);

}  // namespace pgsqlite::pg::jobs
