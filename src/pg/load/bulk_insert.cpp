#include "pg/load/bulk_insert.hpp"

#include "pg/fdw/scan.hpp"
#include "pg/load/eligible.hpp"
#include "pg/load/insert.hpp"
#include "pg/settings.hpp"

namespace pgsqlite::pg::load {
namespace {

/// Rows and bytes gathered before they are written. copyfrom.c has 1,000 and 64 kB; wider rows profit from a
/// few pages more, and a thousand slots of a wide table must not keep much memory.
constexpr int kMaxRows = 1000;
constexpr Size kMaxBytes = 256 * 1024;

/// One statement on the bulk path, or one that was looked at and left alone.
struct Statement {
    const EState* estate;
    const char* verdict;  ///< for EXPLAIN
    ModifyTableState* node;
    TupleTableSlot** slots;
    int slot_count;  ///< made so far
    int used;
    Size bytes;
    BulkInsertState bulk_state;
    Statement* next;
};

/// The statements being executed; nested ones (functions, triggers) in front.
Statement* statements = nullptr;

ExecutorStart_hook_type previous_start = nullptr;

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

/// Writes the gathered rows: table, then index entries, then what AFTER triggers need.
void Flush(Statement* statement, ResultRelInfo* target) {
    if (statement->used == 0) return;
    EState* estate = statement->node->ps.state;
    Relation relation = target->ri_RelationDesc;
    MemoryContext previous = MemoryContextSwitchTo(GetPerTupleMemoryContext(estate));
    table_multi_insert(relation, statement->slots, statement->used, estate->es_output_cid, 0,
                       statement->bulk_state);
    MemoryContextSwitchTo(previous);

    const bool after_triggers =
        (target->ri_TrigDesc != nullptr && target->ri_TrigDesc->trig_insert_after_row) ||
        statement->node->mt_transition_capture != nullptr;
    for (int i = 0; i < statement->used; ++i) {
        TupleTableSlot* slot = statement->slots[i];
        List* recheck = NIL;
        if (target->ri_NumIndices > 0) recheck = compat::InsertIndexTuples(target, slot, estate);
        if (after_triggers)
            ExecARInsertTriggers(estate, target, slot, recheck, statement->node->mt_transition_capture);
        list_free(recheck);
        ExecClearTuple(slot);
        ResetPerTupleExprContext(estate);
    }
    if (statement->node->canSetTag) estate->es_processed += static_cast<uint64>(statement->used);
    statement->used = 0;
    statement->bytes = 0;
}

/// The next free slot of the buffer, made when it is first needed.
TupleTableSlot* FreeSlot(Statement* statement, Relation relation) {
    if (statement->used == statement->slot_count) {
        MemoryContext previous = MemoryContextSwitchTo(statement->estate->es_query_cxt);
        statement->slots[statement->slot_count++] =
            table_slot_create(relation, &statement->node->ps.state->es_tupleTable);
        MemoryContextSwitchTo(previous);
    }
    return statement->slots[statement->used];
}

/// What ExecInsert() does for a row up to its insertion (nodeModifyTable.c), for the cases that are eligible.
void Gather(Statement* statement, ResultRelInfo* target, TupleTableSlot* plan_slot) {
    EState* estate = statement->node->ps.state;
    Relation relation = target->ri_RelationDesc;
    TupleTableSlot* slot = FreeSlot(statement, relation);
    ExecCopySlot(slot, plan_slot);
    slot->tts_tableOid = RelationGetRelid(relation);
    const TupleConstr* constraints = relation->rd_att->constr;
    if (constraints != nullptr) {
        if (constraints->has_generated_stored) ExecComputeStoredGenerated(target, estate, slot, CMD_INSERT);
        ExecConstraints(target, slot, estate);
    }
    if (relation->rd_rel->relispartition) ExecPartitionCheck(target, slot, estate, true);
    // The slot holds a heap tuple now: its length is what the buffer keeps.
    statement->bytes += ExecFetchSlotHeapTuple(slot, true, nullptr)->t_len;
    ++statement->used;
}

/// Stands in for ExecModifyTable: all rows in one call, since there is no RETURNING.
TupleTableSlot* ExecBulkInsert(PlanState* state) {
    ModifyTableState* node = castNode(ModifyTableState, state);
    EState* estate = node->ps.state;
    Statement* statement = Find(estate);
    CHECK_FOR_INTERRUPTS();
    if (node->mt_done) return nullptr;
    ResultRelInfo* target = node->resultRelInfo;
    Relation relation = target->ri_RelationDesc;
    if (node->fireBSTriggers) {
        ExecBSInsertTriggers(estate, node->rootResultRelInfo);
        node->fireBSTriggers = false;
    }
    if (relation->rd_rel->relhasindex && target->ri_IndexRelationDescs == nullptr)
        ExecOpenIndices(target, false);
    statement->bulk_state = GetBulkInsertState();

    PlanState* source = outerPlanState(node);
    while (true) {
        CHECK_FOR_INTERRUPTS();
        ResetPerTupleExprContext(estate);
        TupleTableSlot* slot = ExecProcNode(source);
        if (TupIsNull(slot)) break;
        Gather(statement, target, slot);
        if (statement->used >= kMaxRows || statement->bytes >= kMaxBytes) Flush(statement, target);
    }
    Flush(statement, target);

    FreeBulkInsertState(statement->bulk_state);
    statement->bulk_state = nullptr;
    table_finish_bulk_insert(relation, 0);
    ExecASInsertTriggers(estate, node->rootResultRelInfo, node->mt_transition_capture);
    node->mt_done = true;
    return nullptr;
}

void OnExecutorStart(QueryDesc* query, int eflags) {
    if (previous_start != nullptr)
        previous_start(query, eflags);
    else
        standard_ExecutorStart(query, eflags);

    if (query->operation != CMD_INSERT || !IsA(query->planstate, ModifyTableState)) return;
    ModifyTableState* node = castNode(ModifyTableState, query->planstate);
    const bool of_load = bulk_candidate != nullptr && std::strcmp(bulk_candidate, query->sourceText) == 0;
    if (!of_load && !ReadsSqlite(node)) return;

    EState* estate = query->estate;
    MemoryContext previous = MemoryContextSwitchTo(estate->es_query_cxt);
    Statement* statement = static_cast<Statement*>(palloc0(sizeof(Statement)));
    statement->estate = estate;
    statement->node = node;
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
    if (obstacle == nullptr) {
        statement->slots = static_cast<TupleTableSlot**>(palloc(sizeof(TupleTableSlot*) * kMaxRows));
        ExecSetExecProcNode(&node->ps, &ExecBulkInsert);
    }
    MemoryContextSwitchTo(previous);
}

}  // namespace

void InitBulkInsert() {
    previous_start = ExecutorStart_hook;
    ExecutorStart_hook = &OnExecutorStart;
}

const char* DescribeBulkInsert(const EState* estate) {
    const Statement* statement = Find(estate);
    return statement != nullptr ? statement->verdict : nullptr;
}

}  // namespace pgsqlite::pg::load
