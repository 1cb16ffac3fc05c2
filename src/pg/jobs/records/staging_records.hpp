// sqlite.jobs.staging: the schemas of a job whose tables are put aside, and what they stand in for.
#pragma once

#include "pg/jobs/records/statement.hpp"

namespace pgsqlite::pg::jobs {

/// A schema of the job stands in for another one. @param schema in UTF-8
void NoteStaging(int64 job, const char* staging, const char* schema);
/// Whether a job has put something aside.
bool HasStaging(int64 job);
/// What was put aside is in place, or gone.
void ClearStaging(int64 job);
/// Statements, char *, in the current memory context: that move each relation into its place (with a
/// relation go its indexes and own sequences, so the order makes no difference) and drop the schemas.
List* MovesIntoPlace(int64 job);
/// Statements that drop the job's schemas as far as they are there.
List* DropsOfStaging(int64 job);
/// What was committed into staged tables has not happened.
void ResetToPending(int64 job);

/// Jobs of the present role that have put something aside, and have no session any more: int64 *. Locked: of
/// two sessions that come at once, one does it. A session that is at work holds no lock, but is alive.
List* LockAbandoned();
/// Such a job has failed.
void MarkAbandoned(int64 job);

}  // namespace pgsqlite::pg::jobs
