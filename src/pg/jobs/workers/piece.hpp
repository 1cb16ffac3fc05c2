// A piece: what a worker, or the leader in its place, does at once, by its kind. It is run in a transaction
// of its own with an active snapshot, by the rights of the job's owner; it commits together with the records
// that it writes. What the kinds do is said in run/pieces.cpp: the pool knows no more of a job.
#pragma once

#include "core/job/task_queue.hpp"
#include "pg/seam.hpp"

namespace pgsqlite::pg::jobs {

enum class PieceKind : int32 {
    kStep,  ///< runs the statement of sqlite.job_steps whose number the task has, and marks it as done
    kLoad,  ///< loads the table of sqlite.job_tables whose number the task has, or a range of its rowids
    kCount
};

struct PieceContext {
    int64 job;
    Oid act_as;  ///< as in Call
    plan::Piece piece;
    int attempt;                 ///< from 1
    const char* previous_error;  ///< message of the attempt before, for the log; null in the first
};

/// Runs one piece. Does not commit. Counts rows with CountPieceRows (worker_pool.hpp).
/// @param end for ranges: what was learned about rowids
void RunPiece(const PieceContext& context, plan::PieceEnd* end);
/// After RunPiece raised what ends the job, in another transaction: records what would be lost else. Does not
/// commit.
void RecordFailedPiece(const PieceContext& context);

}  // namespace pgsqlite::pg::jobs
