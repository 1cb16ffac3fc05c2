#include "core/sqlite/rowid_chunks.hpp"

#include <algorithm>

namespace pgsqlite::sqlite {
namespace {

constexpr double kChunks = 256;
constexpr std::int64_t kFewestRows = 64;
constexpr std::int64_t kMostRows = 8192;
/// Half of all rowids: two chunks cover what there can be.
constexpr std::uint64_t kWidest = std::uint64_t{1} << 63;

}  // namespace

std::int64_t RowidChunks::RowsPerChunk(double table_rows) noexcept {
    const double rows = table_rows / kChunks;
    if (!(rows > kFewestRows)) return kFewestRows;
    return rows < kMostRows ? static_cast<std::int64_t>(rows) : kMostRows;
}

void RowidChunks::Start(std::int64_t first, std::int64_t last, std::int64_t rows) noexcept {
    first_ = first;
    end_ = PositionOf(last);
    next_ = 0;
    rows_ = static_cast<std::uint64_t>(std::max<std::int64_t>(1, rows));
    width_ = rows_;
    exhausted_ = last < first;
}

bool RowidChunks::Claim(RowidChunk* range) noexcept {
    if (exhausted_) return false;
    const std::uint64_t left = end_ - next_;  // rowids behind the first unclaimed one
    const std::uint64_t last = left < width_ ? end_ : next_ + (width_ - 1);
    *range = {RowidAt(next_), RowidAt(last)};
    if (last == end_)
        exhausted_ = true;
    else
        next_ = last + 1;
    return true;
}

void RowidChunks::Report(const RowidChunk& range, std::uint64_t rows) noexcept {
    // A range of another width, from before a change or the last one, says nothing about the present width.
    if (PositionOf(range.last) - PositionOf(range.first) != width_ - 1) return;
    // Empty ones widen also where a range is for one row.
    if (rows == 0 || rows < rows_ / 2)
        width_ = width_ >= kWidest / 2 ? kWidest : width_ * 2;
    else if (rows > rows_ * 2)
        width_ = std::max(rows_, width_ / 2);
}

void RowidChunks::SkipTo(std::int64_t rowid) noexcept {
    const std::uint64_t position = PositionOf(rowid);
    if (rowid < first_ || position <= next_) return;
    if (position > end_)
        exhausted_ = true;
    else
        next_ = position;
}

}  // namespace pgsqlite::sqlite
