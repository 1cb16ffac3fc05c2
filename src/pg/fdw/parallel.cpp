#include "pg/fdw/parallel.hpp"

#include "pg/fdw/cost.hpp"
#include "pg/fdw/redirect.hpp"
#include "pg/fdw/scan.hpp"

namespace pgsqlite::pg::fdw {
namespace {

struct SharedScan {
    SharedChunks chunks;
    Redirect leader;
    int workers;
    /// Values changed by policies, by worker. Each counts in its own row, row by row: the leader's count is
    /// then right for the rows it has got, also when it ends the scan early.
    uint64 changes[FLEXIBLE_ARRAY_MEMBER][RowConverter::kChangeKinds];
};

Size SizeOf(int workers) {
    return add_size(offsetof(SharedScan, changes),
                    mul_size(static_cast<Size>(workers), sizeof(uint64) * RowConverter::kChangeKinds));
}

/// Share of the rows that one participant reads, as for any partial path (get_parallel_divisor, costsize.c):
/// a leader with more workers to listen to reads less itself.
double ParallelDivisor(int workers) {
    double divisor = workers;
    if (parallel_leader_participation) {
        const double leader = 1.0 - 0.3 * workers;
        if (leader > 0) divisor += leader;
    }
    return divisor;
}

/// Whether a value that does not fit is tried in a subtransaction; see RowConverter::TryBuild.
bool NeedsSubtransaction(const SourceColumn& column) {
    return column.name != nullptr && column.options.policies.on_error != value::OnError::kError &&
           (column.type >= FirstNormalObjectId || get_typtype(column.type) == TYPTYPE_DOMAIN);
}

}  // namespace

void ForbidWorkersForSubtransactions(PlannerInfo* root, const SourceRelation& relation) {
    if (compat::kParallelSubtransactions) return;
    bool needed = false;
    for (int i = 0; i < relation.attribute_count && !needed; ++i)
        needed = NeedsSubtransaction(relation.columns[i]);
    if (!needed) return;
    // Relations seen before have been marked already, but have no paths yet.
    root->glob->parallelModeOK = false;
    for (int i = 1; i < root->simple_rel_array_size; ++i)
        if (root->simple_rel_array[i] != nullptr) root->simple_rel_array[i]->consider_parallel = false;
}

void KeepInLeader(ForeignPath* path) {
    path->path.parallel_safe = false;
}

void AddPartialPath(PlannerInfo* root, RelOptInfo* rel, const RelationPlan& plan) {
    if (!plan.facts->shareable || !rel->consider_parallel || !bms_is_empty(rel->lateral_relids)) return;
    double pages = rel->pages;
    if (pages == 0)  // never analyzed
        pages = std::ceil(plan.facts->rows * get_relation_data_width(plan.relation->relid, nullptr) / BLCKSZ);
    const int workers = compute_parallel_worker(rel, pages, -1, max_parallel_workers_per_gather);
    if (workers <= 0) return;
    // Chunks are read by rowid, so no condition is a lookup. All of the cost is the processor's: SQLite reads
    // from the kernel's cache, and converting costs more.
    const ScanCost scan = EstimateScan(root, rel, plan, NIL, plan.retained, false);
    const Cost local = plan.all_exact ? 0 : rel->baserestrictcost.per_tuple * plan.retained;
    const Cost startup = scan.startup + rel->baserestrictcost.startup;
    const double divisor = ParallelDivisor(workers);
    ForeignPath* path = compat::CreateForeignScanPath(root, rel, clamp_row_est(rel->rows / divisor), startup,
                                                      startup + (scan.total - scan.startup + local) / divisor,
                                                      NIL, nullptr, NIL);
    path->path.parallel_aware = true;
    path->path.parallel_workers = workers;
    add_partial_path(rel, reinterpret_cast<Path*>(path));
}

const char* ProbeSql(const SourceRelation& relation, const SourceFacts& facts) {
    StringInfoData source, probe;
    initStringInfo(&source);
    AppendSource(&source, relation, facts);
    initStringInfo(&probe);
    appendStringInfo(&probe,
                     "SELECT (SELECT r.%s FROM %s AS r WHERE r.%s >= ?1 ORDER BY 1 LIMIT 1), "
                     "(SELECT max(r.%s) FROM %s AS r)",
                     facts.rowid_name, source.data, facts.rowid_name, facts.rowid_name, source.data);
    return probe.data;
}

int ChunkRows(const SourceFacts& facts) {
    return static_cast<int>(sqlite::RowidChunks::RowsPerChunk(facts.rows));
}

void CheckMayRunHere(const ForeignScanState* node) {
    if (!IsParallelWorker() || node->ss.ps.plan->parallel_aware) return;
    ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
                    errmsg("foreign tables can't be read by a function in a parallel worker"),
                    errdetail("The worker might see another state of the SQLite file than its leader does."),
                    errhint("Mark the function PARALLEL RESTRICTED.")));
}

/// Only says that workers may take part, which AddPartialPath's path alone allows them.
bool IsForeignScanParallelSafe(PlannerInfo*, RelOptInfo*, RangeTblEntry*) {
    return true;
}

Size EstimateDSMForeignScan(ForeignScanState*, ParallelContext* pcxt) {
    return SizeOf(pcxt->nworkers);
}

void InitializeDSMForeignScan(ForeignScanState* node, ParallelContext* pcxt, void* coordinate) {
    SharedScan* shared = static_cast<SharedScan*>(coordinate);
    RowSource* rows = OpenRows(node, nullptr);
    std::memset(coordinate, 0, SizeOf(pcxt->nworkers));
    shared->workers = pcxt->nworkers;
    rows->pin()->Lead(&shared->leader);
    rows->chunks()->Start(&shared->chunks);
}

void ReInitializeDSMForeignScan(ForeignScanState* node, ParallelContext*, void*) {
    RowsOf(node)->chunks()->Restart();
}

void InitializeWorkerForeignScan(ForeignScanState* node, shm_toc*, void* coordinate) {
    SharedScan* shared = static_cast<SharedScan*>(coordinate);
    RowSource* rows = OpenRows(node, &shared->leader);
    rows->chunks()->Join(&shared->chunks);
    rows->converter().CountChangesIn(shared->changes[ParallelWorkerNumber]);
}

/// The leader takes the workers' counts before their memory goes. Called once before the executor waits for
/// workers that still run, and again at the scan's end.
void ShutdownForeignScan(ForeignScanState* node) {
    RowSource* rows = RowsOf(node);
    if (IsParallelWorker() || rows == nullptr || rows->chunks() == nullptr) return;
    // The chunks are its first member.
    const SharedScan* shared = reinterpret_cast<const SharedScan*>(rows->chunks()->shared());
    if (shared == nullptr) return;
    for (int i = 0; i < shared->workers; ++i)
        rows->converter().AddChanges(shared->changes[i]);
    rows->chunks()->Leave();
}

}  // namespace pgsqlite::pg::fdw
