// What a plan hands to the scan of a table or of a join: a list of nodes whose items have names here.
#pragma once

#include "pg/fdw/plan/plan_items.hpp"
#include "pg/fdw/plan/relation.hpp"

namespace pgsqlite::pg::fdw {

/// Items of ForeignScan.fdw_private.
struct PlanPrivate {
    const char* sql;   ///< empty where the source could not be looked at: it is made when the scan opens
    List* attributes;  ///< of the result's columns
    List* relids;      ///< a join: the foreign tables that the attributes belong to; NIL else
    const char* join;  ///< names of the joined tables; empty for one table
    Oid server;        ///< of a join
    Locator locator;
    List* locator_columns;
    const char* where;     ///< empty without
    const char* order_by;  ///< empty without
    List* bindings;        ///< of ForeignScan.fdw_exprs
    const char* probe;     ///< of a parallel scan (ChunkSource::In); empty otherwise
    int chunk_rows;
    bool whole;    ///< all rows of one table, or chunks of them, in the order of their rowids
    bool barrier;  ///< row security or a security_barrier view may hide rows of it

    static constexpr PlanKind kKind = PlanKind::kScan;
    template <class Self, class All>
    static void Items(Self& plan, All& all) {
        all(plan.sql, plan.attributes, plan.relids, plan.join, plan.server, plan.locator,
            plan.locator_columns, plan.where, plan.order_by, plan.bindings, plan.probe, plan.chunk_rows,
            plan.whole, plan.barrier);
    }
};

}  // namespace pgsqlite::pg::fdw
