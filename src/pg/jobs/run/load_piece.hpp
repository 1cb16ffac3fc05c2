// One table of a job, or a range of it, within the present transaction.
#pragma once

#include "pg/jobs/run/job_plan.hpp"
#include "pg/load/account.hpp"

namespace pgsqlite::pg::jobs {

/// Reads, writes, and notes it in the records. Failures stay in the account.
/// @param range null: all rows
void LoadPiece(int64 job, const PlannedLoad& table, const plan::RowidRange* range, load::Account* account);

/// With `existing` error: raises 55000 where the target has rows.
/// Raises 42P01 where the target that the job had is gone.
void CheckThere(int64 job, const PlannedLoad& table);
void CheckEmpty(const PlannedLoad& table);

/// Runs a statement of core's as the caller.
/// @return rows that it has changed
uint64 ExecuteUtf8(const std::string& sql);
/// The same for one that makes a temporary relation.
void ExecuteTemporaryUtf8(const std::string& sql);

}  // namespace pgsqlite::pg::jobs
