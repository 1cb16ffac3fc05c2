// Planning: estimates, the one path, and the statement that will run. What the plan hands to the scan is a
// list of nodes (copyable); PlanPrivate gives its items names.
#pragma once

#include "pg/fdw/relation.hpp"

namespace pgsqlite::pg::fdw {

/// Items of ForeignScan.fdw_private.
struct PlanPrivate {
    const char* sql;
    List* attributes;
    Locator locator;
    List* locator_columns;

    static List* Pack(const ScanQuery& query);
    static PlanPrivate Unpack(List* fdw_private);
};

void GetForeignRelSize(PlannerInfo* root, RelOptInfo* rel, Oid relid);
void GetForeignPaths(PlannerInfo* root, RelOptInfo* rel, Oid relid);
ForeignScan* GetForeignPlan(PlannerInfo* root, RelOptInfo* rel, Oid relid, ForeignPath* path, List* target,
                            List* clauses, Plan* outer_plan);

}  // namespace pgsqlite::pg::fdw
