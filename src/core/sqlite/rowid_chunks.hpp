// Rowid chunks: a table's rowids in ranges that the participants of a parallel scan claim one by one. Plain
// data without a lock: it lies in shared memory, and the caller holds a lock around each call.
//
// A chunk is as wide as `rows` rowids at first. Where rowids lie sparse it is widened, so that a chunk keeps
// about that many rows, and a gap is skipped at once by whoever found its chunk empty and looked for the next
// row.
#pragma once

#include <cstdint>

namespace pgsqlite::sqlite {

struct RowidChunk {
    std::int64_t first;
    std::int64_t last;
};

class RowidChunks {
  public:
    /// Rows a chunk shall have, for a table of about that many: few enough that all participants end at the
    /// same time (256 chunks), enough that starting one (a seek, some microseconds) does not count.
    static std::int64_t RowsPerChunk(double table_rows) noexcept;

    /// No rows: Claim gives nothing.
    void StartEmpty() noexcept { exhausted_ = true; }
    /// All rowids from `first` to `last`, both included; any of int64.
    void Start(std::int64_t first, std::int64_t last, std::int64_t rows) noexcept;

    /// The next range. False when all are claimed.
    bool Claim(RowidChunk* range) noexcept;

    /// How many rows a claimed range had: the width of those to come follows.
    void Report(const RowidChunk& range, std::uint64_t rows) noexcept;
    /// There is no row between the ranges claimed so far and `rowid`.
    void SkipTo(std::int64_t rowid) noexcept;
    /// There is no row behind the ranges claimed so far.
    void Finish() noexcept { exhausted_ = true; }
    /// Whether Claim would give nothing.
    bool exhausted() const noexcept { return exhausted_; }

  private:
    // Positions count from first_, so that they fit for any two ends: [0, 2^64).
    std::uint64_t PositionOf(std::int64_t rowid) const noexcept {
        return static_cast<std::uint64_t>(rowid) - static_cast<std::uint64_t>(first_);
    }
    std::int64_t RowidAt(std::uint64_t position) const noexcept {
        return static_cast<std::int64_t>(static_cast<std::uint64_t>(first_) + position);
    }

    std::int64_t first_ = 0;
    std::uint64_t end_ = 0;   ///< position of the last rowid
    std::uint64_t next_ = 0;  ///< position of the first unclaimed one
    std::uint64_t rows_ = 1;
    std::uint64_t width_ = 1;
    bool exhausted_ = true;
};

}  // namespace pgsqlite::sqlite
