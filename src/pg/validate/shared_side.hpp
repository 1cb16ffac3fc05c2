// Shared side: a side whose rows are read by a leader and its workers, each a share of them: the chunks of
// rowids of a SQLite table, or the blocks of a relation in PostgreSQL.
#pragma once

#include "pg/validate/partial_query.hpp"
#include "pg/validate/raw_side.hpp"

namespace pgsqlite::pg::validate {

class SharedSide {
  public:
    /// How the leader reads it.
    enum class Way : uint8 {
        kAlone,   ///< before there are workers: what it needs is not allowed beside them
        kBeside,  ///< by itself, while workers read other sides
        kShared,
    };

    /// The leader's. Nothing is read yet, but the source's snapshot is taken.
    /// @param number tells the sides of one parallel operation apart
    static SharedSide* Plan(MemoryContext context, Side* side, int number);
    Way way() const noexcept { return way_; }
    int workers() const noexcept { return workers_; }
    /// kShared: before and after the shared memory is made. Estimate needs no Lead to follow.
    void Estimate(ParallelContext* parallel);
    void Lead(ParallelContext* parallel);

    /// A worker's; null where the side is not shared.
    static SharedSide* Join(MemoryContext context, ParallelWorkerContext* worker, int number);

    Side* side() const noexcept { return side_; }
    /// Reads this participant's share. For kShared alone.
    void Read(const RowTaker& taker);
    /// Before the leader's, all workers must be gone.
    void Close();

  private:
    Side* side_;
    int number_;
    Way way_;
    int workers_;
    RawReading* raw_;      ///< null: a query
    PlannedStmt* plan_;    ///< kShared: the query's
    char* plan_text_;      ///< the same for the workers
    PartialQuery* query_;  ///< the query, once it has started
};

}  // namespace pgsqlite::pg::validate
