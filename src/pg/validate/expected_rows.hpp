// Expected rows: what a job's load gives, run once more by the code that a load runs, where its query does
// not tell: an expression that fails for a row and becomes NULL by on_error.
#pragma once

#include "pg/validate/job_sql.hpp"

namespace pgsqlite::pg::validate {

/// Loads the rows that are expected into a temporary table; the task's source is there.
/// @return the table's name as SQL, with its schema
/// @throws 42P07 where the session has a temporary table of the target's name; what a load raises
const char* LoadExpected(const JobQuery& query);

}  // namespace pgsqlite::pg::validate
