// Eligibility: which INSERT … SELECT keeps every promise when its rows are gathered before they are written.
#pragma once

#include "pg/seam.hpp"

namespace pgsqlite::pg::load {

/// Whether the statement's source (its WITH queries too) reads a foreign table of ours.
bool ReadsSqlite(ModifyTableState* node);

/// Why the plain path must run, or null. The reasons are PostgreSQL's own for COPY (copyfrom.c), and those
/// that come with a query: rows that are waiting to be written can't be seen by a function that looks for
/// them.
const char* FindObstacle(const PlannedStmt* statement, ModifyTableState* node);

/// Whether a CHECK of the table may look at rows that are waiting to be written.
bool HasVolatileCheck(Relation relation);

}  // namespace pgsqlite::pg::load
