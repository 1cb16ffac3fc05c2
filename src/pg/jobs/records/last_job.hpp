// The session's last job: what sqlite.report(), sqlite.resume() and their kin take when no job is named.
#pragma once

#include "pg/owner_rights.hpp"

namespace pgsqlite::pg::jobs {

/// Remembers a job until the session ends or another follows. Call it as soon as the job has its number: a
/// job that fails is the one that will be asked about.
void SetLastJob(int64 job) noexcept;

/// A job, and whose rights its code has.
struct ChosenJob {
    int64 job;
    Oid owner;  ///< may be of a role that is gone
    /// The role to run its code as (AsRole); InvalidOid: the caller is the owner and nobody else.
    Oid act_as;
};

/// A job that exists and that the caller may see: the one named, else the session's last. Members of a role
/// see its jobs, and superusers all of them.
///
/// @param job null: the session's last
/// @throws 22023 when none is named and the session has run none; 42704 when there is no such job or it is
///         another role's
int64 JobOrLast(const int64* job);

/// The same for what runs code of the job, or deletes it.
///
/// @throws 42501 when the caller sees the job, but may not become its owner; 42704 when the owner is gone
ChosenJob ChooseJob(const int64* job);
/// The same where nothing of the job's has to be run: its owner may be gone.
ChosenJob ChooseAnyJob(const int64* job);

}  // namespace pgsqlite::pg::jobs
