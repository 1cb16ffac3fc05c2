// Which conditions and orders of one table's scan SQLite takes over.
#pragma once

#include "pg/fdw/plan/plan.hpp"

namespace pgsqlite::pg::fdw {

/// What GetForeignRelSize has left with the relation.
RelationPlan& PlanOf(const RelOptInfo* rel);

/// The table as its statement names it.
RemoteRelation RemoteOf(const RelOptInfo* rel);

/// Whether SQLite may see the condition, and how far its answer goes. Security barriers come first. What
/// SQLite is to answer is appended to `out`.
Verdict Classify(DeparseContext* context, RelOptInfo* rel, RestrictInfo* condition, StringInfo out);

/// Those of the conditions (RestrictInfos) that SQLite sees. `all_exact` becomes false unless its answers to
/// all of them stand.
List* RemoteConditions(RelOptInfo* rel, List* conditions, bool* all_exact);

/// ORDER BY for pathkeys, or null where SQLite sorts otherwise. `first`, if given, becomes the column that
/// the order begins with, if it begins with one.
const char* SortText(DeparseContext* context, const RelOptInfo* rel, const List* pathkeys, AttrNumber* first);

}  // namespace pgsqlite::pg::fdw
