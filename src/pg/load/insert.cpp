#include "pg/load/insert.hpp"

#include "pg/load/parallel_insert.hpp"

extern "C" {
#include "executor/instrument.h"
#include "tcop/pquery.h"
#include "tcop/tcopprot.h"
}

namespace pgsqlite::pg::load {

const char* bulk_candidate = nullptr;
bool ran_parallel = false;
InsertCounts* conflict_counts = nullptr;

namespace {

/// Starts with the collector in place and takes it back, whatever happens.
void StartCollecting(QueryDesc* query, fdw::RowCollector* collector) {
    fdw::RowCollector* outer = fdw::row_collector;
    const char* outer_candidate = bulk_candidate;
    PG_TRY();
    {
        bulk_candidate = query->sourceText;
        ExecutorStart(query, 0);
        collector->estate = query->estate;
    }
    PG_FINALLY();
    { bulk_candidate = outer_candidate; }
    PG_END_TRY();
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
    const bool outer = plans_serially;
    PG_TRY();
    {
        plans_serially = readers == Readers::kSession;
        fdw::ReadingTablesAlone([&] { plan = pg_plan_query(query, sql, 0, nullptr); });
    }
    PG_FINALLY();
    { plans_serially = outer; }
    PG_END_TRY();
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
    ran_parallel = false;
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
        ran_parallel = ran_parallel || plan->parallelModeNeeded;
        PushCopiedSnapshot(snapshot != nullptr ? snapshot : GetTransactionSnapshot());
        UpdateActiveSnapshotCommandId();
        QueryDesc* query = CreateQueryDesc(plan, sql, GetActiveSnapshot(), InvalidSnapshot, receiver, nullptr,
                                           nullptr, INSTRUMENT_ROWS);
        StartCollecting(query, collector);
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
    Run(sql, readers, collector, None_Receiver, &counts, nullptr);
    return counts;
}

void RunSelect(const char* sql, fdw::RowCollector* collector, DestReceiver* receiver, Snapshot snapshot) {
    Run(sql, Readers::kSession, collector, receiver, nullptr, snapshot);
}

}  // namespace pgsqlite::pg::load
