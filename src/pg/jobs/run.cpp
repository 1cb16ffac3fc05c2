#include "pg/jobs/run.hpp"

#include "pg/jobs/chunks.hpp"
#include "pg/jobs/progress.hpp"
#include "pg/load/collect.hpp"
#include "pg/load/load.hpp"
#include "pg/load/query_row.hpp"

namespace pgsqlite::pg::jobs {
namespace {

void Execute(const char* sql) {
    const int code = SPI_execute(sql, false, 0);
    if (code < 0) elog(ERROR, "could not run a statement of the plan: %s", SPI_result_code_string(code));
}

void ExecuteUtf8(const std::string& sql) {
    SPI_connect();
    Execute(ToServerText(sql));
    SPI_finish();
}

Phase PhaseOf(Section section) noexcept {
    return section == Section::kPreData ? Phase::kPreData
           : section == Section::kData  ? Phase::kLoading
                                        : Phase::kPostData;
}

/// `existing` error: nobody has put a row into the target since the plan was made.
void CheckEmpty(const plan::LoadTask& task) {
    SPI_connect();
    const char* target = ToServerText(task.target);
    Execute(psprintf("SELECT FROM %s LIMIT 1", target));
    if (SPI_processed > 0)
        ereport(
            ERROR,
            (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE), errmsg("target %s has rows already", target),
             errhint("Say what becomes of them: \"existing\": \"append\", \"truncate\", \"skip\" or "
                     "\"upsert\".")));
    SPI_finish();
}

Oid RelationOf(const char* name) {
    return RangeVarGetRelid(makeRangeVarFromNameList(textToQualifiedNameList(cstring_to_text(name))), NoLock,
                            true);
}

/// What stands in errors: "step 7: data of public.customer".
void Name(Call* call, const PlannedStep& step) {
    call->doing = psprintf("step %d: %s", step.number, ToServerText(step.object));
}

/// Rows without a parent, with `orphans` reject: what the statement deletes is put aside.
void RejectOrphans(Call* call, const PlannedStep& step, const plan::LoadTask& task) {
    SPI_connect();
    Execute(psprintf("%s\nRETURNING c.*", ToServerText(step.statement)));
    const SPITupleTable* rows = SPI_tuptable;
    const uint64 count = SPI_processed;
    load::Account* account = call->account;
    account->BeginTable(step.table_no, ToServerText(task.target));
    Datum* values = static_cast<Datum*>(palloc(sizeof(Datum) * static_cast<Size>(rows->tupdesc->natts)));
    bool* nulls = static_cast<bool*>(palloc(sizeof(bool) * static_cast<Size>(rows->tupdesc->natts)));
    for (uint64 i = 0; i < count; ++i) {
        heap_deform_tuple(rows->vals[i], rows->tupdesc, values, nulls);
        load::Reject reject = {};
        reject.server = ToServerText(task.server);
        reject.table = ToServerText(task.table);
        reject.category = load::Category::kInsertion;
        reject.sqlstate = ERRCODE_FOREIGN_KEY_VIOLATION;
        reject.message = psprintf("the row has no parent: %s", ToServerText(step.object));
        reject.row = load::QueryRowAsJson(rows->tupdesc, values, nulls);
        account->Add(reject);
    }
    account->written -= static_cast<int64>(count);
    SPI_finish();
    MoveToRejected(call->job, step.table_no, static_cast<int64>(count));
}

void Do(Call* call, JobPlan* plan, const PlannedStep& step) {
    if (step.kind == StepKind::kOrphans) {
        RejectOrphans(call, step, plan->Table(step.table_no).task);
    } else if (step.kind != StepKind::kComment) {
        PublishActivity(
            {call->job, PhaseOf(step.section), step.table_no, InvalidOid, -1, ToServerText(step.object)});
        RunStatement(step);
    }
    MarkStep(call->job, step.number);
}

/// Everything, in the present transaction. What does not fit is looked for in all tables before it ends.
void DoAll(Call* call, JobPlan* plan) {
    size_t loads = 0;
    for (const PlannedStep& step : plan->steps)
        if (step.kind == StepKind::kLoad) ++loads;
    for (const PlannedStep& step : plan->steps) {
        CHECK_FOR_INTERRUPTS();
        Name(call, step);
        if (step.section == Section::kPostData) call->account->RaiseFailures();
        if (step.kind != StepKind::kLoad) {
            if (call->account->failures == 0) Do(call, plan, step);
            continue;
        }
        const PlannedLoad& table = plan->Table(step.table_no);
        const load::Account::Mark before = call->account->TakeMark();
        LoadPiece(call->job, table, nullptr, true, call->account);
        if (call->account->failures == 0) call->account->CheckShare(before, plan->max_percent);
        MarkStep(call->job, step.number);
        // No ALTER TABLE may find deferred checks of its table open.
        if (--loads == 0 && call->account->failures == 0) ExecuteUtf8("SET CONSTRAINTS ALL IMMEDIATE");
    }
    call->account->RaiseFailures();
    call->doing = nullptr;
    FinishJob(call->job, nullptr);
}

/// One table in units of its own.
void LoadInUnits(Call* call, JobPlan* plan, const PlannedStep& step) {
    PlannedLoad& table = plan->Table(step.table_no);
    if (plan->transaction == spec::Transaction::kBatch && !table.task.rowid_column.empty()) {
        ChunkWalk* walk = nullptr;
        RunUnit(call, [&] { walk = WalkChunks(call->memory, table, plan->commit_rows); });
        plan::RowidRange range;
        while (walk->Claim(&range)) {
            RunUnit(call, [&] {
                const int64 before = call->account->read;
                LoadPiece(call->job, table, &range, false, call->account);
                call->account->RaiseFailures();
                walk->Report(call->account->read - before);
            });
            table.started = true;
        }
        RunUnit(call, [&] {
            MarkTableDone(call->job, table.table_no);
            MarkStep(call->job, step.number);
        });
        return;
    }
    RunUnit(call, [&] {
        const load::Account::Mark before = call->account->TakeMark();
        LoadPiece(call->job, table, nullptr, true, call->account);
        call->account->RaiseFailures();
        call->account->CheckShare(before, plan->max_percent);
        MarkStep(call->job, step.number);
    });
}

void DoInUnits(Call* call, JobPlan* plan) {
    size_t i = 0;
    while (i < plan->steps.size()) {
        PlannedStep& step = plan->steps[i];
        if (step.done) {
            ++i;
            continue;
        }
        Name(call, step);
        if (step.kind == StepKind::kLoad) {
            LoadInUnits(call, plan, step);
            ++i;
            continue;
        }
        // What is made before the data is quickly made: one commit for all of it.
        size_t end = i + 1;
        if (step.section == Section::kPreData)
            while (end < plan->steps.size() && plan->steps[end].section == Section::kPreData)
                ++end;
        RunUnit(call, [&] {
            for (size_t j = i; j < end; ++j) {
                if (plan->steps[j].done) continue;
                Name(call, plan->steps[j]);
                Do(call, plan, plan->steps[j]);
            }
        });
        i = end;
    }
    call->doing = nullptr;
    RunUnit(call, [&] { FinishJob(call->job, nullptr); });
}

}  // namespace

void LoadPiece(int64 job, const PlannedLoad& table, const plan::RowidRange* range, bool last,
               load::Account* account) {
    const plan::LoadTask& task = table.task;
    const char* target = ToServerText(task.target);
    if (task.must_be_empty && !table.started) CheckEmpty(task);
    if (!task.create_source.empty()) ExecuteUtf8(task.create_source);
    account->BeginTable(table.table_no, target);
    PublishActivity({job, Phase::kLoading, table.table_no, RelationOf(target), table.expected, target});
    const load::Account::Mark before = account->TakeMark();
    load::Load(task, range, account);
    AddProgress(job, *account, before, range, last);
    if (!task.drop_source.empty()) ExecuteUtf8(task.drop_source);
}

void RunStatement(const PlannedStep& step) {
    ExecuteUtf8(step.statement);
    RepublishActivity();
}

void CarryOut(Call* call, JobPlan* plan) {
    call->account->max_rejects = plan->max_rejects;
    if (plan->transaction == spec::Transaction::kSingle)
        RunUnit(call, [&] { DoAll(call, plan); });
    else
        DoInUnits(call, plan);
}

}  // namespace pgsqlite::pg::jobs
