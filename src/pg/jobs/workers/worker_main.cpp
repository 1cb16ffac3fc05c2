// The background worker of a pool: becomes the caller, reads what the leader has pinned, and does pieces
// until none is left, an error stops all, or the leader ends it.
#include "pg/jobs/workers/piece.hpp"
#include "pg/jobs/workers/pool_memory.hpp"
#include "pg/jobs/workers/transient.hpp"
#include "pg/jobs/workers/worker_limits.hpp"
#include "pg/jobs/workers/worker_start.hpp"

extern "C" {
#include "pgstat.h"
#include "postmaster/bgworker.h"
#include "tcop/tcopprot.h"
#include "utils/resowner.h"
#include "utils/wait_event.h"

PGDLLEXPORT void pg_sqlite_worker_main(Datum argument);
}

namespace pgsqlite::pg::jobs {
namespace {

Pool* pool = nullptr;
PoolWorker* place = nullptr;
emit_log_hook_type previous_log_hook = nullptr;

/// The segment goes: this process ends, or has nothing more to do.
void LeavePool(dsm_segment*, Datum) {
    // Between pieces no transaction's end does this, and the end of the process does it too late: the segment
    // with the variable is unmapped by then.
    ConditionVariableCancelSleep();
    SetPlace(nullptr, nullptr);
    Latch* leader = pool->leader_latch;
    pool = nullptr;
    SetLatch(leader);
}

/// What reaches the log as an error ends this process; FATAL ones pass no PG_CATCH.
void OnLog(ErrorData* error) {
    if (error->elevel >= ERROR && pool != nullptr) {
        if (place->state == WorkerState::kStarting)
            CopyText(place->refusal, sizeof(place->refusal), error->message);
        else
            RecordError(pool, error);
    }
    if (previous_log_hook != nullptr) previous_log_hook(error);
}

void SetState(WorkerState state) {
    SpinLockAcquire(&pool->mutex);
    place->state = state;
    SpinLockRelease(&pool->mutex);
}

/// Claims the next piece, and waits where the tasks left wait for others. False when nothing is left.
bool NextPiece(int32 previous, plan::Piece* piece) {
    plan::Claim claim = ClaimPiece(pool, previous, piece);
    if (claim == plan::Claim::kWait) {
        pgstat_report_activity(STATE_IDLE, nullptr);
        ConditionVariablePrepareToSleep(&pool->more_work);
        while ((claim = ClaimPiece(pool, previous, piece)) == plan::Claim::kWait)
            ConditionVariableSleep(&pool->more_work, PG_WAIT_EXTENSION);
        ConditionVariableCancelSleep();
    }
    return claim == plan::Claim::kPiece;
}

/// Runs a piece in a transaction. @return null when it is committed, else the error, in `keep`
ErrorData* TryPiece(const PieceContext& context, plan::PieceEnd* end, MemoryContext keep) {
    ErrorData* volatile error = nullptr;
    PG_TRY();
    {
        SetCurrentStatementStartTimestamp();
        StartTransactionCommand();
        XactIsoLevel = XACT_READ_COMMITTED;  // workers meet each other in the records
        PushActiveSnapshot(GetTransactionSnapshot());
        RunPiece(context, end);
        PopActiveSnapshot();
        // What was read under the leader's locks counts only if the leader is still there.
        if (IsStopping(pool))
            ereport(ERROR, (errcode(ERRCODE_QUERY_CANCELED), errmsg("the job has been stopped")));
        CommitTransactionCommand();
    }
    PG_CATCH();
    {
        MemoryContextSwitchTo(keep);
        error = CopyErrorData();
        FlushErrorState();
        AbortCurrentTransaction();
    }
    PG_END_TRY();
    MemoryContextSwitchTo(keep);
    pgstat_report_stat(false);
    return error;
}

/// In a transaction of its own; what it can't record is not worth another error.
void RecordFailure(const PieceContext& context, MemoryContext keep) {
    PG_TRY();
    {
        StartTransactionCommand();
        PushActiveSnapshot(GetTransactionSnapshot());
        RecordFailedPiece(context);
        PopActiveSnapshot();
        CommitTransactionCommand();
    }
    PG_CATCH();
    {
        MemoryContextSwitchTo(keep);
        const ErrorData* error = CopyErrorData();
        FlushErrorState();
        AbortCurrentTransaction();
        ereport(LOG, (errmsg("job %lld: its rejected rows could not be recorded: %s",
                             static_cast<long long>(pool->job), error->message)));
    }
    PG_END_TRY();
    MemoryContextSwitchTo(keep);
}

/// Runs a piece until it is committed. False when it failed for good.
bool DoPiece(const plan::Piece& piece, MemoryContext keep) {
    PieceContext context = {pool->job, pool->act_as, piece, 1, nullptr};
    for (;; context.attempt++) {
        plan::PieceEnd end;
        CountPieceRows({});
        ErrorData* error = TryPiece(context, &end, keep);
        if (error == nullptr) {
            FinishPiece(pool, place, piece, end);
            return true;
        }
        if (!IsTransient(error) || context.attempt >= kPieceAttempts) {
            RecordFailure(context, keep);
            if (!RecordError(pool, error))
                ereport(LOG, (errmsg("background worker of job %lld: %s", static_cast<long long>(pool->job),
                                     error->message)));
            return false;
        }
        context.previous_error = error->message;
        BackOff(context.attempt);
    }
}

void Work() {
    MemoryContext keep = AllocSetContextCreate(TopMemoryContext, "pg_sqlite worker", ALLOCSET_DEFAULT_SIZES);
    MemoryContextSwitchTo(keep);
    plan::Piece piece;
    int32 previous = -1;
    while (NextPiece(previous, &piece)) {
        if (!DoPiece(piece, keep)) return;
        previous = piece.task;
        MemoryContextReset(keep);
        CHECK_FOR_INTERRUPTS();
    }
    SetState(WorkerState::kLeft);
}

}  // namespace
}  // namespace pgsqlite::pg::jobs

void pg_sqlite_worker_main(Datum argument) {
    using namespace pgsqlite::pg::jobs;
    WorkerStart start;
    memcpy(&start, MyBgworkerEntry->bgw_extra, sizeof(start));
    pqsignal(SIGTERM, die);
    BackgroundWorkerUnblockSignals();

    CurrentResourceOwner = ResourceOwnerCreate(nullptr, "pg_sqlite worker");
    dsm_segment* segment = dsm_attach(DatumGetUInt32(argument));
    if (segment == nullptr) return;  // the leader has gone meanwhile
    dsm_pin_mapping(segment);
    pool = PoolIn(segment);
    place = pool->Workers() + start.place;
    on_dsm_detach(segment, &LeavePool, Datum{0});
    previous_log_hook = emit_log_hook;
    emit_log_hook = &OnLog;

    BecomeCaller(pool->GetCaller());
    StartTransactionCommand();
    CheckOwnConnection();
    CommitTransactionCommand();
    FollowSources(pool);
    SetPlace(pool, place);
    SetState(WorkerState::kWorking);
    Work();
}
