// Costs: what SQLite will do for a scan. It chooses its own plan; this follows its main rule, that an
// equality on the rowid or on the first columns of an index is a lookup.
#pragma once

#include "pg/fdw/plan/plan.hpp"

namespace pgsqlite::pg::fdw {

struct ScanCost {
    double visited;  ///< rows that SQLite looks at
    bool lookup;     ///< through the rowid or an index
    Cost startup;
    Cost total;
};

/// @param remote RestrictInfos that SQLite sees
/// @param returned rows that come back
/// @param parameterized run once for each row of another relation
ScanCost EstimateScan(PlannerInfo* root, RelOptInfo* rel, const RelationPlan& plan, List* remote,
                      double returned, bool parameterized);

/// Whether a condition can be a lookup: column = value, by the rowid or an index's first column. Its
/// attribute, or 0.
AttrNumber LookupAttribute(PlannerInfo* root, const RelOptInfo* rel, const RelationPlan& plan,
                           const Expr* condition);

/// Whether rows come in the order of this attribute without a sort.
bool IsOrderedBy(const RelationPlan& plan, AttrNumber attribute);

}  // namespace pgsqlite::pg::fdw
