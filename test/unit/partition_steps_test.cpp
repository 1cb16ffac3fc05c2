// Partition steps: where partitions begin, over every kind of column and up to the ends of their types.
#include "core/plan/partition_steps.hpp"

#include <gtest/gtest.h>

#include "core/value/time/temporal.hpp"

namespace pgsqlite::plan {
namespace {

using spec::Every;
using spec::ParseEvery;
using value::Kind;

constexpr std::int64_t kDay = value::kMicrosPerDay;

/// "suffix from to" of the partition that a value falls into.
std::string Of(const char* every, Kind kind, std::int64_t value) {
    const PartitionSteps steps(*ParseEvery(every), kind);
    const std::int64_t step = steps.StepOf(value);
    return steps.Suffix(step) + " " + steps.Begin(step) + " " + steps.End(step);
}

std::int64_t At(std::int64_t year, int month, int day, std::int64_t minute = 0) {
    return value::DaysFromCivil(year, month, day) * kDay + minute * 60000000;
}

TEST(Every, Reads) {
    const struct {
        const char* text;
        std::int64_t count;
        Every::Unit unit;
    } good[] = {{"1000000", 1000000, Every::Unit::kNumber}, {" 7 ", 7, Every::Unit::kNumber},
                {"1 month", 1, Every::Unit::kMonth},        {"month", 1, Every::Unit::kMonth},
                {"2 Quarters", 6, Every::Unit::kMonth},     {"10YEARS", 120, Every::Unit::kMonth},
                {"1 week", 1, Every::Unit::kWeek},          {"15 minutes", 15, Every::Unit::kMinute},
                {"6 hours", 6, Every::Unit::kHour},         {"90 days", 90, Every::Unit::kDay}};
    for (const auto& [text, count, unit] : good) {
        const auto every = ParseEvery(text);
        ASSERT_TRUE(every) << text;
        EXPECT_EQ(every->count, count) << text;
        EXPECT_EQ(every->unit, unit) << text;
    }
    for (const char* bad : {"", " ", "0", "-1", "0 days", "1.5", "1 moon", "1 month 1 day", "months 1",
                            "1 monthss", "99999999999999999999", "9223372036854775807 years", "+1", "1_000"})
        EXPECT_FALSE(ParseEvery(bad)) << bad;
}

TEST(PartitionSteps, Faults) {
    const auto fault = [](const char* every, Kind kind) {
        return PartitionSteps::Fault(*ParseEvery(every), kind);
    };
    EXPECT_EQ(fault("1 month", Kind::kTimestamp), "");
    EXPECT_EQ(fault("1 hour", Kind::kTimestamptz), "");
    EXPECT_EQ(fault("1 week", Kind::kDate), "");
    EXPECT_EQ(fault("5", Kind::kInt2), "");
    EXPECT_NE(fault("1 hour", Kind::kDate), "");
    EXPECT_NE(fault("5", Kind::kDate), "");
    EXPECT_NE(fault("1 day", Kind::kInt8), "");
    EXPECT_NE(fault("5", Kind::kNumeric), "");
    EXPECT_NE(fault("1 day", Kind::kTime), "");
}

TEST(PartitionSteps, Calendar) {
    EXPECT_EQ(Of("1 month", Kind::kTimestamp, At(2024, 2, 29, 1439)), "_2024_02 '2024-02-01' '2024-03-01'");
    EXPECT_EQ(Of("1 month", Kind::kTimestamp, At(2024, 12, 1)), "_2024_12 '2024-12-01' '2025-01-01'");
    EXPECT_EQ(Of("1 month", Kind::kTimestamptz, At(2024, 12, 1) - 1),
              "_2024_11 '2024-11-01 00:00:00+00' '2024-12-01 00:00:00+00'");
    EXPECT_EQ(Of("1 quarter", Kind::kDate, value::DaysFromCivil(1999, 6, 30)),
              "_1999_04 '1999-04-01' '1999-07-01'");
    EXPECT_EQ(Of("1 year", Kind::kDate, value::DaysFromCivil(2024, 6, 30)),
              "_2024 '2024-01-01' '2025-01-01'");
    EXPECT_EQ(Of("10 years", Kind::kDate, value::DaysFromCivil(1969, 6, 30)),
              "_1960 '1960-01-01' '1970-01-01'");
    // Weeks begin on Mondays, before 2000, too.
    EXPECT_EQ(Of("1 week", Kind::kDate, value::DaysFromCivil(2024, 9, 15)),
              "_2024_09_09 '2024-09-09' '2024-09-16'");
    EXPECT_EQ(Of("1 week", Kind::kTimestamp, At(1969, 12, 28, 1439)),
              "_1969_12_22 '1969-12-22' '1969-12-29'");
    EXPECT_EQ(Of("1 day", Kind::kTimestamp, At(1999, 12, 31, 1)), "_1999_12_31 '1999-12-31' '2000-01-01'");
    EXPECT_EQ(Of("6 hours", Kind::kTimestamp, At(2024, 1, 1, 719)),
              "_2024_01_01_06 '2024-01-01 06:00:00' '2024-01-01 12:00:00'");
    EXPECT_EQ(Of("15 minutes", Kind::kTimestamp, At(2023, 12, 31, 1439)),
              "_2023_12_31_2345 '2023-12-31 23:45:00' '2024-01-01'");
}

TEST(PartitionSteps, EndsOfTime) {
    EXPECT_EQ(Of("1 year", Kind::kDate, value::DaysFromCivil(0, 6, 1)),
              "_bc0001 '0001-01-01 BC' '0001-01-01'");
    EXPECT_EQ(Of("1 year", Kind::kTimestamptz, At(-43, 3, 15)),
              "_bc0044 '0044-01-01 00:00:00+00 BC' '0043-01-01 00:00:00+00 BC'");
    EXPECT_EQ(Of("1 year", Kind::kTimestamp, value::kMinTimestamp), "_lowest MINVALUE '4713-01-01 BC'");
    EXPECT_EQ(Of("1 year", Kind::kTimestamp, value::kEndTimestamp - 1), "_294276 '294276-01-01' MAXVALUE");
    EXPECT_EQ(Of("1 day", Kind::kTimestamp, value::kEndTimestamp - 1),
              "_294276_12_31 '294276-12-31' MAXVALUE");
    EXPECT_EQ(Of("1 month", Kind::kDate, value::DaysFromCivil(5874897, 12, 31)),
              "_5874897_12 '5874897-12-01' MAXVALUE");
    EXPECT_TRUE(Of("1 week", Kind::kDate, value::DaysFromCivil(5874897, 12, 31)).ends_with("' MAXVALUE"));
}

TEST(PartitionSteps, Integers) {
    EXPECT_EQ(Of("1000", Kind::kInt8, 0), "_p0 0 1000");
    EXPECT_EQ(Of("1000", Kind::kInt8, 1999), "_p1000 1000 2000");
    EXPECT_EQ(Of("1000", Kind::kInt8, -1), "_m1000 -1000 0");
    EXPECT_EQ(Of("1000", Kind::kInt8, -1001), "_m2000 -2000 -1000");
    EXPECT_EQ(Of("1000", Kind::kInt2, 32767), "_p32000 32000 MAXVALUE");
    EXPECT_EQ(Of("1000", Kind::kInt2, -32768), "_lowest MINVALUE -32000");
    EXPECT_EQ(Of("1000000000", Kind::kInt4, INT32_MAX), "_p2000000000 2000000000 MAXVALUE");
    EXPECT_EQ(Of("1", Kind::kInt8, INT64_MAX), "_p9223372036854775807 9223372036854775807 MAXVALUE");
    EXPECT_EQ(Of("1", Kind::kInt8, INT64_MIN),
              "_m9223372036854775808 -9223372036854775808 -9223372036854775807");
    EXPECT_EQ(Of("9223372036854775807", Kind::kInt8, INT64_MIN), "_lowest MINVALUE -9223372036854775807");
}

}  // namespace
}  // namespace pgsqlite::plan
