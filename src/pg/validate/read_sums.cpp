#include "pg/validate/read_sums.hpp"

#include "pg/validate/shared_side.hpp"

extern "C" {
#include "utils/backend_status.h"
}

namespace pgsqlite::pg::validate {

using digest::KeyParts;

namespace {

constexpr int kSides = 2;
// Other keys than those of the sides (shared_side.cpp) and of their plans' nodes.
constexpr uint64 kSumsKey = UINT64CONST(0xB000000000000001);
constexpr uint64 kQueryKey = UINT64CONST(0xB000000000000002);
constexpr char kLibrary[] = "$libdir/pg_sqlite";
constexpr char kEntryPoint[] = "pg_sqlite_validate_worker";

/// What one worker has read. Each has its own, so nobody waits.
struct WorkerSums {
    KeyParts parts[kSides];
    int64 refused[kSides];
};

void AddToParts(void* context, const SideRow& row) {
    static_cast<KeyParts*>(context)->Add(row.key, row.row);
}

/// Takes part in the shared sides. @param first where to begin, so that both are read at the same time
void TakePart(SharedSide* const sides[kSides], int first, KeyParts* const parts[kSides]) {
    for (int i = 0; i < kSides; ++i) {
        const int number = (first + i) % kSides;
        SharedSide* side = sides[number];
        if (side != nullptr && side->way() == SharedSide::Way::kShared)
            side->Read({&AddToParts, parts[number]});
    }
}

/// The sides that the leader reads by itself, in one way.
void ReadOwn(SharedSide* const sides[kSides], SharedSide::Way way, KeyParts* const parts[kSides]) {
    for (int i = 0; i < kSides; ++i)
        if (sides[i]->way() == way) ReadSide(sides[i]->side(), {&AddToParts, parts[i]});
}

/// The shared memory, filled in but for what workers write.
WorkerSums* Share(ParallelContext* parallel, SharedSide* const sides[kSides]) {
    const char* query = debug_query_string != nullptr ? debug_query_string : "";
    const Size query_size = std::strlen(query) + 1;
    const Size sums_size = mul_size(sizeof(WorkerSums), static_cast<Size>(parallel->nworkers));
    shm_toc_estimate_chunk(&parallel->estimator, query_size);
    shm_toc_estimate_chunk(&parallel->estimator, sums_size);
    shm_toc_estimate_keys(&parallel->estimator, 2);
    for (int i = 0; i < kSides; ++i)
        if (sides[i]->way() == SharedSide::Way::kShared) sides[i]->Estimate(parallel);

    InitializeParallelDSM(parallel);

    char* text = static_cast<char*>(shm_toc_allocate(parallel->toc, query_size));
    std::memcpy(text, query, query_size);
    shm_toc_insert(parallel->toc, kQueryKey, text);
    auto* sums = static_cast<WorkerSums*>(shm_toc_allocate(parallel->toc, sums_size));
    for (int i = 0; i < parallel->nworkers; ++i)
        new (&sums[i]) WorkerSums();
    shm_toc_insert(parallel->toc, kSumsKey, sums);
    for (int i = 0; i < kSides; ++i)
        if (sides[i]->way() == SharedSide::Way::kShared) sides[i]->Lead(parallel);
    return sums;
}

void ReadWithWorkers(SharedSide* const sides[kSides], int workers, KeyParts* const parts[kSides]) {
    ReadOwn(sides, SharedSide::Way::kAlone, parts);
    EnterParallelMode();
    ParallelContext* parallel = CreateParallelContext(kLibrary, kEntryPoint, workers);
    const WorkerSums* sums = Share(parallel, sides);
    LaunchParallelWorkers(parallel);
    ereport(DEBUG1, (errmsg_internal("validation: %d workers of %d", parallel->nworkers_launched, workers)));

    ReadOwn(sides, SharedSide::Way::kBeside, parts);
    const bool takes_part = parallel_leader_participation || parallel->nworkers_launched == 0;
    if (takes_part) TakePart(sides, 0, parts);
    WaitForParallelWorkersToFinish(parallel);
    // What nobody has read by now is read here: nothing, unless workers did not start.
    if (!takes_part) TakePart(sides, 0, parts);
    for (int worker = 0; worker < parallel->nworkers_launched; ++worker)
        for (int i = 0; i < kSides; ++i) {
            *parts[i] += sums[worker].parts[i];
            sides[i]->side()->refused += sums[worker].refused[i];
        }
    for (int i = 0; i < kSides; ++i)
        sides[i]->Close();
    DestroyParallelContext(parallel);
    ExitParallelMode();
}

/// A worker's part.
void Work(dsm_segment* segment, shm_toc* toc) {
    debug_query_string = static_cast<char*>(shm_toc_lookup(toc, kQueryKey, false));
    pgstat_report_activity(STATE_RUNNING, debug_query_string);
    auto* sums = static_cast<WorkerSums*>(shm_toc_lookup(toc, kSumsKey, false)) + ParallelWorkerNumber;
    ParallelWorkerContext worker = {segment, toc};
    SharedSide* sides[kSides];
    KeyParts* parts[kSides];
    for (int i = 0; i < kSides; ++i) {
        sides[i] = SharedSide::Join(CurrentMemoryContext, &worker, i);
        parts[i] = &sums->parts[i];
    }
    TakePart(sides, (ParallelWorkerNumber + 1) % kSides, parts);
    for (int i = 0; i < kSides; ++i) {
        if (sides[i] == nullptr) continue;
        sums->refused[i] = sides[i]->side()->refused;
        sides[i]->Close();
    }
}

}  // namespace

void ReadSums(Side* const sides[2], KeyParts* const parts[2]) {
    SharedSide* shared[kSides] = {};
    int workers = 0;
    if (max_parallel_workers_per_gather > 0 && !IsInParallelMode()) {
        // Commands can't begin in parallel mode, nor can the snapshot move on to the latest.
        CommandCounterIncrement();
        PushCopiedSnapshot(GetActiveSnapshot());
        UpdateActiveSnapshotCommandId();
        for (int i = 0; i < kSides; ++i) {
            sides[i]->refused = 0;
            shared[i] = SharedSide::Plan(CurrentMemoryContext, sides[i], i);
            workers = std::max(workers, shared[i]->workers());
        }
        if (workers > 0) ReadWithWorkers(shared, workers, parts);
        PopActiveSnapshot();
    }
    if (workers > 0) return;
    for (int i = 0; i < kSides; ++i) {
        ReadSide(sides[i], {&AddToParts, parts[i]});
        if (shared[i] != nullptr) shared[i]->Close();
    }
}

}  // namespace pgsqlite::pg::validate

extern "C" {
PGDLLEXPORT void pg_sqlite_validate_worker(dsm_segment* segment, shm_toc* toc);
}
void pg_sqlite_validate_worker(dsm_segment* segment, shm_toc* toc) {
    using namespace pgsqlite::pg;
    PendingError error;
    try {
        return validate::Work(segment, toc);
    } catch (...) {
        CaptureException(error);
    }
    RaisePending(error);
}
