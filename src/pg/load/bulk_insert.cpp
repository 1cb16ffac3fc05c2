#include "pg/load/bulk_insert.hpp"

#include "pg/fdw/plan/parallel_path.hpp"
#include "pg/fdw/scan/row_collector.hpp"
#include "pg/fdw/scan/scan.hpp"
#include "pg/load/bulk_buffers.hpp"
#include "pg/load/eligible.hpp"
#include "pg/load/insert.hpp"
#include "pg/load/parallel_insert.hpp"
#include "pg/settings.hpp"

extern "C" {
#include "executor/instrument.h"
}

namespace pgsqlite::pg::load {
namespace {

/// One statement on the bulk path, or one that was looked at and left alone.
struct Statement {
    const EState* estate;
    const char* verdict;  ///< for EXPLAIN
    Statement* next;
};

/// The statements being executed; nested ones (functions, triggers) in front.
Statement* statements = nullptr;

ExecutorStart_hook_type previous_start = nullptr;
ExecutorEnd_hook_type previous_end = nullptr;

/// The present or latest statement on the bulk path is at its source, not at its target.
bool at_source = true;

/// Runs when the statement's memory goes, after an error too.
void Forget(void* argument) noexcept {
    for (Statement** at = &statements; *at != nullptr; at = &(*at)->next)
        if (*at == argument) {
            *at = (*at)->next;
            return;
        }
}

Statement* Find(const EState* estate) noexcept {
    for (Statement* statement = statements; statement != nullptr; statement = statement->next)
        if (statement->estate == estate) return statement;
    return nullptr;
}

/// Stands in for ExecModifyTable: all rows in one call, since there is no RETURNING.
TupleTableSlot* ExecBulkInsert(PlanState* state) {
    ModifyTableState* node = castNode(ModifyTableState, state);
    EState* estate = node->ps.state;
    CHECK_FOR_INTERRUPTS();
    if (node->mt_done) return nullptr;
    if (node->fireBSTriggers) {
        ExecBSInsertTriggers(estate, node->rootResultRelInfo);
        node->fireBSTriggers = false;
    }
    BulkBuffers buffers(node);
    PlanState* source = outerPlanState(node);
    fdw::RowCollector* collector = fdw::row_collector;
    if (collector != nullptr && (collector->estate != estate || collector->put != nullptr))
        collector = nullptr;
    uint64 rows = 0;
    while (true) {
        CHECK_FOR_INTERRUPTS();
        ResetPerTupleExprContext(estate);
        at_source = true;
        TupleTableSlot* slot = ExecProcNode(source);
        at_source = false;
        if (TupIsNull(slot)) break;
        buffers.Add(slot);
        if (collector != nullptr) collector->Tick(++rows);
    }
    buffers.Finish();
    ExecASInsertTriggers(estate, node->rootResultRelInfo, node->mt_transition_capture);
    node->mt_done = true;
    return nullptr;
}

bool IsOfLoad(const QueryDesc* query) noexcept {
    return query->operation == CMD_INSERT && query->dest == LoadReceiver();
}

/// One that SPI runs: who runs it sees no plan state.
bool CountsConflicts(const QueryDesc* query) noexcept {
    return running_load.conflicts != nullptr && IsOfLoad(query);
}

void OnExecutorEnd(QueryDesc* query) {
    if (CountsConflicts(query)) CountConflicts(query, running_load.conflicts);
    if (previous_end != nullptr)
        previous_end(query);
    else
        standard_ExecutorEnd(query);
}

void OnExecutorStart(QueryDesc* query, int eflags) {
    LeaveWorkersOut(query);
    if (CountsConflicts(query)) query->instrument_options |= INSTRUMENT_ROWS;
    if (previous_start != nullptr)
        previous_start(query, eflags);
    else
        standard_ExecutorStart(query, eflags);
    PrepareForWorkers(query, eflags);

    at_source = true;
    if (query->operation != CMD_INSERT || !IsA(query->planstate, ModifyTableState)) return;
    ModifyTableState* node = castNode(ModifyTableState, query->planstate);
    if (!IsOfLoad(query) && !ReadsSqlite(node)) return;

    EState* estate = query->estate;
    MemoryContext previous = MemoryContextSwitchTo(estate->es_query_cxt);
    Statement* statement = static_cast<Statement*>(palloc0(sizeof(Statement)));
    statement->estate = estate;
    const char* obstacle =
        bulk_insert ? FindObstacle(query->plannedstmt, node) : "pg_sqlite.bulk_insert is off";
    statement->verdict = obstacle != nullptr ? psprintf("no: %s", obstacle) : "yes";
    MemoryContextCallback* callback =
        static_cast<MemoryContextCallback*>(palloc0(sizeof(MemoryContextCallback)));
    callback->func = &Forget;
    callback->arg = statement;
    MemoryContextRegisterResetCallback(estate->es_query_cxt, callback);
    statement->next = statements;
    statements = statement;
    if (obstacle == nullptr) ExecSetExecProcNode(&node->ps, &ExecBulkInsert);
    MemoryContextSwitchTo(previous);
}

}  // namespace

void InitBulkInsert() {
    previous_start = ExecutorStart_hook;
    ExecutorStart_hook = &OnExecutorStart;
    previous_end = ExecutorEnd_hook;
    ExecutorEnd_hook = &OnExecutorEnd;
    fdw::describe_insert = &DescribeBulkInsert;
    fdw::may_insert_in_parallel = &MayReadInParallel;
}

bool FailedWhileReading() noexcept {
    return at_source;
}

const char* DescribeBulkInsert(const EState* estate) {
    const Statement* statement = Find(estate);
    return statement != nullptr ? statement->verdict : nullptr;
}

}  // namespace pgsqlite::pg::load
