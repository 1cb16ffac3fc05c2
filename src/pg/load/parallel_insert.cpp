#include "pg/load/parallel_insert.hpp"

#include "pg/load/running_load.hpp"
#include "pg/settings.hpp"

extern "C" {
#include "access/parallel.h"
#include "access/xact.h"
#include "catalog/pg_inherits.h"
#include "catalog/pg_proc.h"
#include "optimizer/clauses.h"
#include "parser/parsetree.h"
#include "rewrite/rewriteHandler.h"
#include "utils/partcache.h"
}

namespace pgsqlite::pg::load {

namespace {

bool IsUnsafe(Query* query) {
    return max_parallel_hazard(query) == PROPARALLEL_UNSAFE;
}

/// @param expression a node or a list of them; may be null
bool IsUnsafe(const void* expression) {
    if (expression == nullptr) return false;
    Query* query = makeNode(Query);
    query->commandType = CMD_SELECT;
    query->havingQual = static_cast<Node*>(const_cast<void*>(expression));
    return IsUnsafe(query);
}

bool HasUnsafeDomain(Oid type) {
    if (get_typtype(type) != TYPTYPE_DOMAIN) return false;
    // As long as the context: a callback of that lets go of it.
    DomainConstraintRef* domain = static_cast<DomainConstraintRef*>(palloc(sizeof(DomainConstraintRef)));
    InitDomainConstraintRef(type, domain, CurrentMemoryContext, false);
    ListCell* cell;
    foreach (cell, domain->constraints)
        if (IsUnsafe(static_cast<const DomainConstraintState*>(lfirst(cell))->check_expr)) return true;
    return false;
}

bool HasUnsafeColumn(Relation relation) {
    const TupleDesc descriptor = RelationGetDescr(relation);
    const TupleConstr* constraints = descriptor->constr;
    for (int i = 0; i < descriptor->natts; ++i) {
        const Form_pg_attribute attribute = TupleDescAttr(descriptor, i);
        if (attribute->attisdropped) continue;
        if (HasUnsafeDomain(attribute->atttypid)) return true;
        if (attribute->attgenerated == ATTRIBUTE_GENERATED_STORED &&
            IsUnsafe(build_column_default(relation, i + 1)))
            return true;
    }
    for (int i = 0; constraints != nullptr && i < constraints->num_check; ++i)
        if (IsUnsafe(stringToNode(constraints->check[i].ccbin))) return true;
    return false;
}

/// Those that run, or whose WHEN is evaluated, while rows are read. The others wait for the end.
bool HasUnsafeTrigger(Relation relation) {
    const TriggerDesc* triggers = relation->trigdesc;
    if (triggers == nullptr) return false;
    if (triggers->trig_insert_before_row || triggers->trig_insert_instead_row ||
        triggers->trig_insert_before_statement)
        return true;
    for (int i = 0; i < triggers->numtriggers; ++i)
        if (triggers->triggers[i].tgqual != nullptr && IsUnsafe(stringToNode(triggers->triggers[i].tgqual)))
            return true;
    return false;
}

bool HasUnsafeIndex(Relation relation) {
    List* indexes = RelationGetIndexList(relation);
    ListCell* cell;
    foreach (cell, indexes) {
        Relation index = index_open(lfirst_oid(cell), AccessShareLock);
        const bool unsafe =
            IsUnsafe(RelationGetIndexExpressions(index)) || IsUnsafe(RelationGetIndexPredicate(index));
        index_close(index, AccessShareLock);
        if (unsafe) return true;
    }
    return false;
}

bool IsUnsafeTarget(Oid relid, LOCKMODE lock) {
    Relation relation = table_open(relid, lock);
    const char kind = relation->rd_rel->relkind;
    const PartitionKey key = kind == RELKIND_PARTITIONED_TABLE ? RelationGetPartitionKey(relation) : nullptr;
    const bool unsafe = (kind != RELKIND_RELATION && kind != RELKIND_PARTITIONED_TABLE) ||
                        HasUnsafeTrigger(relation) || HasUnsafeColumn(relation) || HasUnsafeIndex(relation) ||
                        (key != nullptr && IsUnsafe(key->partexprs));
    table_close(relation, lock);
    return unsafe;
}

/// The target and, where rows are routed on, its partitions.
bool HasUnsafeTarget(Oid relid) {
    if (IsUnsafeTarget(relid, NoLock)) return true;
    if (get_rel_relkind(relid) != RELKIND_PARTITIONED_TABLE) return false;
    List* partitions = find_all_inheritors(relid, AccessShareLock, nullptr);
    ListCell* cell;
    foreach (cell, partitions)
        if (IsUnsafeTarget(lfirst_oid(cell), NoLock)) return true;
    return false;
}

bool HasUnsafeSubquery(const PlannerGlobal* glob) {
    ListCell* cell;
    foreach (cell, glob->subroots)
        if (IsUnsafe(static_cast<const PlannerInfo*>(lfirst(cell))->parse)) return true;
    return false;
}

}  // namespace

bool MayReadInParallel(PlannerInfo* root) {
    Query* query = root->parse;
    if (!bulk_insert || !parallel_insert || running_load.plans_serially || !IsUnderPostmaster ||
        IsInParallelMode() || root->parent_root != nullptr || query->commandType != CMD_INSERT)
        return false;
    if (query->onConflict != nullptr || query->returningList != NIL || query->withCheckOptions != NIL ||
        query->hasModifyingCTE)
        return false;
    const Oid target = rt_fetch(query->resultRelation, query->rtable)->relid;
    return !IsUnsafe(query) && !HasUnsafeSubquery(root->glob) && !HasUnsafeTarget(target);
}

void LeaveWorkersOut(QueryDesc* query) {
    const PlannedStmt* statement = query->plannedstmt;
    if (query->operation != CMD_INSERT || !statement->parallelModeNeeded) return;
    const Oid target = rt_fetch(linitial_int(statement->resultRelations), statement->rtable)->relid;
    if (!IsInParallelMode() && !HasUnsafeTarget(target)) return;
    PlannedStmt* serial = static_cast<PlannedStmt*>(palloc(sizeof(PlannedStmt)));
    *serial = *statement;
    serial->parallelModeNeeded = false;
    query->plannedstmt = serial;
}

void PrepareForWorkers(const QueryDesc* query, int eflags) {
    if (query->operation == CMD_INSERT && query->plannedstmt->parallelModeNeeded &&
        (eflags & EXEC_FLAG_EXPLAIN_ONLY) == 0)
        (void)GetCurrentTransactionId();
}

}  // namespace pgsqlite::pg::load
