// Caller: who runs a job and with which settings, so that a background worker can work as if it were the
// caller's session. What parallel workers restore (access/transam/parallel.c), less what belongs to one
// transaction.
#pragma once

#include "pg/seam.hpp"

namespace pgsqlite::pg::jobs {

/// Lies in shared memory; libraries and settings follow it.
struct Caller {
    Oid database;
    Oid authenticated_user;
    Oid session_user;
    Oid role;  ///< of SET ROLE; InvalidOid: none
    Oid current_user;
    int security_context;
    bool session_user_is_superuser;
    bool role_is_superuser;
    Size libraries_bytes;
    Size settings_bytes;
};

/// Bytes that CaptureCaller needs now.
Size CallerBytes();
/// Describes this session. Inside of a transaction.
/// @param memory CallerBytes() bytes, maximally aligned
void CaptureCaller(Caller* memory);
/// Connects this background worker to the caller's database as the caller's authenticated user, who may have
/// lost the right to log in since (FATAL), and becomes what the caller is. Outside of a transaction.
void BecomeCaller(const Caller* caller);

}  // namespace pgsqlite::pg::jobs
