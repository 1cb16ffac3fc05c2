// Records: what the job tables say (sqlite.jobs and the tables beside it). Written as the extension's owner,
// whatever the caller may do; every function works within the present transaction.
#pragma once

#include "core/job/load_task.hpp"
#include "pg/load/account.hpp"

namespace pgsqlite::pg::jobs {

/// Arguments of a statement, in their order.
struct Arguments {
    static constexpr int kMost = 16;
    int count = 0;
    Oid types[kMost];
    Datum values[kMost];
    char nulls[kMost];

    Arguments& Add(Oid type, Datum value, bool is_null = false) noexcept;
    Arguments& Text(const char* value);  ///< null: NULL
    Arguments& Json(const char* value);  ///< null: NULL
    Arguments& Int8(int64 value) noexcept { return Add(INT8OID, Int64GetDatum(value)); }
    Arguments& Int8OrNull(int64 value, bool is_null) noexcept {
        return Add(INT8OID, Int64GetDatum(value), is_null);
    }
    Arguments& Int4(int32 value) noexcept { return Add(INT4OID, Int32GetDatum(value)); }
    Arguments& Bool(bool value) noexcept { return Add(BOOLOID, BoolGetDatum(value)); }
};

/// Runs a statement over the records as their owner. @return rows touched, or given: see SPI_tuptable
uint64 RunOnRecords(const char* sql, const Arguments& arguments);
/// The same for a statement over one row of the records, which is there as long as the job is: whoever may
/// delete it can do so at any time. Raises 55000 where it does not meet that row, so that nothing is written
/// unrecorded.
void RunOnRecord(int64 job, const char* sql, const Arguments& arguments);

/// Raises that 55000.
[[noreturn]] void RaiseRecordsGone(int64 job);

/// What sqlite.jobs says from the beginning.
struct NewJob {
    const char* kind;         ///< "migrate", "load"
    Datum servers;            ///< text[], or 0
    const char* schema;       ///< target schema, or null
    const char* spec;         ///< JSON, or null
    const char* transaction;  ///< "single", …
    int32 workers;
    const char* read_from;    ///< or null
    const char* on_error;     ///< or null
    const char* max_rejects;  ///< or null
    int64 rehearsal;          ///< its number; 0: a job that lasts, which gets the next
};
/// Whether a job is a rehearsal, whose records are taken back. Numbers below zero are theirs, so that they
/// take none from the sequences, which nothing takes back.
inline bool IsRehearsal(int64 job) noexcept {
    return job < 0;
}
/// A number for a rehearsal, or for a record of one, that no other session has.
int64 PassingNumber() noexcept;
int64 CreateJob(const NewJob& job);
/// @param error null: it is done
void FinishJob(int64 job, const ErrorData* error);
/// The job runs (again) in this session.
void ClaimJob(int64 job);

struct NewStep {
    int32 step;
    const char* section;
    const char* kind;  ///< "statement", "load", "key", "index", "orphans", "comment"
    const char* object;
    const char* statement;
    const char* staged;   ///< the same over the staged table, or null
    const char* undo;     ///< or null
    const List* columns;  ///< String nodes: of "orphans", those of the foreign key
    int32 table_no;       ///< 0: none
};
void AddStep(int64 job, const NewStep& step);
/// A step is done; sqlite.job_log gets a line of it.
/// @param began when the step did; 0: of a load, when that of its table did
void MarkStep(int64 job, int32 step, TimestampTz began);

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
/// A line of sqlite.job_log: what became of a table's rows, and how long it took.
void LogTable(int64 job, int32 table_no);
/// Counts values of the table that a step has changed, under a policy's name, among those of its load.
void AddChanges(int64 job, int32 table_no, const char* policy, int64 count);
/// Raises 54000 where more rows of the job were rejected. Pieces that ran side by side knew nothing of each
/// other's.
/// @param most -1: any number
void CheckRejects(int64 job, int64 most);
/// Rows that were written have been taken back and put aside.
void MoveToRejected(int64 job, int32 table_no, int64 rows);
/// A rejected row in sqlite.rejects.
void PutReject(int64 job, const load::Reject& reject);
/// A rejected row that was tried again and stays: what is wrong with it now.
///
/// @param job whose it must be: the id has been where the caller's own functions can change it
void RenewReject(int64 job, int64 id, const load::Reject& reject);

/// Notes in sqlite.job_log that something is tried again, and why. @param attempt the one that failed, from 1
void LogRetry(int64 job, int attempt, const char* error);
/// @param level "info", "warning", "error"
/// @param server and table: what it is about, or null
void Log(int64 job, const char* level, const char* message, const char* server = nullptr,
         const char* table = nullptr);

}  // namespace pgsqlite::pg::jobs
