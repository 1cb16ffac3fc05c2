// FormatProgress: what a person reads while a table is loaded.
#include "core/base/progress_line.hpp"

#include <gtest/gtest.h>

#include <string>

namespace pgsqlite {
namespace {

constexpr std::int64_t kSecond = 1'000'000;

std::string Line(std::int64_t total, std::int64_t done, std::int64_t elapsed_us, std::int64_t rejected = 0) {
    char buffer[kProgressLineSize];
    const std::size_t length = FormatProgress({"public.customer", "rows", total, done, rejected, elapsed_us},
                                              buffer, sizeof(buffer));
    EXPECT_EQ(std::string(buffer).size(), length);
    return buffer;
}

TEST(ProgressLine, AllParts) {
    EXPECT_EQ(Line(1'000'000, 420'000, 7 * kSecond),
              "public.customer: 42 %, 420,000 of 1,000,000 rows, 60,000 rows/s, 0:00:10 left");
    EXPECT_EQ(Line(1000, 999, 5 * kSecond, 12),
              "public.customer: 99 %, 999 of 1,000 rows, 12 rejected, 200 rows/s, 0:00:00 left");
    EXPECT_EQ(Line(1000, 1000, 5 * kSecond),
              "public.customer: 100 %, 1,000 of 1,000 rows, 200 rows/s, 0:00:00 left");
}

TEST(ProgressLine, PercentIsNeverRoundedUp) {
    EXPECT_EQ(Line(1'000'000, 999'999, kSecond).substr(0, 21), "public.customer: 99 %");
}

TEST(ProgressLine, HoursAndDays) {
    EXPECT_EQ(Line(INT64_C(1'000'000'000), 1'000, 1 * kSecond).substr(17),
              "0 %, 1,000 of 1,000,000,000 rows, 1,000 rows/s, 277:46:39 left");
}

TEST(ProgressLine, WhatIsNotKnownIsLeftOut) {
    EXPECT_EQ(Line(-1, 420'000, 7 * kSecond), "public.customer: 420,000 rows, 60,000 rows/s");
    EXPECT_EQ(Line(0, 0, 5 * kSecond), "public.customer: 0 rows, 0 rows/s");
    EXPECT_EQ(Line(1000, 0, 5 * kSecond), "public.customer: 0 %, 0 of 1,000 rows, 0 rows/s");
    EXPECT_EQ(Line(1000, 10, 0), "public.customer: 1 %, 10 of 1,000 rows");
}

TEST(ProgressLine, MoreRowsThanExpected) {
    EXPECT_EQ(Line(1000, 1001, kSecond), "public.customer: 1,001 rows, 1,001 rows/s");
}

TEST(ProgressLine, Extremes) {
    EXPECT_EQ(Line(-1, INT64_MAX, 1),
              "public.customer: 9,223,372,036,854,775,807 rows, 1,000,000,000,000,000,000 rows/s");
    EXPECT_EQ(Line(INT64_MAX, INT64_MAX, INT64_MAX),
              "public.customer: 100 %, 9,223,372,036,854,775,807 of 9,223,372,036,854,775,807 rows, "
              "1,000,000 rows/s, 0:00:00 left");
    EXPECT_EQ(Line(INT64_MAX, 1, INT64_MAX),
              "public.customer: 0 %, 1 of 9,223,372,036,854,775,807 rows, 0 rows/s");
}

TEST(ProgressLine, OtherUnits) {
    char buffer[kProgressLineSize];
    FormatProgress({"copying shop", "pages", 2000, 500, 0, kSecond}, buffer, sizeof(buffer));
    EXPECT_STREQ(buffer, "copying shop: 25 %, 500 of 2,000 pages, 500 pages/s, 0:00:03 left");
}

TEST(ProgressLine, CutAtTheEndOfTheBuffer) {
    char buffer[10];
    EXPECT_EQ(FormatProgress({"public.customer", "rows", 10, 5, 0, 0}, buffer, sizeof(buffer)), 9u);
    EXPECT_STREQ(buffer, "public.cu");
    const std::string what(256, 'x');
    char room[kProgressLineSize];
    const std::size_t length =
        FormatProgress({what, "rows", INT64_MAX, INT64_MAX, INT64_MAX, INT64_MAX}, room, sizeof(room));
    EXPECT_LT(length, kProgressLineSize - 1);
}

}  // namespace
}  // namespace pgsqlite
