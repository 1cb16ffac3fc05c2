// Staging: with more than one worker, a migration that is all or nothing puts its new tables aside, in
// schemas of the job, where its workers commit; the last transaction moves them into place. sqlite.jobs says
// which schemas these are, so that they are dropped also when the session ended without a word.
#pragma once

#include "pg/jobs/records/job_plan.hpp"

namespace pgsqlite::pg::jobs {

/// The job's own schema for the new tables of a schema, palloc'd. @param place of that schema, from 0
char* StagingName(int64 job, size_t place);

/// Moves all tables into place, and drops the schemas. Within the last transaction of the job.
void MoveIntoPlace(int64 job);

/// Drops what a job has put aside, within the present transaction, and writes nothing: on a full disk there
/// is no room for a record before this is committed. What the records say of it is true all the same, since
/// it is dropped as far as it is there. @return whether there was anything
bool DropStagedSchemas(int64 job);
/// The same, and takes back what the records say of it.
void DropStaging(int64 job);
/// The same after an error, in transactions of its own; what goes wrong becomes a WARNING.
void DropStagingQuietly(int64 job, Oid act_as);
/// The schemas of jobs of the caller's whose session is gone.
void DropAbandonedSchemas();
/// Takes back what the records of these jobs say; they count as failed from then on.
void RecordAbandonedStaging();

}  // namespace pgsqlite::pg::jobs
