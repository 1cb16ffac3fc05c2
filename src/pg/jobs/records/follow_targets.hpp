// Targets of jobs are held by OID: tables and schemas that were renamed, or swapped, are still the job's, and
// others that have their names by now are not.
#pragma once

#include "pg/seam.hpp"

namespace pgsqlite::pg::jobs {

/// Where OIDs mean something: cluster and database, as sqlite.jobs.place has it.
const char* ThisPlace();

/// Its targets and their schemas are there under the names recorded: notes which they are.
void NoteTargets(int64 job);

/// Brings a job's records up to the names that its targets and their schemas have now, and those of an older
/// version to what this one writes. Nothing where none has changed, or the transaction is read-only.
void FollowTargets(int64 job);

}  // namespace pgsqlite::pg::jobs
