// CALL sqlite.retry_rejects(job, ids, spec, from_stored): rejected rows once more, after something was
// mended: the source, the target, the spec, or the row itself. One transaction, the caller's.
#include "pg/fdw/connect/redirect.hpp"
#include "pg/jobs/records/records.hpp"
#include "pg/jobs/retry/retry_condition.hpp"
#include "pg/jobs/retry/retry_rows.hpp"
#include "pg/jobs/retry/retry_task.hpp"
#include "pg/jobs/retry/retry_triggers.hpp"
#include "pg/jobs/run/job_plan.hpp"
#include "pg/jobs/run/load_piece.hpp"
#include "pg/jobs/run/progress.hpp"
#include "pg/jobs/run/take_job.hpp"
#include "pg/load/collect.hpp"
#include "pg/load/load.hpp"
#include "pg/owner_rights.hpp"
#include "pg/survey/tied_sequences.hpp"

namespace pgsqlite::pg::jobs {
namespace {

struct Retry {
    RetryChoice choice;
    JobPlan* plan;
    const Replan* replan;  ///< null: as the job planned it
    bool is_load;          ///< the job is sqlite.load's
    load::Account* account;
    int64 loaded;
    int64 skipped;
    RetryRows left;  ///< rows that could not be tried
};

void Write(void* job, const load::Reject& reject) {
    RenewReject(*static_cast<const int64*>(job), reject.rowid, reject);
}

void Tick(void*, const load::Account& account, int64 ahead) {
    const load::Account::Mark& start = account.table_start;
    ReportRows(account.read - start.read + ahead, account.written - start.written + ahead,
               account.rejected - start.rejected, account.skipped - start.skipped);
}

/// Each id must be an open reject of the job.
void CheckIds(const RetryChoice& choice) {
    if (choice.ids == 0) return;
    if (array_contains_nulls(DatumGetArrayTypeP(choice.ids)))
        ereport(ERROR,
                (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("an id of a reject must not be null")));
    SPI_connect();
    Arguments arguments;
    arguments.Int8(choice.job).Add(INT8ARRAYOID, choice.ids);
    const uint64 wrong = RunOnRecords(
        "SELECT i.id, r.state, t.job IS NULL FROM pg_catalog.unnest($2) AS i(id)"
        " LEFT JOIN sqlite.rejects r ON r.id OPERATOR(pg_catalog.=) i.id AND r.job OPERATOR(pg_catalog.=) $1"
        " LEFT JOIN sqlite.job_tables t ON t.job OPERATOR(pg_catalog.=) r.job"
        " AND t.table_no OPERATOR(pg_catalog.=) r.table_no"
        " WHERE (r.state OPERATOR(pg_catalog.=) 'open') IS NOT TRUE OR t.job IS NULL ORDER BY i.id LIMIT 1",
        arguments);
    if (wrong > 0) {
        HeapTuple tuple = SPI_tuptable->vals[0];
        const char* id = SPI_getvalue(tuple, SPI_tuptable->tupdesc, 1);
        const char* state = SPI_getvalue(tuple, SPI_tuptable->tupdesc, 2);
        if (state == nullptr)
            ereport(ERROR, (errcode(ERRCODE_UNDEFINED_OBJECT),
                            errmsg("job " INT64_FORMAT " has no reject %s", choice.job, id)));
        if (strcmp(state, "open") != 0)
            ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
                            errmsg("reject %s is not open, but %s", id, state),
                            strcmp(state, "ignored") == 0
                                ? errhint("UPDATE sqlite.rejects SET state = 'open' WHERE id = %s.", id)
                                : 0));
        ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
                        errmsg("reject %s is of a load that failed as a whole", id),
                        errhint("Nothing of it was written: CALL sqlite.load again.")));
    }
    SPI_finish();
}

/// Tables with rows to be tried, by their number.
List* TablesToRetry(const RetryChoice& choice) {
    MemoryContext caller = CurrentMemoryContext;
    List* tables = NIL;
    SPI_connect();
    Arguments arguments;
    arguments.Int8(choice.job).Add(INT8ARRAYOID, choice.ids, choice.ids == 0).Bool(choice.orphans);
    const uint64 count = RunOnRecords(
        "SELECT t.table_no FROM sqlite.job_tables t WHERE t.job OPERATOR(pg_catalog.=) $1 AND EXISTS"
        " (SELECT FROM sqlite.rejects r WHERE r.job OPERATOR(pg_catalog.=) t.job AND r.table_no"
        " OPERATOR(pg_catalog.=) t.table_no AND r.state OPERATOR(pg_catalog.=) 'open'"
        " AND ($2 IS NULL OR r.id OPERATOR(pg_catalog.=) ANY ($2))"
        " AND (NOT $3 OR r.sqlstate OPERATOR(pg_catalog.=) '23503')) ORDER BY t.table_no",
        arguments);
    MemoryContext previous = MemoryContextSwitchTo(caller);
    for (uint64 i = 0; i < count; ++i) {
        bool is_null;
        tables = lappend_int(
            tables, DatumGetInt32(SPI_getbinval(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 1, &is_null)));
    }
    MemoryContextSwitchTo(previous);
    SPI_finish();
    return tables;
}

/// Its own load has ended long ago, whatever has been added since.
void StaysDone(int64 job, int32 table_no) {
    SPI_connect();
    Arguments arguments;
    arguments.Int8(job).Int4(table_no);
    RunOnRecords(
        "UPDATE sqlite.job_tables SET state = 'done' WHERE job OPERATOR(pg_catalog.=) $1"
        " AND table_no OPERATOR(pg_catalog.=) $2",
        arguments);
    SPI_finish();
}

/// Runs a task over rows that count as loaded so far, and notes what became of them.
void LoadAgain(Retry* retry, const PlannedLoad& table, const plan::LoadTask& task) {
    load::Account* account = retry->account;
    account->BeginTable(table.table_no, ToServerText(task.target));
    const load::Account::Mark before = account->TakeMark();
    const TimestampTz began = GetCurrentTimestamp();
    load::Load(task, nullptr, account);
    account->RaiseFailures();
    // What was read now counts as read and rejected since the job: it is written, skipped, or rejected again.
    load::Account::Mark noted = before;
    noted.read = account->read;
    noted.rejected += account->read - before.read;
    AddProgress(retry->choice.job, *account, noted, nullptr, began);
    StaysDone(retry->choice.job, table.table_no);
    retry->loaded += account->written - before.written;
    retry->skipped += account->skipped - before.skipped;
}

void LoadStored(Retry* retry, const PlannedLoad& table, plan::LoadTask* task, const RetryRows& rows) {
    fdw::ReadInstead(get_foreign_server_oid(ToServerText(task->server), false), rows.file);
    if (retry->replan == nullptr) FollowTarget(task);
    RunStatement(psprintf("ALTER FOREIGN TABLE %s ADD COLUMN %s bigint OPTIONS (column_name '%s')",
                          ToServerText(task->source), kRejectColumn, rows.rowid));
    const char* rowid = ToUtf8(rows.rowid);
    Guard([&] {
        task->rowid_name = rowid;
        task->rowid_column = kRejectColumn;
    });
    LeaveOut(*task);
    LoadAgain(retry, table, *task);
}

void LoadConverted(Retry* retry, const PlannedLoad& table, const plan::LoadTask& task) {
    auto* converted = NewIn<plan::LoadTask>(CurrentMemoryContext);
    Guard([&] { *converted = plan::OfConvertedRows(task, kConvertedRows, kRejectColumn); });
    LoadAgain(retry, table, *converted);
    RunStatement(psprintf("DROP TABLE %s", kConvertedRows));
}

void RetryTable(Retry* retry, int32 table_no) {
    const PlannedLoad& table = retry->plan->Table(table_no);
    CheckThere(retry->choice.job, table);
    plan::LoadTask* task = retry->replan != nullptr && !table.task.server.empty()
                               ? TaskPlannedAnew(retry->replan, table)
                               : RetryTask(table);
    PublishActivity(
        {retry->choice.job, Phase::kLoading, table_no, InvalidOid, -1, ToServerText(task->target)});
    if (!task->create_source.empty()) ExecuteTemporaryUtf8(task->create_source);
    const RetryRows rows = GatherRows(retry->choice, table_no, *task);
    if (rows.converted > 0) LoadConverted(retry, table, *task);
    if (rows.stored > 0) LoadStored(retry, table, task, rows);
    fdw::StopRedirects();
    CloseRows(rows);
    if (!task->drop_source.empty()) RunStatement(ToServerText(task->drop_source));
    if (retry->choice.orphans) return;
    retry->left.gone += rows.gone;
    retry->left.unnamed += rows.unnamed;
    retry->left.foreign += rows.foreign;
}

/// Rows that refer to each other may come in the wrong order; so those without a parent are tried again as
/// long as that helps.
void RetryTables(Retry* retry) {
    int64 before = -1;
    retry->choice.orphans = false;
    while (before < retry->loaded) {
        before = retry->loaded;
        const List* tables = TablesToRetry(retry->choice);
        const ListCell* cell;
        foreach (cell, tables)
            RetryTable(retry, lfirst_int(cell));
        retry->choice.orphans = true;
    }
}

/// Sequences go on behind what was written, never back.
void SetSequences(const PlannedLoad& table) {
    SPI_connect();
    uint64 count;
    const TiedSequence* sequences = ListTiedSequences(
        psprintf("c.oid = pg_catalog.to_regclass(%s) AND pg_catalog.has_sequence_privilege(s.seqrelid, "
                 "'UPDATE') AND pg_catalog.has_sequence_privilege(s.seqrelid, 'SELECT')",
                 quote_literal_cstr(ToServerText(table.target))),
        &count);
    for (uint64 i = 0; i < count; ++i) {
        const bool written = Guard([&] {
            const std::vector<std::string>& columns = table.task.columns;
            return std::find(columns.begin(), columns.end(), ToUtf8(sequences[i].column)) != columns.end();
        });
        if (written && HasNumbers(sequences[i])) (void)BringBehind(sequences[i]);
    }
    SPI_finish();
}

/// Only what the plan set: a load of the user's leaves sequences alone.
void SetSequencesAnew(const Retry* retry) {
    if (retry->is_load || retry->loaded == 0) return;
    for (const PlannedStep& step : retry->plan->steps)
        if (step.table_no > 0 && step.object.rfind("sequence of ", 0) == 0)
            SetSequences(retry->plan->Table(step.table_no));
}

int64 CountOpen(const RetryChoice& choice) {
    SPI_connect();
    Arguments arguments;
    arguments.Int8(choice.job).Add(INT8ARRAYOID, choice.ids, choice.ids == 0);
    RunOnRecords(
        "SELECT pg_catalog.count(*) FROM sqlite.rejects r WHERE r.job OPERATOR(pg_catalog.=) $1 AND"
        " r.state OPERATOR(pg_catalog.=) 'open' AND ($2 IS NULL OR r.id OPERATOR(pg_catalog.=) ANY ($2))",
        arguments);
    bool is_null;
    const int64 count =
        DatumGetInt64(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &is_null));
    SPI_finish();
    return count;
}

void Tell(const Retry& retry, int64 open) {
    const RetryRows& left = retry.left;
    if (left.unnamed > 0)
        ereport(WARNING,
                (errmsg(INT64_FORMAT " rejected rows were not tried", left.unnamed),
                 retry.choice.from_stored
                     ? errdetail("No row is stored with them.")
                     : errdetail("Neither a rowid nor a key tells which rows of the source they were."),
                 retry.choice.from_stored
                     ? 0
                     : errhint("from_stored => true loads them as they stand in sqlite.rejects.")));
    if (left.foreign > 0)
        ereport(WARNING, (errmsg(INT64_FORMAT " rejected rows were not tried", left.foreign),
                          errdetail("What is stored is a row of SQLite that the load's query read, not a row "
                                    "of the query."),
                          errhint("CALL sqlite.load with a query that gives just these rows.")));
    const char* skipped = retry.skipped > 0 ? psprintf(", " INT64_FORMAT " skipped", retry.skipped) : "";
    const char* message = psprintf("rejected rows: " INT64_FORMAT " loaded%s, " INT64_FORMAT " still open",
                                   retry.loaded, skipped, open);
    Log(retry.choice.job, "info", psprintf("retry_rejects: %s", message));
    ereport(
        NOTICE,
        (errmsg_internal("%s", message),
         left.gone > 0 ? errdetail(INT64_FORMAT " of them are not in the source any more.", left.gone) : 0));
}

void CheckState(const TakenJob& job) {
    // A load job is as its last load was; what the others wrote is there.
    if (job.Is("done") || (job.IsKind("load") && job.Is("failed"))) return;
    ereport(ERROR,
            (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
             errmsg("job " INT64_FORMAT " is not done, but %s", job.job,
                    job.Is("running") ? "interrupted" : job.state),
             job.Is("rolled back") ? 0 : errhint("CALL sqlite.resume(" INT64_FORMAT ") first.", job.job)));
}

bool IsCalledInBlock(FunctionCallInfo fcinfo) {
    return fcinfo->context == nullptr || !IsA(fcinfo->context, CallContext) ||
           castNode(CallContext, fcinfo->context)->atomic;
}

void RunAsOwner(Retry* retry, FunctionCallInfo fcinfo) {
    CheckIds(retry->choice);
    retry->plan = ReadJobPlan(retry->choice.job);
    if (!PG_ARGISNULL(2)) {
        if (retry->is_load)
            ereport(ERROR,
                    (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("a job of sqlite.load has no spec"),
                     errhint("CALL sqlite.load with another query, or mend the stored rows.")));
        retry->replan = PlanAnew(*retry->plan, PG_GETARG_JSONB_P(2));
        retry->choice.replanned = true;
    }
    retry->account = load::Account::In(CurrentMemoryContext, &Write, &Tick, &retry->choice.job);
    retry->account->rejects_conversions = true;
    // A row that breaks a deferred constraint is found while it can still be put aside. Inside a block that
    // is the caller's to say.
    if (!IsCalledInBlock(fcinfo)) RunStatement("SET CONSTRAINTS ALL IMMEDIATE");
    const List* triggers = DisableTriggers(*retry->plan);
    RetryTables(retry);
    EnableTriggers(triggers);
    SetSequencesAnew(retry);
}

void Run(Retry* retry, FunctionCallInfo fcinfo) {
    const int64 wanted = PG_ARGISNULL(0) ? 0 : PG_GETARG_INT64(0);
    const TakenJob job = TakeJob(ChooseJob(PG_ARGISNULL(0) ? nullptr : &wanted));
    CheckState(job);
    retry->is_load = job.IsKind("load");
    retry->choice.job = job.job;
    retry->choice.ids = PG_ARGISNULL(1) ? 0 : PG_GETARG_DATUM(1);
    retry->choice.from_stored = !PG_ARGISNULL(3) && PG_GETARG_BOOL(3);
    WriteAsRole(job.act_as, [&] { RunAsOwner(retry, fcinfo); });
}

}  // namespace
}  // namespace pgsqlite::pg::jobs

using namespace pgsqlite::pg::jobs;

PG_SQLITE_FUNCTION(pg_sqlite_retry_rejects) {
    Retry* retry = static_cast<Retry*>(palloc0(sizeof(Retry)));
    SPI_connect();
    PG_TRY();
    { Run(retry, fcinfo); }
    PG_FINALLY();
    {
        EndActivity();
        pgsqlite::pg::fdw::StopRedirects();
    }
    PG_END_TRY();
    const int64 open = CountOpen(retry->choice);
    Tell(*retry, open);
    SPI_finish();
    TupleDesc descriptor;
    if (get_call_result_type(fcinfo, nullptr, &descriptor) != TYPEFUNC_COMPOSITE)
        elog(ERROR, "return type must be a row type");
    Datum values[] = {Int64GetDatum(retry->choice.job), Int64GetDatum(retry->loaded), Int64GetDatum(open)};
    bool nulls[] = {false, false, false};
    return HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(descriptor), values, nulls));
}
