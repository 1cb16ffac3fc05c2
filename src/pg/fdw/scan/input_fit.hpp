// Which of a column's values a type takes that only the server knows: one with an input function of its own
// (inet, an enum), a domain. Asked by IMPORT with types 'stored', which keeps the declared type where all
// rows fit it, and by sqlite.assess.
#pragma once

#include "pg/fdw/connect/connection.hpp"
#include "pg/fdw/connect/options.hpp"

namespace pgsqlite::pg::fdw {

/// Reads the column to its end, or to the first value the type refuses.
/// @param sql one column's SELECT, UTF-8
/// @param type the type's name, as in "inet"
bool AllFitInput(Pin* pin, const char* sql, const char* type, const ServerOptions& server);

struct InputMisfits {
    uint64 rows;        ///< values the type refuses
    char example[512];  ///< the first one, UTF-8; empty without one
};

/// Reads the column to its end.
/// @param encoding column option `encoding`, or null
/// @param policies those of the column; on_error is not applied
void CountInputMisfits(Pin* pin, const char* sql, const char* type, const char* encoding,
                       const value::Policies& policies, const ServerOptions& server, InputMisfits* misfits);

}  // namespace pgsqlite::pg::fdw
