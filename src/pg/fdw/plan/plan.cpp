#include "pg/fdw/plan/plan.hpp"

#include "pg/fdw/plan/cost.hpp"
#include "pg/fdw/plan/join.hpp"
#include "pg/fdw/plan/parallel_path.hpp"
#include "pg/fdw/plan/upper.hpp"

extern "C" {
#include "optimizer/clauses.h"
#include "optimizer/paths.h"
#include "optimizer/tlist.h"
}

namespace pgsqlite::pg::fdw {
namespace {

RelationPlan& PlanOf(const RelOptInfo* rel) {
    return *static_cast<RelationPlan*>(rel->fdw_private);
}

RemoteRelation RemoteOf(const RelOptInfo* rel) {
    const RelationPlan& plan = PlanOf(rel);
    return {rel->relid, "r", plan.relation, plan.facts};
}

/// Lets the estimates know that a column has no value twice, as an index of PostgreSQL's would. Not
/// `immediate`: nothing is concluded from it but selectivities.
void AddUniqueColumn(RelOptInfo* rel, AttrNumber attribute) {
    IndexOptInfo* index = makeNode(IndexOptInfo);
    index->rel = rel;
    index->ncolumns = 1;
    index->nkeycolumns = 1;
    index->indexkeys = static_cast<int*>(palloc(sizeof(int)));
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

/// Whether SQLite may see the condition, and how far its answer goes. Security barriers come first.
Verdict Classify(DeparseContext* context, RelOptInfo* rel, RestrictInfo* condition, StringInfo out) {
    if (PlanOf(rel).beside_writes && !bms_is_empty(pull_paramids(condition->clause))) return Verdict::kLocal;
    if (condition->pseudoconstant || !restriction_is_securely_promotable(condition, rel))
        return Verdict::kLocal;
    return DeparseConjunct(context, condition->clause, out);
}

/// Those of the conditions that SQLite sees.
List* RemoteConditions(RelOptInfo* rel, List* conditions, bool* all_exact) {
    const RemoteRelation relation = RemoteOf(rel);
    DeparseContext context = MakeContext(&relation);
    StringInfoData sql;
    initStringInfo(&sql);
    List* remote = NIL;
    ListCell* cell;
    foreach (cell, conditions) {
        RestrictInfo* condition = static_cast<RestrictInfo*>(lfirst(cell));
        const Verdict verdict = Classify(&context, rel, condition, &sql);
        if (verdict != Verdict::kLocal) remote = lappend(remote, condition);
        if (verdict != Verdict::kExact) *all_exact = false;
    }
    return remote;
}

/// ORDER BY for pathkeys, or null where SQLite sorts otherwise.
const char* SortText(DeparseContext* context, const RelOptInfo* rel, const List* pathkeys,
                     AttrNumber* first) {
    StringInfoData sql;
    initStringInfo(&sql);
    ListCell* cell;
    foreach (cell, pathkeys) {
        const PathKey* pathkey = static_cast<const PathKey*>(lfirst(cell));
        const EquivalenceClass* ec = pathkey->pk_eclass;
        Expr* expr = nullptr;
        if (!ec->ec_has_volatile) {
            ListCell* member_cell;
            foreach (member_cell, ec->ec_members) {
                const EquivalenceMember* member = static_cast<const EquivalenceMember*>(lfirst(member_cell));
                if (!bms_is_empty(member->em_relids) && bms_equal(member->em_relids, rel->relids)) {
                    expr = member->em_expr;
                    break;
                }
            }
        }
        if (expr == nullptr) return nullptr;
        if (sql.len > 0) appendStringInfoString(&sql, ", ");
        if (first != nullptr && sql.len == 0 && IsA(expr, Var))
            *first = reinterpret_cast<const Var*>(expr)->varattno;
        if (!DeparseSortTerm(context, expr, pathkey->pk_opfamily, ec->ec_collation,
                             compat::IsDescending(pathkey), pathkey->pk_nulls_first, &sql))
            return nullptr;
    }
    const sqlite::StatementLimits& limits = LimitsOf(context);
    if (list_length(pathkeys) > limits.columns || sql.len > limits.bytes / 8) return nullptr;
    return sql.data;
}

/// Whether LIMIT and OFFSET say how many rows are read at most, whenever the plan runs: root->limit_tuples
/// holds the present value of current_setting(), too, and doesn't know of WITH TIES.
bool HasFixedLimit(const Query* query) {
    return query->limitOption == LIMIT_OPTION_COUNT && query->limitCount != nullptr &&
           IsA(query->limitCount, Const) && (query->limitOffset == nullptr || IsA(query->limitOffset, Const));
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
    ListCell* cell;
    foreach (cell, plan->remote)
        (void)Classify(&context, rel, static_cast<RestrictInfo*>(lfirst(cell)), &where);
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

/// Rows that the query needs of the one table it reads, in the order asked for; -1 where more may be needed.
double WantedRows(const PlannerInfo* root, const RelOptInfo* rel) {
    const Query* query = root->parse;
    const bool plain = query->commandType == CMD_SELECT && query->groupClause == NIL &&
                       query->groupingSets == NIL && !query->hasAggs && !query->hasWindowFuncs &&
                       !query->hasTargetSRFs && query->distinctClause == NIL &&
                       query->setOperations == nullptr && query->havingQual == nullptr &&
                       query->rowMarks == NIL && HasFixedLimit(query);
    if (!plain || root->limit_tuples <= 0 || rel->reloptkind != RELOPT_BASEREL ||
        !bms_equal(root->all_baserels, rel->relids) || !PlanOf(rel).all_exact)
        return -1;
    return root->limit_tuples;
}

void AddPath(PlannerInfo* root, RelOptInfo* rel, double rows, Cost startup, Cost total, List* pathkeys,
             Relids required_outer, double limit) {
    List* fdw_private = limit >= 0 ? list_make1(makeFloat(psprintf("%.0f", limit))) : NIL;
    ForeignPath* path =
        compat::CreateForeignScanPath(root, rel, rows, startup, total, pathkeys, required_outer, fdw_private);
    KeepInLeader(path);
    add_path(rel, reinterpret_cast<Path*>(path));
}

/// A path in an order that SQLite gives.
void AddOrderedPath(PlannerInfo* root, RelOptInfo* rel, List* pathkeys, const ScanCost& plain, double limit) {
    const RemoteRelation relation = RemoteOf(rel);
    DeparseContext context = MakeContext(&relation);
    AttrNumber first = 0;
    if (pathkeys == NIL || SortText(&context, rel, pathkeys, &first) == nullptr) return;
    const RelationPlan& plan = PlanOf(rel);
    Cost startup = plain.startup;
    Cost total = plain.total;
    double rows = rel->rows;
    if (first == 0 || list_length(pathkeys) > 1 || !IsOrderedBy(plan, first)) {
        // SQLite sorts, and keeps no more rows than are wanted.
        const double sorted = std::max(2.0, plan.retained);
        const double kept = limit >= 0 ? std::max(2.0, std::min(sorted, limit)) : sorted;
        startup = total + 2.0 * cpu_operator_cost * sorted * std::log2(kept);
        total = startup + cpu_operator_cost * kept;
    } else if (!plan.facts->shapes[first - 1].is_rowid) {
        total += 2 * cpu_tuple_cost * plan.retained;  // each row is looked up
    }
    if (limit >= 0) {
        rows = std::min(rows, limit);
        const double saved = std::max(0.0, plan.retained - limit);
        total -= saved * (plan.relation->server.tuple_cost + cpu_tuple_cost);
        total = std::max(total, startup);
    }
    AddPath(root, rel, rows, startup, total, pathkeys, rel->lateral_relids, limit);
}

/// Orders that a merge join could use: by the rowid, by an index's first column.
void AddIndexOrders(PlannerInfo* root, RelOptInfo* rel, const ScanCost& plain) {
    if (!has_useful_pathkeys(root, rel)) return;
    const RelationPlan& plan = PlanOf(rel);
    for (int i = 0; i < plan.relation->attribute_count; ++i) {
        const AttrNumber attribute = static_cast<AttrNumber>(i + 1);
        const SourceColumn& column = plan.relation->columns[i];
        if (column.name == nullptr || plan.facts->shapes[i].form == Form::kNone ||
            !IsOrderedBy(plan, attribute))
            continue;
        const Oid less = lookup_type_cache(column.type, TYPECACHE_LT_OPR)->lt_opr;
        if (!OidIsValid(less)) continue;
        Expr* var = reinterpret_cast<Expr*>(makeVar(static_cast<int>(rel->relid), attribute, column.type,
                                                    column.typmod, column.collation, 0));
        List* pathkeys = compat::ExpressionPathkeys(root, var, less, rel->relids);
        pathkeys = truncate_useless_pathkeys(root, rel, pathkeys);
        if (pathkeys != NIL && compare_pathkeys(pathkeys, root->query_pathkeys) != PATHKEYS_EQUAL)
            AddOrderedPath(root, rel, pathkeys, plain, -1);
    }
}

/// Asked by generate_implied_equalities_for_column: is this member the column we look for?
struct ColumnSearch {
    AttrNumber attribute;
};
bool IsColumn(PlannerInfo*, RelOptInfo* rel, EquivalenceClass*, EquivalenceMember* member, void* argument) {
    const ColumnSearch* search = static_cast<const ColumnSearch*>(argument);
    const Expr* expr = member->em_expr;
    while (IsA(expr, RelabelType))
        expr = reinterpret_cast<const RelabelType*>(expr)->arg;
    return IsA(expr, Var) && static_cast<Index>(reinterpret_cast<const Var*>(expr)->varno) == rel->relid &&
           reinterpret_cast<const Var*>(expr)->varattno == search->attribute;
}

/// Lookups with values of other relations: a nested loop into SQLite's rowid or index.
/// Whether the statement may write to the file that it reads here. Then rows must not depend on when they are
/// asked for (open_scans.hpp), so no other node's row chooses them.
bool IsReadBesideWrites(const PlannerInfo* root, const SourceRelation& relation) {
    while (root->parent_root != nullptr)
        root = root->parent_root;
    const bool updatable =
        relation.server.updatable == Choice::kYes || relation.table.updatable == Choice::kYes;
    return updatable && (root->parse->commandType != CMD_SELECT || root->parse->hasModifyingCTE);
}

void AddParameterizedPaths(PlannerInfo* root, RelOptInfo* rel) {
    RelationPlan& plan = PlanOf(rel);
    if (plan.beside_writes) return;
    List* candidates = NIL;
    ListCell* cell;
    foreach (cell, rel->joininfo) {
        RestrictInfo* condition = static_cast<RestrictInfo*>(lfirst(cell));
        if (join_clause_is_movable_to(condition, rel)) candidates = lappend(candidates, condition);
    }
    if (rel->has_eclass_joins)
        for (int i = 0; i < plan.relation->attribute_count; ++i) {
            ColumnSearch search = {static_cast<AttrNumber>(i + 1)};
            if (plan.facts->shapes[i].form == Form::kNone || !IsOrderedBy(plan, search.attribute)) continue;
            candidates =
                list_concat(candidates, generate_implied_equalities_for_column(root, rel, &IsColumn, &search,
                                                                               rel->lateral_referencers));
        }

    List* tried = NIL;
    foreach (cell, candidates) {
        RestrictInfo* condition = static_cast<RestrictInfo*>(lfirst(cell));
        if (LookupAttribute(root, rel, plan, condition->clause) == 0) continue;
        Relids outer = bms_union(condition->clause_relids, rel->lateral_relids);
        outer = bms_del_member(outer, static_cast<int>(rel->relid));
        if (bms_is_empty(outer)) continue;
        bool seen = false;
        ListCell* tried_cell;
        foreach (tried_cell, tried)
            seen = seen || bms_equal(static_cast<const Bitmapset*>(lfirst(tried_cell)), outer);
        if (seen) continue;
        tried = lappend(tried, outer);

        ParamPathInfo* info = get_baserel_parampathinfo(root, rel, outer);
        bool all_exact = true;
        List* remote = list_concat_copy(plan.remote, RemoteConditions(rel, info->ppi_clauses, &all_exact));
        bool looks_up = false;
        ListCell* remote_cell;
        foreach (remote_cell, remote)
            looks_up =
                looks_up || LookupAttribute(root, rel, plan,
                                            static_cast<RestrictInfo*>(lfirst(remote_cell))->clause) != 0;
        if (!looks_up) continue;
        const Selectivity selectivity =
            clauselist_selectivity(root, remote, static_cast<int>(rel->relid), JOIN_INNER, nullptr);
        const double returned = clamp_row_est(rel->tuples * selectivity);
        const ScanCost cost = EstimateScan(root, rel, plan, remote, returned, true);
        AddPath(root, rel, info->ppi_rows, cost.startup, cost.total, NIL, outer, -1);
    }
}

}  // namespace

List* PlanPrivate::Pack() const {
    List* items = list_make4(makeString(const_cast<char*>(sql)), attributes,
                             makeInteger(static_cast<int>(locator)), locator_columns);
    items = lappend(items, makeString(const_cast<char*>(where)));
    items = lappend(items, makeString(const_cast<char*>(order_by)));
    items = lappend(items, bindings);
    items = lappend(items, relids);
    items = lappend(items, makeString(const_cast<char*>(join)));
    items = lappend(items, list_make1_oid(server));
    items = lappend(items, makeString(const_cast<char*>(probe)));
    items = lappend(items, makeInteger(chunk_rows));
    items = lappend(items, makeInteger(whole));
    return lappend(items, makeInteger(barrier));
}

PlanPrivate PlanPrivate::Unpack(List* fdw_private) {
    PlanPrivate plan;
    plan.sql = strVal(linitial(fdw_private));
    plan.attributes = static_cast<List*>(lsecond(fdw_private));
    plan.locator = static_cast<Locator>(intVal(lthird(fdw_private)));
    plan.locator_columns = static_cast<List*>(lfourth(fdw_private));
    plan.where = strVal(list_nth(fdw_private, 4));
    plan.order_by = strVal(list_nth(fdw_private, 5));
    plan.bindings = static_cast<List*>(list_nth(fdw_private, 6));
    plan.relids = static_cast<List*>(list_nth(fdw_private, 7));
    plan.join = strVal(list_nth(fdw_private, 8));
    plan.server = linitial_oid(static_cast<List*>(list_nth(fdw_private, 9)));
    plan.probe = strVal(list_nth(fdw_private, 10));
    plan.chunk_rows = intVal(list_nth(fdw_private, 11));
    plan.whole = intVal(list_nth(fdw_private, 12)) != 0;
    plan.barrier = intVal(list_nth(fdw_private, 13)) != 0;
    return plan;
}

bool HasBarrier(const PlannerInfo* root) {
    // A view is a query of its own, whose conditions don't know what they are for: the queries around it do.
    for (; root != nullptr; root = root->parent_root) {
        if (root->qual_security_level > 0) return true;
        ListCell* cell;
        foreach (cell, root->parse->rtable)
            if (lfirst_node(RangeTblEntry, cell)->security_barrier) return true;
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

void GetForeignPaths(PlannerInfo* root, RelOptInfo* rel, Oid) {
    const RelationPlan& plan = PlanOf(rel);
    ScanCost plain = EstimateScan(root, rel, plan, plan.remote, plan.retained, false);
    const Cost local = plan.all_exact ? 0 : rel->baserestrictcost.per_tuple * plan.retained;
    plain.startup += rel->baserestrictcost.startup;
    plain.total += rel->baserestrictcost.startup + local;
    AddPath(root, rel, rel->rows, plain.startup, plain.total, NIL, rel->lateral_relids, -1);
    if (!plan.facts->known) return;
    AddOrderedPath(root, rel, root->query_pathkeys, plain, WantedRows(root, rel));
    AddIndexOrders(root, rel, plain);
    AddParameterizedPaths(root, rel);
    AddPartialPath(root, rel, plan);
    AddGatherForInsert(root, rel, plan);
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
    ListCell* cell;
    foreach (cell, clauses) {
        RestrictInfo* condition = static_cast<RestrictInfo*>(lfirst(cell));
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
    foreach (cell, context.used) {
        const AttrNumber attribute = static_cast<const Var*>(lfirst(cell))->varattno;
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
    return make_foreignscan(target, local, rel->relid, context.parameters, fdw_private.Pack(), NIL, exact,
                            outer_plan);
}

}  // namespace pgsqlite::pg::fdw
