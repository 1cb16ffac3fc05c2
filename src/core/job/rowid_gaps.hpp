// Rowid gaps: what of a table is still to be loaded, when some ranges of its rowids are committed.
#pragma once

#include <cstdint>
#include <vector>

#include "core/job/load_task.hpp"

namespace pgsqlite::plan {

/// What of [first, last] none of the ranges holds, in order.
/// @param committed sorted by their first rowid; they may touch or overlap, and reach beyond [first, last]
std::vector<RowidRange> FindGaps(std::int64_t first, std::int64_t last,
                                 const std::vector<RowidRange>& committed);

}  // namespace pgsqlite::plan
