// Pieces: what a job's workers can do, by kind. Each is run in a transaction of its own with an active
// snapshot, as the caller of the job; it commits together with the records that it writes.
#pragma once

#include "core/plan/task_queue.hpp"
#include "pg/seam.hpp"

namespace pgsqlite::pg::jobs {

enum class PieceKind : int32 {
    kStep,  ///< runs the statement of sqlite.job_steps whose number the task has, and marks it as done
    kCount
};

struct PieceContext {
    int64 job;
    plan::Piece piece;
    int attempt;                 ///< from 1
    const char* previous_error;  ///< message of the attempt before, for the log; null in the first
};

/// Runs one piece. May call SPI_connect, must not commit. Counts rows with CountPieceRows (worker_pool.hpp).
/// @param end for ranges: what was learned about rowids
using PieceRunner = void (*)(const PieceContext& context, plan::PieceEnd* end);

/// The runner of a kind. Raises XX000 for a kind that is none.
PieceRunner RunnerOf(int32 kind);

/// PieceRunner of kStep. Raises what the statement raises, and XX000 where there is no such step.
void RunStep(const PieceContext& context, plan::PieceEnd* end);

}  // namespace pgsqlite::pg::jobs
