// Calendar, SQLite's text formats, and what date, time and timestamp columns take. Oracles: a day-by-day
// walk, timegm, SQLite's own date functions in this process, and the grammar as a regular expression.
#include "core/value/time/temporal.hpp"

#include <gtest/gtest.h>
#include <regex.h>
#include <sqlite3.h>

#include <ctime>

#include "temporal_support.hpp"

namespace pgsqlite::value {
namespace {

constexpr std::int64_t kUnixTo2000 = 946684800;

TEST(Calendar, EveryDayFrom4714BcTo4000Ad) {
    static constexpr int kLength[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    std::int64_t year = -4713;
    int month = 11;
    int day = 24;
    for (std::int64_t days = kMinTimestamp / kMicrosPerDay; year < 4000; ++days) {
        ASSERT_EQ(DaysFromCivil(year, month, day), days);
        std::int64_t y = 0;
        int m = 0;
        int d = 0;
        CivilFromDays(days, y, m, d);
        ASSERT_TRUE(y == year && m == month && d == day) << days << ": " << y << '-' << m << '-' << d;
        const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
        if (++day > kLength[month - 1] + (month == 2 && leap ? 1 : 0)) {
            day = 1;
            if (++month > 12) {
                month = 1;
                ++year;
            }
        }
    }
    EXPECT_EQ(DaysFromCivil(2000, 1, 1), 0);
    EXPECT_EQ(DaysFromCivil(294277, 1, 1), kEndTimestamp / kMicrosPerDay);
}

TEST(Calendar, AgreesWithTimegm) {
    const std::uint64_t seed = TestSeed();
    SCOPED_TRACE(seed);
    std::mt19937_64 random(seed);
    std::uniform_int_distribution<std::int64_t> any(kMinTimestamp, kEndTimestamp - 1);
    for (int i = 0; i < 200000; ++i) {
        const std::int64_t usec = any(random);
        std::int64_t seconds = usec / 1000000;
        std::int64_t rest = usec % 1000000;
        if (rest < 0) {
            rest += 1000000;
            --seconds;
        }
        const std::time_t unix_time = seconds + kUnixTo2000;
        std::tm tm{};
        ASSERT_NE(gmtime_r(&unix_time, &tm), nullptr);
        char expected[80];
        const int year = tm.tm_year + 1900;
        int size =
            std::snprintf(expected, sizeof expected, "%s%04d-%02d-%02d %02d:%02d:%02d", year < 0 ? "-" : "",
                          std::abs(year), tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec);
        if (rest != 0) {
            size += std::snprintf(expected + size, sizeof expected - static_cast<std::size_t>(size), ".%06d",
                                  static_cast<int>(rest));
            while (expected[size - 1] == '0')
                --size;
        }
        const std::string_view wanted(expected, static_cast<std::size_t>(size));
        char text[48];
        ASSERT_EQ(std::string_view(text, FormatTimestamp(usec, text)), wanted);

        Column column(Kind::kTimestamp);
        Value value;
        const Status status = column.Convert(Cell::Text(wanted), value);
        ASSERT_TRUE(status.ok()) << wanted;
        ASSERT_EQ(value.integer, usec) << wanted;
    }
}

TEST(Calendar, FormatsAnyMicroseconds) {
    char text[48];
    EXPECT_LE(FormatTimestamp(INT64_MIN, text), 48u);
    EXPECT_LE(FormatTimestamp(INT64_MAX, text), 48u);
    EXPECT_EQ(std::string_view(text, FormatTimestamp(-1, text)), "1999-12-31 23:59:59.999999");
}

TEST(IsoText, Forms) {
    Column column(Kind::kTimestamp);
    EXPECT_EQ(column("2024-02-29"), "2024-02-29 00:00:00");
    EXPECT_EQ(column("2024-02-29 12:34"), "2024-02-29 12:34:00");
    EXPECT_EQ(column("2024-02-29T12:34:56"), "2024-02-29 12:34:56");
    EXPECT_EQ(column("2024-02-29t12:34:56.5"), "2024-02-29 12:34:56.5");
    EXPECT_EQ(column(" \t2024-02-29   12:34:56.123456000000 \n"), "2024-02-29 12:34:56.123456");
    EXPECT_EQ(column("+2024-02-29"), "2024-02-29 00:00:00");
    EXPECT_EQ(column("-0043-03-15 00:00"), "-0043-03-15 00:00:00");
    EXPECT_EQ(column("0000-02-29"), "0000-02-29 00:00:00");
    EXPECT_EQ(column("012024-02-29"), "12024-02-29 00:00:00");
    EXPECT_EQ(column("294276-12-31 23:59:59.999999"), "294276-12-31 23:59:59.999999");
}

TEST(IsoText, Zones) {
    Column column(Kind::kTimestamptz);
    for (const char* zone :
         {"Z", "z", "UTC", "utc", " GMT", "+00", "-00:00", "+0000 UTC", " +0000 UTC", "+00:00 gmt"})
        EXPECT_EQ(column(std::string("2024-02-29 12:00") + zone), "2024-02-29 12:00:00") << zone;
    EXPECT_EQ(column("2024-02-29 12:00:00+02"), "2024-02-29 10:00:00");
    EXPECT_EQ(column("2024-02-29 12:00:00-0530"), "2024-02-29 17:30:00");
    EXPECT_EQ(column("2024-02-29 12:00:00 +05:45"), "2024-02-29 06:15:00");
    EXPECT_EQ(column("2024-02-29 12:00:00+00:19:32"), "2024-02-29 11:40:28");
    EXPECT_EQ(column("2024-03-01T00:30+01:00"), "2024-02-29 23:30:00");
    EXPECT_EQ(column("2024-02-29 12:00+15:59:59"), "2024-02-28 20:00:01");
    EXPECT_EQ(column("2024-02-29 12:00+16:00"), "no such date");
    EXPECT_EQ(column("2024-02-29 12:00+01:60"), "no such date");
    for (const char* zone : {"+1", "+123", "+12345", "+01:", "+01:0", "+01:00:", " CET", "+0100 UTC", "UTC+1",
                             "ZZ", "+0000UTC", "Z UTC", "+00:00:00:00", "+"})
        EXPECT_EQ(column(std::string("2024-02-29 12:00") + zone), "syntax") << zone;
}

TEST(IsoText, WhatGoWritesOfATime) {
    Column column(Kind::kTimestamptz);
    EXPECT_EQ(column("2024-02-29 12:00:00.25 +0100 CET"), "2024-02-29 11:00:00.25");
    EXPECT_EQ(column("2024-02-29 12:00:00 -0300 -03"), "2024-02-29 15:00:00");
    EXPECT_EQ(column("2024-02-29 12:00:00 +0000 UTC m=+0.012345678"), "2024-02-29 12:00:00");
    EXPECT_EQ(column("2024-02-29 12:00:00.5 -0700 MST m=-3"), "2024-02-29 19:00:00.5");
    for (const char* tail :
         {" +0100 UTC", " -0300 -04", " +0100 C", " +0100 Cet", " +0100 CET m=", " +0100 CET m=1",
          " +0100 CET x", " CET m=+0.1", " +0000 UTC m=+0.", " +0000 UTCm=+0", " +0100 ABCDEF"})
        EXPECT_EQ(column(std::string("2024-02-29 12:00") + tail), "syntax") << tail;
}

TEST(IsoText, OtherShapesAreRefused) {
    Column column(Kind::kTimestamp);
    for (const char* text : {"now",
                             "x",
                             "   ",
                             "2024-2-29",
                             "2024-02-9",
                             "24-02-29",
                             "1234567-01-01",
                             "2024-02-29T",
                             "2024-02-29 T12:00",
                             "2024-02-29T 12:00",
                             "2024-02-2912:00",
                             "2024-02-29 1:00",
                             "2024-02-29 12",
                             "2024-02-29 12:",
                             "2024-02-29 12:0",
                             "2024-02-29 12:00:",
                             "2024-02-29 12:00:5",
                             "2024-02-29 12:00:00.",
                             "2024-02-29 12:00:00,5",
                             "2024-02-29Z",
                             "2024-02-29 +01:00",
                             "2024-02-29 12:00 PM",
                             "2024/02/29",
                             "20240229T120000",
                             "- 2024-02-29",
                             "--2024-02-29",
                             "2024-02-29 12:00:00.5x",
                             "12:00",
                             "12:00:00Z",
                             "2024-02-29 12.5"})
        EXPECT_EQ(column(text), "syntax") << text;
    EXPECT_EQ(column(std::string_view("2024-02-29\0", 11)), "syntax");
    EXPECT_EQ(column(std::string_view("2024-02-29\0 12:00", 17)), "syntax");
    EXPECT_EQ(column(std::string_view("\0", 1)), "syntax");
}

TEST(IsoText, DatesThatDoNotExist) {
    Column column(Kind::kTimestamp);
    for (const char* text :
         {"2024-02-30", "2023-02-29", "1900-02-29", "2024-04-31", "2024-13-01", "2024-00-10", "2024-01-00",
          "2024-01-32", "0000-00-01", "0000-01-00", "0000-00-00 00:00:01", "2024-01-01 24:00:00",
          "2024-01-01 25:00", "2024-01-01 00:60", "2024-01-01 00:00:60", "2016-12-31 23:59:60"})
        EXPECT_EQ(column(text), "no such date") << text;
    EXPECT_EQ(column("2000-02-29"), "2000-02-29 00:00:00");
}

TEST(IsoText, ZeroDate) {
    for (const Kind kind : {Kind::kDate, Kind::kTimestamp, Kind::kTimestamptz}) {
        Column column(kind);
        for (const char* text :
             {"0000-00-00", "0000-00-00 00:00", "0000-00-00T00:00:00.000", "0000-00-00 00:00:00Z"}) {
            column.rule().policies.zero_date_as_null = false;
            EXPECT_EQ(column(text), "zero date");
            column.rule().policies.zero_date_as_null = true;
            EXPECT_EQ(column(text), "~null");
        }
    }
    Column time(Kind::kTime);
    EXPECT_EQ(time("0000-00-00"), "syntax");
}

TEST(IsoText, RangeOfTimestamps) {
    for (const Kind kind : {Kind::kDate, Kind::kTimestamp, Kind::kTimestamptz}) {
        Column column(kind);
        EXPECT_EQ(column("-4713-11-24").substr(0, 11), "-4713-11-24");
        EXPECT_EQ(column("-4713-11-23"), "range");
        EXPECT_EQ(column("294277-01-01"), "range");
        EXPECT_EQ(column("-999999-01-01"), "range");
        EXPECT_EQ(column("999999-12-31"), "range");
        EXPECT_EQ(column("999999-02-30"), "no such date");
    }
    Column instant(Kind::kTimestamptz);
    EXPECT_EQ(instant("-4713-11-23 23:00-02:00"), "-4713-11-24 01:00:00");
    EXPECT_EQ(instant("-4713-11-24 01:00+02:00"), "range");
    EXPECT_EQ(instant("294277-01-01 01:00+02:00"), "294276-12-31 23:00:00");
    EXPECT_EQ(instant("294276-12-31 23:00-02:00"), "range");
    Column rounded(Kind::kTimestamp);
    rounded.Excess(ExcessDigits::kRound);
    EXPECT_EQ(rounded("294276-12-31 23:59:59.9999999"), "range");
    const std::int32_t east = 3600;
    Column local(Kind::kTimestamp);
    local.In(east);
    EXPECT_EQ(local("294276-12-31 23:30Z"), "range");
    EXPECT_EQ(local("294276-12-31 22:30Z"), "294276-12-31 23:30:00");
}

TEST(Date, TakesMidnightOnly) {
    Column column(Kind::kDate);
    EXPECT_EQ(column("2024-02-29"), "2024-02-29");
    EXPECT_EQ(column("1999-12-31"), "1999-12-31");
    EXPECT_EQ(column("2024-02-29 00:00:00.000"), "2024-02-29");
    EXPECT_EQ(column("2024-02-29T00:00Z"), "2024-02-29");
    EXPECT_EQ(column("2024-02-29T00:00-00:00"), "2024-02-29");
    EXPECT_EQ(column("2024-02-29 00:00:01"), "time in date");
    EXPECT_EQ(column("2024-02-29 00:00:00.00000001"), "time in date");
    EXPECT_EQ(column("2024-02-29 00:00+02"), "time in date");
    EXPECT_EQ(column("2024-02-29 02:00+02"), "time in date");
    EXPECT_EQ(column("2024-02-29 24:00"), "no such date");
    EXPECT_EQ(column("00:00"), "syntax");
    const std::int32_t east = 7200;
    column.In(east);
    EXPECT_EQ(column("2024-02-29T00:00Z"), "2024-02-29");
}

TEST(Time, TakesTimeAlone) {
    Column column(Kind::kTime);
    EXPECT_EQ(column("12:34"), "12:34:00");
    EXPECT_EQ(column(" 12:34:56.789 "), "12:34:56.789");
    EXPECT_EQ(column("24:00:00"), "24:00:00");
    EXPECT_EQ(column("24:00:00.0000000"), "24:00:00");
    for (const char* text : {"24:00:01", "24:01", "24:00:00.1", "25:00", "12:60", "12:00:60"})
        EXPECT_EQ(column(text), "no such date") << text;
    for (const char* text : {"2024-02-29", "2024-02-29 12:00", "12:00Z", "12:00+01", "1:00", "12:"})
        EXPECT_EQ(column(text), "syntax") << text;
}

TEST(Timetz, TakesAnOffsetOrTheColumnsZone) {
    Column column(Kind::kTimetz);
    EXPECT_EQ(column("12:00:00-05:30"), "12:00:00-19800");
    EXPECT_EQ(column("12:00 Z"), "12:00:00+0");
    EXPECT_EQ(column("24:00+02"), "24:00:00+7200");
    EXPECT_EQ(column("12:00"), "12:00:00+0");
    const std::int32_t east = -3600;
    column.In(east);
    EXPECT_EQ(column("12:00"), "12:00:00-3600");
    EXPECT_EQ(column("12:00+02"), "12:00:00+7200");
    EXPECT_EQ(column("2024-02-29 12:00Z"), "syntax");
}

// A zone with a summer time from 2024-03-31 01:00 UTC (02:00 local) to 2024-10-27 01:00 UTC (03:00 local).
std::int32_t SummerAtInstant(const void*, std::int64_t utc) noexcept {
    constexpr std::int64_t kHour = 3600000000;
    return utc < DaysFromCivil(2024, 3, 31) * kMicrosPerDay + kHour ||
                   utc >= DaysFromCivil(2024, 10, 27) * kMicrosPerDay + kHour
               ? 3600
               : 7200;
}
int SummerAtLocal(const void*, std::int64_t local, std::int32_t offsets[2]) noexcept {
    int count = 0;
    for (const std::int32_t east : {7200, 3600})
        if (SummerAtInstant(nullptr, local - east * 1000000ll) == east) offsets[count++] = east;
    if (count == 0) offsets[0] = 7200;
    if (count < 2) offsets[1] = count == 0 ? 3600 : offsets[0];
    return count;
}

TEST(Timestamp, Zone) {
    Column naive(Kind::kTimestamp);
    Column instant(Kind::kTimestamptz);
    naive.rule().zone = instant.rule().zone = Zone{SummerAtLocal, SummerAtInstant, nullptr};
    EXPECT_EQ(naive("2024-03-31 01:59"), "2024-03-31 01:59:00");
    EXPECT_EQ(naive("2024-03-31 00:59Z"), "2024-03-31 01:59:00");
    EXPECT_EQ(naive("2024-03-31 01:00Z"), "2024-03-31 03:00:00");
    EXPECT_EQ(naive("2024-03-31 03:00+02"), "2024-03-31 03:00:00");
    EXPECT_EQ(instant("2024-03-31 01:59"), "2024-03-31 00:59:00");
    EXPECT_EQ(instant("2024-03-31 03:00"), "2024-03-31 01:00:00");
    EXPECT_EQ(instant("2024-03-31 03:00Z"), "2024-03-31 03:00:00");
    EXPECT_EQ(instant("2024-03-31"), "2024-03-30 23:00:00");
}

TEST(Timestamp, LocalTimesThatAreNotOne) {
    Column column(Kind::kTimestamptz);
    column.rule().zone = Zone{SummerAtLocal, SummerAtInstant, nullptr};
    EXPECT_EQ(column("2024-03-31 02:00"), "skipped");
    EXPECT_EQ(column("2024-03-31 02:59:59.999999"), "skipped");
    EXPECT_EQ(column("2024-10-27 02:00"), "repeated");
    EXPECT_EQ(column("2024-10-27 02:59:59"), "repeated");
    EXPECT_EQ(column("2024-10-27 01:59:59"), "2024-10-26 23:59:59");
    EXPECT_EQ(column("2024-10-27 03:00"), "2024-10-27 02:00:00");
    EXPECT_EQ(column("2024-10-27 02:30+01"), "2024-10-27 01:30:00");
    column.rule().policies.ambiguous_time = AmbiguousTime::kEarlier;
    EXPECT_EQ(column("2024-03-31 02:30"), "~2024-03-31 00:30:00");
    EXPECT_EQ(column("2024-10-27 02:30"), "~2024-10-27 00:30:00");
    EXPECT_EQ(column("2024-10-27 03:30"), "2024-10-27 02:30:00");
    column.rule().policies.ambiguous_time = AmbiguousTime::kLater;
    EXPECT_EQ(column("2024-03-31 02:30"), "~2024-03-31 01:30:00");
    EXPECT_EQ(column("2024-10-27 02:30"), "~2024-10-27 01:30:00");
    // Local columns keep what is written.
    Column naive(Kind::kTimestamp);
    naive.rule().zone = column.rule().zone;
    EXPECT_EQ(naive("2024-03-31 02:30"), "2024-03-31 02:30:00");
}

TEST(ExcessDigits, Policies) {
    Column column(Kind::kTimestamp);
    EXPECT_EQ(column("2024-12-31 23:59:59.1234560"), "2024-12-31 23:59:59.123456");
    EXPECT_EQ(column("2024-12-31 23:59:59.1234561"), "excess");
    EXPECT_EQ(column("2024-12-31 23:59:59.00000000000000000000000000000001"), "excess");
    column.Excess(ExcessDigits::kTruncate);
    EXPECT_EQ(column("2024-12-31 23:59:59.9999999"), "~2024-12-31 23:59:59.999999");
    EXPECT_EQ(column("1999-12-31 23:59:59.9999999"), "~1999-12-31 23:59:59.999999");
    EXPECT_EQ(column("2024-12-31 23:59:59.999999"), "2024-12-31 23:59:59.999999");
    column.Excess(ExcessDigits::kRound);
    EXPECT_EQ(column("2024-12-31 23:59:59.9999995"), "~2025-01-01 00:00:00");
    EXPECT_EQ(column("2024-12-31 23:59:59.99999949"), "~2024-12-31 23:59:59.999999");
    EXPECT_EQ(column("2024-12-31 23:59:59.1234565"), "~2024-12-31 23:59:59.123457");
    EXPECT_EQ(column("2024-12-31 23:59:59.1234564999999999999"), "~2024-12-31 23:59:59.123456");
    EXPECT_EQ(column("2024-12-31 23:59:59.5000001"), "~2024-12-31 23:59:59.5");
    column.Digits(0);
    EXPECT_EQ(column("2024-12-31 23:59:59.5"), "~2025-01-01 00:00:00");
    EXPECT_EQ(column("2024-12-31 23:59:59.4999999"), "~2024-12-31 23:59:59");
    EXPECT_EQ(column("2024-12-31 23:59:59.0"), "2024-12-31 23:59:59");
    column.Digits(3);
    EXPECT_EQ(column("2024-12-31 23:59:59.0005"), "~2024-12-31 23:59:59.001");
    EXPECT_EQ(column("2024-12-31 23:59:59.00050000001"), "~2024-12-31 23:59:59.001");
    // A tie before 2000 goes away from 2000-01-01, as timestamp(p) does in PostgreSQL; what is no tie does
    // not.
    EXPECT_EQ(column("1999-12-31 23:59:59.0005"), "~1999-12-31 23:59:59");
    EXPECT_EQ(column("1999-12-31 23:59:59.00050000001"), "~1999-12-31 23:59:59.001");
    EXPECT_EQ(column("1999-12-31 23:59:59.0006"), "~1999-12-31 23:59:59.001");

    Column time(Kind::kTime);
    EXPECT_EQ(time("23:59:59.9999999"), "excess");
    time.Excess(ExcessDigits::kRound);
    EXPECT_EQ(time("23:59:59.9999999"), "~24:00:00");
    EXPECT_EQ(time("00:00:00.0000005"), "~00:00:00.000001");
    time.Excess(ExcessDigits::kTruncate).Digits(2);
    EXPECT_EQ(time("23:59:59.999"), "~23:59:59.99");
}

// FitFraction against the rounding of PostgreSQL's AdjustTimestampForTypmod, written out here in its terms.
TEST(ExcessDigits, RoundsAsTimestampTypmod) {
    static constexpr std::int64_t kScale[] = {1000000, 100000, 10000, 1000, 100, 10, 1};
    const std::uint64_t seed = TestSeed();
    SCOPED_TRACE(seed);
    std::mt19937_64 random(seed);
    std::uniform_int_distribution<std::int64_t> any(-100000000, 100000000);
    for (int i = 0; i < 100000; ++i) {
        const int digits = static_cast<int>(random() % 7);
        std::int64_t usec = any(random);
        if (i % 2 == 0) usec = usec / 5000 * 5000 + 500 * static_cast<std::int64_t>(random() % 2);
        const std::int64_t scale = kScale[digits];
        const std::int64_t magnitude = (std::abs(usec) + scale / 2) / scale * scale;
        const std::int64_t wanted = usec < 0 ? -magnitude : magnitude;
        char text[48];
        const std::size_t size = FormatTimestamp(usec, text);
        Column column(Kind::kTimestamp);
        column.Digits(digits).Excess(ExcessDigits::kRound);
        Value value;
        const Status status = column.Convert(Cell::Text(std::string_view(text, size)), value);
        ASSERT_TRUE(status.ok());
        ASSERT_EQ(value.integer, wanted) << std::string_view(text, size) << " to " << digits;
        ASSERT_EQ(status.applied == Applied::kNone, usec % scale == 0);
    }
}

TEST(Temporal, OtherCells) {
    for (const Kind kind : {Kind::kDate, Kind::kTime, Kind::kTimetz, Kind::kTimestamp, Kind::kTimestamptz}) {
        Column column(kind);
        EXPECT_EQ(column(Cell::Blob("2024-02-29")), "wrong class");
        EXPECT_EQ(column(Cell::Null()), "null");
        EXPECT_EQ(column(1612137600), "needs encoding");
        EXPECT_EQ(column(0.5), "needs encoding");
        EXPECT_EQ(column("1612137600"), "needs encoding");
        EXPECT_EQ(column(" -12.5 "), "needs encoding");
        EXPECT_EQ(column("12."), "syntax");
    }
}

class Sqlite {
  public:
    Sqlite() {
        sqlite3_open(":memory:", &db_);
        // Milliseconds since 1970, and whether the day comes before the next month: SQLite takes 02-30 and
        // rolls it over. (Only days are computed from dates here: the way back is a day off near the turns of
        // the first four centuries in SQLite 3.40.)
        sqlite3_prepare_v2(
            db_,
            "SELECT CAST(strftime('%s', ?1) AS INTEGER) * 1000 + CAST(substr(strftime('%f', ?1), 4) AS "
            "INTEGER), julianday(substr(?1, 1, 10)) < julianday(substr(?1, 1, 8) || '01', '+1 month')",
            -1, &statement_, nullptr);
    }
    ~Sqlite() {
        sqlite3_finalize(statement_);
        sqlite3_close(db_);
    }
    Sqlite(const Sqlite&) = delete;
    Sqlite& operator=(const Sqlite&) = delete;

    /// Milliseconds since 1970; nothing when SQLite does not take the text.
    std::optional<std::int64_t> Milliseconds(const std::string& text, bool& day_exists) {
        sqlite3_bind_text(statement_, 1, text.data(), static_cast<int>(text.size()), SQLITE_TRANSIENT);
        sqlite3_step(statement_);
        std::optional<std::int64_t> result;
        if (sqlite3_column_type(statement_, 0) != SQLITE_NULL) result = sqlite3_column_int64(statement_, 0);
        day_exists = sqlite3_column_int(statement_, 1) != 0;
        sqlite3_reset(statement_);
        return result;
    }

  private:
    sqlite3* db_ = nullptr;
    sqlite3_stmt* statement_ = nullptr;
};

/// A POSIX extended regular expression that the whole text must match.
class Grammar {
  public:
    explicit Grammar(const std::string& expression) {
        EXPECT_EQ(regcomp(&regex_, ("^" + expression + "$").c_str(), REG_EXTENDED | REG_NOSUB), 0);
    }
    ~Grammar() { regfree(&regex_); }
    Grammar(const Grammar&) = delete;
    Grammar& operator=(const Grammar&) = delete;

    bool Matches(const std::string& text) const { return regexec(&regex_, text.c_str(), 0, nullptr, 0) == 0; }

  private:
    regex_t regex_;
};

class TextMaker {
  public:
    explicit TextMaker(std::uint64_t seed) : random_(seed) {}

    int Below(int limit) { return static_cast<int>(random_() % static_cast<unsigned>(limit)); }

    /// SQLite's grammar with fields in, and now and then out of, their range. Without 9999, whose last hours
    /// an offset moves into a year that SQLite has not.
    std::string Valid() {
        char text[80];
        int size =
            std::snprintf(text, sizeof text, "%04d-%02d-%02d", Below(9999), Field(1, 12), Field(1, 31));
        if (Below(6) != 0) {
            size += std::snprintf(text + size, 20, "%s%02d:%02d",
                                  Below(2) != 0   ? "T"
                                  : Below(4) != 0 ? " "
                                                  : "  ",
                                  Field(0, 23), Field(0, 59));
            if (Below(4) != 0) size += std::snprintf(text + size, 8, ":%02d", Field(0, 59));
            if (text[size - 3] == ':' && Below(2) != 0 && text[size - 6] == ':') {
                const int digits = 1 + Below(3);
                size += std::snprintf(text + size, 8, ".%0*d", digits,
                                      Below(digits == 1   ? 10
                                            : digits == 2 ? 100
                                                          : 1000));
            }
            if (Below(8) == 0) text[size++] = ' ';
            if (Below(3) == 0)
                text[size++] = 'Z';
            else if (Below(2) == 0)
                size += std::snprintf(text + size, 10, "%c%02d:%02d", Below(2) != 0 ? '+' : '-', Field(0, 14),
                                      Field(0, 59));
        }
        return std::string(text, static_cast<std::size_t>(size));
    }

    std::string Mutated() {
        static constexpr std::string_view kCharacters = "0123456789-+:.TtZ UTCGM,x\t";
        std::string text = Valid();
        for (int i = Below(3); i >= 0 && !text.empty(); --i) {
            const auto at = static_cast<std::size_t>(Below(static_cast<int>(text.size())));
            const char c = kCharacters[static_cast<std::size_t>(Below(static_cast<int>(kCharacters.size())))];
            switch (Below(3)) {
                case 0:
                    text[at] = c;
                    break;
                case 1:
                    text.insert(at, 1, c);
                    break;
                default:
                    text.erase(at, 1);
            }
        }
        return text;
    }

  private:
    int Field(int low, int high) {
        if (Below(40) == 0) return Below(100);
        return low + Below(high - low + 1);
    }

    std::mt19937_64 random_;
};

TEST(IsoText, AgreesWithSqlite) {
    const std::uint64_t seed = TestSeed();
    SCOPED_TRACE(seed);
    TextMaker maker(seed);
    Sqlite sqlite;
    Column column(Kind::kTimestamptz);
    int accepted = 0;
    int rolled_over = 0;
    for (int i = 0; i < 200000; ++i) {
        const std::string text = maker.Valid();
        bool day_exists = false;
        const std::optional<std::int64_t> wanted = sqlite.Milliseconds(text, day_exists);
        Value value;
        const Status status = column.Convert(Cell::Text(text), value);
        const bool hour_24 = text.size() > 12 && text.find("24:", 10) == text.find_first_of("0123456789", 10);
        if (wanted && (!day_exists || hour_24)) {
            ASSERT_EQ(status.code, Code::kInvalidDate) << text;
            ++rolled_over;
        } else if (wanted) {
            ASSERT_TRUE(status.ok()) << text << ": " << CodeName(status.code);
            ASSERT_EQ(value.integer, (*wanted - kUnixTo2000 * 1000) * 1000) << text;
            ++accepted;
        } else {
            // SQLite ends zones at 14 hours.
            const std::size_t zone = text.find_last_of("+-");
            if (status.ok() && zone > 8 && zone + 2 < text.size() && text.compare(zone + 1, 2, "15") == 0)
                continue;
            ASSERT_EQ(status.code, text.starts_with("0000-00-00") ? status.code : Code::kInvalidDate) << text;
        }
    }
    EXPECT_GT(accepted, 100000);
    EXPECT_GT(rolled_over, 100);
}

TEST(IsoText, AgreesWithItsGrammar) {
    const std::uint64_t seed = TestSeed();
    SCOPED_TRACE(seed);
    TextMaker maker(seed);
    const std::string zone =
        "([Zz]|[Uu][Tt][Cc]|[Gg][Mm][Tt]|[+-][0-9]{2}([0-9]{2}|:[0-9]{2}(:[0-9]{2})?)?|"
        "[+-]00(00|:00(:00)?)?[[:space:]]+([Uu][Tt][Cc]|[Gg][Mm][Tt]))?";
    const Grammar grammar(
        "[[:space:]]*[-+]?[0-9]{4,6}-[0-9]{2}-[0-9]{2}(([[:space:]]+|[Tt])[0-9]{2}:[0-9]{2}"
        "(:[0-9]{2}([.][0-9]+)?)?[[:space:]]*" +
        zone + ")?[[:space:]]*");
    const Grammar number("[[:space:]]*[-+]?[0-9]+([.][0-9]+)?[[:space:]]*");
    Sqlite sqlite;
    Column column(Kind::kTimestamptz);
    column.Excess(ExcessDigits::kTruncate);
    int well_formed = 0;
    for (int i = 0; i < 60000; ++i) {
        const std::string text = maker.Mutated();
        Value value;
        const Status status = column.Convert(Cell::Text(text), value);
        if (!grammar.Matches(text)) {
            ASSERT_EQ(status.code, number.Matches(text) ? Code::kNeedsEncoding : Code::kInvalidSyntax)
                << text;
            continue;
        }
        ++well_formed;
        ASSERT_NE(status.code, Code::kInvalidSyntax) << text;
        bool day_exists = false;
        const std::optional<std::int64_t> wanted = sqlite.Milliseconds(text, day_exists);
        // SQLite reads negative years, but its documents promise 0000 to 9999 only, and the days are off by
        // one.
        if (!wanted || !status.ok() || status.applied != Applied::kNone || text.starts_with('-')) continue;
        // SQLite keeps milliseconds, rounded.
        ASSERT_LE(std::abs(value.integer - (*wanted - kUnixTo2000 * 1000) * 1000), 1000) << text;
    }
    EXPECT_GT(well_formed, 1000);
}

}  // namespace
}  // namespace pgsqlite::value
