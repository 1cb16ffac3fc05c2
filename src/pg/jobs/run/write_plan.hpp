// Write plan: a migration's design as records, from which it is carried out.
#pragma once

#include "pg/jobs/run/migration.hpp"

namespace pgsqlite::pg::jobs {

/// Looks at sources and targets, and writes down what is to be done, in the present transaction. Raises 55000
/// with the blockers where it can't be done.
void WritePlan(const Call* call, const Migration& migration);

}  // namespace pgsqlite::pg::jobs
