// sqlite.job_log: what became of a job, line by line.
#pragma once

#include "pg/jobs/records/statement.hpp"
#include "pg/load/account.hpp"

namespace pgsqlite::pg::jobs {

/// @param level "info", "warning", "error"
/// @param server and table: what it is about, or null
void Log(int64 job, const char* level, const char* message, const char* server = nullptr,
         const char* table = nullptr);
/// Notes that something is tried again, and why. @param attempt the one that failed, from 1
void LogRetry(int64 job, int attempt, const char* error);
/// A line for each rule that has let rows pass which break it, with the rows. @param first of
/// account.passed()
void LogPassed(int64 job, const load::Account& account, int first);
/// A line of what became of a table's rows, and how long it took.
void LogTable(int64 job, int32 table_no);

}  // namespace pgsqlite::pg::jobs
