// sqlite.rejects: rows that were put aside.
#pragma once

#include "pg/jobs/records/statement.hpp"
#include "pg/load/account.hpp"

namespace pgsqlite::pg::jobs {

/// A rejected row in sqlite.rejects.
void PutReject(int64 job, const load::Reject& reject);
/// A rejected row that was tried again and stays: what is wrong with it now.
///
/// @param job whose it must be: the id has been where the caller's own functions can change it
void RenewReject(int64 job, int64 id, const load::Reject& reject);

/// Which rejects of a job are meant.
struct RetryChoice {
    int64 job;
    Datum ids;         ///< bigint[], or 0: all that are open
    bool from_stored;  ///< as they stand in sqlite.rejects; else as they are in the source now
    bool replanned;    ///< stored rows must have all columns, not only those that were read before
    bool orphans;      ///< only those that were refused for a missing parent
};
/// Each id must be an open reject of the job.
void CheckIds(const RetryChoice& choice);
/// Numbers of the tables that have rows to be tried, in their order: integers.
List* TablesToRetry(const RetryChoice& choice);
/// A cursor over the rejects of a table that the caller may see: id, rowid, key, row (where it is to be
/// loaded as it is stored), mended. Locked, so that none is set aside by another session meanwhile.
Portal OpenRejects(const RetryChoice& choice, int32 table_no);
/// A reject whose row was found counts as loaded, until it is refused again. @param row in the server's
/// encoding; null: as it was
void RejectFound(int64 id, const char* row);
/// A reject whose row is not in the source any more.
void RejectGone(int64 id, const char* message);
/// Rejects that were found, and do not meet the condition `where` of the spec any more, but for those of
/// which it is not known: open again. @param all and met bigint[]
void RejectsOutside(Datum all, Datum met);
/// Rejects of the choice that are open. @param choice `orphans` is not looked at
int64 CountOpen(const RetryChoice& choice);

}  // namespace pgsqlite::pg::jobs
