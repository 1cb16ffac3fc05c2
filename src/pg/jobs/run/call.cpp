#include "pg/jobs/run/call.hpp"

#include "pg/jobs/activity/progress.hpp"
#include "pg/jobs/records/job_log.hpp"
#include "pg/jobs/records/job_records.hpp"
#include "pg/jobs/records/reject_records.hpp"
#include "pg/jobs/run/staging.hpp"
#include "pg/jobs/run/work_at_hand.hpp"
#include "pg/jobs/sources/sources.hpp"
#include "pg/shortened.hpp"

namespace pgsqlite::pg::jobs {
namespace {

void Write(void* context, const load::Reject& reject) {
    PutReject(static_cast<const Call*>(context)->job, reject);
}

/// Counters of the table; rows on their way count as written.
void Tick(void*, const load::Account& account, int64 ahead) {
    const load::Account::Mark& start = account.table_start;
    ReportRows(account.read - start.read + ahead, account.written - start.written + ahead,
               account.rejected - start.rejected, account.skipped - start.skipped);
}

/// Names the job in an error that leaves it.
void AddContext(const Call* call, ErrorData* error) {
    const char* line = call->doing != nullptr ? psprintf("job " INT64_FORMAT ", %s", call->job, call->doing)
                                              : psprintf("job " INT64_FORMAT, call->job);
    error->context = error->context != nullptr ? psprintf("%s\n%s", error->context, line) : pstrdup(line);
}

void RecordRejects(const Call* call) {
    for (int i = 0; i < call->account->kept_count(); ++i)
        PutReject(call->job, call->account->kept(i));
}

}  // namespace

Call* BeginCall(FunctionCallInfo fcinfo) {
    const bool atomic = fcinfo->context == nullptr || !IsA(fcinfo->context, CallContext) ||
                        castNode(CallContext, fcinfo->context)->atomic;
    if (SPI_connect_ext(atomic ? 0 : SPI_OPT_NONATOMIC) != SPI_OK_CONNECT) elog(ERROR, "SPI_connect failed");
    Call* call = static_cast<Call*>(palloc0(sizeof(Call)));
    call->atomic = atomic;
    call->memory = CurrentMemoryContext;
    call->account = load::Account::In(call->memory, &Write, &Tick, call);
    return call;
}

Datum EndCall(Call* call, FunctionCallInfo fcinfo) {
    const int64 job = call->job;
    EndActivity();
    SPI_finish();
    TupleDesc descriptor;
    if (get_call_result_type(fcinfo, nullptr, &descriptor) != TYPEFUNC_COMPOSITE)
        elog(ERROR, "return type must be a row type");
    Datum values[] = {Int64GetDatum(job)};
    bool nulls[] = {false};
    return HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(descriptor), values, nulls));
}

void StartJob(Call* call, int64 job) {
    call->job = job;
    MemoryContext previous = MemoryContextSwitchTo(call->memory);
    NoteWork(job);
    MemoryContextSwitchTo(previous);
}

void CommitUnit(Call* call) {
    SPI_commit();
    call->account->ForgetKept();
    MemoryContextSwitchTo(call->memory);
}

void PrepareRetry(Call* call, const load::Account::Mark& before, const ErrorData* error, int attempt) {
    SPI_rollback();
    MemoryContextSwitchTo(call->memory);
    call->account->ReturnTo(before);
    EnsurePortalSnapshotExists();
    if (call->job != 0) LogRetry(call->job, attempt, error->message);
    CommitUnit(call);
    BackOff(attempt);
}

void LeaveBlock(Call* call) {
    MemoryContext previous = MemoryContextSwitchTo(call->memory);
    EndActivity();
    if (call->job != 0) ReleaseSources(call->job, false);
    MemoryContextSwitchTo(previous);
}

void FailCall(Call* call, ErrorData* error) {
    MemoryContextSwitchTo(call->memory);  // where the error lies
    EndActivity();
    if (call->job != 0) ReleaseSources(call->job, call->resumable);
    SPI_rollback();
    MemoryContextSwitchTo(call->memory);
    AddContext(call, error);
    if (call->job != 0) {
        // As long as the job is this session's: who takes it up next puts tables aside under the same names.
        if (call->staged) DropStagingQuietly(call->job, call->act_as);
        MemoryContextSwitchTo(call->memory);
        EnsurePortalSnapshotExists();
        const auto is_answer = [](const ErrorData*) { return true; };
        const ErrorData* other = TryInSubtransaction([&] { RecordRejects(call); }, is_answer);
        if (other != nullptr)
            ereport(WARNING, (errmsg("the rejected rows of job " INT64_FORMAT " could not be recorded: %s",
                                     call->job, Shortened(other->message))));
        other = TryInSubtransaction([&] { FinishJob(call->job, error); }, is_answer);
        if (other != nullptr)
            ereport(WARNING, (errmsg("the failure of job " INT64_FORMAT " could not be recorded: %s",
                                     call->job, Shortened(other->message))));
        SPI_commit();
        MemoryContextSwitchTo(call->memory);
    }
    RaiseAgain(error);
}

}  // namespace pgsqlite::pg::jobs
