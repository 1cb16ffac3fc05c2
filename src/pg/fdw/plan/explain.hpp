// EXPLAIN's lines about the statement that runs in SQLite.
#pragma once

#include "pg/fdw/plan/plan.hpp"

namespace pgsqlite::pg::fdw {

/// What was pushed down; with VERBOSE the whole statement, and SQLite's own plan for it.
void ExplainStatement(const PlanPrivate& plan, Oid server, ExplainState* es);

}  // namespace pgsqlite::pg::fdw
