#include "pg/load/insert.hpp"

extern "C" {
#include "executor/instrument.h"
#include "tcop/pquery.h"
#include "tcop/tcopprot.h"
}

namespace pgsqlite::pg::load {

RunningLoad running_load = {};

namespace {

bool ReceiveNothing(TupleTableSlot*, DestReceiver*) {
    return true;
}
void StartNothing(DestReceiver*, int, TupleDesc) {}
void StopNothing(DestReceiver*) {}

/// Starts, and runs with the collector in place.
void RunCollected(QueryDesc* query, fdw::RowCollector* collector) {
    ExecutorStart(query, 0);
    collector->estate = query->estate;
    fdw::RowCollector* outer = fdw::row_collector;
    PG_TRY();
    {
        fdw::row_collector = collector;
        compat::RunExecutor(query);
    }
    PG_FINALLY();
    { fdw::row_collector = outer; }
    PG_END_TRY();
}

PlannedStmt* Plan(Query* query, const char* sql, Readers readers) {
    PlannedStmt* plan = nullptr;
    WithLoad(&RunningLoad::plans_serially, readers == Readers::kSession,
             [&] { fdw::ReadingTablesAlone([&] { plan = pg_plan_query(query, sql, 0, nullptr); }); });
    return plan;
}

uint64 RowsOf(const PlanState* state) {
    if (state == nullptr || state->instrument == nullptr) return 0;
    return static_cast<uint64>(state->instrument->ntuples + state->instrument->tuplecount);
}

/// Runs what the rewriter made of one statement; with rules on the target that may be several.
void Run(const char* sql, Readers readers, fdw::RowCollector* collector, DestReceiver* receiver,
         InsertCounts* counts, Snapshot snapshot) {
    const auto put = collector->put;
    running_load.ran_parallel = false;
    List* statements = pg_parse_query(sql);
    if (list_length(statements) != 1)
        ereport(ERROR, (errcode(ERRCODE_SYNTAX_ERROR), errmsg("a load is one statement, not several")));
    List* queries = compat::AnalyzeAndRewrite(linitial_node(RawStmt, statements), sql);
    ListCell* cell;
    foreach (cell, queries) {
        Query* rewritten = lfirst_node(Query, cell);
        if (rewritten->commandType == CMD_UTILITY)
            ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
                            errmsg("a rule of the target runs a utility command")));
        PlannedStmt* plan = Plan(rewritten, sql, readers);
        collector->put = plan->parallelModeNeeded ? nullptr : put;
        running_load.ran_parallel = running_load.ran_parallel || plan->parallelModeNeeded;
        PushCopiedSnapshot(snapshot != nullptr ? snapshot : GetTransactionSnapshot());
        UpdateActiveSnapshotCommandId();
        QueryDesc* query = CreateQueryDesc(plan, sql, GetActiveSnapshot(), InvalidSnapshot, receiver, nullptr,
                                           nullptr, INSTRUMENT_ROWS);
        RunCollected(query, collector);
        ExecutorFinish(query);
        if (counts != nullptr && plan->canSetTag) {
            counts->written += query->estate->es_processed;
            counts->read += RowsOf(outerPlanState(query->planstate));
            CountConflicts(query, counts);
        }
        ExecutorEnd(query);
        FreeQueryDesc(query);
        PopActiveSnapshot();
        CommandCounterIncrement();
    }
}

}  // namespace

DestReceiver* LoadReceiver() noexcept {
    static DestReceiver receiver = {&ReceiveNothing, &StartNothing, &StopNothing, &StopNothing, DestNone};
    return &receiver;
}

void CountConflicts(const QueryDesc* query, InsertCounts* counts) {
    if (!IsA(query->planstate, ModifyTableState)) return;
    const ModifyTableState* node = castNode(ModifyTableState, query->planstate);
    const Instrumentation* instrument = node->ps.instrument;
    const auto* plan = reinterpret_cast<const ModifyTable*>(node->ps.plan);
    if (instrument == nullptr || plan->onConflictAction != ONCONFLICT_UPDATE) return;
    // As EXPLAIN ANALYZE has them: rows that met one, and those of them that the WHERE left as it was.
    const auto unchanged = static_cast<uint64>(instrument->nfiltered1);
    counts->updated += static_cast<uint64>(instrument->ntuples2) - unchanged;
    counts->unchanged += unchanged;
}

InsertCounts RunInsert(const char* sql, Readers readers, fdw::RowCollector* collector) {
    InsertCounts counts = {};
    Run(sql, readers, collector, LoadReceiver(), &counts, nullptr);
    return counts;
}

void RunSelect(const char* sql, fdw::RowCollector* collector, DestReceiver* receiver, Snapshot snapshot) {
    Run(sql, Readers::kSession, collector, receiver, nullptr, snapshot);
}

}  // namespace pgsqlite::pg::load
