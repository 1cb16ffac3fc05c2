// Undo job: what there is to take back of a job, read from its records and the catalogs.
#pragma once

#include "core/job/undo.hpp"
#include "pg/seam.hpp"

namespace pgsqlite::pg::jobs {

/// @param tables what ChooseTables gave (undo_records.hpp); schemas, views and other things of no table
///               belong to all of it only
/// @return lives in the current memory context
plan::UndoJob* ReadUndoJob(int64 job, Datum tables);

}  // namespace pgsqlite::pg::jobs
