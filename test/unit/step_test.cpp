#include "core/job/step.hpp"

#include <gtest/gtest.h>

namespace pgsqlite::plan {
namespace {

TEST(Step, NamesGoBothWays) {
    for (int i = 0; i <= static_cast<int>(StepKind::kComment); ++i) {
        const auto kind = static_cast<StepKind>(i);
        EXPECT_EQ(StepKindNamed(StepKindName(kind)), kind) << StepKindName(kind);
    }
    for (const Section section : {Section::kPreData, Section::kData, Section::kPostData})
        EXPECT_EQ(SectionNamed(SectionName(section)), section);
    EXPECT_EQ(StepKindNamed("key"), StepKind::kStatement);
}

}  // namespace
}  // namespace pgsqlite::plan
