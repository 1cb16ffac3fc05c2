// The relations that a load task's statements read.
#pragma once

#include "core/job/load_task.hpp"

namespace pgsqlite::pg::load {

/// Makes them, in pg_temp, and fills those that are filled.
void OpenSource(const plan::LoadTask& task);
void CloseSource(const plan::LoadTask& task);

}  // namespace pgsqlite::pg::load
