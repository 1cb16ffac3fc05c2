// Copies at commit: a job's private copies of its sources are needed until what ends the job is committed,
// because after a rollback the job is as it was.
#pragma once

#include "pg/seam.hpp"

namespace pgsqlite::pg::jobs {

/// Deletes the job's copies (RemoveCopies) when the present transaction commits.
void RemoveCopiesAtCommit(int64 job);

}  // namespace pgsqlite::pg::jobs
