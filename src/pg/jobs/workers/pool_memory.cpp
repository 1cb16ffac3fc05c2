#include "pg/jobs/workers/pool_memory.hpp"

namespace pgsqlite::pg::jobs {
namespace {

/// What PostgreSQL's clients take for the end of their own connection.
constexpr int kConnectionEnds[] = {ERRCODE_ADMIN_SHUTDOWN, ERRCODE_CRASH_SHUTDOWN, ERRCODE_DATABASE_DROPPED};

Pool* my_pool = nullptr;
PoolWorker* my_place = nullptr;

Size Reserve(Size* end, Size bytes) {
    const Size offset = *end;
    *end = add_size(offset, MAXALIGN(bytes));
    return offset;
}

char* NonEmpty(char* text) {
    return *text == '\0' ? nullptr : text;
}

}  // namespace

dsm_segment* CreatePool(const PoolRequest& request) {
    static_assert(std::is_trivially_copyable_v<PoolSource> && std::is_trivially_copyable_v<Pool>);
    const auto tasks = static_cast<Size>(request.task_count);
    const auto orders = static_cast<Size>(request.order_count);
    const auto sources = static_cast<Size>(request.source_count);
    const int places = std::max(1, request.workers);

    Size end = 0;
    Reserve(&end, sizeof(Pool));
    const Size queue = Reserve(&end, plan::TaskQueue::Bytes(tasks, orders));
    const Size task_rows = Reserve(&end, mul_size(tasks, sizeof(RowCounts)));
    const Size workers = Reserve(&end, mul_size(static_cast<Size>(places), sizeof(PoolWorker)));
    const Size source_list = Reserve(&end, mul_size(sources, sizeof(PoolSource)));
    const Size caller = Reserve(&end, CallerBytes());

    dsm_segment* segment = dsm_create(end, 0);
    Pool* pool = PoolIn(segment);
    memset(static_cast<void*>(pool), 0, end);
    pool->job = request.job;
    pool->act_as = request.act_as;
    pool->worker_count = places;
    pool->source_count = request.source_count;
    pool->leader_latch = MyLatch;
    pool->queue = queue;
    pool->task_rows = task_rows;
    pool->workers = workers;
    pool->sources = source_list;
    pool->caller = caller;
    SpinLockInit(&pool->mutex);
    ConditionVariableInit(&pool->more_work);
    Guard([&] { plan::TaskQueue::Build(pool->Queue(), {request.tasks, tasks}, {request.orders, orders}); });
    for (Size i = 0; i < sources; i++)
        pool->Sources()[i] = request.sources[i];
    CaptureCaller(pool->GetCaller());
    return segment;
}

Pool* PoolIn(dsm_segment* segment) {
    return static_cast<Pool*>(dsm_segment_address(segment));
}

void SetPlace(Pool* pool, PoolWorker* place) noexcept {
    my_pool = pool;
    my_place = place;
}

void CountPieceRows(const RowCounts& rows) noexcept {
    if (my_pool == nullptr) return;
    SpinLockAcquire(&my_pool->mutex);
    my_place->rows = rows;
    SpinLockRelease(&my_pool->mutex);
}

plan::Claim ClaimPiece(Pool* pool, int32 previous, plan::Piece* piece) noexcept {
    SpinLockAcquire(&pool->mutex);
    const plan::Claim claim =
        pool->stopping ? plan::Claim::kNone : pool->Queue()->ClaimPiece(previous, piece);
    SpinLockRelease(&pool->mutex);
    return claim;
}

void FinishPiece(Pool* pool, PoolWorker* place, const plan::Piece& piece, const plan::PieceEnd& end) {
    SpinLockAcquire(&pool->mutex);
    pool->TaskRows()[piece.task] += place->rows;
    place->rows = {};
    const bool task_done = pool->Queue()->Finish(piece, end);
    SpinLockRelease(&pool->mutex);
    if (!task_done) return;
    ConditionVariableBroadcast(&pool->more_work);
    SetLatch(pool->leader_latch);
}

bool IsStopping(Pool* pool) noexcept {
    SpinLockAcquire(&pool->mutex);
    const bool stopping = pool->stopping;
    SpinLockRelease(&pool->mutex);
    return stopping;
}

void StopClaims(Pool* pool) {
    SpinLockAcquire(&pool->mutex);
    pool->stopping = true;
    SpinLockRelease(&pool->mutex);
    ConditionVariableBroadcast(&pool->more_work);
}

bool RecordError(Pool* pool, const ErrorData* error) {
    SpinLockAcquire(&pool->mutex);
    const bool first = !pool->stopping;
    pool->stopping = true;
    SpinLockRelease(&pool->mutex);
    if (!first) return false;
    // Nobody reads it before `failed` is set, and nobody else writes it.
    PoolError* slot = &pool->error;
    slot->sqlstate = error->sqlerrcode;
    for (const int code : kConnectionEnds)
        if (code == slot->sqlstate) slot->sqlstate = ERRCODE_QUERY_CANCELED;
    CopyText(slot->message, sizeof(slot->message), error->message);
    CopyText(slot->detail, sizeof(slot->detail), error->detail);
    CopyText(slot->hint, sizeof(slot->hint), error->hint);
    CopyText(slot->context, sizeof(slot->context), error->context);
    CopyText(slot->query, sizeof(slot->query), error->internalquery);
    slot->query_position = error->internalpos;
    CopyText(NameStr(slot->schema), NAMEDATALEN, error->schema_name);
    CopyText(NameStr(slot->table), NAMEDATALEN, error->table_name);
    CopyText(NameStr(slot->column), NAMEDATALEN, error->column_name);
    CopyText(NameStr(slot->type), NAMEDATALEN, error->datatype_name);
    CopyText(NameStr(slot->constraint), NAMEDATALEN, error->constraint_name);
    SpinLockAcquire(&pool->mutex);
    pool->failed = true;
    SpinLockRelease(&pool->mutex);
    ConditionVariableBroadcast(&pool->more_work);
    SetLatch(pool->leader_latch);
    return true;
}

void RaiseRecorded(Pool* pool) {
    SpinLockAcquire(&pool->mutex);
    const bool failed = pool->failed;
    SpinLockRelease(&pool->mutex);
    if (!failed) return;
    PoolError* slot = &pool->error;
    ErrorData error = {};
    error.elevel = ERROR;
    error.sqlerrcode = slot->sqlstate;
    error.message = slot->message;
    error.detail = NonEmpty(slot->detail);
    error.hint = NonEmpty(slot->hint);
    const char* separator = *slot->context == '\0' ? "" : "\n";
    error.context = psprintf("%s%sbackground worker of job %lld", slot->context, separator,
                             static_cast<long long>(pool->job));
    error.internalquery = NonEmpty(slot->query);
    error.internalpos = error.internalquery == nullptr ? 0 : slot->query_position;
    error.schema_name = NonEmpty(NameStr(slot->schema));
    error.table_name = NonEmpty(NameStr(slot->table));
    error.column_name = NonEmpty(NameStr(slot->column));
    error.datatype_name = NonEmpty(NameStr(slot->type));
    error.constraint_name = NonEmpty(NameStr(slot->constraint));
    ThrowErrorData(&error);
}

void CopyText(char* to, Size size, const char* from) {
    int length = from == nullptr ? 0 : static_cast<int>(strlen(from));
    const int limit = static_cast<int>(size) - 1;
    if (length > limit) length = pg_mbcliplen(from, length, limit);
    if (length > 0) memcpy(to, from, static_cast<size_t>(length));
    to[length] = '\0';
}

}  // namespace pgsqlite::pg::jobs
