// The session's last job: what sqlite.report(), sqlite.resume() and their kin take when no job is named.
#pragma once

#include "pg/seam.hpp"

namespace pgsqlite::pg::jobs {

/// Remembers a job until the session ends or another follows. Call it as soon as the job has its number: a
/// job that fails is the one that will be asked about.
void SetLastJob(int64 job) noexcept;

/// A job that exists and belongs to the caller: the one named, else the session's last.
///
/// @param job null: the session's last
/// @throws 22023 when none is named and the session has run none; 42704 when there is no such job or it is
/// another
///         role's
int64 JobOrLast(const int64* job);

}  // namespace pgsqlite::pg::jobs
