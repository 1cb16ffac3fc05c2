#include "pg/validate/partial_query.hpp"

#include "pg/fdw/connect/access.hpp"
#include "pg/fdw/plan/parallel_path.hpp"

extern "C" {
#include "catalog/pg_class.h"
#include "catalog/pg_proc.h"
#include "executor/nodeAppend.h"
#include "executor/nodeForeignscan.h"
#include "executor/nodeSeqscan.h"
#include "optimizer/clauses.h"
}

namespace pgsqlite::pg::validate {

using digest::Form;

namespace {

/// Costs as they are here: no row is handed to the leader, and each is hashed by who reads it.
PlannedStmt* PlanForHashing(Query* query, const char* sql) {
    const double tuple_cost = parallel_tuple_cost;
    const double row_cost = cpu_tuple_cost;
    PlannedStmt* plan = nullptr;
    PG_TRY();
    {
        parallel_tuple_cost = 0;
        cpu_tuple_cost = std::max(cpu_tuple_cost, fdw::kHashedRowCost);
        fdw::ReadingTablesAlone([&] { plan = pg_plan_query(query, sql, CURSOR_OPT_PARALLEL_OK, nullptr); });
    }
    PG_FINALLY();
    {
        parallel_tuple_cost = tuple_cost;
        cpu_tuple_cost = row_cost;
    }
    PG_END_TRY();
    return plan;
}

/// The most that any of the forms' functions forbids: 's' < 'r' < 'u', in this order of harm.
char FormsHazard(const Side& side) {
    char hazard = PROPARALLEL_SAFE;
    for (int i = 0; i < side.column_count; ++i) {
        const DatumForm* form = side.forms[i];
        while (form->form == Form::kArray)
            form = form->element;
        if (form->form != Form::kOther && form->form != Form::kText) continue;
        const char own = func_parallel(form->form == Form::kOther ? form->send.fn_oid : form->output.fn_oid);
        if (own == PROPARALLEL_UNSAFE || hazard == PROPARALLEL_SAFE) hazard = own;
    }
    return hazard;
}

/// Whether a scan of a table of ours may start subtransactions; as a load's, it catches every refusal.
bool NeedsSubtransactions(const PlannedStmt* plan) {
    ListCell* cell;
    foreach (cell, plan->rtable) {
        const RangeTblEntry* entry = lfirst_node(RangeTblEntry, cell);
        if (entry->rtekind != RTE_RELATION || entry->relkind != RELKIND_FOREIGN_TABLE ||
            !fdw::IsSqlite(GetForeignServer(GetForeignTable(entry->relid)->serverid)))
            continue;
        if (fdw::RefusalsNeedSubtransactions(*fdw::ReadSourceRelation(entry->relid))) return true;
    }
    return false;
}

/// Whether the participants can run the plan that stands below a Gather without more state in shared memory
/// than that of their scans. Renumbers its nodes, since their numbers are keys there.
/// @param given the parameters that they may have
bool TakeNodes(Plan* plan, const Bitmapset* given, int offset) {
    if (plan == nullptr || plan->initPlan != NIL || !bms_is_subset(plan->extParam, given)) return false;
    plan->plan_node_id += offset;
    ListCell* cell;
    switch (nodeTag(plan)) {
        case T_SeqScan:
            return true;
        case T_ForeignScan:
            return outerPlan(plan) == nullptr;
        case T_Result:
            return TakeNodes(outerPlan(plan), given, offset);
        case T_Append:
            foreach (cell, castNode(Append, plan)->appendplans)
                if (!TakeNodes(static_cast<Plan*>(lfirst(cell)), given, offset)) return false;
            return true;
        default:
            return false;
    }
}

/// Whether a Gather hands on the rows as they come.
bool IsPlain(const Gather* gather) {
    if (gather->single_copy || gather->plan.qual != NIL) return false;
    const List* columns = gather->plan.targetlist;
    if (list_length(columns) != list_length(outerPlan(&gather->plan)->targetlist)) return false;
    for (int i = 0; i < list_length(columns); ++i) {
        const Var* column = reinterpret_cast<const Var*>(list_nth_node(TargetEntry, columns, i)->expr);
        if (!IsA(column, Var) || column->varno != OUTER_VAR || column->varattno != i + 1) return false;
    }
    return true;
}

/// What is done for each node that knows of the others.
struct NodeWork {
    void (*seq_scan)(SeqScanState* node, const NodeWork& work);
    void (*foreign_scan)(ForeignScanState* node, const NodeWork& work);
    void (*append)(AppendState* node, const NodeWork& work);
    ParallelContext* leader;
    ParallelWorkerContext* worker;
};

bool WorkOnNode(PlanState* state, void* context) {
    const NodeWork& work = *static_cast<const NodeWork*>(context);
    if (state == nullptr) return false;
    if (state->plan->parallel_aware && IsA(state, SeqScanState))
        work.seq_scan(castNode(SeqScanState, state), work);
    if (state->plan->parallel_aware && IsA(state, ForeignScanState))
        work.foreign_scan(castNode(ForeignScanState, state), work);
    if (state->plan->parallel_aware && IsA(state, AppendState))
        work.append(castNode(AppendState, state), work);
    return compat::WalkPlanState(state, &WorkOnNode, context);
}

/// Scans of ours that open now leave refused rows there.
template <class Code>
void Collecting(fdw::RowCollector* collector, Code&& code) {
    fdw::RowCollector* outer = fdw::row_collector;
    PG_TRY();
    {
        fdw::row_collector = collector;
        code();
    }
    PG_FINALLY();
    { fdw::row_collector = outer; }
    PG_END_TRY();
}

}  // namespace

PartialPlan PlanPartial(const Side& side, int number) {
    constexpr int kMostNodes = 1 << 20;
    PartialPlan result = {};
    List* statements = pg_parse_query(side.query);
    if (list_length(statements) != 1) return result;
    List* queries = compat::AnalyzeAndRewrite(linitial_node(RawStmt, statements), side.query);
    if (list_length(queries) != 1 || linitial_node(Query, queries)->commandType != CMD_SELECT) return result;
    Query* query = linitial_node(Query, queries);
    const char forms = FormsHazard(side);
    if (forms == PROPARALLEL_UNSAFE || max_parallel_hazard(query) == PROPARALLEL_UNSAFE) return result;
    PlannedStmt* plan = PlanForHashing(query, side.query);
    if (NeedsSubtransactions(plan)) return result;
    result.runs_beside_workers = true;
    if (forms != PROPARALLEL_SAFE || plan->subplans != NIL || !IsA(plan->planTree, Gather)) return result;
    const Gather* gather = castNode(Gather, plan->planTree);
    // Parallel scans depend on a parameter of their Gather's, which has no value.
    const Bitmapset* given = gather->rescan_param >= 0 ? bms_make_singleton(gather->rescan_param) : nullptr;
    if (!IsPlain(gather) || !TakeNodes(outerPlan(&gather->plan), given, kMostNodes * number)) return result;
    result.workers = gather->num_workers;
    result.plan = plan;
    plan->planTree = outerPlan(&gather->plan);
    plan->parallelModeNeeded = false;  // the caller has entered it
    plan->jitFlags = 0;                // those of the raised costs
    return result;
}

PartialQuery* PartialQuery::Start(MemoryContext context, Side* side, PlannedStmt* plan) {
    MemoryContext previous = MemoryContextSwitchTo(context);
    PartialQuery* self = static_cast<PartialQuery*>(palloc0(sizeof(PartialQuery)));
    self->reader_ = MakeQueryReader(context, side);
    self->query_ = CreateQueryDesc(plan, side->query, GetActiveSnapshot(), InvalidSnapshot,
                                   &self->reader_->receiver, nullptr, nullptr, 0);
    ExecutorStart(self->query_, 0);
    self->reader_->collector.estate = self->query_->estate;
    MemoryContextSwitchTo(previous);
    return self;
}

void PartialQuery::Estimate(ParallelContext* parallel) {
    NodeWork work = {
        [](SeqScanState* node, const NodeWork& on) { ExecSeqScanEstimate(node, on.leader); },
        [](ForeignScanState* node, const NodeWork& on) { ExecForeignScanEstimate(node, on.leader); },
        [](AppendState* node, const NodeWork& on) { ExecAppendEstimate(node, on.leader); }, parallel,
        nullptr};
    WorkOnNode(query_->planstate, &work);
}

void PartialQuery::Lead(ParallelContext* parallel) {
    NodeWork work = {
        [](SeqScanState* node, const NodeWork& on) { ExecSeqScanInitializeDSM(node, on.leader); },
        [](ForeignScanState* node, const NodeWork& on) { ExecForeignScanInitializeDSM(node, on.leader); },
        [](AppendState* node, const NodeWork& on) { ExecAppendInitializeDSM(node, on.leader); }, parallel,
        nullptr};
    Collecting(&reader_->collector, [&] { WorkOnNode(query_->planstate, &work); });
}

void PartialQuery::Join(ParallelWorkerContext* worker) {
    NodeWork work = {
        [](SeqScanState* node, const NodeWork& on) { ExecSeqScanInitializeWorker(node, on.worker); },
        [](ForeignScanState* node, const NodeWork& on) { ExecForeignScanInitializeWorker(node, on.worker); },
        [](AppendState* node, const NodeWork& on) { ExecAppendInitializeWorker(node, on.worker); }, nullptr,
        worker};
    Collecting(&reader_->collector, [&] { WorkOnNode(query_->planstate, &work); });
}

void PartialQuery::Read(const RowTaker& taker) {
    reader_->taker = &taker;
    Collecting(&reader_->collector, [&] { compat::RunExecutor(query_); });
}

void PartialQuery::Close() {
    ExecutorFinish(query_);
    ExecutorEnd(query_);
    FreeQueryDesc(query_);
}

}  // namespace pgsqlite::pg::validate
