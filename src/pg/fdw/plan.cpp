#include "pg/fdw/plan.hpp"

namespace pgsqlite::pg::fdw {
namespace {

struct PlanState {
    SourceRelation* relation;
    SourceFacts* facts;
};

}  // namespace

List* PlanPrivate::Pack(const ScanQuery& query) {
    return list_make4(makeString(query.sql), query.attributes, makeInteger(static_cast<int>(query.locator)),
                      query.locator_columns);
}

PlanPrivate PlanPrivate::Unpack(List* fdw_private) {
    PlanPrivate plan;
    plan.sql = strVal(linitial(fdw_private));
    plan.attributes = static_cast<List*>(lsecond(fdw_private));
    plan.locator = static_cast<Locator>(intVal(lthird(fdw_private)));
    plan.locator_columns = static_cast<List*>(lfourth(fdw_private));
    return plan;
}

void GetForeignRelSize(PlannerInfo* root, RelOptInfo* rel, Oid relid) {
    PlanState* state = static_cast<PlanState*>(palloc0(sizeof(PlanState)));
    state->relation = ReadSourceRelation(relid);
    rel->fdw_private = state;
    Pin* pin = Pin::Acquire(CurrentMemoryContext, state->relation->server_oid);
    state->facts = ReadSourceFacts(*state->relation, pin);
    pin->Release();
    // -1: never analyzed.
    if (rel->tuples < 0) rel->tuples = clamp_row_est(state->facts->rows);
    set_baserel_size_estimates(root, rel);
}

void GetForeignPaths(PlannerInfo* root, RelOptInfo* rel, Oid) {
    const PlanState* state = static_cast<const PlanState*>(rel->fdw_private);
    const Cost startup = state->relation->server.startup_cost + rel->baserestrictcost.startup;
    const Cost per_tuple =
        cpu_tuple_cost + state->relation->server.tuple_cost + rel->baserestrictcost.per_tuple;
    const Cost total = startup + per_tuple * rel->tuples;
    add_path(rel, reinterpret_cast<Path*>(compat::CreateForeignScanPath(root, rel, rel->rows, startup, total,
                                                                        NIL, rel->lateral_relids, NIL)));
}

ForeignScan* GetForeignPlan(PlannerInfo*, RelOptInfo* rel, Oid, ForeignPath*, List* target, List* clauses,
                            Plan* outer_plan) {
    const PlanState* state = static_cast<const PlanState*>(rel->fdw_private);
    const SourceRelation& relation = *state->relation;
    clauses = extract_actual_clauses(clauses, false);

    // Only the attributes that the target list or a local condition uses are read.
    Bitmapset* used = nullptr;
    pull_varattnos(reinterpret_cast<Node*>(rel->reltarget->exprs), rel->relid, &used);
    pull_varattnos(reinterpret_cast<Node*>(clauses), rel->relid, &used);
    Bitmapset* attributes = nullptr;
    const bool whole_row = bms_is_member(0 - FirstLowInvalidHeapAttributeNumber, used);
    for (int i = 1; i <= relation.attribute_count; ++i)
        if (whole_row || bms_is_member(i - FirstLowInvalidHeapAttributeNumber, used))
            attributes = bms_add_member(attributes, i);

    const ScanQuery query = BuildScanQuery(relation, *state->facts, attributes);
    return make_foreignscan(target, clauses, rel->relid, NIL, PlanPrivate::Pack(query), NIL, NIL, outer_plan);
}

}  // namespace pgsqlite::pg::fdw
