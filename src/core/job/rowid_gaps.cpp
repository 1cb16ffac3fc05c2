#include "core/job/rowid_gaps.hpp"

namespace pgsqlite::plan {

std::vector<RowidRange> FindGaps(std::int64_t first, std::int64_t last,
                                 const std::vector<RowidRange>& committed) {
    std::vector<RowidRange> gaps;
    if (first > last) return gaps;
    std::int64_t next = first;
    for (const RowidRange& range : committed) {
        if (range.last < next) continue;
        if (range.first > last) break;
        if (range.first > next) gaps.push_back({next, range.first - 1});
        if (range.last >= last) return gaps;
        next = range.last + 1;
    }
    gaps.push_back({next, last});
    return gaps;
}

}  // namespace pgsqlite::plan
