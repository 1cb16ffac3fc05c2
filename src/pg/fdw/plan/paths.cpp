// Ways to scan one table: as it lies, in an order that SQLite gives, or by values of other relations.
#include "pg/fdw/plan/cost.hpp"
#include "pg/fdw/plan/parallel_path.hpp"
#include "pg/fdw/plan/remote_clauses.hpp"
#include "pg/list.hpp"

extern "C" {
#include "optimizer/clauses.h"
#include "optimizer/paths.h"
}

namespace pgsqlite::pg::fdw {
namespace {

/// Whether LIMIT and OFFSET say how many rows are read at most, whenever the plan runs: root->limit_tuples
/// holds the present value of current_setting(), too, and doesn't know of WITH TIES.
bool HasFixedLimit(const Query* query) {
    return query->limitOption == LIMIT_OPTION_COUNT && query->limitCount != nullptr &&
           IsA(query->limitCount, Const) && (query->limitOffset == nullptr || IsA(query->limitOffset, Const));
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
void AddParameterizedPaths(PlannerInfo* root, RelOptInfo* rel) {
    RelationPlan& plan = PlanOf(rel);
    if (plan.beside_writes) return;
    List* candidates = NIL;
    for (RestrictInfo* condition : Each<RestrictInfo>(rel->joininfo)) {
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
    for (RestrictInfo* condition : Each<RestrictInfo>(candidates)) {
        if (LookupAttribute(root, rel, plan, condition->clause) == 0) continue;
        Relids outer = bms_union(condition->clause_relids, rel->lateral_relids);
        outer = bms_del_member(outer, static_cast<int>(rel->relid));
        if (bms_is_empty(outer)) continue;
        bool seen = false;
        for (const Bitmapset* before : Each<Bitmapset>(tried))
            seen = seen || bms_equal(before, outer);
        if (seen) continue;
        tried = lappend(tried, outer);

        ParamPathInfo* info = get_baserel_parampathinfo(root, rel, outer);
        bool all_exact = true;
        List* remote = list_concat_copy(plan.remote, RemoteConditions(rel, info->ppi_clauses, &all_exact));
        bool looks_up = false;
        for (const RestrictInfo* condition_there : Each<RestrictInfo>(remote))
            looks_up = looks_up || LookupAttribute(root, rel, plan, condition_there->clause) != 0;
        if (!looks_up) continue;
        const Selectivity selectivity =
            clauselist_selectivity(root, remote, static_cast<int>(rel->relid), JOIN_INNER, nullptr);
        const double returned = clamp_row_est(rel->tuples * selectivity);
        const ScanCost cost = EstimateScan(root, rel, plan, remote, returned, true);
        AddPath(root, rel, info->ppi_rows, cost.startup, cost.total, NIL, outer, -1);
    }
}

}  // namespace

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

}  // namespace pgsqlite::pg::fdw
