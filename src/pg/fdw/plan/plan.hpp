// Planning of a foreign table's scan: estimates, paths, and the statement that will run.
#pragma once

#include "pg/fdw/plan/deparse.hpp"
#include "pg/fdw/plan/plan_private.hpp"

namespace pgsqlite::pg::fdw {

struct JoinPlan;

/// RelOptInfo.fdw_private of a foreign table, or of a join of several.
struct RelationPlan {
    SourceRelation* relation;  ///< null for a join
    SourceFacts* facts;
    const JoinPlan* join;  ///< null for a table
    List* remote;          ///< RestrictInfos that SQLite sees, of the table alone
    bool beside_writes;    ///< the statement may write to the file: no parameter chooses rows
    bool all_exact;        ///< SQLite's answer to all conditions on the table stands
    double retained;       ///< rows that SQLite returns
};

void GetForeignRelSize(PlannerInfo* root, RelOptInfo* rel, Oid relid);
void GetForeignPaths(PlannerInfo* root, RelOptInfo* rel, Oid relid);
ForeignScan* GetForeignPlan(PlannerInfo* root, RelOptInfo* rel, Oid relid, ForeignPath* path, List* target,
                            List* clauses, Plan* outer_plan);

/// Whether an error of looking at a source is one that the statement would meet when it runs: the file, the
/// table or a column is gone, or is not what it was. Planning and EXPLAIN go on without. Such an error leaves
/// nothing behind but memory, and a pin if there was one: it is one of ours, never PostgreSQL's own of the
/// same SQLSTATE.
bool MeetsWhenRunning(const ErrorData& error);
/// Whether rows that are read in a query may be hidden from who asks it.
bool HasBarrier(const PlannerInfo* root);

/// What SQLite knows of the relation, or UnknownFacts where only a running statement should fail.
SourceFacts* LookAtSource(const SourceRelation& relation);

/// A context in which the relation's columns are SQLite's and all else is a parameter.
DeparseContext MakeContext(const RemoteRelation* relation);

}  // namespace pgsqlite::pg::fdw
