// Rowids of deleted rows whose target does not hold them (a key that became a UUID): what the source gives is
// converted once more and compared with them.
#pragma once

#include "pg/jobs/records/job_plan.hpp"

namespace pgsqlite::pg::jobs {

/// @param rows of the target, with all its columns
/// @param known by the rows' places, those that are not looked for; null: all are
/// @return by the rows' places a pointer to the rowid, or null where no row of the source has become this one
int64** FindRowids(const plan::LoadTask& task, const SPITupleTable* rows, uint64 count, const bool* known);

}  // namespace pgsqlite::pg::jobs
