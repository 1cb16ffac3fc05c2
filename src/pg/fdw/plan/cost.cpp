#include "pg/fdw/plan/cost.hpp"

#include "pg/fdw/plan/rules.hpp"

namespace pgsqlite::pg::fdw {
namespace {

/// A scan that runs again has its statement prepared: a bind, a seek, a reset.
constexpr double kRescanShare = 0.01;

enum class Use { kNone, kEqual, kRange };

struct Match {
    AttrNumber attribute;
    Use use;
};

// Without its root PostgreSQL 14 ends the server over a placeholder.
bool MentionsRelation(PlannerInfo* root, const RelOptInfo* rel, const Expr* expr) {
    return bms_is_member(static_cast<int>(rel->relid),
                         pull_varnos(root, reinterpret_cast<Node*>(const_cast<Expr*>(expr))));
}

/// column op value, in the forms that SQLite looks up in an index of the column.
Match MatchCondition(PlannerInfo* root, const RelOptInfo* rel, const RelationPlan& plan, const Expr* clause) {
    const Expr* left = nullptr;
    const Expr* right = nullptr;
    Oid function = InvalidOid;
    if (IsA(clause, OpExpr)) {
        const OpExpr* op = reinterpret_cast<const OpExpr*>(clause);
        if (list_length(op->args) != 2) return {0, Use::kNone};
        left = static_cast<const Expr*>(linitial(op->args));
        right = static_cast<const Expr*>(lsecond(op->args));
        function = get_opcode(op->opno);
    } else if (IsA(clause, ScalarArrayOpExpr) && reinterpret_cast<const ScalarArrayOpExpr*>(clause)->useOr) {
        const ScalarArrayOpExpr* op = reinterpret_cast<const ScalarArrayOpExpr*>(clause);
        left = static_cast<const Expr*>(linitial(op->args));
        right = static_cast<const Expr*>(lsecond(op->args));
        function = get_opcode(op->opno);
    } else {
        return {0, Use::kNone};
    }
    const FunctionRule* rule = FindRule(function);
    if (rule == nullptr ||
        (rule->verb != Verb::kCompare && rule->verb != Verb::kOrder && rule->verb != Verb::kCompareDecimal) ||
        std::strcmp(rule->sql, "<>") == 0)
        return {0, Use::kNone};
    while (IsA(left, RelabelType))
        left = reinterpret_cast<const RelabelType*>(left)->arg;
    while (IsA(right, RelabelType))
        right = reinterpret_cast<const RelabelType*>(right)->arg;
    const auto is_ours = [rel](const Expr* expr) {
        return IsA(expr, Var) &&
               static_cast<Index>(reinterpret_cast<const Var*>(expr)->varno) == rel->relid &&
               reinterpret_cast<const Var*>(expr)->varattno > 0;
    };
    if (!is_ours(left)) std::swap(left, right);
    if (!is_ours(left) || MentionsRelation(root, rel, right)) return {0, Use::kNone};
    const AttrNumber attribute = reinterpret_cast<const Var*>(left)->varattno;
    const ColumnShape& shape = plan.facts->shapes[attribute - 1];
    if (shape.form == Form::kNone) return {0, Use::kNone};
    return {attribute, rule->sql[0] == '=' ? Use::kEqual : Use::kRange};
}

/// Selectivity of the conditions of one use on an attribute; 1 without any.
Selectivity SelectivityOf(PlannerInfo* root, RelOptInfo* rel, const RelationPlan& plan, List* remote,
                          AttrNumber attribute, Use use) {
    List* matching = NIL;
    ListCell* cell;
    foreach (cell, remote) {
        RestrictInfo* condition = static_cast<RestrictInfo*>(lfirst(cell));
        const Match match = MatchCondition(root, rel, plan, condition->clause);
        if (match.attribute == attribute && match.use == use) matching = lappend(matching, condition);
    }
    if (matching == NIL) return 1.0;
    return clauselist_selectivity(root, matching, static_cast<int>(rel->relid), JOIN_INNER, nullptr);
}

}  // namespace

AttrNumber LookupAttribute(PlannerInfo* root, const RelOptInfo* rel, const RelationPlan& plan,
                           const Expr* condition) {
    const Match match = MatchCondition(root, rel, plan, condition);
    if (match.use != Use::kEqual) return 0;
    if (plan.facts->shapes[match.attribute - 1].is_rowid) return match.attribute;
    for (int i = 0; i < plan.facts->index_count; ++i)
        if (plan.facts->indexes[i].column_count > 0 && plan.facts->indexes[i].columns[0] == match.attribute)
            return match.attribute;
    return 0;
}

bool IsOrderedBy(const RelationPlan& plan, AttrNumber attribute) {
    if (plan.facts->shapes[attribute - 1].is_rowid) return true;
    for (int i = 0; i < plan.facts->index_count; ++i)
        if (plan.facts->indexes[i].column_count > 0 && plan.facts->indexes[i].columns[0] == attribute)
            return true;
    return false;
}

ScanCost EstimateScan(PlannerInfo* root, RelOptInfo* rel, const RelationPlan& plan, List* remote,
                      double returned, bool parameterized) {
    const SourceFacts& facts = *plan.facts;
    ScanCost cost = {std::max(1.0, rel->tuples), false, 0, 0};
    const auto consider = [&cost, rel](Selectivity selectivity, double at_least) {
        const double visited = std::max(at_least, rel->tuples * selectivity);
        if (selectivity >= 1.0 || visited >= cost.visited) return;
        cost.visited = visited;
        cost.lookup = true;
    };
    for (int i = 0; i < plan.relation->attribute_count; ++i)
        if (facts.shapes[i].is_rowid) {
            const AttrNumber rowid = static_cast<AttrNumber>(i + 1);
            consider(SelectivityOf(root, rel, plan, remote, rowid, Use::kEqual), 1);
            consider(SelectivityOf(root, rel, plan, remote, rowid, Use::kRange), 1);
        }
    for (int i = 0; i < facts.index_count; ++i) {
        const IndexFacts& index = facts.indexes[i];
        Selectivity selectivity = 1.0;
        for (int k = 0; k < index.column_count && index.columns[k] != 0; ++k) {
            const Selectivity equal = SelectivityOf(root, rel, plan, remote, index.columns[k], Use::kEqual);
            if (equal >= 1.0) {
                selectivity *= SelectivityOf(root, rel, plan, remote, index.columns[k], Use::kRange);
                break;
            }
            selectivity *= equal;
        }
        consider(selectivity, 1);
    }
    // A row that an index leads to is a seek of its own.
    const Cost per_visited = cost.lookup ? 4 * cpu_tuple_cost : cpu_operator_cost * 2;
    cost.startup = plan.relation->server.startup_cost * (parameterized ? kRescanShare : 1.0);
    cost.total = cost.startup + cost.visited * per_visited +
                 returned * (plan.relation->server.tuple_cost + cpu_tuple_cost);
    return cost;
}

}  // namespace pgsqlite::pg::fdw
