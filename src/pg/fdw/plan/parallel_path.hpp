// Parallel paths: which scans are shared among workers, and what an INSERT … SELECT gets for want of a
// parallel plan.
#pragma once

#include "pg/fdw/plan/plan.hpp"

namespace pgsqlite::pg::fdw {

/// Whether the query being planned is an INSERT … SELECT whose rows may be read by parallel workers: set by
/// who knows what an INSERT does (load::InitBulkInsert).
extern bool (*may_insert_in_parallel)(PlannerInfo* root);

/// Marks a path as not to be run by workers: outside of a parallel-aware scan they have no leader's snapshot.
/// For every path but AddPartialPath's.
void KeepInLeader(ForeignPath* path);

/// Plans the query without workers where a refused value of this table needs a subtransaction (a domain or
/// another created type whose on_error is not `error`) and the server starts none in parallel mode. That mode
/// is one of the whole query, so a scan that stays in the leader would fail, too. For GetForeignRelSize.
void ForbidWorkersForSubtransactions(PlannerInfo* root, const SourceRelation& relation);

/// Whether some column is of a type (a domain or another created one) whose refusals, where they don't end
/// the statement, need a subtransaction that the server does not start in parallel mode.
bool RefusalsNeedSubtransactions(const SourceRelation& relation);

/// Workers for a reading of the whole table outside of a plan: as many as a partial path would have, where
/// each row costs much more than a row of a plan. 0 where it can't be shared, or isn't worth it.
int ScanWorkers(const SourceRelation& relation, const SourceFacts& facts);
/// What a row costs there, in the planner's units: hashing takes as long as reading a page.
inline constexpr double kHashedRowCost = 1.0;

/// Adds the path that shares the scan among workers, if the table is large enough for one.
void AddPartialPath(PlannerInfo* root, RelOptInfo* rel, const RelationPlan& plan);

/// Adds the same as a Gather of its own under an INSERT … SELECT, for which PostgreSQL plans no workers. The
/// cost leaves parallel_tuple_cost out: handing a row over costs little beside converting it.
void AddGatherForInsert(PlannerInfo* root, RelOptInfo* rel, const RelationPlan& plan);

/// ChunkSource's probe: the first rowid from ?1 on, and the last one of all. Palloc'd.
const char* ProbeSql(const SourceRelation& relation, const SourceFacts& facts);
/// Rows that a chunk should have.
int ChunkRows(const SourceFacts& facts);

bool IsForeignScanParallelSafe(PlannerInfo* root, RelOptInfo* rel, RangeTblEntry* rte);

}  // namespace pgsqlite::pg::fdw
