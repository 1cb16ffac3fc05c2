// How rows meet those that their targets have already.
#pragma once

#include "core/assess/facts.hpp"
#include "pg/survey/survey.hpp"

namespace pgsqlite::pg {

/// Fills `meeting` of a table whose target has rows of which the spec says nothing. No code of another role
/// is run for it, and nothing stays.
void ReadMeeting(const plan::PlannedTable& table, assess::TableFacts* facts);

}  // namespace pgsqlite::pg
