// sqlite.jobs.files and backups: what is known of the files that a job reads.
#pragma once

#include "pg/jobs/records/statement.hpp"

namespace pgsqlite::pg::jobs {

/// The job reads this file. @param backup jsonb, or 0
void NoteFile(int64 job, const char* server, const char* path, const char* fingerprint, Datum backup);
/// The fingerprint that the job has of a server's file; palloc'd, null without one.
char* RecordedFingerprint(int64 job, const char* server);
void ForgetFile(int64 job, const char* server);

}  // namespace pgsqlite::pg::jobs
