#include "pg/fdw/plan/upper.hpp"

#include "pg/fdw/plan/cost.hpp"
#include "pg/fdw/plan/join.hpp"
#include "pg/fdw/plan/parallel_path.hpp"

extern "C" {
#include "nodes/pathnodes.h"
#include "optimizer/clauses.h"
#include "optimizer/prep.h"
#include "optimizer/tlist.h"
#include "utils/fmgroids.h"
#include "utils/selfuncs.h"
}

namespace pgsqlite::pg::fdw {
namespace {

/// The statement while it is put together.
struct Draft {
    DeparseContext context;
    StringInfoData columns;
    StringInfoData groups;
    List* expressions;  ///< of the scan's target list
    List* references;   ///< their sort/group references, as integers
    List* outputs;
    List* settled;  ///< Vars whose misfits show in a result
};

void AddColumn(Draft* draft, Expr* expr, Index reference, Output output, const char* sql) {
    appendStringInfo(&draft->columns, "%s%s", draft->expressions != NIL ? ", " : "", sql);
    draft->expressions = lappend(draft->expressions, expr);
    draft->references = lappend_int(draft->references, static_cast<int>(reference));
    draft->outputs = lappend_int(draft->outputs, static_cast<int>(output));
}

/// A value that is exact wherever it exists; null otherwise.
const Fragment* ExactValue(DeparseContext* context, Expr* expr) {
    context->escapes = NIL;
    const Fragment* value = DeparseValue(context, expr);
    return context->escapes == NIL ? value : nullptr;
}

bool AddGroup(Draft* draft, Expr* expr, Index reference) {
    // A constant would read as the number of a column.
    if (!contain_var_clause(reinterpret_cast<Node*>(expr))) return false;
    const Oid collation = exprCollation(reinterpret_cast<Node*>(expr));
    if (OidIsValid(collation) && !get_collation_isdeterministic(collation)) return false;
    const Fragment* value = ExactValue(&draft->context, expr);
    if (value == nullptr || value->form == Form::kNone) return false;
    AddColumn(draft, expr, reference, Output::kCell, value->sql);
    appendStringInfo(&draft->groups, "%s%s", draft->groups.len > 0 ? ", " : "", value->sql);
    if (IsA(expr, Var)) draft->settled = lappend(draft->settled, expr);
    return true;
}

struct AggregateRule {
    Oid function;
    const char* sql;
    Form form;  ///< of the argument; kNone for any
    Output output;
};

// Sums and averages of double precision depend on the order of the rows, those of numeric on digits that a
// double has not: they stay in PostgreSQL.
const AggregateRule kAggregates[] = {
    {F_COUNT_, "count", Form::kNone, Output::kCell},
    {F_COUNT_ANY, "count", Form::kNone, Output::kCell},
    {F_SUM_INT2, "sum", Form::kInteger, Output::kSum},
    {F_SUM_INT4, "sum", Form::kInteger, Output::kSum},
    {F_SUM_INT8, "sum", Form::kInteger, Output::kSum},
    {F_AVG_INT2, "sum", Form::kInteger, Output::kAverage},
    {F_AVG_INT4, "sum", Form::kInteger, Output::kAverage},
    {F_AVG_INT8, "sum", Form::kInteger, Output::kAverage},
    {F_MIN_INT2, "min", Form::kInteger, Output::kCell},
    {F_MIN_INT4, "min", Form::kInteger, Output::kCell},
    {F_MIN_INT8, "min", Form::kInteger, Output::kCell},
    {F_MAX_INT2, "max", Form::kInteger, Output::kCell},
    {F_MAX_INT4, "max", Form::kInteger, Output::kCell},
    {F_MAX_INT8, "max", Form::kInteger, Output::kCell},
    {F_MIN_FLOAT8, "min", Form::kReal, Output::kCell},
    {F_MAX_FLOAT8, "max", Form::kReal, Output::kCell},
    {F_MIN_TEXT, "min", Form::kText, Output::kCell},
    {F_MAX_TEXT, "max", Form::kText, Output::kCell},
};

/// An aggregate's argument. A column of doubles may hold numbers in words: the guard tells.
const Fragment* ArgumentOf(DeparseContext* context, Expr* expr) {
    const ColumnShape* shape =
        IsA(expr, Var) ? ShapeOfVar(context, reinterpret_cast<const Var*>(expr)) : nullptr;
    if (shape != nullptr && shape->form == Form::kReal)
        return DeparseColumn(context, reinterpret_cast<const Var*>(expr));
    return ExactValue(context, expr);
}

bool AddAggregate(Draft* draft, Aggref* aggregate) {
    if (list_member(draft->expressions, aggregate)) return true;
    const AggregateRule* rule = nullptr;
    for (const AggregateRule& known : kAggregates)
        if (known.function == aggregate->aggfnoid) rule = &known;
    if (rule == nullptr || aggregate->aggorder != NIL || aggregate->aggsplit != AGGSPLIT_SIMPLE ||
        aggregate->agglevelsup != 0 || compat::IsPresorted(aggregate))
        return false;

    const char* argument = "*";
    if (!aggregate->aggstar) {
        if (list_length(aggregate->args) != 1) return false;
        Expr* expr = static_cast<TargetEntry*>(linitial(aggregate->args))->expr;
        const Fragment* value = ArgumentOf(&draft->context, expr);
        if (value == nullptr || (rule->form != Form::kNone && value->form != rule->form)) return false;
        if (value->form == Form::kText && !OrdersAsBytes(&draft->context, aggregate->inputcollid) &&
            (rule->form == Form::kText ||
             (aggregate->aggdistinct != NIL && !get_collation_isdeterministic(aggregate->inputcollid))))
            return false;
        argument = value->sql;
        // A sum over anything but 64-bit integers is a real in SQLite.
        if (IsA(expr, Var) && exprType(reinterpret_cast<Node*>(expr)) == INT8OID &&
            rule->output != Output::kCell && aggregate->aggfilter == nullptr)
            draft->settled = lappend(draft->settled, expr);
    }
    const char* distinct = aggregate->aggdistinct != NIL ? "DISTINCT " : "";
    const char* filter = "";
    if (aggregate->aggfilter != nullptr) {
        const Fragment* condition = ExactValue(&draft->context, aggregate->aggfilter);
        if (condition == nullptr || condition->form != Form::kBoolean) return false;
        filter = psprintf(" FILTER (WHERE %s)", condition->sql);
    }
    const char* sql = psprintf("%s(%s%s)%s", rule->sql, distinct, argument, filter);
    if (rule->output == Output::kAverage)
        sql = psprintf("%s, count(%s%s)%s", sql, distinct, argument, filter);
    AddColumn(draft, reinterpret_cast<Expr*>(aggregate), 0, rule->output, sql);
    return true;
}

/// Where a cell is no value of its column, for those classes and ranges that can be told in SQL. Null where
/// it can't, or `sure` need not be told.
const char* Misfit(const DeparseContext* context, const Var* var, bool* known) {
    const ColumnShape& shape = *ShapeOfVar(context, var);
    const RemoteRelation* relation = FindRelation(context, static_cast<Index>(var->varno));
    const char* column = ColumnSql(*relation->relation, relation->alias, var->varattno);
    *known = true;
    switch (shape.form) {
        case Form::kInteger:
            if (shape.least == PG_INT64_MIN) return psprintf("typeof(%s) NOT IN ('integer', 'null')", column);
            return psprintf("typeof(%s) NOT IN ('integer', 'null') OR %s NOT BETWEEN " INT64_FORMAT
                            " AND " INT64_FORMAT,
                            column, column, shape.least, shape.most);
        case Form::kReal:
            return shape.integral_only ? psprintf("typeof(%s) NOT IN ('real', 'null')", column)
                                       : psprintf("%s >= ''", column);
        case Form::kText:
            // Another encoding of the server's may lack some character.
            *known = GetDatabaseEncoding() == PG_UTF8;
            if (shape.max_chars == 0) return psprintf("NOT pg_sqlite_is_text(%s)", column);
            return psprintf("NOT pg_sqlite_is_text(%s) OR length(%s) > %d", column, column, shape.max_chars);
        case Form::kBoolean:
            return psprintf("%s NOT IN (0, 1)", column);
        case Form::kBytes:
            return psprintf("typeof(%s) NOT IN ('blob', 'null')", column);
        default:
            *known = false;
            return nullptr;
    }
}

/// Appends the guard over all columns that were looked at. False where some can't be guarded.
bool AddGuard(Draft* draft, const RelOptInfo* input, bool* guarded) {
    const char** misfits = static_cast<const char**>(
        palloc(sizeof(char*) * static_cast<Size>(list_length(draft->context.used) + 1)));
    int count = 0;
    List* done = NIL;
    ListCell* cell;
    foreach (cell, draft->context.used) {
        Var* var = static_cast<Var*>(lfirst(cell));
        if (ShapeOfVar(&draft->context, var)->sure || list_member(draft->settled, var) ||
            list_member(done, var) || IsHidden(input, var->varno))
            continue;
        done = lappend(done, var);
        bool known;
        const char* misfit = Misfit(&draft->context, var, &known);
        if (!known) return false;
        if (misfit != nullptr) misfits[count++] = misfit;
    }
    *guarded = count > 0;
    if (!*guarded) return true;
    appendStringInfo(&draft->columns, "%smax(", draft->expressions != NIL ? ", " : "");
    AppendChain(&draft->columns, misfits, count, " OR ");
    appendStringInfoChar(&draft->columns, ')');
    return true;
}

/// The parts of an expression over the groups: group columns, which are there already, and aggregates.
bool AddParts(Draft* draft, const Node* expr) {
    ListCell* cell;
    foreach (cell, pull_var_clause(const_cast<Node*>(expr), PVC_INCLUDE_AGGREGATES)) {
        Node* node = static_cast<Node*>(lfirst(cell));
        if (list_member(draft->expressions, node)) continue;
        if (!IsA(node, Aggref) || !AddAggregate(draft, reinterpret_cast<Aggref*>(node))) return false;
    }
    return true;
}

bool AddTarget(Draft* draft, const PathTarget* target, const List* group_clause) {
    List* others = NIL;
    ListCell* cell;
    int i = 0;
    foreach (cell, target->exprs) {
        Expr* expr = static_cast<Expr*>(lfirst(cell));
        const Index reference = get_pathtarget_sortgroupref(target, i++);
        if (reference == 0 ||
            get_sortgroupref_clause_noerr(reference, const_cast<List*>(group_clause)) == nullptr)
            others = lappend(others, expr);
        else if (!AddGroup(draft, expr, reference))
            return false;
    }
    foreach (cell, others)
        if (!AddParts(draft, static_cast<const Node*>(lfirst(cell)))) return false;
    return true;
}

/// PostgreSQL's plan for the same columns.
Path* Fallback(PlannerInfo* root, RelOptInfo* input, RelOptInfo* output, const Draft& draft,
               List* group_clause, double groups) {
    PathTarget* target = create_empty_pathtarget();
    ListCell* expr;
    ListCell* reference;
    forboth(expr, draft.expressions, reference, draft.references) add_column_to_pathtarget(
        target, static_cast<Expr*>(lfirst(expr)), static_cast<Index>(lfirst_int(reference)));
    set_pathtarget_cost_width(root, target);
    AggClauseCosts costs = {};
    get_agg_clause_costs(root, AGGSPLIT_SIMPLE, &costs);
    return reinterpret_cast<Path*>(create_agg_path(root, output, input->cheapest_total_path, target,
                                                   group_clause != NIL ? AGG_HASHED : AGG_PLAIN,
                                                   AGGSPLIT_SIMPLE, group_clause, NIL, &costs, groups));
}

bool HasDistinctAggregate(const Draft& draft) {
    ListCell* cell;
    foreach (cell, draft.expressions) {
        const Node* node = static_cast<const Node*>(lfirst(cell));
        if (IsA(node, Aggref) && reinterpret_cast<const Aggref*>(node)->aggdistinct != NIL) return true;
    }
    return false;
}

/// What the path hands to GetUpperPlan, beside what the scan needs.
/// @param having a list of conditions, implicitly ANDed
List* PackPath(const UpperPrivate& upper, const Draft& draft, const Node* having) {
    return list_make4(PackItems(upper), draft.expressions, draft.context.parameters,
                      const_cast<Node*>(having));
}

}  // namespace

void GetForeignUpperPaths(PlannerInfo* root, UpperRelationKind stage, RelOptInfo* input, RelOptInfo* output,
                          void* extra) {
    if ((stage != UPPERREL_GROUP_AGG && stage != UPPERREL_DISTINCT) || reads_tables_alone) return;
    if ((input->reloptkind != RELOPT_BASEREL && input->reloptkind != RELOPT_JOINREL) ||
        input->fdw_private == nullptr || output->fdw_private != nullptr)
        return;
    const Query* query = root->parse;
    const RelationPlan& plan = *static_cast<const RelationPlan*>(input->fdw_private);
    if (!plan.all_exact || query->groupingSets != NIL || query->hasTargetSRFs ||
        !bms_is_empty(input->lateral_relids))
        return;
    const bool grouping = stage == UPPERREL_GROUP_AGG;
    if (!grouping &&
        (query->hasDistinctOn || query->hasAggs || query->groupClause != NIL || query->hasWindowFuncs))
        return;
    const Node* having =
        grouping && extra != nullptr ? static_cast<const GroupPathExtraData*>(extra)->havingQual : nullptr;
    List* group_clause = grouping ? compat::GroupClause(root) : compat::DistinctClause(root);
    // All items redundant (16+): without GROUP BY, no rows would make a group, too.
    if (grouping && query->groupClause != NIL && group_clause == NIL) return;
    const PathTarget* target = grouping ? output->reltarget : root->upper_targets[UPPERREL_DISTINCT];

    Draft draft = {};
    draft.context = ContextOf(root, input);
    initStringInfo(&draft.columns);
    initStringInfo(&draft.groups);
    SourceText source;
    if (!DeparseSource(&draft.context, input, &source)) return;
    ListCell* cell;
    bool guarded = false;
    if (!AddTarget(&draft, target, group_clause) || !AddParts(&draft, having) ||
        (group_clause != NIL && HasDistinctAggregate(draft)) || draft.expressions == NIL ||
        !AddGuard(&draft, input, &guarded))
        return;
    // An average is two columns, and the guard is one.
    if (2 * list_length(draft.expressions) + 1 > LimitsOf(&draft.context).columns ||
        !FitsSqlite(&draft.context, draft.columns.data))
        return;
    // Each group must be a column: PostgreSQL's plan below needs it, too.
    foreach (cell, group_clause)
        if (!list_member_int(
                draft.references,
                static_cast<int>(static_cast<const SortGroupClause*>(lfirst(cell))->tleSortGroupRef)))
            return;

    StringInfoData sql;
    initStringInfo(&sql);
    appendStringInfo(&sql, "SELECT %s FROM %s", draft.columns.data, source.from);
    if (source.where[0] != '\0') appendStringInfo(&sql, " WHERE %s", source.where);
    if (draft.groups.len > 0) appendStringInfo(&sql, " GROUP BY %s", draft.groups.data);

    UpperPrivate upper = {};
    upper.sql = sql.data;
    upper.where = source.where;
    upper.bindings = draft.context.bindings;
    upper.outputs = draft.outputs;
    upper.guarded = guarded;
    upper.server = draft.context.relations[0].relation->server_oid;
    upper.relation = RelationNames(draft.context);

    double groups = 1;
    if (group_clause != NIL) {
        List* expressions = NIL;
        ListCell* reference;
        ListCell* expr;
        forboth(expr, draft.expressions, reference, draft.references) if (lfirst_int(reference) != 0)
            expressions = lappend(expressions, lfirst(expr));
        groups = estimate_num_groups(root, expressions, input->rows, nullptr, nullptr);
    }
    double visited;
    Cost cost;
    EstimateJoin(root, input, &visited, &cost);
    // SQLite sorts the rows of groups, unless an index gives their order.
    if (group_clause != NIL) cost += 0.5 * cpu_operator_cost * visited * std::log2(std::max(2.0, visited));
    const Cost startup = cost + cpu_operator_cost * visited * list_length(draft.expressions);
    ForeignPath* path = compat::CreateForeignUpperPath(
        root, output, const_cast<PathTarget*>(target), groups, startup, startup + cpu_tuple_cost * groups,
        Fallback(root, input, output, draft, group_clause, groups), PackPath(upper, draft, having));
    KeepInLeader(path);
    add_path(output, reinterpret_cast<Path*>(path));
}

ForeignScan* GetUpperPlan(ForeignPath* path, List* target, Plan* fallback) {
    List* expressions = static_cast<List*>(lsecond(path->fdw_private));
    List* scan_target = NIL;
    ListCell* cell;
    AttrNumber number = 1;
    foreach (cell, expressions)
        scan_target =
            lappend(scan_target, makeTargetEntry(static_cast<Expr*>(lfirst(cell)), number++, nullptr, false));
    return make_foreignscan(target, static_cast<List*>(lfourth(path->fdw_private)), 0,
                            static_cast<List*>(lthird(path->fdw_private)),
                            static_cast<List*>(linitial(path->fdw_private)), scan_target, NIL, fallback);
}

}  // namespace pgsqlite::pg::fdw
