// Interval: which fractions PostgreSQL's input function keeps, in every unit and spelling that it knows.
#include "core/value/time/interval.hpp"

#include <gtest/gtest.h>

#include <string>

namespace pgsqlite::value {
namespace {

bool IsExact(const char* text, int second_digits = 6) {
    return IsExactInterval(text, second_digits);
}

TEST(Interval, WholeNumbersAndZerosLoseNothing) {
    for (const char* text :
         {"", "1 day", "1 year 2 mons -3 days 04:05:06", "P1Y2M3DT4H5M6S", "1.0000000000 s", "3.000 us",
          "1.000000000000000000000000 years", "@ 1 minute ago", "1-2", "5", "word"})
        EXPECT_TRUE(IsExact(text)) << text;
}

TEST(Interval, SecondsGoDownToMicroseconds) {
    for (const char* text : {"0.123456 s", "00:00:01.123456", "1.5", "-0.000001 sec", "PT1.123456S",
                             "1.5 day 2:00", "0.1234560 seconds"})
        EXPECT_TRUE(IsExact(text)) << text;
    for (const char* text : {"0.1234567 s", "00:00:01.1234567", "1.00000001", "PT0.0000001S", "0.5 us",
                             "0.1 usec", "0.5 microseconds", "1.0001 ms", "0.00005 milliseconds"})
        EXPECT_FALSE(IsExact(text)) << text;
    EXPECT_TRUE(IsExact("1.5 ms"));
    EXPECT_TRUE(IsExact("0.001 MILLISECONDS"));
    EXPECT_TRUE(IsExact("1.50 s", 1));
    EXPECT_FALSE(IsExact("1.55 s", 1));
    EXPECT_FALSE(IsExact("1.5 s", 0));
    EXPECT_FALSE(IsExact("1.5 ms", 3));
}

TEST(Interval, LongerUnits) {
    for (const char* text :
         {"1.5 years", "0.25 y", "1.3 weeks", "0.1 mons", "0.5 days", "0.1 hours", "2.5 decades",
          "0.01 centuries", "0.125 days", "P0.5Y", "P0.5M", "PT0.5M", "P0.25D", "1.5 h"})
        EXPECT_TRUE(IsExact(text)) << text;
    for (const char* text : {"1.3333 years", "0.1 y", "0.01 decades", "0.001 c", "0.0000000000001 days",
                             "P0.1Y", "P1e-3D", "0.00000000001 mon", "0.1234567890123456789 weeks"})
        EXPECT_FALSE(IsExact(text)) << text;
    // 'm' is minutes in words and in the time of ISO 8601, months in its date.
    EXPECT_FALSE(IsExact("0.00000001 m"));
    EXPECT_FALSE(IsExact("PT0.00000001M"));
    EXPECT_TRUE(IsExact("P0.00000001M"));
}

}  // namespace
}  // namespace pgsqlite::value
