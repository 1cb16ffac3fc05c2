// Restart: what becomes of a job's records, and of what it has written, when parts of it must be done again.
#pragma once

#include "pg/seam.hpp"

namespace pgsqlite::pg::jobs {

/// Whether it has been at its end once: what is there stays as it is, whatever becomes of the rest.
bool WasCompleted(int64 job);

/// Deletes the plan, its rejects and the list of files: it is planned anew. For jobs that have not begun.
void ForgetPlan(int64 job);

/// Raises 55000 where a crash of the server has emptied a table that is UNLOGGED until its rows are there.
void CheckUnlogged(int64 job);

/// The file of a server is not what it was when the job began: its tables are emptied, to be loaded again.
/// Raises 55000 where a table has rows that are not the job's.
/// @param change what is not the same: "the file's size"
void RestartTables(int64 job, const char* server, const char* change);

}  // namespace pgsqlite::pg::jobs
