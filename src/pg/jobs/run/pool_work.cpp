#include "pg/jobs/run/pool_work.hpp"

#include "core/job/rowid_gaps.hpp"
#include "core/sqlite/pages/rowid_order.hpp"
#include "core/sqlite/statistics.hpp"
#include "pg/fdw/connect/connection.hpp"
#include "pg/fdw/connect/redirect.hpp"
#include "pg/fdw/connect/sqlite_call.hpp"
#include "pg/jobs/activity/progress.hpp"
#include "pg/jobs/records/step_records.hpp"
#include "pg/jobs/records/table_records.hpp"
#include "pg/jobs/run/load_piece.hpp"
#include "pg/jobs/run/pieces.hpp"
#include "pg/jobs/workers/worker_pool.hpp"

namespace pgsqlite::pg::jobs {
namespace {

/// Rows of a piece where commit_rows is not said: a commit then costs nothing beside its rows.
constexpr int64 kPieceRows = 100000;

struct Work {
    Call* call;
    JobPlan* plan;
    std::vector<plan::Task> tasks;
    std::vector<plan::TaskOrder> orders;
    std::vector<PoolSource> sources;
    std::vector<int32> tasks_left;  ///< by table
    std::vector<int32> steps;       ///< by table: its load
    int64 expected = 0;             ///< rows of all tables

    Work(Call* job_call, JobPlan* job_plan) : call(job_call), plan(job_plan) {
        tasks_left.resize(plan->tables.size());
        steps.resize(plan->tables.size());
    }
};

bool IsInRanges(const JobPlan& plan, const PlannedLoad& table) noexcept {
    // What a row's key becomes may depend on all rows.
    return !table.task.rowid_column.empty() && table.task.match_on.empty() &&
           (plan.transaction == spec::Transaction::kBatch || table.staged);
}

/// What of the table's rowids is not committed. Lives in the call's memory.
const std::vector<plan::RowidRange>* GapsOf(const Call* call, const PlannedLoad& table) {
    // The note that it is done is a commit of its own, which may be missing.
    if (table.loaded) return NewIn<std::vector<plan::RowidRange>>(call->memory);
    const char* server = ToServerText(table.task.server);
    fdw::Pin* pin = fdw::Pin::Acquire(CurrentMemoryContext, get_foreign_server_oid(server, false));
    auto* gaps = NewIn<std::vector<plan::RowidRange>>(call->memory);
    fdw::CallSqlite(pin->database(), [&] {
        const auto range = sqlite::ReadRowidRange(*pin->database(), table.task.table, table.task.rowid_name);
        if (!range) return;
        sqlite::RequireRowidOrder(*pin->database(), table.task.table, &CancelPending);
        *gaps = plan::FindGaps(range->first, range->last, table.committed);
    });
    pin->Release();
    return gaps;
}

/// All of a table is written.
void MarkLoaded(Work* work, int32 table_no) {
    FinishTable(work->plan->job, table_no, work->plan->max_percent);
    CheckRejects(work->plan->job, work->plan->max_rejects);
    MarkStep(work->plan->job, work->steps[static_cast<size_t>(table_no - 1)], 0);
}

void OnTaskDone(int32 task, const RowCounts&, void* argument) {
    Work* work = static_cast<Work*>(argument);
    const plan::Task& done = work->tasks[static_cast<size_t>(task)];
    if (static_cast<PieceKind>(done.kind) != PieceKind::kLoad) return;
    if (--work->tasks_left[static_cast<size_t>(done.number - 1)] > 0) return;
    // An error goes through RunInWorkers, which has workers to stop.
    EnsurePortalSnapshotExists();
    MemoryContext caller = MemoryContextSwitchTo(work->call->memory);
    (void)TryInSubtransaction([&] { MarkLoaded(work, done.number); }, [](const ErrorData*) { return false; });
    CommitUnit(work->call);
    MemoryContextSwitchTo(caller);
}

/// What its workers have done together is the leader's own progress.
void OnProgress(const PoolProgress& progress, void*) {
    if (progress.workers == 0) return;
    const RowCounts& rows = progress.rows;
    ReportRows(rows.read, rows.written, rows.rejected, rows.skipped);
}

/// @param gaps what of the table's rowids is not committed; null: it goes as a whole
void AddLoad(Work* work, const PlannedLoad& table, int32 step, const std::vector<plan::RowidRange>* gaps) {
    Guard([&] {
        const auto place = static_cast<size_t>(table.table_no - 1);
        plan::Task task;
        task.kind = static_cast<int32>(PieceKind::kLoad);
        task.number = table.table_no;
        task.piece_rows = work->plan->commit_rows > 0 ? work->plan->commit_rows : kPieceRows;
        task.rows = std::max<int64>(table.expected, 0);
        task.split = gaps != nullptr;
        work->steps[place] = step;
        work->expected += task.rows;
        if (gaps == nullptr) work->tasks.push_back(task);
        for (size_t i = 0; gaps != nullptr && i < gaps->size(); ++i) {
            task.first = (*gaps)[i].first;
            task.last = (*gaps)[i].last;
            work->tasks.push_back(task);
        }
        work->tasks_left[place] = gaps == nullptr ? 1 : static_cast<int32>(gaps->size());
    });
}

/// Rows of tables that exist meet their foreign keys at once.
void AddOrders(Work* work) {
    Guard([&] {
        const auto count = static_cast<int32>(work->tasks.size());
        for (int32 child = 0; child < count; ++child) {
            const PlannedLoad& table = work->plan->Table(work->tasks[static_cast<size_t>(child)].number);
            if (table.created) continue;
            for (int32 parent = 0; parent < count; ++parent)
                for (const int32 table_no : table.parents)
                    if (work->tasks[static_cast<size_t>(parent)].number == table_no)
                        work->orders.push_back({parent, child});
        }
    });
}

void AddSources(Work* work) {
    const bool live = work->plan->read_from == spec::ReadFrom::kLive;
    for (const std::string& name : work->plan->servers) {
        PoolSource source = {};
        source.server = get_foreign_server_oid(ToServerText(name), false);
        source.live = live;
        if (live) source.snapshot = fdw::HeldSnapshot(source.server);
        Guard([&] { work->sources.push_back(source); });
    }
}

void Run(Work* work, Phase phase) {
    Call* call = work->call;
    JobPlan* plan = work->plan;
    if (work->tasks.empty()) return;
    RunOnce(call, [&] { AddSources(work); });
    PoolRequest request = {};
    request.job = plan->job;
    request.act_as = call->act_as;
    request.workers = plan->workers > 1 ? plan->workers : 0;
    request.tasks = work->tasks.data();
    request.task_count = static_cast<int>(work->tasks.size());
    request.orders = work->orders.data();
    request.order_count = static_cast<int>(work->orders.size());
    request.sources = work->sources.data();
    request.source_count = static_cast<int>(work->sources.size());
    request.on_progress = &OnProgress;
    request.on_task_done = &OnTaskDone;
    request.argument = work;
    if (request.workers > 0)
        PublishActivity({plan->job, phase, 0, InvalidOid, work->expected > 0 ? work->expected : -1,
                         psprintf("%d workers", request.workers)});
    RunGuarded(call, [&] { RunInWorkers(request); });
    MemoryContextSwitchTo(call->memory);
}

}  // namespace

void LoadTables(Call* call, JobPlan* plan) {
    Work* work = NewIn<Work>(call->memory, call, plan);
    RunOnce(call, [&] {
        for (const PlannedStep& step : plan->steps) {
            if (step.kind != StepKind::kLoad || step.done) continue;
            const PlannedLoad& table = plan->Table(step.table_no);
            if (plan->staged && !table.staged) continue;
            if (table.task.must_be_empty && !table.started) CheckEmpty(table);
            const bool by_gaps = table.loaded || IsInRanges(*plan, table);
            AddLoad(work, table, step.number, by_gaps ? GapsOf(call, table) : nullptr);
            if (work->tasks_left[static_cast<size_t>(table.table_no - 1)] == 0)
                MarkLoaded(work, table.table_no);
        }
        AddOrders(work);
    });
    call->doing = "loading tables";
    Run(work, Phase::kLoading);
    call->doing = nullptr;
}

void BuildIndexes(Call* call, JobPlan* plan) {
    Work* work = NewIn<Work>(call->memory, call, plan);
    Guard([&] {
        std::vector<int32> last_key(plan->tables.size(), -1);  // tasks
        for (const PlannedStep& step : plan->steps) {
            const bool is_key = plan::IsKey(step.kind);
            if (!is_key && step.kind != StepKind::kIndex) continue;
            if (step.done || step.section != Section::kPostData) continue;
            if (plan->staged && step.staged.empty()) continue;
            const auto index = static_cast<int32>(work->tasks.size());
            plan::Task task;
            task.kind = static_cast<int32>(PieceKind::kStep);
            task.number = step.number;
            work->tasks.push_back(task);
            // Keys lock their table; they stand before its indexes.
            int32& before = last_key[static_cast<size_t>(step.table_no - 1)];
            if (before >= 0) work->orders.push_back({before, index});
            if (is_key) before = index;
        }
    });
    call->doing = "building indexes";
    Run(work, Phase::kPostData);
    call->doing = nullptr;
}

}  // namespace pgsqlite::pg::jobs
