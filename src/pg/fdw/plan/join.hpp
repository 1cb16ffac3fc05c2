// Joins between tables of one server, as one statement. A join's right side is always a base relation: the
// planner offers every order, so chains are found one table at a time.
#pragma once

#include "pg/fdw/plan/plan.hpp"

namespace pgsqlite::pg::fdw {

/// How a join relation is put together. Clauses are expressions, implicitly ANDed.
struct JoinPlan {
    RelOptInfo* left;
    RelOptInfo* right;  ///< a base relation
    JoinType type;      ///< inner, left, full, semi, anti
    List* on;
    List* where;  ///< of the joined rows; those of the left side come from there
};

/// FROM and WHERE of a base or join relation.
struct SourceText {
    const char* from;
    const char* where;  ///< empty without
};

/// Whether a base relation is right of a semi or anti join: EXISTS gives nothing of it.
bool IsHidden(const RelOptInfo* rel, int varno);

/// A context for all base relations of a relation. Aliases: r for one, r1, r2, … for several.
DeparseContext ContextOf(PlannerInfo* root, const RelOptInfo* rel);

/// Deparses them. False where SQLite's answer to some condition does not stand.
bool DeparseSource(DeparseContext* context, const RelOptInfo* rel, SourceText* out);

/// What SQLite does for its rows, and how many they are.
void EstimateJoin(PlannerInfo* root, const RelOptInfo* rel, double* rows, Cost* cost);

/// foreign table "a"."b", foreign table "a"."c"
const char* RelationNames(const DeparseContext& context);

void GetForeignJoinPaths(PlannerInfo* root, RelOptInfo* join, RelOptInfo* outer, RelOptInfo* inner,
                         JoinType type, JoinPathExtraData* extra);
ForeignScan* GetJoinPlan(PlannerInfo* root, RelOptInfo* join, List* target);

}  // namespace pgsqlite::pg::fdw
