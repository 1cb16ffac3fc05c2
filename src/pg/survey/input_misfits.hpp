// Values that a type refuses which only the server knows: an enum, a domain, inet. PostgreSQL's own input
// functions are asked, value by value.
#pragma once

#include "core/assess/facts.hpp"
#include "pg/survey/survey.hpp"

namespace pgsqlite::pg {

/// Fills ColumnFacts::input of such columns. Reads the table once for each of them.
void CountInputMisfits(const SurveyHandle& handle, const SurveyedServer& server,
                       const plan::PlannedTable& table, assess::TableFacts* facts);

}  // namespace pgsqlite::pg
