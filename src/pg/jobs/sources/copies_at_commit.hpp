// Copies at commit: a job's private copies of its sources are needed until what ends the job is committed,
// because after a rollback the job is as it was.
#pragma once

#include "pg/seam.hpp"

namespace pgsqlite::pg::jobs {

/// Deletes the job's copies (RemoveCopies) when the present transaction commits.
void RemoveCopiesAtCommit(int64 job);

/// Once a process: DROP EXTENSION deletes the copies of all jobs of its database. A session that has not used
/// the extension has no library that could; what it leaves goes with the database, or with the next migration
/// in it.
void InitCopiesAtCommit();

}  // namespace pgsqlite::pg::jobs
