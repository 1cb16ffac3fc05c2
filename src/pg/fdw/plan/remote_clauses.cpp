#include "pg/fdw/plan/remote_clauses.hpp"

#include "pg/list.hpp"

extern "C" {
#include "optimizer/clauses.h"
}

namespace pgsqlite::pg::fdw {

RelationPlan& PlanOf(const RelOptInfo* rel) {
    return *static_cast<RelationPlan*>(rel->fdw_private);
}

RemoteRelation RemoteOf(const RelOptInfo* rel) {
    const RelationPlan& plan = PlanOf(rel);
    return {rel->relid, "r", plan.relation, plan.facts};
}

Verdict Classify(DeparseContext* context, RelOptInfo* rel, RestrictInfo* condition, StringInfo out) {
    if (PlanOf(rel).beside_writes && !bms_is_empty(pull_paramids(condition->clause))) return Verdict::kLocal;
    if (condition->pseudoconstant || !restriction_is_securely_promotable(condition, rel))
        return Verdict::kLocal;
    return DeparseConjunct(context, condition->clause, out);
}

List* RemoteConditions(RelOptInfo* rel, List* conditions, bool* all_exact) {
    const RemoteRelation relation = RemoteOf(rel);
    DeparseContext context = MakeContext(&relation);
    StringInfoData sql;
    initStringInfo(&sql);
    List* remote = NIL;
    for (RestrictInfo* condition : Each<RestrictInfo>(conditions)) {
        const Verdict verdict = Classify(&context, rel, condition, &sql);
        if (verdict != Verdict::kLocal) remote = lappend(remote, condition);
        if (verdict != Verdict::kExact) *all_exact = false;
    }
    return remote;
}

const char* SortText(DeparseContext* context, const RelOptInfo* rel, const List* pathkeys,
                     AttrNumber* first) {
    StringInfoData sql;
    initStringInfo(&sql);
    for (const PathKey* pathkey : Each<PathKey>(pathkeys)) {
        const EquivalenceClass* ec = pathkey->pk_eclass;
        Expr* expr = nullptr;
        if (!ec->ec_has_volatile)
            for (const EquivalenceMember* member : Each<EquivalenceMember>(ec->ec_members))
                if (!bms_is_empty(member->em_relids) && bms_equal(member->em_relids, rel->relids)) {
                    expr = member->em_expr;
                    break;
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

}  // namespace pgsqlite::pg::fdw
