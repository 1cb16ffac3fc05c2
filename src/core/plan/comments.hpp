// Comments in front of statements: where an object came from, and what it does differently.
#pragma once

#include <string>
#include <string_view>

#include "core/plan/design.hpp"

namespace pgsqlite::plan {

/// Text as comment lines. PostgreSQL ends a comment at either kind of line break.
std::string Comment(std::string_view text);
/// "-- from table x of server y", with the line's end.
std::string From(const PlannedTable& table);
/// A translation's notes, a line each with its end.
std::string Notes(const Translated& translated);

}  // namespace pgsqlite::plan
