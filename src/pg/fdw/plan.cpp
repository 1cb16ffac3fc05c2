#include "pg/fdw/plan.hpp"

#include <sys/stat.h>

namespace pgsqlite::pg::fdw {
namespace {

struct PlanState {
    SourceRelation* relation;
};

/// Rows of a table that was never analyzed, from the size of its file: better than a constant, still a guess.
double GuessRows(const SourceRelation& relation, int width) {
    struct stat st;
    if (relation.server.database == nullptr || stat(relation.server.database, &st) != 0) return 1000;
    return clamp_row_est(static_cast<double>(st.st_size) / (width + 16));
}

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
    if (rel->tuples < 0 || (rel->tuples == 0 && rel->pages == 0)) {
        set_baserel_size_estimates(root, rel);  // for the width
        rel->tuples = GuessRows(*state->relation, rel->reltarget->width);
    }
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

    Pin* pin = Pin::Acquire(CurrentMemoryContext, relation.server_oid);
    const ScanQuery query = BuildScanQuery(relation, pin, attributes);
    pin->Release();
    return make_foreignscan(target, clauses, rel->relid, NIL, PlanPrivate::Pack(query), NIL, NIL, outer_plan);
}

}  // namespace pgsqlite::pg::fdw
