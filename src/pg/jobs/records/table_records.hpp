// sqlite.job_tables and sqlite.job_chunks: the tables of a job, and what of their rows is committed.
#pragma once

#include "core/job/load_task.hpp"
#include "pg/jobs/records/statement.hpp"
#include "pg/load/account.hpp"

namespace pgsqlite::pg::jobs {

struct NewTable {
    int32 table_no;
    const char* server;  ///< or null
    const char* table;   ///< or null
    const char* target;
    const char* staged;  ///< where its rows go before they are moved into place, or null
    bool created;
    const char* existing;  ///< or null
    int64 expected;        ///< rows; -1: not known
    const char* load;      ///< plan::ToJson
    const int32* parents;  ///< tables that must be loaded before
    int parent_count;
};
void AddTable(int64 job, const NewTable& table);
/// What a load has added, in the same transaction as its rows: counts since `before`, and a chunk.
/// @param range null: all rows
/// @param began when the load did
void AddProgress(int64 job, const load::Account& account, const load::Account::Mark& before,
                 const plan::RowidRange* range, TimestampTz began);
/// Nothing of the table is left to be loaded. Raises 54000 where more than `max_percent` of its rows were
/// rejected. @param max_percent -1: any
void FinishTable(int64 job, int32 table_no, double max_percent);
/// Its own load has ended long ago, whatever has been added since.
void KeepDone(int64 job, int32 table_no);
/// Counts values of the table that a step has changed, under a policy's name, among those of its load.
void AddChanges(int64 job, int32 table_no, const char* policy, int64 count);
/// Raises 54000 where more rows of the job were rejected. Pieces that ran side by side knew nothing of each
/// other's.
/// @param most -1: any number
void CheckRejects(int64 job, int64 most);
/// What became of each table of a rehearsal, in the order of sqlite.rehearse's columns. Within SPI.
Rows ReadAccount(int64 job);
/// Rows that were written have been taken back and put aside.
void MoveToRejected(int64 job, int32 table_no, int64 rows);

}  // namespace pgsqlite::pg::jobs
