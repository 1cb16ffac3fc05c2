// Pieces: what a job's workers can do, by kind.
#pragma once

#include "pg/jobs/workers/piece.hpp"

namespace pgsqlite::pg::jobs {

/// Of kStep. Raises what the statement raises, and XX000 where there is no such step.
void RunStep(const PieceContext& context);
/// Of kLoad. Raises what loads raise, the rows that did not fit as the last of it.
void RunLoad(const PieceContext& context, plan::PieceEnd* end);
/// The rows that did not fit go into sqlite.rejects.
void RecordFailedLoad(int64 job);

}  // namespace pgsqlite::pg::jobs
