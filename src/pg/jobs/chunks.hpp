// Chunks: the rowids of a table that are not committed yet, in ranges of about commit_rows rows.
#pragma once

#include "core/sqlite/rowid_chunks.hpp"
#include "pg/jobs/job_plan.hpp"

namespace pgsqlite::pg::jobs {

class ChunkWalk {
  public:
    /// The next range. False when all is committed.
    bool Claim(plan::RowidRange* range);
    /// How many rows the last range had: those to come are as wide as fits.
    void Report(int64 rows) noexcept;

  private:
    friend ChunkWalk* WalkChunks(MemoryContext, const PlannedLoad&, int64);
    std::vector<plan::RowidRange> gaps_;
    size_t gap_ = 0;
    bool in_gap_ = false;
    int64 rows_ = 1;
    sqlite::RowidChunks chunks_;
    sqlite::RowidChunk last_ = {};
};

/// Rows of a chunk where commit_rows is not said: a commit then costs nothing beside its rows.
inline constexpr int64 kCommitRows = 100000;

/// @param rows of a chunk; 0: kCommitRows
ChunkWalk* WalkChunks(MemoryContext context, const PlannedLoad& table, int64 rows);

}  // namespace pgsqlite::pg::jobs
