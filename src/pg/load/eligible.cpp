#include "pg/load/eligible.hpp"

#include "pg/fdw/scan/scan.hpp"

extern "C" {
#include "catalog/pg_inherits.h"
#include "optimizer/clauses.h"
}

namespace pgsqlite::pg::load {
namespace {

bool FindOurScan(PlanState* state, void* found) {
    if (IsA(state, ForeignScanState)) {
        const ForeignScanState* scan = castNode(ForeignScanState, state);
        if (scan->fdwroutine != nullptr && scan->fdwroutine->IterateForeignScan == &fdw::IterateForeignScan)
            *static_cast<bool*>(found) = true;
    }
    return compat::WalkPlanState(state, &FindOurScan, found);
}

bool IsVolatile(const void* expressions) {
    return expressions != nullptr &&
           contain_volatile_functions_not_nextval(static_cast<Node*>(const_cast<void*>(expressions)));
}

/// Stops at the first node that is unknown or evaluates a volatile function.
bool MayLookAtTarget(PlanState* state, void* context) {
    const Plan* plan = state->plan;
    if (IsVolatile(plan->targetlist) || IsVolatile(plan->qual)) return true;
    switch (nodeTag(plan)) {
        case T_Gather:
        case T_GatherMerge:
        case T_ForeignScan:
        case T_SeqScan:
        case T_SubqueryScan:
        case T_CteScan:
        case T_NamedTuplestoreScan:
        case T_ValuesScan:
        case T_Hash:
        case T_Material:
        case T_Sort:
        case T_IncrementalSort:
        case T_Unique:
        case T_Agg:
        case T_Group:
        case T_WindowAgg:
        case T_Append:
        case T_BitmapHeapScan:
        case T_BitmapIndexScan:
        case T_IndexScan:
        case T_IndexOnlyScan:
        case T_Memoize:
            break;
        case T_Limit: {
            const Limit* limit = reinterpret_cast<const Limit*>(plan);
            if (IsVolatile(limit->limitCount) || IsVolatile(limit->limitOffset)) return true;
            break;
        }
        case T_Result:
            if (IsVolatile(reinterpret_cast<const Result*>(plan)->resconstantqual)) return true;
            break;
        case T_FunctionScan:
            if (IsVolatile(reinterpret_cast<const FunctionScan*>(plan)->functions)) return true;
            break;
        case T_NestLoop:
        case T_MergeJoin:
        case T_HashJoin:
            if (IsVolatile(reinterpret_cast<const Join*>(plan)->joinqual)) return true;
            break;
        default:
            return true;
    }
    return compat::WalkPlanState(state, &MayLookAtTarget, context);
}

/// Their rows go where only ExecInsert() can send them. Partitions are not locked for this: a foreign one
/// that is attached later is noticed when a row is for it.
bool HasForeignPartition(Relation relation) {
    List* partitions = find_all_inheritors(RelationGetRelid(relation), NoLock, nullptr);
    ListCell* cell;
    foreach (cell, partitions)
        if (get_rel_relkind(lfirst_oid(cell)) == RELKIND_FOREIGN_TABLE) return true;
    return false;
}

/// The plan's columns are the table's, one by one; otherwise the plain path projects, or says what is wrong.
bool MatchesTable(const List* targets, TupleDesc descriptor) {
    if (list_length(targets) != descriptor->natts) return false;
    ListCell* cell;
    int i = 0;
    foreach (cell, targets) {
        const TargetEntry* target = static_cast<const TargetEntry*>(lfirst(cell));
        const Form_pg_attribute attribute = TupleDescAttr(descriptor, i++);
        if (target->resjunk) return false;
        if (!attribute->attisdropped &&
            exprType(reinterpret_cast<Node*>(target->expr)) != attribute->atttypid)
            return false;
    }
    return true;
}

}  // namespace

bool HasVolatileCheck(Relation relation) {
    const TupleConstr* constraints = relation->rd_att->constr;
    if (constraints == nullptr) return false;
    for (int i = 0; i < constraints->num_check; ++i)
        if (IsVolatile(stringToNode(constraints->check[i].ccbin))) return true;
    return false;
}

bool ReadsSqlite(ModifyTableState* node) {
    bool found = false;
    (void)FindOurScan(&node->ps, &found);
    return found;
}

const char* FindObstacle(const PlannedStmt* statement, ModifyTableState* node) {
    const ModifyTable* plan = reinterpret_cast<const ModifyTable*>(node->ps.plan);
    if (plan->onConflictAction != ONCONFLICT_NONE) return "ON CONFLICT";
    if (statement->hasReturning || plan->returningLists != NIL) return "RETURNING";
    if (plan->withCheckOptionLists != NIL) return "row-level security or WITH CHECK OPTION";
    if (statement->hasModifyingCTE) return "a data-modifying WITH";
    const ResultRelInfo* target = node->resultRelInfo;
    Relation relation = target->ri_RelationDesc;
    const bool partitioned = relation->rd_rel->relkind == RELKIND_PARTITIONED_TABLE;
    if (!partitioned && relation->rd_rel->relkind != RELKIND_RELATION) return "the target is not a table";
    if (partitioned && HasForeignPartition(relation)) return "a foreign partition";
    const TriggerDesc* triggers = target->ri_TrigDesc;
    if (triggers != nullptr && (triggers->trig_insert_before_row || triggers->trig_insert_instead_row))
        return "a BEFORE ROW trigger";
    if (!MatchesTable(outerPlan(plan)->targetlist, RelationGetDescr(relation)))
        return "the rows need a projection";
    if (HasVolatileCheck(relation)) return "a CHECK with a volatile function";
    if (compat::WalkPlanState(&node->ps, &MayLookAtTarget, nullptr)) return "a volatile function";
    return nullptr;
}

}  // namespace pgsqlite::pg::load
