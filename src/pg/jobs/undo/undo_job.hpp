// Undo job: what there is to take back of a job, read from its records and the catalogs.
#pragma once

#include "core/job/undo.hpp"
#include "pg/seam.hpp"

namespace pgsqlite::pg::jobs {

/// The numbers of tables of a job, integer[], by the names of their targets; 0 where `names` is null: all of
/// it.
///
/// @param names text[]: targets as sqlite.job_tables has them, or without their schema and quotes
/// @throws 22004, 22023 for a name that is NULL, that no target has, or several
Datum ChooseTables(int64 job, ArrayType* names);

/// @param tables what ChooseTables gave; schemas, views and other things of no table belong to all of it only
/// @return lives in the current memory context
plan::UndoJob* ReadUndoJob(int64 job, Datum tables);

/// Writes down that it is done. All of it: the job is rolled back, its counts stay. Some tables: they are as
/// before their first row, the job stays what it was.
void MarkRolledBack(int64 job, Datum tables);

}  // namespace pgsqlite::pg::jobs
