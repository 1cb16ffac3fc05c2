// sqlite.jobs: a job as a whole, from its first moment to its end.
#pragma once

#include "pg/jobs/records/statement.hpp"

namespace pgsqlite::pg::jobs {

/// What sqlite.jobs says from the beginning.
struct NewJob {
    const char* kind;         ///< "migrate", "load"
    Datum servers;            ///< text[], or 0
    const char* schema;       ///< target schema, or null
    const char* spec;         ///< JSON, or null
    const char* transaction;  ///< "single", …
    int32 workers;
    const char* read_from;    ///< or null
    const char* on_error;     ///< or null
    const char* max_rejects;  ///< or null
    int64 rehearsal;          ///< its number; 0: a job that lasts, which gets the next
};
/// Whether a job is a rehearsal, whose records are taken back. Numbers below zero are theirs, so that they
/// take none from the sequences, which nothing takes back.
inline bool IsRehearsal(int64 job) noexcept {
    return job < 0;
}
/// A number for a rehearsal, or for a record of one, that no other session has.
int64 PassingNumber() noexcept;
int64 CreateJob(const NewJob& job);
/// @param error null: it is done
void FinishJob(int64 job, const ErrorData* error);
/// The job runs (again) in this session.
void ClaimJob(int64 job);

/// A job's row, locked until the transaction ends.
struct LockedJob {
    const char* kind;     ///< "migrate", "load"; palloc'd
    const char* state;    ///< "running", "done", "failed", "rolled back"; palloc'd
    const char* at_work;  ///< process of another session that is at work for it, in digits; null: none
};
/// Raises 42704 where the job is gone.
LockedJob LockJob(int64 job);
/// Waits for the last commits of a worker whose session is gone.
void AwaitLastCommits(int64 job);

/// What a migration was called with, in `memory`.
struct JobCall {
    ArrayType* servers;
    const char* schema;
    Jsonb* spec;
    const char* uuid_namespace;  ///< of keys that became UUIDs, or null
};
JobCall ReadJobCall(int64 job, MemoryContext memory);

/// The number that the next table of a load job gets. Raises 42704 where the caller has no such load job.
int32 NextTableNo(int64 job);

/// Whether a job is running or failed, so that its copies may be needed.
bool NeedsCopies(int64 job);
/// Whether a job is the present role's.
bool IsOwnJob(int64 job);

/// The caller's own jobs that are at their end, and whose rejects are settled; one that could be resumed must
/// be named. Locked; those that others hold are left out. @return int64 *
List* LockOldJobs(Interval* age);
/// Deletes a job's records, with its rejects.
void DeleteRecords(int64 job);

}  // namespace pgsqlite::pg::jobs
