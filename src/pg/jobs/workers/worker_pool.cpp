// The leader of a pool: starts the workers, watches over them, and sees to it that none outlives it.
#include "pg/jobs/workers/worker_pool.hpp"

#include "pg/jobs/workers/piece.hpp"
#include "pg/jobs/workers/pool_memory.hpp"
#include "pg/jobs/workers/transient.hpp"
#include "pg/jobs/workers/worker_limits.hpp"
#include "pg/jobs/workers/worker_start.hpp"
#include "pg/subtransaction.hpp"

extern "C" {
#include "postmaster/bgworker.h"
#include "utils/wait_event.h"
}

namespace pgsqlite::pg::jobs {
namespace {

/// Often enough for a NOTICE or a view, rarely enough to cost nothing.
constexpr int kProgressMs = 500;

struct Leader {
    const PoolRequest* request;
    MemoryContext context;  ///< of this structure and the handles; not of any transaction
    MemoryContext piece;    ///< of the piece at hand, where the leader does it
    dsm_segment* segment;
    Pool* pool;
    BackgroundWorkerHandle** handles;  ///< null: it has ended
    int started;
    bool* told;  ///< by task: whether on_task_done was called
    TimestampTz last_progress;
};

void EndWorkers(Leader* leader) {
    StopClaims(leader->pool);
    for (int i = 0; i < leader->started; i++)
        if (leader->handles[i] != nullptr) TerminateBackgroundWorker(leader->handles[i]);
}

/// This backend exits without having come to Close: a termination passes no PG_CATCH. Its workers must not
/// commit any more; the postmaster ends them.
void OnDetach(dsm_segment*, Datum leader) {
    EndWorkers(reinterpret_cast<Leader*>(DatumGetPointer(leader)));
}

/// Waits until all workers are gone, and frees everything. A cancel has to wait meanwhile, which is short:
/// they have nothing to do any more.
void Close(Leader* leader, bool failed) {
    HOLD_INTERRUPTS();
    SetPlace(nullptr, nullptr);
    if (failed)
        EndWorkers(leader);
    else
        StopClaims(leader->pool);
    for (int i = 0; i < leader->started; i++)
        if (leader->handles[i] != nullptr) WaitForBackgroundWorkerShutdown(leader->handles[i]);
    cancel_on_dsm_detach(leader->segment, &OnDetach, PointerGetDatum(leader));
    dsm_detach(leader->segment);
    MemoryContextDelete(leader->context);
    RESUME_INTERRUPTS();
}

/// Registers one worker. False when the server has no place for it.
bool StartWorker(Leader* leader, int place) {
    BackgroundWorker worker = {};
    const WorkerStart start = {place};
    snprintf(worker.bgw_name, sizeof(worker.bgw_name), "pg_sqlite worker %d of job %lld", place + 1,
             static_cast<long long>(leader->request->job));
    snprintf(worker.bgw_type, sizeof(worker.bgw_type), "%s", kWorkerType);
    snprintf(worker.bgw_library_name, sizeof(worker.bgw_library_name), "$libdir/pg_sqlite");
    snprintf(worker.bgw_function_name, sizeof(worker.bgw_function_name), "%s", kWorkerFunction);
    // Of the class that max_parallel_workers bounds for the whole server.
    worker.bgw_flags = BGWORKER_SHMEM_ACCESS | BGWORKER_BACKEND_DATABASE_CONNECTION | BGWORKER_CLASS_PARALLEL;
    worker.bgw_start_time = BgWorkerStart_ConsistentState;
    worker.bgw_restart_time = BGW_NEVER_RESTART;
    worker.bgw_main_arg = UInt32GetDatum(dsm_segment_handle(leader->segment));
    worker.bgw_notify_pid = MyProcPid;
    static_assert(sizeof(start) <= BGW_EXTRALEN);
    memcpy(worker.bgw_extra, &start, sizeof(start));

    MemoryContext caller = MemoryContextSwitchTo(leader->context);
    const bool registered = RegisterDynamicBackgroundWorker(&worker, &leader->handles[place]);
    MemoryContextSwitchTo(caller);
    return registered;
}

void StartWorkers(Leader* leader) {
    const int useful = leader->pool->Queue()->HelpersWanted(leader->request->workers);
    const WorkerLimit limit = LimitWorkers(useful);
    const int wanted = limit.workers;
    if (limit.reason != nullptr)
        ereport(NOTICE, (errmsg("job %lld runs with %d of %d background workers",
                                static_cast<long long>(leader->request->job), wanted, useful),
                         errdetail_internal("%s", limit.reason),
                         wanted > 0 ? 0 : errhint("This session does their work itself.")));
    while (leader->started < wanted && StartWorker(leader, leader->started))
        leader->started++;
    if (leader->started < wanted)
        ereport(WARNING, (errcode(ERRCODE_INSUFFICIENT_RESOURCES),
                          errmsg("job %lld has got %d of %d background workers",
                                 static_cast<long long>(leader->request->job), leader->started, wanted),
                          leader->started > 0 ? 0 : errdetail("This session does their work itself."),
                          errhint("Raise the configuration parameter max_worker_processes or "
                                  "max_parallel_workers.")));
}

/// What has become of a worker that has ended. Raises where it has left work undone.
void JudgeEnd(Leader* leader, int place) {
    Pool* pool = leader->pool;
    SpinLockAcquire(&pool->mutex);
    const WorkerState state = pool->Workers()[place].state;
    SpinLockRelease(&pool->mutex);
    if (state == WorkerState::kLeft) return;
    RaiseRecorded(pool);
    const auto job = static_cast<long long>(pool->job);
    const char* refusal = pool->Workers()[place].refusal;
    if (state == WorkerState::kStarting)
        ereport(WARNING, (errcode(ERRCODE_INSUFFICIENT_RESOURCES),
                          errmsg("background worker %d of job %lld could not start", place + 1, job),
                          *refusal == '\0' ? errhint("The server's log may say more.")
                                           : errdetail_internal("%s", refusal)));
    else
        ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
                        errmsg("background worker %d of job %lld has ended unexpectedly", place + 1, job),
                        errhint("The server's log may say more.")));
}

/// How many workers are alive or about to be.
int LiveWorkers(Leader* leader) {
    int live = 0;
    for (int i = 0; i < leader->started; i++) {
        pid_t pid;
        if (leader->handles[i] == nullptr) continue;
        if (GetBackgroundWorkerPid(leader->handles[i], &pid) != BGWH_STOPPED) {
            live++;
            continue;
        }
        pfree(leader->handles[i]);
        leader->handles[i] = nullptr;
        JudgeEnd(leader, i);
    }
    return live;
}

void TellTasksDone(Leader* leader) {
    const PoolRequest* request = leader->request;
    if (request->on_task_done == nullptr) return;
    for (int32 i = 0; i < request->task_count; i++) {
        if (leader->told[i]) continue;
        SpinLockAcquire(&leader->pool->mutex);
        const bool done = leader->pool->Queue()->IsDone(i);
        const RowCounts rows = leader->pool->TaskRows()[i];
        SpinLockRelease(&leader->pool->mutex);
        if (!done) continue;
        leader->told[i] = true;
        request->on_task_done(i, rows, request->argument);
    }
}

void TellProgress(Leader* leader, int live, bool now) {
    const PoolRequest* request = leader->request;
    if (request->on_progress == nullptr) return;
    const TimestampTz time = GetCurrentTimestamp();
    if (!now && !TimestampDifferenceExceeds(leader->last_progress, time, kProgressMs)) return;
    leader->last_progress = time;
    Pool* pool = leader->pool;
    PoolProgress progress = {{}, 0, request->task_count, live};
    SpinLockAcquire(&pool->mutex);
    progress.tasks_done = pool->Queue()->tasks_done();
    for (int32 i = 0; i < request->task_count; i++)
        progress.rows += pool->TaskRows()[i];
    for (int32 i = 0; i < pool->worker_count; i++)
        progress.rows += pool->Workers()[i].rows;
    SpinLockRelease(&pool->mutex);
    request->on_progress(progress, request->argument);
}

bool AllDone(Pool* pool) {
    SpinLockAcquire(&pool->mutex);
    const bool done = pool->Queue()->AllDone();
    SpinLockRelease(&pool->mutex);
    return done;
}

/// Waits until all is done. False when no worker is left to do it: none could start.
bool Watch(Leader* leader) {
    for (;;) {
        ResetLatch(MyLatch);
        CHECK_FOR_INTERRUPTS();
        const int live = LiveWorkers(leader);
        RaiseRecorded(leader->pool);
        const bool done = AllDone(leader->pool);
        TellTasksDone(leader);
        TellProgress(leader, live, false);
        if (done || live == 0) return done;
        WaitLatch(MyLatch, WL_LATCH_SET | WL_TIMEOUT | WL_EXIT_ON_PM_DEATH, kProgressMs, PG_WAIT_EXTENSION);
    }
}

/// Runs a piece here until it is committed.
void DoPiece(Leader* leader, const plan::Piece& piece) {
    PieceContext context = {leader->request->job, leader->request->act_as, piece, 1, nullptr};
    for (;; context.attempt++) {
        plan::PieceEnd end;
        CountPieceRows({});
        ErrorData* error = TryInSubtransaction(
            [&] {
                PushActiveSnapshot(GetTransactionSnapshot());
                RunPiece(context, &end);
                PopActiveSnapshot();
            },
            [](const ErrorData*) { return true; });
        if (error == nullptr) {
            SPI_commit();
            FinishPiece(leader->pool, leader->pool->Workers(), piece, end);
            return;
        }
        SPI_rollback();
        if (!IsTransient(error) || context.attempt >= kPieceAttempts) {
            // What it can't record is not worth another error.
            (void)TryInSubtransaction(
                [&] {
                    PushActiveSnapshot(GetTransactionSnapshot());
                    RecordFailedPiece(context);
                    PopActiveSnapshot();
                },
                [](const ErrorData*) { return true; });
            SPI_commit();
            RaiseAgain(error);
        }
        context.previous_error = error->message;
        BackOff(context.attempt);
    }
}

void DoAllHere(Leader* leader) {
    Pool* pool = leader->pool;
    SetPlace(pool, pool->Workers());
    plan::Piece piece;
    int32 previous = -1;
    while (ClaimPiece(pool, previous, &piece) == plan::Claim::kPiece) {
        MemoryContext caller = MemoryContextSwitchTo(leader->piece);
        DoPiece(leader, piece);
        MemoryContextSwitchTo(caller);
        MemoryContextReset(leader->piece);
        previous = piece.task;
        TellTasksDone(leader);
        TellProgress(leader, 0, false);
        CHECK_FOR_INTERRUPTS();
    }
    SetPlace(nullptr, nullptr);
}

Leader* Open(const PoolRequest& request) {
    MemoryContext context = AllocSetContextCreate(TopMemoryContext, "pg_sqlite pool", ALLOCSET_SMALL_SIZES);
    Leader* leader = static_cast<Leader*>(MemoryContextAllocZero(context, sizeof(Leader)));
    leader->request = &request;
    leader->context = context;
    leader->piece = AllocSetContextCreate(context, "pg_sqlite leader's piece", ALLOCSET_DEFAULT_SIZES);
    leader->handles = static_cast<BackgroundWorkerHandle**>(MemoryContextAllocZero(
        context, sizeof(BackgroundWorkerHandle*) * static_cast<Size>(std::max(1, request.workers))));
    leader->told = static_cast<bool*>(
        MemoryContextAllocZero(context, static_cast<Size>(std::max(1, request.task_count))));
    leader->last_progress = GetCurrentTimestamp();
    return leader;
}

}  // namespace

void RunInWorkers(const PoolRequest& request) {
    // A worker would not see what is not committed here, or wait for it for ever.
    if (IsSubTransaction() || TransactionIdIsValid(GetTopTransactionIdIfAny()))
        elog(ERROR, "workers of a job need its work so far to be committed");
    dsm_segment* segment = CreatePool(request);
    Leader* leader = Open(request);
    leader->segment = segment;
    leader->pool = PoolIn(segment);
    dsm_pin_mapping(segment);
    on_dsm_detach(segment, &OnDetach, PointerGetDatum(leader));
    PG_TRY();
    {
        if (request.workers > 0) StartWorkers(leader);
        if (!Watch(leader)) DoAllHere(leader);
        TellTasksDone(leader);
        TellProgress(leader, 0, true);
    }
    PG_CATCH();
    {
        Close(leader, true);
        PG_RE_THROW();
    }
    PG_END_TRY();
    Close(leader, false);
}

}  // namespace pgsqlite::pg::jobs
