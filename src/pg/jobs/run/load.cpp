// CALL sqlite.load(target, query, …): one INSERT … SELECT from any source that keeps the account.
#include "pg/load/load.hpp"
#include "pg/jobs/activity/progress.hpp"
#include "pg/jobs/records/follow_targets.hpp"
#include "pg/jobs/records/job_records.hpp"
#include "pg/jobs/records/table_records.hpp"
#include "pg/jobs/run/call.hpp"
#include "pg/jobs/run/load_arguments.hpp"
#include "pg/jobs/run/work_at_hand.hpp"

namespace pgsqlite::pg::jobs {
namespace {

/// The job to add to, one of the caller's own; or a new one.
int64 JobOf(const LoadArguments& arguments, int32* table_no) {
    *table_no = 1;
    if (!arguments.has_job) {
        NewJob job = {};
        job.kind = "load";
        job.transaction = "single";
        job.workers = 1;
        job.on_error = arguments.on_error;
        job.max_rejects = arguments.max_rejects_text;
        return CreateJob(job);
    }
    CheckNotAtWork(arguments.job);
    *table_no = NextTableNo(arguments.job);
    ClaimJob(arguments.job);
    return arguments.job;
}

void RunLoad(Call* call, const LoadArguments& arguments, int32 table_no) {
    const plan::LoadTask& task = *arguments.task;
    NewTable table = {};
    table.table_no = table_no;
    table.target = arguments.target;
    table.expected = -1;
    table.load = LoadJson(task);
    AddTable(call->job, table);
    call->account->BeginTable(table_no, arguments.target);
    call->account->max_rejects = arguments.max_rejects;
    call->account->rejects_conversions = task.reject;
    PublishActivity({call->job, Phase::kLoading, table_no, arguments.target_oid, -1, arguments.target});
    const load::Account::Mark before = call->account->TakeMark();
    const TimestampTz began = GetCurrentTimestamp();
    load::Load(task, nullptr, call->account);
    call->account->RaiseFailures();
    AddProgress(call->job, *call->account, before, nullptr, began);
    FinishTable(call->job, table_no, arguments.max_percent);
    LogTable(call->job, table_no);
    NoteTargets(call->job);
    FinishJob(call->job, nullptr);
}

}  // namespace
}  // namespace pgsqlite::pg::jobs

using namespace pgsqlite::pg::jobs;

PG_SQLITE_FUNCTION(pg_sqlite_load) {
    Call* call = BeginCall(fcinfo);
    const LoadArguments arguments = ReadLoadArguments(fcinfo);
    int32 table_no;
    StartJob(call, JobOf(arguments, &table_no));
    if (!call->atomic) CommitUnit(call);
    call->doing = psprintf("load into %s", arguments.target);
    RunOnce(call, [&] { RunLoad(call, arguments, table_no); });
    return EndCall(call, fcinfo);
}
