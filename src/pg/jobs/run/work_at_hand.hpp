// Which jobs this session is working for: a trigger, a function of a check or of the spec runs amid a job's
// rows, in the same session, and must not take up, forget or add to that very job.
#pragma once

#include "pg/pg.hpp"

namespace pgsqlite::pg::jobs {

/// This session works for a job as long as the present memory context lives, which an error ends, too.
void NoteWork(int64 job);

/// Raises 55006 when a call further out works for the job.
void CheckNotAtWork(int64 job);

}  // namespace pgsqlite::pg::jobs
