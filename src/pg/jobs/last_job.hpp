// The session's last job: what sqlite.report(), sqlite.resume() and their kin take when no job is named.
#pragma once

#include "pg/seam.hpp"

namespace pgsqlite::pg::jobs {

/// Remembers a job until the session ends or another follows. Call it as soon as the job has its number: a
/// job that fails is the one that will be asked about.
void SetLastJob(int64 job) noexcept;

/// Whose job it may be. Superusers see every role's; but a job's statements hold what its owner wrote, and
/// would run by the rights of whoever has them run.
enum class Whose { kAnyVisible, kOwn };

/// A job that exists and belongs to the caller: the one named, else the session's last.
///
/// @param job null: the session's last
/// @throws 22023 when none is named and the session has run none; 42704 when there is no such job or it is
///         another role's; 42501 when a superuser sees it, but only its owner may
int64 JobOrLast(const int64* job, Whose whose = Whose::kAnyVisible);

}  // namespace pgsqlite::pg::jobs
