#include "pg/fdw/plan/parallel_path.hpp"

#include "core/sqlite/rowid_chunks.hpp"
#include "pg/fdw/plan/cost.hpp"

extern "C" {
#include "nodes/nodeFuncs.h"
#include "optimizer/clauses.h"
}

namespace pgsqlite::pg::fdw {

bool (*may_insert_in_parallel)(PlannerInfo* root) = nullptr;

namespace {

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

bool IsCreatedType(const SourceColumn& column) {
    return column.name != nullptr &&
           (column.type >= FirstNormalObjectId || get_typtype(column.type) == TYPTYPE_DOMAIN);
}

/// Whether a value that does not fit is tried in a subtransaction; see RowConverter::TryBuild.
bool NeedsSubtransaction(const SourceColumn& column) {
    return column.options.policies.on_error != value::OnError::kError && IsCreatedType(column);
}

/// @param rel what plans know of the table
/// @param pages as analyzed; 0 where it never was
int WorkersFor(RelOptInfo* rel, double pages, Oid relid, const SourceFacts& facts) {
    if (pages == 0) pages = std::ceil(facts.rows * get_relation_data_width(relid, nullptr) / BLCKSZ);
    return compute_parallel_worker(rel, pages, -1, max_parallel_workers_per_gather);
}

bool NeedsSubtransactions(const SourceRelation& relation) {
    for (int i = 0; i < relation.attribute_count; ++i)
        if (NeedsSubtransaction(relation.columns[i])) return true;
    return false;
}

/// query_tree_walker's: true at the first foreign table.
bool FindForeignTable(Node* node, void* context) {
    if (node == nullptr) return false;
    if (IsA(node, RangeTblEntry)) {
        const RangeTblEntry* entry = reinterpret_cast<const RangeTblEntry*>(node);
        return entry->rtekind == RTE_RELATION && entry->relkind == RELKIND_FOREIGN_TABLE;
    }
    if (IsA(node, Query))
        return compat::WalkQuery(reinterpret_cast<Query*>(node), &FindForeignTable, context);
    return compat::WalkExpression(node, &FindForeignTable, context);
}

/// Whether a scan of the query may need subtransactions; said of any foreign table in a subquery of it, whose
/// columns are not known yet.
bool MayNeedSubtransactions(const PlannerInfo* root) {
    for (int i = 1; i < root->simple_rel_array_size; ++i) {
        const RelOptInfo* rel = root->simple_rel_array[i];
        if (rel == nullptr || rel->fdwroutine == nullptr ||
            rel->fdwroutine->GetForeignPaths != &GetForeignPaths)
            continue;
        // Relations that give no rows of their own were never asked for their size: parents (their children
        // are in the array, too), and what constraints exclude.
        const RelationPlan* plan = static_cast<const RelationPlan*>(rel->fdw_private);
        if (plan != nullptr && NeedsSubtransactions(*plan->relation)) return true;
    }
    ListCell* cell;
    foreach (cell, root->parse->rtable)
        if (FindForeignTable(reinterpret_cast<Node*>(lfirst_node(RangeTblEntry, cell)->subquery), nullptr))
            return true;
    foreach (cell, root->glob->subroots)
        if (FindForeignTable(reinterpret_cast<Node*>(static_cast<PlannerInfo*>(lfirst(cell))->parse),
                             nullptr))
            return true;
    return FindForeignTable(reinterpret_cast<Node*>(root->parse->cteList), nullptr);
}

/// The scan shared among workers; null where the table is not large enough for one.
ForeignPath* MakePartialPath(PlannerInfo* root, RelOptInfo* rel, const RelationPlan& plan) {
    if (!plan.facts->shareable || !bms_is_empty(rel->lateral_relids)) return nullptr;
    const int workers = WorkersFor(rel, rel->pages, plan.relation->relid, *plan.facts);
    if (workers <= 0) return nullptr;
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
    return path;
}

}  // namespace

void ForbidWorkersForSubtransactions(PlannerInfo* root, const SourceRelation& relation) {
    if (!NeedsSubtransactions(relation)) return;
    // Relations seen before have been marked already, but have no paths yet.
    root->glob->parallelModeOK = false;
    for (int i = 1; i < root->simple_rel_array_size; ++i)
        if (root->simple_rel_array[i] != nullptr) root->simple_rel_array[i]->consider_parallel = false;
}

void KeepInLeader(ForeignPath* path) {
    path->path.parallel_safe = false;
}

void AddPartialPath(PlannerInfo* root, RelOptInfo* rel, const RelationPlan& plan) {
    if (!rel->consider_parallel) return;
    ForeignPath* path = MakePartialPath(root, rel, plan);
    if (path != nullptr) add_partial_path(rel, reinterpret_cast<Path*>(path));
}

void AddGatherForInsert(PlannerInfo* root, RelOptInfo* rel, const RelationPlan& plan) {
    // The target may hold placeholders, which the workers would compute.
    if (rel->consider_parallel || root->parse->commandType != CMD_INSERT ||
        !is_parallel_safe(root, reinterpret_cast<Node*>(rel->baserestrictinfo)) ||
        !is_parallel_safe(root, reinterpret_cast<Node*>(rel->reltarget->exprs)))
        return;
    ForeignPath* shared = MakePartialPath(root, rel, plan);
    if (shared == nullptr || MayNeedSubtransactions(root) || may_insert_in_parallel == nullptr ||
        !may_insert_in_parallel(root))
        return;
    shared->path.parallel_safe = true;
    GatherPath* gather = create_gather_path(root, rel, &shared->path, rel->reltarget, nullptr, nullptr);
    gather->path.rows = rel->rows;
    gather->path.total_cost = shared->path.total_cost + parallel_setup_cost;
    add_path(rel, &gather->path);
}

bool RefusalsNeedSubtransactions(const SourceRelation& relation) {
    return std::any_of(relation.columns, relation.columns + relation.attribute_count, &IsCreatedType);
}

int ScanWorkers(const SourceRelation& relation, const SourceFacts& facts) {
    if (!facts.shareable) return 0;
    RelOptInfo* rel = makeNode(RelOptInfo);
    rel->reloptkind = RELOPT_BASEREL;
    rel->rel_parallel_workers = -1;
    const int workers = WorkersFor(rel, 0, relation.relid, facts);
    if (workers <= 0) return 0;
    const double saved = facts.rows * kHashedRowCost * (1 - 1 / ParallelDivisor(workers));
    return saved > parallel_setup_cost ? workers : 0;
}

const char* ProbeSql(const SourceRelation& relation, const SourceFacts& facts) {
    StringInfoData source, probe;
    initStringInfo(&source);
    AppendSource(&source, relation, facts, "r");
    initStringInfo(&probe);
    appendStringInfo(&probe,
                     "SELECT (SELECT r.%s FROM %s WHERE r.%s >= ?1 ORDER BY 1 LIMIT 1), "
                     "(SELECT max(r.%s) FROM %s)",
                     facts.rowid_name, source.data, facts.rowid_name, facts.rowid_name, source.data);
    return probe.data;
}

int ChunkRows(const SourceFacts& facts) {
    return static_cast<int>(sqlite::RowidChunks::RowsPerChunk(facts.rows));
}

/// Only says that workers may take part, which AddPartialPath's path alone allows them.
bool IsForeignScanParallelSafe(PlannerInfo*, RelOptInfo*, RangeTblEntry*) {
    return true;
}

}  // namespace pgsqlite::pg::fdw
