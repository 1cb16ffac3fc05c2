// Progress: what this backend does for a job, so that other sessions see it while nothing is committed yet.
// It is published in the backend's slot of PostgreSQL's progress reporting, as a COPY: pg_stat_progress_copy
// shows it to every existing tool, and sqlite.progress reads the parameters that COPY leaves free.
#pragma once

#include "pg/seam.hpp"

namespace pgsqlite::pg::jobs {

/// As sqlite.progress and sqlite.report name them. In kCopying rows are pages of the source file.
enum class Phase : int32 { kPlanning = 1, kCopying, kPreData, kLoading, kPostData, kFinishing };

struct Activity {
    int64 job;
    Phase phase;
    int32 table_no;     ///< of sqlite.job_tables; 0: none
    Oid target;         ///< relation, or InvalidOid
    int64 rows_total;   ///< rows that are expected of this table; -1: not known
    const char* words;  ///< for pg_stat_activity of workers and for NOTICEs: "public.customer"; copied
};

/// Says what is done from now on; counters start at 0, but go on where it is the next part of the same table.
void PublishActivity(const Activity& activity);
/// The counters of the present activity, as they are now: those of the table, not of the job. Cheap; call it
/// about every thousand rows. Gives a NOTICE now and then where setting pg_sqlite.progress is on (never from
/// background workers), so don't call it from a callback of SQLite's: it may raise.
void ReportRows(int64 read, int64 written, int64 rejected, int64 skipped);
/// Publishes it once more: a utility command (CREATE INDEX, ANALYZE) takes the slot for its own.
void RepublishActivity();
/// Nothing is done any more. Also called after an error; never raises.
void EndActivity() noexcept;

}  // namespace pgsqlite::pg::jobs
