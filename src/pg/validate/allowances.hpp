// Allowances: what sqlite.assert_valid is told to let pass, one name an exception.
#pragma once

#include "pg/seam.hpp"

namespace pgsqlite::pg::validate {

/// The items of `allow`, palloc'd texts.
struct Allowances {
    char** items;
    int count;
};

/// Reads `allow` (text[]). An item is a kind of problem, the name of a thing, or both as kind:thing. Raises
/// 22004 for NULL, and 22023, with the kinds and policies in the hint, for one that is none of them: a thing
/// by itself must be one of the job's, a policy one that there is. A kind may be followed by anything, so
/// that one list does for many jobs.
Allowances ReadAllowances(int64 job, ArrayType* allow);

/// Whether a problem of this kind with this thing is let pass.
bool IsAllowed(const Allowances& allowances, const char* kind, const char* thing);

}  // namespace pgsqlite::pg::validate
