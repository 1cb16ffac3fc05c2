#include "pg/fdw/scan/parallel.hpp"

#include "pg/fdw/connect/redirect.hpp"
#include "pg/fdw/scan/scan.hpp"

namespace pgsqlite::pg::fdw {
namespace {

struct SharedScan {
    SharedChunks chunks;
    Redirect leader;
    int workers;
    bool of_load;
    bool alone;  ///< the leader reads what it has written itself, which no worker can see
    /// Values changed by policies, by worker. Each counts in its own row, row by row: the leader's count is
    /// then right for the rows it has got, also when it ends the scan early.
    uint64 changes[FLEXIBLE_ARRAY_MEMBER][RowConverter::kChangeKinds];
};

Size SizeOf(int workers) {
    return add_size(offsetof(SharedScan, changes),
                    mul_size(static_cast<Size>(workers), sizeof(uint64) * RowConverter::kChangeKinds));
}

/// Adds what workers have counted to the leader's counts.
void TakeChanges(RowSource* rows, const SharedScan* shared) noexcept {
    for (int i = 0; i < shared->workers; ++i)
        rows->converter().AddChanges(shared->changes[i]);
}

}  // namespace

void CheckMayRunHere(const ForeignScanState* node) {
    if (!IsParallelWorker() || node->ss.ps.plan->parallel_aware) return;
    ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
                    errmsg("foreign tables can't be read by a function in a parallel worker"),
                    errdetail("The worker might see another state of the SQLite file than its leader does."),
                    errhint("Mark the function PARALLEL RESTRICTED.")));
}

Size EstimateDSMForeignScan(ForeignScanState*, ParallelContext* pcxt) {
    return SizeOf(pcxt->nworkers);
}

void InitializeDSMForeignScan(ForeignScanState* node, ParallelContext* pcxt, void* coordinate) {
    SharedScan* shared = static_cast<SharedScan*>(coordinate);
    RowSource* rows = OpenRows(node, nullptr);
    std::memset(coordinate, 0, SizeOf(pcxt->nworkers));
    shared->workers = pcxt->nworkers;
    shared->of_load = IsOfLoad(node);
    shared->alone = rows->pin()->database()->in_write();
    if (!shared->alone) rows->pin()->Lead(&shared->leader);
    rows->chunks()->Start(&shared->chunks);
}

/// What workers have counted is taken before others begin: counts of the first time are told apart by then.
void ReInitializeDSMForeignScan(ForeignScanState* node, ParallelContext*, void* coordinate) {
    SharedScan* shared = static_cast<SharedScan*>(coordinate);
    TakeChanges(RowsOf(node), shared);
    std::memset(shared->changes, 0,
                sizeof(uint64) * RowConverter::kChangeKinds * static_cast<Size>(shared->workers));
    RowsOf(node)->chunks()->Restart();
}

void InitializeWorkerForeignScan(ForeignScanState* node, shm_toc*, void* coordinate) {
    SharedScan* shared = static_cast<SharedScan*>(coordinate);
    if (shared->alone) return ReadNothing(node);
    RowSource* rows = OpenRows(node, &shared->leader);
    rows->chunks()->Join(&shared->chunks);
    rows->converter().CountChangesIn(shared->changes[ParallelWorkerNumber]);
    if (shared->of_load) SettleAsLoad(node);
}

/// The leader takes the workers' counts before their memory goes. Called once before the executor waits for
/// workers that still run, and again at the scan's end.
void ShutdownForeignScan(ForeignScanState* node) {
    RowSource* rows = RowsOf(node);
    if (IsParallelWorker() || rows == nullptr) return;
    EndSettling(node);
    if (rows->chunks() == nullptr) return;
    // The chunks are its first member.
    const SharedScan* shared = reinterpret_cast<const SharedScan*>(rows->chunks()->shared());
    if (shared == nullptr) return;
    TakeChanges(rows, shared);
    rows->chunks()->Leave();
}

}  // namespace pgsqlite::pg::fdw
