// Code of other roles: functions that run when a value of a type is made, or a row of a relation written. A
// look at a target must not run them by the rights of whoever looks.
#pragma once

#include "pg/survey/survey.hpp"

namespace pgsqlite::pg {

/// Fills ExistingRelation::runs_code_of and Survey::code_of_types. Inside of SPI, after the relations are
/// read.
/// @param schemas the schemas of the relations, as a list of literals
void ReadCodeOfOthers(Survey* survey, const char* schemas);

/// Whether values of a type run code of another role than the current one.
bool RunsCodeOfOthers(Oid type);

}  // namespace pgsqlite::pg
