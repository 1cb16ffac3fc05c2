// What a job that was cut short still has to load: checked against counting every rowid.
#include "core/job/rowid_gaps.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace pgsqlite::plan {

bool operator==(const RowidRange& a, const RowidRange& b) {
    return a.first == b.first && a.last == b.last;
}

namespace {

using Ranges = std::vector<RowidRange>;

TEST(RowidGaps, BetweenCommittedRanges) {
    EXPECT_EQ(FindGaps(1, 100, {}), (Ranges{{1, 100}}));
    EXPECT_EQ(FindGaps(1, 100, {{1, 100}}), Ranges{});
    EXPECT_EQ(FindGaps(1, 100, {{1, 10}, {11, 20}, {31, 40}}), (Ranges{{21, 30}, {41, 100}}));
    EXPECT_EQ(FindGaps(5, 5, {{1, 4}, {6, 9}}), (Ranges{{5, 5}}));
    EXPECT_EQ(FindGaps(2, 1, {}), Ranges{});
}

/// A source whose rows were deleted or added since: the committed ranges reach out of it.
TEST(RowidGaps, RangesBeyondTheTable) {
    EXPECT_EQ(FindGaps(10, 20, {{1, 5}}), (Ranges{{10, 20}}));
    EXPECT_EQ(FindGaps(10, 20, {{1, 12}}), (Ranges{{13, 20}}));
    EXPECT_EQ(FindGaps(10, 20, {{18, 30}}), (Ranges{{10, 17}}));
    EXPECT_EQ(FindGaps(10, 20, {{25, 30}}), (Ranges{{10, 20}}));
}

TEST(RowidGaps, EndsOfTheNumbers) {
    EXPECT_EQ(FindGaps(INT64_MIN, INT64_MAX, {{INT64_MIN, INT64_MAX}}), Ranges{});
    EXPECT_EQ(FindGaps(INT64_MIN, INT64_MAX, {{0, 0}}), (Ranges{{INT64_MIN, -1}, {1, INT64_MAX}}));
    EXPECT_EQ(FindGaps(INT64_MIN, INT64_MAX, {{INT64_MIN, 0}, {7, INT64_MAX}}), (Ranges{{1, 6}}));
}

TEST(RowidGaps, EveryRowidOnce) {
    std::mt19937 random(20240607);
    const auto up_to = [&](int most) { return static_cast<std::int64_t>(random() % (most + 1u)); };
    for (int round = 0; round < 2000; ++round) {
        const std::int64_t first = up_to(20), last = first + up_to(40);
        Ranges committed;
        for (std::int64_t i = up_to(6); i > 0; --i) {
            const std::int64_t begin = up_to(70);
            committed.push_back({begin, begin + up_to(12)});
        }
        std::sort(committed.begin(), committed.end(),
                  [](const RowidRange& a, const RowidRange& b) { return a.first < b.first; });
        const Ranges gaps = FindGaps(first, last, committed);
        for (std::int64_t rowid = -2; rowid < 100; ++rowid) {
            const auto holds = [&](const RowidRange& range) {
                return rowid >= range.first && rowid <= range.last;
            };
            const bool wanted =
                rowid >= first && rowid <= last && std::none_of(committed.begin(), committed.end(), holds);
            ASSERT_EQ(std::count_if(gaps.begin(), gaps.end(), holds), wanted ? 1 : 0)
                << "round " << round << ", rowid " << rowid;
        }
    }
}

}  // namespace
}  // namespace pgsqlite::plan
