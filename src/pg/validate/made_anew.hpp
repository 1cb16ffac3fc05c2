// Values that are other ones each time they are computed: now(), gen_random_uuid(). What a load made by these
// can't be computed once more to be compared.
#pragma once

#include "core/job/load_task.hpp"
#include "pg/seam.hpp"

namespace pgsqlite::pg::validate {

/// @param column place among the task's columns; the task's source is there
bool IsMadeAnew(const plan::LoadTask& task, size_t column);

/// Relations that the load reads beside its source, as a list of names: what they hold may be something else
/// by now, and of a target it is. Null: none but temporary ones. @param source the task's source, which is
/// there
const char* OtherRelations(const plan::LoadTask& task, Oid source);

}  // namespace pgsqlite::pg::validate
