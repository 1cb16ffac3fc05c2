// CALL sqlite.retry_rejects(job, ids, spec, from_stored): rejected rows once more, after something was
// mended: the source, the target, the spec, or the row itself. One transaction, the caller's.
#include "pg/fdw/connect/redirect.hpp"
#include "pg/jobs/activity/progress.hpp"
#include "pg/jobs/records/job_log.hpp"
#include "pg/jobs/records/job_plan.hpp"
#include "pg/jobs/records/reject_records.hpp"
#include "pg/jobs/records/table_records.hpp"
#include "pg/jobs/retry/retry_condition.hpp"
#include "pg/jobs/retry/retry_rows.hpp"
#include "pg/jobs/retry/retry_task.hpp"
#include "pg/jobs/retry/retry_triggers.hpp"
#include "pg/jobs/run/load_piece.hpp"
#include "pg/jobs/run/take_job.hpp"
#include "pg/list.hpp"
#include "pg/load/collect.hpp"
#include "pg/load/load.hpp"
#include "pg/load/open_source.hpp"
#include "pg/owner_rights.hpp"
#include "pg/run_sql.hpp"
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
    KeepDone(retry->choice.job, table.table_no);
    retry->loaded += account->written - before.written;
    retry->skipped += account->skipped - before.skipped;
}

void LoadStored(Retry* retry, const PlannedLoad& table, plan::LoadTask* task, const RetryRows& rows) {
    fdw::ReadInstead(get_foreign_server_oid(ToServerText(task->server), false), rows.file);
    if (retry->replan == nullptr) FollowTarget(task);
    RunSql(psprintf("ALTER FOREIGN TABLE %s ADD COLUMN %s bigint OPTIONS (column_name '%s')",
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
    RunSql(psprintf("DROP TABLE %s", kConvertedRows));
}

void RetryTable(Retry* retry, int32 table_no) {
    const PlannedLoad& table = retry->plan->Table(table_no);
    CheckThere(retry->choice.job, table);
    plan::LoadTask* task = retry->replan != nullptr && !table.task.server.empty()
                               ? TaskPlannedAnew(retry->replan, table)
                               : RetryTask(table);
    PublishActivity(
        {retry->choice.job, Phase::kLoading, table_no, InvalidOid, -1, ToServerText(task->target)});
    load::OpenSource(*task);
    const RetryRows rows = GatherRows(retry->choice, table_no, *task);
    if (rows.converted > 0) LoadConverted(retry, table, *task);
    if (rows.stored > 0) LoadStored(retry, table, task, rows);
    fdw::StopRedirects();
    CloseRows(rows);
    load::CloseSource(*task);
    if (retry->choice.orphans) return;
    retry->left.gone += rows.gone;
    retry->left.unnamed += rows.unnamed;
    retry->left.foreign += rows.foreign;
    retry->left.cut += rows.cut;
}

/// Rows that refer to each other may come in the wrong order; so those without a parent are tried again as
/// long as that helps.
void RetryTables(Retry* retry) {
    int64 before = -1;
    retry->choice.orphans = false;
    while (before < retry->loaded) {
        before = retry->loaded;
        for (const int table_no : EachInt(TablesToRetry(retry->choice)))
            RetryTable(retry, table_no);
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
        const char* column = ToUtf8(sequences[i].column);
        const std::vector<std::string>& columns = table.task.columns;
        const bool written = std::find(columns.begin(), columns.end(), column) != columns.end();
        if (written && HasNumbers(sequences[i])) (void)BringBehind(sequences[i]);
    }
    SPI_finish();
}

/// Only what the plan set: a load of the user's leaves sequences alone.
void SetSequencesAnew(const Retry* retry) {
    if (retry->is_load || retry->loaded == 0) return;
    for (const PlannedStep& step : retry->plan->steps)
        if (step.table_no > 0 && step.kind == StepKind::kSequence)
            SetSequences(retry->plan->Table(step.table_no));
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
    if (left.cut > 0)
        ereport(
            WARNING,
            (errmsg(INT64_FORMAT " rejected rows were not tried", left.cut),
             errdetail("Their stored rows hold but the beginnings of long values, and the source does not "
                       "have these values any more, or can't be read."),
             retry.is_load
                 ? errhint("CALL sqlite.load with a query that gives just these rows.")
                 : errhint("Put whole values in their place, or NULL for \"row\", which takes it from the "
                           "source.")));
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
    if (!IsCalledInBlock(fcinfo)) RunSql("SET CONSTRAINTS ALL IMMEDIATE");
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
