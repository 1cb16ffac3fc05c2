// Retry rows: the rejected rows of one table, laid out so that its load task can read them again. Rows of
// SQLite go into a file of their own, read in place of the server's; rows that PostgreSQL had converted
// already into a temporary table.
#pragma once

#include "core/job/load_task.hpp"
#include "pg/jobs/records/reject_records.hpp"

namespace pgsqlite::pg::jobs {

/// What became of the rejects of a table. Those that were found count as loaded until they are refused again.
struct RetryRows {
    int64 stored = 0;             ///< rows in the file
    int descriptor = 0;           ///< of PostgreSQL's temporary file; 0: there is none
    const char* file = nullptr;   ///< its path
    const char* rowid = nullptr;  ///< what the file's table calls the reject's id
    int64 converted = 0;          ///< rows in the temporary table kConvertedRows
    int64 gone = 0;               ///< in the source no more
    int64 unnamed = 0;            ///< nothing tells which row of the source it was
    int64 foreign = 0;            ///< what is stored is no row of the load's query
    int64 cut = 0;                ///< what is stored is cut, and its whole values are not found
};

inline constexpr char kConvertedRows[] = "pg_temp.pg_sqlite_rejects";
/// The column of both that is the reject's id.
inline constexpr char kRejectColumn[] = "pg_sqlite_reject";

/// Deletes the file. Nothing reads it any more.
void CloseRows(const RetryRows& rows);

/// Finds the rows of a table. The task's foreign table, if it has one, is there.
/// @throws 22023 for a stored row that is damaged or does not fit its types, and as reading the source does
RetryRows GatherRows(const RetryChoice& choice, int32 table_no, const plan::LoadTask& task);

}  // namespace pgsqlite::pg::jobs
