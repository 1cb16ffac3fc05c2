#include "pg/fdw/plan/join.hpp"

#include "core/sqlite/statement.hpp"
#include "pg/fdw/plan/cost.hpp"
#include "pg/fdw/plan/parallel_path.hpp"
#include "pg/fdw/plan/rules.hpp"

extern "C" {
#include "optimizer/tlist.h"
}

namespace pgsqlite::pg::fdw {
namespace {

const RelationPlan* PlanOf(const RelOptInfo* rel) {
    return static_cast<const RelationPlan*>(rel->fdw_private);
}

bool HidesRight(JoinType type) {
    return type == JOIN_SEMI || type == JOIN_ANTI;
}

/// Clauses of RestrictInfos.
List* ClausesOf(const List* conditions) {
    return extract_actual_clauses(const_cast<List*>(conditions), false);
}

bool DeparseAll(DeparseContext* context, const List* clauses, StringInfo out) {
    ListCell* cell;
    foreach (cell, clauses) {
        if (DeparseConjunct(context, static_cast<Expr*>(lfirst(cell)), out) != Verdict::kExact) return false;
    }
    return true;
}

void AppendBase(const DeparseContext* context, const RelOptInfo* rel, StringInfo from) {
    const RemoteRelation* relation = FindRelation(context, rel->relid);
    AppendSource(from, *relation->relation, *relation->facts, relation->alias);
}

bool AppendFrom(DeparseContext* context, const RelOptInfo* rel, StringInfo from) {
    const JoinPlan* join = PlanOf(rel)->join;
    if (join == nullptr) {
        AppendBase(context, rel, from);
        return true;
    }
    if (!AppendFrom(context, join->left, from)) return false;
    if (HidesRight(join->type)) return true;
    const char* words = join->type == JOIN_INNER  ? " JOIN "
                        : join->type == JOIN_LEFT ? " LEFT JOIN "
                                                  : " FULL JOIN ";
    appendStringInfoString(from, words);
    AppendBase(context, join->right, from);
    StringInfoData on;
    initStringInfo(&on);
    if (!DeparseAll(context, join->on, &on)) return false;
    appendStringInfo(from, " ON %s", on.len > 0 ? on.data : "1");
    return true;
}

bool AppendWhere(DeparseContext* context, const RelOptInfo* rel, StringInfo where) {
    const JoinPlan* join = PlanOf(rel)->join;
    if (join == nullptr) return DeparseAll(context, ClausesOf(rel->baserestrictinfo), where);
    if (!AppendWhere(context, join->left, where) || !DeparseAll(context, join->where, where)) return false;
    if (!HidesRight(join->type)) return true;
    StringInfoData matches;
    initStringInfo(&matches);
    if (!DeparseAll(context, join->on, &matches)) return false;
    if (where->len > 0) appendStringInfoString(where, " AND ");
    appendStringInfo(where, "%s (SELECT 1 FROM ", join->type == JOIN_SEMI ? "EXISTS" : "NOT EXISTS");
    AppendBase(context, join->right, where);
    appendStringInfo(where, " WHERE %s)", matches.len > 0 ? matches.data : "1");
    return true;
}

/// A placeholder that must be computed inside the join, below its nullable side.
bool NeedsPlaceholder(const PlannerInfo* root, const RelOptInfo* join) {
    ListCell* cell;
    foreach (cell, root->placeholder_list) {
        const PlaceHolderInfo* placeholder = static_cast<const PlaceHolderInfo*>(lfirst(cell));
        if (bms_is_subset(placeholder->ph_eval_at, join->relids) &&
            bms_nonempty_difference(join->relids, placeholder->ph_eval_at))
            return true;
    }
    return false;
}

/// The right side of EXISTS is not read, so a cell that is no value would pass unseen: it can't where the
/// classes of the two sides of an equality differ.
bool HiddenSideIsSafe(const DeparseContext* context, const JoinPlan* join) {
    ListCell* cell;
    bool only_equalities = true;
    foreach (cell, join->on) {
        const Expr* clause = static_cast<const Expr*>(lfirst(cell));
        const FunctionRule* rule = IsA(clause, OpExpr)
                                       ? FindRule(get_opcode(reinterpret_cast<const OpExpr*>(clause)->opno))
                                       : nullptr;
        if (rule == nullptr || rule->verb != Verb::kCompare || rule->sql[0] != '=') only_equalities = false;
    }
    if (only_equalities) return true;
    foreach (cell, context->used) {
        const Var* var = static_cast<const Var*>(lfirst(cell));
        if (static_cast<Index>(var->varno) == join->right->relid && !ShapeOfVar(context, var)->sure)
            return false;
    }
    return true;
}

JoinPlan* MakeJoin(RelOptInfo* rel, RelOptInfo* outer, RelOptInfo* inner, JoinType type,
                   const JoinPathExtraData* extra) {
    JoinPlan* join = static_cast<JoinPlan*>(palloc0(sizeof(JoinPlan)));
    join->left = outer;
    join->right = inner;
    join->type = type;
    if (type == JOIN_RIGHT || (type == JOIN_INNER && PlanOf(inner)->join != nullptr)) {
        std::swap(join->left, join->right);
        if (type == JOIN_RIGHT) join->type = JOIN_LEFT;
    }
    ListCell* cell;
    foreach (cell, extra->restrictlist) {
        RestrictInfo* condition = static_cast<RestrictInfo*>(lfirst(cell));
        if (condition->pseudoconstant) return nullptr;
        if (IS_OUTER_JOIN(type) && RINFO_IS_PUSHED_DOWN(condition, rel->relids))
            join->where = lappend(join->where, condition->clause);
        else
            join->on = lappend(join->on, condition->clause);
    }
    if (PlanOf(join->right)->join != nullptr) return nullptr;
    List* right_conditions = ClausesOf(join->right->baserestrictinfo);
    if (join->type == JOIN_FULL) {
        // A condition on one side would be one on the joined rows.
        if (right_conditions != NIL || join->left->baserestrictinfo != NIL ||
            PlanOf(join->left)->join != nullptr)
            return nullptr;
        if (!sqlite::HasFullJoin()) return nullptr;
    }
    join->on = list_concat(join->on, right_conditions);
    return join;
}

bool HasColumn(const List* columns, const Var* var) {
    ListCell* cell;
    foreach (cell, columns) {
        const Var* known = static_cast<const Var*>(lfirst(cell));
        if (known->varno == var->varno && known->varattno == var->varattno) return true;
    }
    return false;
}

/// What the join's scan returns, and what SQLite compares unless every cell of it is a value. The topmost
/// join's target may hold expressions by now.
List* ScanColumns(const DeparseContext* context, const RelOptInfo* join) {
    List* columns = NIL;
    ListCell* cell;
    foreach (cell,
             pull_var_clause(reinterpret_cast<Node*>(join->reltarget->exprs), PVC_RECURSE_PLACEHOLDERS)) {
        Var* var = static_cast<Var*>(lfirst(cell));
        if (!HasColumn(columns, var)) columns = lappend(columns, var);
    }
    foreach (cell, context->used) {
        Var* var = static_cast<Var*>(lfirst(cell));
        if (!ShapeOfVar(context, var)->sure && !HasColumn(columns, var)) columns = lappend(columns, var);
    }
    return columns;
}

/// Whether a partition refers to another table of a join of partitions: its conditions name that one's
/// parent.
bool HasLateralPartition(const PlannerInfo* root, const RelOptInfo* join) {
    if (join->reloptkind != RELOPT_OTHER_JOINREL) return false;
    int rti = -1;
    while ((rti = bms_next_member(join->relids, rti)) >= 0) {
        const RelOptInfo* base = root->simple_rel_array[rti];
        if (base != nullptr && !bms_is_empty(base->lateral_relids)) return true;
    }
    return false;
}

/// Columns that the join can return. PostgreSQL may ask for some of a semi join's right side.
bool ReturnsAll(const RelOptInfo* rel) {
    ListCell* cell;
    foreach (cell, rel->reltarget->exprs) {
        const Node* node = static_cast<const Node*>(lfirst(cell));
        if (!IsA(node, Var)) return false;
        const Var* var = reinterpret_cast<const Var*>(node);
        if (var->varattno <= 0 || IsHidden(rel, var->varno)) return false;
    }
    return true;
}

}  // namespace

bool IsHidden(const RelOptInfo* rel, int varno) {
    const JoinPlan* join = PlanOf(rel)->join;
    if (join == nullptr) return false;
    return (HidesRight(join->type) && static_cast<int>(join->right->relid) == varno) ||
           IsHidden(join->left, varno);
}

DeparseContext ContextOf(PlannerInfo* root, const RelOptInfo* rel) {
    const int count = bms_num_members(rel->relids);
    RemoteRelation* relations =
        static_cast<RemoteRelation*>(palloc0(sizeof(RemoteRelation) * static_cast<size_t>(count)));
    int found = 0;
    int rti = -1;
    while ((rti = bms_next_member(rel->relids, rti)) >= 0) {
        const RelOptInfo* base = root->simple_rel_array[rti];
        if (base == nullptr) continue;  // an outer join's own number
        const RelationPlan* plan = PlanOf(base);
        relations[found++] = {static_cast<Index>(rti), rel->relid != 0 ? "r" : psprintf("r%d", rti),
                              plan->relation, plan->facts};
    }
    return {relations, found, NIL, NIL, NIL, NIL, 1, 0, 0};
}

bool DeparseSource(DeparseContext* context, const RelOptInfo* rel, SourceText* out) {
    StringInfoData from;
    StringInfoData where;
    initStringInfo(&from);
    initStringInfo(&where);
    // Views and queries may join several tables, but few: these are counted as they stand.
    if (context->relation_count > sqlite::StatementLimits::kTables || !AppendFrom(context, rel, &from) ||
        !AppendWhere(context, rel, &where) || from.len > LimitsOf(context).bytes / 4 ||
        !FitsSqlite(context, where.data))
        return false;
    *out = {from.data, where.data};
    return true;
}

/// Looks up the right side by an index for each row of the left, or builds one first.
void EstimateJoin(PlannerInfo* root, const RelOptInfo* rel, double* visited, Cost* cost) {
    const RelationPlan* plan = PlanOf(rel);
    const JoinPlan* join = plan->join;
    if (join == nullptr) {
        const ScanCost scan = EstimateScan(root, const_cast<RelOptInfo*>(rel), *plan, plan->remote, 0, false);
        *visited = plan->retained;
        *cost = scan.total;
        return;
    }
    double left_rows;
    Cost left_cost;
    EstimateJoin(root, join->left, &left_rows, &left_cost);
    bool indexed = false;
    ListCell* cell;
    foreach (cell, join->on) {
        const Expr* clause = static_cast<const Expr*>(lfirst(cell));
        if (LookupAttribute(root, join->right, *PlanOf(join->right), clause) != 0) indexed = true;
    }
    const double right_rows = std::max(2.0, join->right->tuples);
    *visited = std::max(1.0, rel->rows);
    *cost = left_cost + left_rows * 4 * cpu_tuple_cost + *visited * 2 * cpu_tuple_cost;
    if (!indexed)
        *cost += right_rows * cpu_operator_cost * std::log2(right_rows) + right_rows * cpu_tuple_cost;
}

const char* RelationNames(const DeparseContext& context) {
    StringInfoData names;
    initStringInfo(&names);
    for (int i = 0; i < context.relation_count; ++i)
        appendStringInfo(&names, "%s%s", i > 0 ? ", " : "", context.relations[i].relation->qualified_name);
    return names.data;
}

void GetForeignJoinPaths(PlannerInfo* root, RelOptInfo* rel, RelOptInfo* outer, RelOptInfo* inner,
                         JoinType type, JoinPathExtraData* extra) {
    if (rel->fdw_private != nullptr || reads_tables_alone) return;
    if (type != JOIN_INNER && type != JOIN_LEFT && type != JOIN_RIGHT && type != JOIN_FULL &&
        type != JOIN_SEMI && type != JOIN_ANTI)
        return;
    // A row that changes meanwhile would have to be joined again.
    if (root->parse->commandType != CMD_SELECT || root->parse->rowMarks != NIL) return;
    const RelationPlan* left = PlanOf(outer);
    const RelationPlan* right = PlanOf(inner);
    if (left == nullptr || right == nullptr || !left->all_exact || !right->all_exact ||
        !bms_is_empty(rel->lateral_relids) || NeedsPlaceholder(root, rel) || HasLateralPartition(root, rel))
        return;
    JoinPlan* join = MakeJoin(rel, outer, inner, type, extra);
    if (join == nullptr) return;

    RelationPlan* plan = static_cast<RelationPlan*>(palloc0(sizeof(RelationPlan)));
    plan->join = join;
    plan->all_exact = true;
    plan->retained = rel->rows;
    rel->fdw_private = plan;
    DeparseContext context = ContextOf(root, rel);
    SourceText text;
    if (!ReturnsAll(rel) || !DeparseSource(&context, rel, &text) ||
        list_length(ScanColumns(&context, rel)) > LimitsOf(&context).columns ||
        (HidesRight(join->type) && !HiddenSideIsSafe(&context, join))) {
        rel->fdw_private = nullptr;
        return;
    }
    double visited;
    Cost cost;
    EstimateJoin(root, rel, &visited, &cost);
    const ServerOptions& server = FindRelation(&context, context.relations[0].rti)->relation->server;
    ForeignPath* path = compat::CreateForeignJoinPath(
        root, rel, rel->rows, server.startup_cost, cost + rel->rows * (server.tuple_cost + cpu_tuple_cost));
    KeepInLeader(path);
    add_path(rel, reinterpret_cast<Path*>(path));
}

ForeignScan* GetJoinPlan(PlannerInfo* root, RelOptInfo* rel, List* target) {
    DeparseContext context = ContextOf(root, rel);
    SourceText text;
    if (!DeparseSource(&context, rel, &text)) elog(ERROR, "a join that could be deparsed no longer can");

    PlanPrivate fdw_private = {};
    StringInfoData sql;
    initStringInfo(&sql);
    appendStringInfoString(&sql, "SELECT ");
    List* scan_target = NIL;
    ListCell* cell;
    foreach (cell, ScanColumns(&context, rel)) {
        Var* var = static_cast<Var*>(lfirst(cell));
        if (IsHidden(rel, var->varno)) continue;
        const RemoteRelation* relation = FindRelation(&context, static_cast<Index>(var->varno));
        appendStringInfo(&sql, "%s%s", scan_target != NIL ? ", " : "",
                         ColumnSql(*relation->relation, relation->alias, var->varattno));
        scan_target =
            lappend(scan_target,
                    makeTargetEntry(reinterpret_cast<Expr*>(var),
                                    static_cast<AttrNumber>(list_length(scan_target) + 1), nullptr, false));
        fdw_private.attributes = lappend_int(fdw_private.attributes, var->varattno);
        fdw_private.relids = lappend_oid(fdw_private.relids, relation->relation->relid);
    }
    if (scan_target == NIL) appendStringInfoString(&sql, "NULL");
    appendStringInfo(&sql, " FROM %s", text.from);
    if (text.where[0] != '\0') appendStringInfo(&sql, " WHERE %s", text.where);

    fdw_private.sql = sql.data;
    fdw_private.locator = Locator::kRowNumber;
    fdw_private.where = text.where;
    fdw_private.order_by = "";
    fdw_private.probe = "";
    fdw_private.bindings = context.bindings;
    fdw_private.join = RelationNames(context);
    fdw_private.barrier = HasBarrier(root);
    fdw_private.server = context.relations[0].relation->server_oid;
    return make_foreignscan(target, NIL, 0, context.parameters, PackItems(fdw_private), scan_target, NIL,
                            nullptr);
}

}  // namespace pgsqlite::pg::fdw
