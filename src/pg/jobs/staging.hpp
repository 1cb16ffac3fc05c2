// Staging: with more than one worker, a migration that is all or nothing puts its new tables aside, in
// schemas of the job, where its workers commit; the last transaction moves them into place. sqlite.jobs says
// which schemas these are, so that they are dropped also when the session ended without a word.
#pragma once

#include "pg/jobs/job_plan.hpp"

namespace pgsqlite::pg::jobs {

/// The job's own schema for the new tables of a schema, palloc'd. @param place of that schema, from 0
char* StagingName(int64 job, size_t place);

/// Notes which schema holds the tables of which, in UTF-8: before they are made, in their transaction.
void NoteStaging(int64 job, const char* staging, const char* schema);

/// Moves all tables into place, and drops the schemas. Within the last transaction of the job.
void MoveIntoPlace(int64 job);

/// Drops what a job has put aside, if anything, and takes back what its records say of it. Within the present
/// transaction.
void DropStaging(int64 job);
/// The same after an error, in a transaction of its own; what goes wrong becomes a WARNING.
void DropStagingQuietly(int64 job, Oid act_as);
/// The same for jobs of the caller's whose session is gone; they count as failed from then on.
void DropAbandonedStaging();

}  // namespace pgsqlite::pg::jobs
