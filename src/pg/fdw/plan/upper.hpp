// Upper plans: GROUP BY, aggregates and DISTINCT over foreign tables of one server, answered by SQLite.
//
// The catalog does not prove that every cell is a value of the column's type, so the statement also asks
// whether some cell was none, and the foreign scan carries PostgreSQL's own plan below it: when the answer of
// SQLite can't stand (a misfit, an integer sum beyond 64 bits), that plan runs instead, and raises whatever
// there is to raise.
#pragma once

#include "pg/fdw/plan/plan.hpp"

namespace pgsqlite::pg::fdw {

/// What a column of the scan is made of.
enum class Output : int {
    kCell,     ///< one cell, of the column's type
    kSum,      ///< an integer, else SQLite's answer can't stand
    kAverage,  ///< an integer sum and a count
};

/// Items of ForeignScan.fdw_private where scanrelid is 0.
struct UpperPrivate {
    const char* sql;
    const char* where;  ///< empty without
    List* bindings;
    List* outputs;  ///< Output of each column, as integers
    bool guarded;   ///< a last cell tells whether some cell was no value
    Oid server;
    const char* relation;  ///< for messages and EXPLAIN

    static constexpr PlanKind kKind = PlanKind::kUpper;
    template <class Self, class All>
    static void Items(Self& upper, All& all) {
        all(upper.sql, upper.where, upper.bindings, upper.outputs, upper.guarded, upper.server,
            upper.relation);
    }
};

void GetForeignUpperPaths(PlannerInfo* root, UpperRelationKind stage, RelOptInfo* input, RelOptInfo* output,
                          void* extra);
ForeignScan* GetUpperPlan(ForeignPath* path, List* target, Plan* fallback);

}  // namespace pgsqlite::pg::fdw
