// Parallel INSERT … SELECT: parallel workers read and convert the rows of a file, the session writes them.
//
// PostgreSQL plans parallel workers under a SELECT alone, because what an INSERT calls (triggers, defaults,
// CHECKs) might do what parallel mode forbids: begin a subtransaction or a command, take a transaction id.
// Where nothing of the kind can happen, parallel mode has nothing against writing in the leader; CREATE TABLE
// AS does it. So the scan proposes a Gather itself (fdw/parallel.hpp), the target is examined here, and the
// transaction id is taken beforehand.
#pragma once

#include "pg/seam.hpp"

namespace pgsqlite::pg::load {

/// Whether the query being planned is an INSERT … SELECT whose rows may be read by parallel workers: nothing
/// in it or in its target is unsafe in parallel mode. For a planner's callback.
bool MayReadInParallel(PlannerInfo* root);

/// Before ExecutorStart: lets a plan run without its workers where the target (a partition, say) has become
/// unsafe since it was made.
void LeaveWorkersOut(QueryDesc* query);
/// After it: takes the transaction id that parallel mode would not take.
void PrepareForWorkers(const QueryDesc* query, int eflags);

}  // namespace pgsqlite::pg::load
