// What the records of a job say of taking it back, and that it was.
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

/// Targets, without what the catalogs say of them, and steps. Within SPI.
///
/// @param tables what ChooseTables gave; schemas, views and other things of no table belong to all of it only
/// @return whether the job came so far; else schemas of tables that were put aside are all there is of it
bool ReadUndoRecords(plan::UndoJob* job, Datum tables);

/// Writes down that it is done. All of it: the job is rolled back, its counts stay. Some tables: they are as
/// before their first row, the job stays what it was.
void MarkRolledBack(int64 job, Datum tables);

}  // namespace pgsqlite::pg::jobs
