// Pool memory: what the leader and the workers of a pool share, in a dynamic shared memory segment.
#pragma once

#include "pg/jobs/workers/caller.hpp"
#include "pg/jobs/workers/worker_pool.hpp"

extern "C" {
#include "storage/condition_variable.h"
#include "storage/dsm.h"
#include "storage/latch.h"
#include "storage/shmem.h"
}

namespace pgsqlite::pg::jobs {

/// The first error of a pool. As long as those of PendingError, and cut where longer.
struct PoolError {
    int sqlstate;
    char message[2048];
    char detail[2048];
    char hint[1024];
    char context[2048];
    char query[2048];
    int query_position;
    NameData schema;
    NameData table;
    NameData column;
    NameData type;
    NameData constraint;
};

enum class WorkerState : int32 {
    kStarting,  ///< not connected yet
    kWorking,
    kLeft,  ///< there was nothing more to claim
};

struct PoolWorker {
    WorkerState state;
    RowCounts rows;     ///< of its present piece
    char refusal[512];  ///< why it could not connect, or empty
};

/// Head of the segment. Offsets lead to the rest: processes map the segment at different addresses.
struct Pool {
    int64 job;
    Oid act_as;          ///< as in PieceContext
    int32 worker_count;  ///< places for workers, at least 1
    int32 source_count;
    Latch* leader_latch;  ///< in the server's own shared memory
    Size queue;
    Size task_rows;
    Size workers;
    Size sources;
    Size caller;

    ConditionVariable more_work;  ///< a task is done, or all shall stop

    slock_t mutex;  ///< guards the queue, all row counts and states, and what follows
    bool stopping;
    bool failed;
    PoolError error;

    template <class T>
    T* At(Size offset) noexcept {
        return reinterpret_cast<T*>(reinterpret_cast<char*>(this) + offset);
    }
    plan::TaskQueue* Queue() noexcept { return At<plan::TaskQueue>(queue); }
    RowCounts* TaskRows() noexcept { return At<RowCounts>(task_rows); }
    PoolWorker* Workers() noexcept { return At<PoolWorker>(workers); }
    PoolSource* Sources() noexcept { return At<PoolSource>(sources); }
    Caller* GetCaller() noexcept { return At<Caller>(caller); }
};

/// A new segment, filled, with no worker yet. It belongs to CurrentResourceOwner until dsm_pin_mapping.
dsm_segment* CreatePool(const PoolRequest& request);
Pool* PoolIn(dsm_segment* segment);

/// This process works for the pool in one of its places: CountPieceRows counts there. Null: for none.
void SetPlace(Pool* pool, PoolWorker* place) noexcept;
/// Claims a piece; none when all shall stop.
plan::Claim ClaimPiece(Pool* pool, int32 previous, plan::Piece* piece) noexcept;
/// A piece is committed. Its rows, as counted, go to its task.
void FinishPiece(Pool* pool, PoolWorker* place, const plan::Piece& piece, const plan::PieceEnd& end);

bool IsStopping(Pool* pool) noexcept;
/// Nobody claims anything from now on.
void StopClaims(Pool* pool);
/// Notes the error and stops claims. False when there is one already, or all shall stop anyway.
bool RecordError(Pool* pool, const ErrorData* error);
/// Raises the recorded error, if there is one.
void RaiseRecorded(Pool* pool);

/// Copies text in the server's encoding, cut at a character where it is too long; null as ''.
void CopyText(char* to, Size size, const char* from);

}  // namespace pgsqlite::pg::jobs
