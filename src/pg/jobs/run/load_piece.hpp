// One table of a job, or a range of it, within the present transaction.
#pragma once

#include "pg/jobs/records/job_plan.hpp"
#include "pg/load/account.hpp"

namespace pgsqlite::pg::jobs {

/// Reads, writes, and notes it in the records. Failures stay in the account.
/// @param range null: all rows
void LoadPiece(int64 job, const PlannedLoad& table, const plan::RowidRange* range, load::Account* account);

/// Raises 42P01 where the target that the job had is gone.
void CheckThere(int64 job, const PlannedLoad& table);
/// With `existing` error: raises 55000 where the target has rows.
void CheckEmpty(const PlannedLoad& table);

}  // namespace pgsqlite::pg::jobs
