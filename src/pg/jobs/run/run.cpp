#include "pg/jobs/run/run.hpp"

#include <cstring>

#include "pg/catalog_query.hpp"
#include "pg/jobs/activity/progress.hpp"
#include "pg/jobs/records/follow_targets.hpp"
#include "pg/jobs/records/job_records.hpp"
#include "pg/jobs/records/step_records.hpp"
#include "pg/jobs/records/table_records.hpp"
#include "pg/jobs/records/uuid_namespace.hpp"
#include "pg/jobs/run/load_piece.hpp"
#include "pg/jobs/run/orphans.hpp"
#include "pg/jobs/run/pool_work.hpp"
#include "pg/jobs/run/staging.hpp"
#include "pg/run_sql.hpp"

extern "C" {
#include "utils/inval.h"
}

namespace pgsqlite::pg::jobs {
namespace {

Phase PhaseOf(Section section) noexcept {
    return section == Section::kPreData ? Phase::kPreData
           : section == Section::kData  ? Phase::kLoading
                                        : Phase::kPostData;
}

/// What stands in errors: "step 7: data of public.customer".
void Name(Call* call, const PlannedStep& step) {
    call->doing = psprintf("step %d: %s", step.number, ToServerText(step.object));
}

/// Whether it is a catalog's: another session made an object of that name meanwhile.
bool IsMadeMeanwhile(const ErrorData* error) noexcept {
    return error->sqlerrcode == ERRCODE_UNIQUE_VIOLATION && error->schema_name != nullptr &&
           std::strcmp(error->schema_name, "pg_catalog") == 0;
}

/// Runs it with its names as they are meant.
uint64 RunNamed(const JobPlan& plan, const PlannedStep& step, const std::string& statement) {
    uint64 rows = 0;
    WithOwnNames(plan.ByPath(step), [&] { rows = RunSql(statement); });
    return rows;
}

/// Within the present transaction, as the caller. What belongs to no table (schemas, which two migrations may
/// share) is tried in a subtransaction, and a second time it finds what the other session has made; tables
/// are too many for that.
/// @return rows that it has changed
uint64 RunStatement(const JobPlan& plan, const PlannedStep& step, const std::string& statement) {
    uint64 rows = 0;
    if (step.table_no != 0) {
        rows = RunNamed(plan, step, statement);
    } else if (TryInSubtransaction([&] { (void)RunNamed(plan, step, statement); }, IsMadeMeanwhile) !=
               nullptr) {
        AcceptInvalidationMessages();
        (void)RunNamed(plan, step, statement);
    }
    RepublishActivity();
    return rows;
}

/// Where the row of steps ends that begins at `first` and removes orphans. They are done together, since
/// each may leave work for the others.
size_t EndOfOrphans(const JobPlan& plan, size_t first) noexcept {
    size_t last = first;
    while (last < plan.steps.size() && plan.steps[last].kind == StepKind::kOrphans)
        ++last;
    return last;
}

/// One step, or a whole row of steps that remove orphans, at its first.
void Do(Call* call, JobPlan* plan, const PlannedStep& step) {
    Name(call, step);
    const auto place = static_cast<size_t>(&step - plan->steps.data());
    if (step.kind == StepKind::kOrphans) {
        const bool is_first =
            place == 0 || plan->steps[place - 1].kind != StepKind::kOrphans || plan->steps[place - 1].done;
        if (is_first) RejectOrphans(call, plan, place, EndOfOrphans(*plan, place));
        return;
    }
    const TimestampTz began = GetCurrentTimestamp();
    if (step.kind != StepKind::kComment) {
        PublishActivity(
            {call->job, PhaseOf(step.section), step.table_no, InvalidOid, -1, ToServerText(step.object)});
        const uint64 rows = RunStatement(*plan, step, step.statement);
        // That is a policy's change of values.
        if (step.kind == StepKind::kClearOrphans)
            AddChanges(call->job, step.table_no, "orphans", static_cast<int64>(rows));
    }
    MarkStep(call->job, step.number, began);
}

/// A whole table, in the present transaction.
void DoLoad(Call* call, JobPlan* plan, const PlannedStep& step) {
    Name(call, step);
    const PlannedLoad& table = plan->Table(step.table_no);
    if (table.task.must_be_empty) CheckEmpty(table);
    LoadPiece(call->job, table, nullptr, call->account);
    if (call->account->failures == 0) FinishTable(call->job, step.table_no, plan->max_percent);
    MarkStep(call->job, step.number, 0);
}

/// All that is left, in the present transaction. What does not fit is looked for in all tables before it
/// ends.
void DoAll(Call* call, JobPlan* plan) {
    size_t loads = 0;
    for (const PlannedStep& step : plan->steps)
        if (step.kind == StepKind::kLoad && !step.done) ++loads;
    bool moved = !plan->staged;
    for (const PlannedStep& step : plan->steps) {
        CHECK_FOR_INTERRUPTS();
        if (step.section == Section::kPostData) call->account->RaiseFailures();
        // Hooks find the new tables where they belong.
        if ((step.section != Section::kPreData || step.kind == StepKind::kHook) && !moved) {
            MoveIntoPlace(call->job);
            moved = true;
        }
        if (step.done) continue;
        if (step.kind == StepKind::kLoad) {
            DoLoad(call, plan, step);
            // No ALTER TABLE may find deferred checks of its table open.
            if (--loads == 0 && call->account->failures == 0) RunSql("SET CONSTRAINTS ALL IMMEDIATE");
        } else if (call->account->failures == 0) {
            Do(call, plan, step);
        }
    }
    call->account->RaiseFailures();
    call->doing = nullptr;
    KeepNamespace(call->job);
    NoteTargets(call->job);
    FinishJob(call->job, nullptr);
}

/// New tables with their rows, and indexes where they are built side by side, are committed out of sight;
/// then one transaction moves them into place and does all the rest.
void DoStaged(Call* call, JobPlan* plan) {
    RunUnit(call, [&] {
        for (const PlannedStep& step : plan->steps) {
            if (step.staged.empty() || step.section != Section::kPreData) continue;
            Name(call, step);
            const TimestampTz began = GetCurrentTimestamp();
            RunStatement(*plan, step, step.staged);
            MarkStep(call->job, step.number, began);
        }
    });
    LoadTables(call, plan);
    if (plan->parallel_index) BuildIndexes(call, plan);
    RunOnce(call, [&] { DoAll(call, ReadJobPlan(call->job)); });
    call->staged = false;
}

/// Steps before the data: quickly made, so that one commit does for all.
void DoPreData(Call* call, JobPlan* plan) {
    // Each new table holds locks until the commit, and the server has room for so many only.
    constexpr int kStepsOfUnit = 200;
    for (size_t next = 0; next < plan->steps.size();) {
        size_t end = next;
        RunUnit(call, [&] {
            int done = 0;
            for (end = next; end < plan->steps.size() && done < kStepsOfUnit; ++end) {
                const PlannedStep& step = plan->steps[end];
                if (step.section != Section::kPreData || step.done) continue;
                Do(call, plan, step);
                ++done;
            }
        });
        next = end;
    }
}

void DoInUnits(Call* call, JobPlan* plan) {
    DoPreData(call, plan);
    RunUnit(call, [&] {
        KeepNamespace(call->job);
        NoteTargets(call->job);
    });
    bool loaded = false, indexed = !plan->parallel_index;
    for (const PlannedStep& step : plan->steps) {
        if (step.done || step.section == Section::kPreData) continue;
        if (step.kind == StepKind::kLoad) {
            // All of them at once: what stands between them needs none but its own.
            if (!loaded) LoadTables(call, plan);
            loaded = true;
        } else if (plan->parallel_index && (plan::IsKey(step.kind) || step.kind == StepKind::kIndex)) {
            if (!indexed) BuildIndexes(call, plan);
            indexed = true;
        } else {
            RunUnit(call, [&] { Do(call, plan, step); });
        }
    }
    call->doing = nullptr;
    RunUnit(call, [&] {
        NoteTargets(call->job);
        FinishJob(call->job, nullptr);
    });
}

}  // namespace

void CarryOut(Call* call, JobPlan* plan) {
    call->account->max_rejects = plan->max_rejects;
    if (plan->transaction != spec::Transaction::kSingle)
        DoInUnits(call, plan);
    else if (plan->staged)
        DoStaged(call, plan);
    else
        RunOnce(call, [&] { DoAll(call, plan); });
}

}  // namespace pgsqlite::pg::jobs
