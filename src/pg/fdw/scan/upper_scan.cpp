#include "pg/fdw/scan/upper_scan.hpp"

#include "pg/fdw/connect/open_scans.hpp"
#include "pg/fdw/plan/explain.hpp"
#include "pg/fdw/plan/parameters.hpp"
#include "pg/fdw/plan/upper.hpp"
#include "pg/fdw/scan/kept_rows.hpp"
#include "pg/fdw/scan/row_source.hpp"
#include "pg/fdw/scan/scan.hpp"

namespace pgsqlite::pg::fdw {
namespace {

enum class Stage { kUnread, kAnswered, kFallback };

struct UpperState {
    UpperPrivate plan;
    ScanParameters* parameters;
    Pin* pin;
    RowSource* rows;
    bool refused;  ///< set by the sink
    Stage stage;
    Tuplestorestate* answer;
    TupleTableSlot* answer_slot;
    ResourceOwner owner;  ///< of the query
    OpenScan* open;
    bool kept;  ///< the answer was asked for before something was written
};

UpperState* UpperStateOf(ForeignScanState* node) {
    return static_cast<UpperState*>(node->fdw_state);
}

/// A result that is no value of its type: the cell it comes from, and its row, are PostgreSQL's plan to find.
bool NoteRefusal(void* context, const RowConverter&, int, const value::Cell&, value::Status,
                 const ErrorData*) {
    static_cast<UpperState*>(context)->refused = true;
    return true;
}

void Open(ForeignScanState* node, UpperState* state) {
    MemoryContext context = node->ss.ps.state->es_query_cxt;
    MemoryContext previous = MemoryContextSwitchTo(context);
    const TupleDesc descriptor = node->ss.ss_ScanTupleSlot->tts_tupleDescriptor;
    state->pin = Pin::Acquire(context, state->plan.server);
    const ServerOptions server = ReadServerOptions(GetForeignServer(state->plan.server)->options);
    ColumnConverter* converters = static_cast<ColumnConverter*>(
        palloc0(sizeof(ColumnConverter) * static_cast<size_t>(std::max(1, descriptor->natts))));
    const ColumnOptions options;
    for (int i = 0; i < descriptor->natts; ++i) {
        const Form_pg_attribute attribute = TupleDescAttr(descriptor, i);
        InitColumnConverter(&converters[i], context, attribute->atttypid, attribute->atttypmod, "result",
                            options, server);
    }
    RowSource::Config config = {};
    config.pin = state->pin;
    config.sql = state->plan.sql;
    config.columns = converters;
    config.relation = state->plan.relation;
    config.sink = &NoteRefusal;
    config.sink_context = state;
    state->rows = RowSource::Open(context, config);
    state->answer_slot = MakeSingleTupleTableSlot(CreateTupleDescCopy(descriptor), &TTSOpsMinimalTuple);
    MemoryContextSwitchTo(previous);
}

/// One row of SQLite's as values. False where it can't stand.
bool ReadRow(UpperState* state, Datum* values, bool* nulls) {
    const sqlite::Statement& statement = *state->rows->statement();
    int cell_index = 0;
    int column = 0;
    ListCell* output;
    foreach (output, state->plan.outputs) {
        const value::Cell cell = statement.CellAt(cell_index++);
        Datum* value = &values[column];
        bool* is_null = &nulls[column];
        switch (static_cast<Output>(lfirst_int(output))) {
            case Output::kCell:
                state->rows->converter().Convert(column, cell, value, is_null);
                break;
            case Output::kSum:
                if (!cell.is_null() && cell.storage_class != value::StorageClass::kInteger) return false;
                state->rows->converter().Convert(column, cell, value, is_null);
                break;
            case Output::kAverage: {
                const value::Cell count = statement.CellAt(cell_index++);
                *is_null = cell.is_null();
                if (*is_null) break;
                if (cell.storage_class != value::StorageClass::kInteger) return false;
                // What int8_avg() does with its sum and count.
                *value = DirectFunctionCall2(numeric_div, NumericGetDatum(int64_to_numeric(cell.integer)),
                                             NumericGetDatum(int64_to_numeric(count.integer)));
                break;
            }
        }
        ++column;
    }
    if (state->refused) return false;
    if (!state->plan.guarded) return true;
    const value::Cell guard = statement.CellAt(cell_index);
    return guard.is_null() || guard.integer == 0;
}

/// Reads all of SQLite's rows. False where they can't stand.
bool Ask(ForeignScanState* node, UpperState* state) {
    if (state->rows == nullptr) Open(node, state);
    state->refused = false;
    BindParameters(*state->parameters, node->ss.ps.ps_ExprContext, state->rows->statement(), 1);
    const TupleDesc descriptor = node->ss.ss_ScanTupleSlot->tts_tupleDescriptor;
    MemoryContext query_context = node->ss.ps.state->es_query_cxt;
    MemoryContext previous = MemoryContextSwitchTo(query_context);
    state->answer = BeginStore(state->owner);
    const size_t count = static_cast<size_t>(std::max(1, descriptor->natts));
    Datum* values = static_cast<Datum*>(palloc0(sizeof(Datum) * count));
    bool* nulls = static_cast<bool*>(palloc0(sizeof(bool) * count));
    ExprContext* row_context = node->ss.ps.ps_ExprContext;
    MemoryContextSwitchTo(row_context->ecxt_per_tuple_memory);
    bool stands = true;
    bool more = false;
    while (stands && (stands = state->rows->TryStep(&more)) && more) {
        CHECK_FOR_INTERRUPTS();
        stands = ReadRow(state, values, nulls);
        if (stands) tuplestore_putvalues(state->answer, descriptor, values, nulls);
        ResetExprContext(row_context);
    }
    MemoryContextSwitchTo(previous);
    state->rows->Rewind();
    return stands;
}

void AskIfUnread(ForeignScanState* node, UpperState* state) {
    if (state->stage == Stage::kUnread) state->stage = Ask(node, state) ? Stage::kAnswered : Stage::kFallback;
}

/// Before something is written: SQLite is asked now, unless parameters of other nodes come later, and anew
/// where other ones come.
bool AskNow(void* scan, Before before) {
    ForeignScanState* node = static_cast<ForeignScanState*>(scan);
    UpperState* state = UpperStateOf(node);
    const bool depends = DependsOnOtherNodes(node);
    if (before == Before::kWrite && !depends) AskIfUnread(node, state);
    if (state->rows != nullptr) {
        state->rows->Close();
        state->rows = nullptr;
        state->pin->Release();
    }
    state->kept = state->stage != Stage::kUnread;
    return state->kept;
}

}  // namespace

void BeginUpperScan(ForeignScanState* node, int eflags) {
    const ForeignScan* plan = reinterpret_cast<const ForeignScan*>(node->ss.ps.plan);
    UpperState* state = static_cast<UpperState*>(palloc0(sizeof(UpperState)));
    node->fdw_state = state;
    state->plan = UnpackItems<UpperPrivate>(plan->fdw_private);
    if (eflags & EXEC_FLAG_EXPLAIN_ONLY) return;
    state->parameters = InitParameters(plan->fdw_exprs, state->plan.bindings, &node->ss.ps);
    state->owner = CurrentResourceOwner;
    state->open = OpenScan::In(node->ss.ps.state->es_query_cxt, state->plan.server, &AskNow, node);
}

TupleTableSlot* IterateUpperScan(ForeignScanState* node) {
    UpperState* state = UpperStateOf(node);
    TupleTableSlot* slot = node->ss.ss_ScanTupleSlot;
    ExecClearTuple(slot);
    AskIfUnread(node, state);
    // The executor's nodes run in the query's context; a row that was spilled is read into the current one,
    // too.
    MemoryContext previous = MemoryContextSwitchTo(node->ss.ps.state->es_query_cxt);
    TupleTableSlot* row = state->answer_slot;
    if (state->stage == Stage::kFallback)
        row = ExecProcNode(outerPlanState(node));
    else
        (void)tuplestore_gettupleslot(state->answer, true, false, row);
    MemoryContextSwitchTo(previous);
    if (!TupIsNull(row)) ExecCopySlot(slot, row);
    return slot;
}

void ReScanUpperScan(ForeignScanState* node) {
    UpperState* state = UpperStateOf(node);
    if (state->kept && node->ss.ps.chgParam == nullptr) {
        if (state->stage == Stage::kAnswered)
            tuplestore_rescan(state->answer);
        else
            ExecReScan(outerPlanState(node));
        return;
    }
    if (state->kept)
        state->open = OpenScan::In(node->ss.ps.state->es_query_cxt, state->plan.server, &AskNow, node);
    state->kept = false;
    if (state->answer != nullptr) tuplestore_end(state->answer);
    state->answer = nullptr;
    if (state->answer_slot != nullptr) ExecClearTuple(state->answer_slot);
    if (state->stage == Stage::kFallback) ExecReScan(outerPlanState(node));
    state->stage = Stage::kUnread;
}

void EndUpperScan(ForeignScanState* node) {
    UpperState* state = UpperStateOf(node);
    if (state == nullptr) return;
    if (state->open != nullptr) state->open->Forget();
    if (state->answer_slot != nullptr) ExecDropSingleTupleTableSlot(state->answer_slot);
    if (state->answer != nullptr) tuplestore_end(state->answer);
    if (state->rows == nullptr) return;
    state->pin->VerifyUnchanged();
    state->rows->Close();
    state->pin->Release();
}

void ExplainUpperScan(ForeignScanState* node, ExplainState* es) {
    const UpperState* state = UpperStateOf(node);
    ExplainPropertyText("Aggregate Of", state->plan.relation, es);
    if (es->analyze && state->stage != Stage::kUnread)
        ExplainPropertyText("Answered By", state->stage == Stage::kAnswered ? "SQLite" : "the plan below",
                            es);
    PlanPrivate plan = {};
    plan.sql = state->plan.sql;
    plan.where = state->plan.where;
    plan.order_by = "";
    ExplainStatement(plan, state->plan.server, es);
}

}  // namespace pgsqlite::pg::fdw
