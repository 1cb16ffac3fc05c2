// Duplicates that only the target sees: values that SQLite tells apart and that are equal once converted.
// PostgreSQL itself is asked.
#pragma once

#include "core/assess/facts.hpp"
#include "pg/functions/survey.hpp"

namespace pgsqlite::pg {

/// Fills facts->duplicates for the keys and unique indexes of a new table that may have some. Reads the table
/// once for each of these.
void FindDuplicates(const SurveyedServer& server, const plan::PlannedTable& table, assess::TableFacts* facts);

}  // namespace pgsqlite::pg
