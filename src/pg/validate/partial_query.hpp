// Partial query: a side's query, its rows shared among a leader and its workers. PostgreSQL's planner says
// whether they can be, and how many workers that is worth; what it would put below a Gather is run by each
// participant, whose rows go straight into its own hashes. Its Gather itself would hand every row to the
// leader.
#pragma once

#include "pg/validate/query_side.hpp"

namespace pgsqlite::pg::validate {

/// What the planner makes of a side's query.
struct PartialPlan {
    PlannedStmt* plan;         ///< of each participant; null: the rows can't be shared, or aren't worth it
    int workers;               ///< for the whole of it
    bool runs_beside_workers;  ///< the leader may run the query while workers run
};

/// @param number tells the sides of one parallel operation apart
PartialPlan PlanPartial(const Side& side, int number);

/// A participant's run of a partial plan.
class PartialQuery {
  public:
    /// Starts the executor, which looks at the permissions. @param side lives as long
    static PartialQuery* Start(MemoryContext context, Side* side, PlannedStmt* plan);

    /// The leader's: as execParallel.c does for a Gather.
    void Estimate(ParallelContext* parallel);
    void Lead(ParallelContext* parallel);
    /// A worker's.
    void Join(ParallelWorkerContext* worker);

    /// Reads this participant's share.
    void Read(const RowTaker& taker);
    /// Before the leader's, all workers must be gone.
    void Close();

  private:
    QueryReader* reader_;
    QueryDesc* query_;
};

}  // namespace pgsqlite::pg::validate
