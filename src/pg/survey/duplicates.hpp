// Duplicates that only the target sees: values that SQLite tells apart and that are equal once converted.
// PostgreSQL itself is asked.
#pragma once

#include "core/assess/facts.hpp"
#include "pg/survey/survey.hpp"

namespace pgsqlite::pg {

/// Fills facts->duplicates for the keys of a new table that may have some, over the rows of all tables that
/// are merged into it. Reads them once for each key.
void FindDuplicates(const SurveyHandle& handle, const plan::PlannedTable& table, assess::TableFacts* facts);

}  // namespace pgsqlite::pg
