#include "pg/fdw/plan/plan.hpp"

#include "pg/fdw/plan/join.hpp"
#include "pg/fdw/plan/parallel_path.hpp"
#include "pg/fdw/plan/remote_clauses.hpp"
#include "pg/fdw/plan/upper.hpp"
#include "pg/list.hpp"

extern "C" {
#include "optimizer/clauses.h"
}

namespace pgsqlite::pg::fdw {
namespace {

/// Lets the estimates know that a column has no value twice, as an index of PostgreSQL's would. Not
/// `immediate`: nothing is concluded from it but selectivities.
void AddUniqueColumn(RelOptInfo* rel, AttrNumber attribute) {
    IndexOptInfo* index = makeNode(IndexOptInfo);
    index->rel = rel;
    index->ncolumns = 1;
    index->nkeycolumns = 1;
    index->indexkeys = PallocArray<int>(1);
    index->indexkeys[0] = attribute;
    index->unique = true;
    rel->indexlist = lappend(rel->indexlist, index);
}

void AnnounceUniqueness(RelOptInfo* rel, const RelationPlan& plan) {
    for (int i = 0; i < plan.relation->attribute_count; ++i)
        if (plan.facts->shapes[i].is_rowid) AddUniqueColumn(rel, static_cast<AttrNumber>(i + 1));
    for (int i = 0; i < plan.facts->index_count; ++i) {
        const IndexFacts& index = plan.facts->indexes[i];
        if (index.unique && index.column_count == 1 && index.columns[0] != 0)
            AddUniqueColumn(rel, index.columns[0]);
    }
}

/// Whether the statement may write to the file that it reads here. Then rows must not depend on when they are
/// asked for (open_scans.hpp), so no other node's row chooses them.
bool IsReadBesideWrites(const PlannerInfo* root, const SourceRelation& relation) {
    while (root->parent_root != nullptr)
        root = root->parent_root;
    const bool updatable =
        relation.server.updatable == Choice::kYes || relation.table.updatable == Choice::kYes;
    return updatable && (root->parse->commandType != CMD_SELECT || root->parse->hasModifyingCTE);
}

/// Which columns a scan reads whose statement can't be made yet.
ScanQuery NamesOnly(const SourceRelation& relation, const Bitmapset* attributes) {
    ScanQuery query = {pstrdup(""), NIL, Locator::kRowNumber, NIL};
    for (int i = 1; i <= relation.attribute_count; ++i)
        if (relation.columns[i - 1].name != nullptr && bms_is_member(i, attributes))
            query.attributes = lappend_int(query.attributes, i);
    return query;
}

/// With what a view or query adds to it, a condition may be too much for SQLite, which then gets none.
void TryConditions(RelOptInfo* rel, RelationPlan* plan) {
    if (plan->facts->stored || plan->remote == NIL) return;
    const RemoteRelation remote = RemoteOf(rel);
    DeparseContext context = MakeContext(&remote);
    StringInfoData where, sql;
    initStringInfo(&where);
    initStringInfo(&sql);
    for (RestrictInfo* condition : Each<RestrictInfo>(plan->remote))
        (void)Classify(&context, rel, condition, &where);
    appendStringInfoString(&sql, "SELECT 1 FROM ");
    AppendSource(&sql, *plan->relation, *plan->facts, "r");
    appendStringInfo(&sql, " WHERE %s", where.data);
    Pin* pin = Pin::Acquire(CurrentMemoryContext, plan->relation->server_oid);
    const bool taken = TakesStatement(pin, sql.data);
    pin->Release();
    if (taken) return;
    std::memset(plan->facts->shapes, 0,
                sizeof(ColumnShape) * static_cast<size_t>(plan->relation->attribute_count));
    plan->remote = NIL;
    plan->all_exact = false;
}

}  // namespace

bool HasBarrier(const PlannerInfo* root) {
    // A view is a query of its own, whose conditions don't know what they are for: the queries around it do.
    for (; root != nullptr; root = root->parent_root) {
        if (root->qual_security_level > 0) return true;
        for (const RangeTblEntry* entry : Each<RangeTblEntry>(root->parse->rtable))
            if (entry->security_barrier) return true;
    }
    return false;
}

DeparseContext MakeContext(const RemoteRelation* relation) {
    return {relation, 1, NIL, NIL, NIL, NIL, 1, 0, 0};
}

bool MeetsWhenRunning(const ErrorData& error) {
    if (!IsOurs(error)) return false;
    switch (error.sqlerrcode) {
        case ERRCODE_UNDEFINED_FILE:
        case ERRCODE_IO_ERROR:
        case ERRCODE_DATA_CORRUPTED:
        case ERRCODE_SYNTAX_ERROR:
        case ERRCODE_FDW_ERROR:
        case ERRCODE_FDW_TABLE_NOT_FOUND:
        case ERRCODE_FDW_UNABLE_TO_ESTABLISH_CONNECTION:
        case ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE:
            return true;
        default:
            return false;
    }
}

SourceFacts* LookAtSource(const SourceRelation& relation) {
    MemoryContext context = CurrentMemoryContext;
    Pin* volatile pin = nullptr;
    SourceFacts* volatile facts = nullptr;
    PG_TRY();
    {
        pin = Pin::Acquire(context, relation.server_oid);
        facts = ReadSourceFacts(relation, pin);
    }
    PG_CATCH();
    {
        MemoryContextSwitchTo(context);
        ErrorData* error = CopyErrorData();
        FlushErrorState();
        if (pin != nullptr) pin->Release();
        if (!MeetsWhenRunning(*error)) RaiseAgain(error);
        return UnknownFacts(relation);
    }
    PG_END_TRY();
    pin->Release();
    return facts;
}

void GetForeignRelSize(PlannerInfo* root, RelOptInfo* rel, Oid relid) {
    RelationPlan* plan = static_cast<RelationPlan*>(palloc0(sizeof(RelationPlan)));
    plan->relation = ReadSourceRelation(relid);
    rel->fdw_private = plan;
    ForbidWorkersForSubtransactions(root, *plan->relation);
    plan->facts = LookAtSource(*plan->relation);
    AnnounceUniqueness(rel, *plan);
    // -1: never analyzed.
    if (rel->tuples < 0) rel->tuples = clamp_row_est(plan->facts->rows);
    set_baserel_size_estimates(root, rel);

    plan->all_exact = plan->facts->known;
    if (plan->facts->known) {
        plan->beside_writes = IsReadBesideWrites(root, *plan->relation);
        plan->remote = RemoteConditions(rel, rel->baserestrictinfo, &plan->all_exact);
        TryConditions(rel, plan);
    }
    plan->retained =
        clamp_row_est(rel->tuples * clauselist_selectivity(root, plan->remote, static_cast<int>(rel->relid),
                                                           JOIN_INNER, nullptr));
}

ForeignScan* GetForeignPlan(PlannerInfo* root, RelOptInfo* rel, Oid, ForeignPath* path, List* target,
                            List* clauses, Plan* outer_plan) {
    if (rel->reloptkind == RELOPT_UPPER_REL) return GetUpperPlan(path, target, outer_plan);
    if (rel->reloptkind == RELOPT_JOINREL || rel->reloptkind == RELOPT_OTHER_JOINREL)
        return GetJoinPlan(root, rel, target);
    const RelationPlan& plan = PlanOf(rel);
    const SourceRelation& relation = *plan.relation;
    const RemoteRelation remote = RemoteOf(rel);
    DeparseContext context = MakeContext(&remote);
    StringInfoData where;
    initStringInfo(&where);
    List* local = NIL;
    List* exact = NIL;
    for (RestrictInfo* condition : Each<RestrictInfo>(clauses)) {
        if (condition->pseudoconstant) continue;
        if (plan.facts->known && Classify(&context, rel, condition, &where) == Verdict::kExact)
            exact = lappend(exact, condition->clause);
        else
            local = lappend(local, condition->clause);
    }
    const char* order_by =
        path->path.pathkeys != NIL ? SortText(&context, rel, path->path.pathkeys, nullptr) : nullptr;

    // Read are the attributes that the target list or a local condition uses, and those that SQLite compares
    // unless every cell of theirs is a value: what can't be read is refused wherever it is looked at.
    Bitmapset* used = nullptr;
    pull_varattnos(reinterpret_cast<Node*>(rel->reltarget->exprs), rel->relid, &used);
    pull_varattnos(reinterpret_cast<Node*>(local), rel->relid, &used);
    Bitmapset* attributes = nullptr;
    const bool whole_row = bms_is_member(0 - FirstLowInvalidHeapAttributeNumber, used);
    for (int i = 1; i <= relation.attribute_count; ++i)
        if (whole_row || bms_is_member(i - FirstLowInvalidHeapAttributeNumber, used))
            attributes = bms_add_member(attributes, i);
    for (const Var* var : Each<Var>(context.used)) {
        const AttrNumber attribute = var->varattno;
        if (!plan.facts->shapes[attribute - 1].sure) attributes = bms_add_member(attributes, attribute);
    }

    ScanClauses scan;
    scan.where = where.len > 0 ? where.data : nullptr;
    scan.order_by = order_by;
    scan.chunked = path->path.parallel_aware;
    // Rows are found again by their rowid, which travels as ctid (row_marks.hpp).
    const bool wants_ctid =
        bms_is_member(SelfItemPointerAttributeNumber - FirstLowInvalidHeapAttributeNumber, used);
    scan.rowid = wants_ctid && plan.facts->rowid_name[0] != '\0';
    scan.limit = path->fdw_private != NIL ? floatVal(linitial(path->fdw_private)) : -1;
    const ScanQuery query = plan.facts->known ? BuildScanQuery(relation, *plan.facts, attributes, scan)
                                              : NamesOnly(relation, attributes);
    PlanPrivate fdw_private = {};
    fdw_private.probe = "";
    if (scan.chunked) {
        fdw_private.probe = ProbeSql(relation, *plan.facts);
        fdw_private.chunk_rows = ChunkRows(*plan.facts);
    }
    fdw_private.whole = plan.facts->known && scan.where == nullptr && scan.order_by == nullptr &&
                        scan.limit < 0 && query.locator == Locator::kRowid;
    fdw_private.barrier = HasBarrier(root);
    fdw_private.sql = query.sql;
    fdw_private.attributes = query.attributes;
    fdw_private.locator = query.locator;
    fdw_private.locator_columns = query.locator_columns;
    fdw_private.where = where.data;
    fdw_private.order_by = order_by != nullptr ? order_by : "";
    fdw_private.bindings = context.bindings;
    fdw_private.join = "";
    fdw_private.server = relation.server_oid;
    return make_foreignscan(target, local, rel->relid, context.parameters, PackItems(fdw_private), NIL, exact,
                            outer_plan);
}

}  // namespace pgsqlite::pg::fdw
