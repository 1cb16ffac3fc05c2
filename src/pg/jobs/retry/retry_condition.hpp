// Retry condition: which of the rows laid out for a retry the task's `where` asks for. A row that it leaves
// out leaves no trace in a load.
#pragma once

#include "core/job/load_task.hpp"
#include "pg/seam.hpp"

namespace pgsqlite::pg::jobs {

/// Opens the rejects again whose rows `where` leaves out.
void LeaveOut(const plan::LoadTask& task);

}  // namespace pgsqlite::pg::jobs
