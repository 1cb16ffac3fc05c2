// Trial: what becomes of the rows that only PostgreSQL can tell about: they are loaded into temporary
// stand-ins of their targets by the code that a job loads them with, the statements behind the rows are run,
// and all of it is taken back.
#pragma once

#include "core/assess/facts.hpp"
#include "pg/survey/survey.hpp"

namespace pgsqlite::pg {

/// Fills TableFacts::trial of the tables that need one, and with it what of the other facts it knows better.
/// Nothing stays behind. Cancellable; raises what concerns no table alone.
/// @param facts by the tables of the design
void TryTables(const SurveyHandle& handle, std::vector<assess::TableFacts>* facts);

}  // namespace pgsqlite::pg
