// Texts of SQL in a spec, seen by PostgreSQL's own parser before they become parts of statements: each is the
// one thing that its place takes, so that no semicolon, parenthesis or comment in it reaches what stands
// around it.
#pragma once

#include "core/plan/design.hpp"
#include "pg/seam.hpp"

namespace pgsqlite::pg {

/// Why a text is not what its place takes, or null. Raises what the parser raises.
/// @param text in the server's encoding
const char* FormFault(plan::SpecSql written, const char* text);

/// Raises what CREATE INDEX would say of an index: names, operators, operator classes, options, and that its
/// values must be immutable. Nothing is created.
/// @param tail what follows the table's name; FormFault has nothing against it
/// @param row a query whose one FROM item has the table's columns
void CheckIndex(const char* tail, const char* row);

}  // namespace pgsqlite::pg
