// Whether a column's every value fits a type that only its input function knows (inet, interval, …): asked by
// IMPORT with types 'stored', which keeps the declared type where all rows fit it.
#pragma once

#include "pg/fdw/connection.hpp"
#include "pg/fdw/options.hpp"

namespace pgsqlite::pg::fdw {

/// Reads the column to its end, or to the first value the type refuses.
/// @param sql one column's SELECT, UTF-8
/// @param type the type's name, as in "inet"
bool AllFitInput(Pin* pin, const char* sql, const char* type, const ServerOptions& server);

}  // namespace pgsqlite::pg::fdw
