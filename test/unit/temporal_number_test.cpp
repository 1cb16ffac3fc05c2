// Numbers as dates. Oracles: gmtime_r, SQLite's julianday and datetime, known values of each epoch, 128-bit
// fractions worked out in the test, and the exact decimal expansion of a double as printf gives it.
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <cmath>
#include <ctime>

#include "temporal_support.hpp"

namespace pgsqlite::value {
namespace {

__extension__ using Wide = __int128;

constexpr std::int64_t kUnixTo2000 = 946684800;

/// The encodings' units as the documents of their systems give them, in multiplier / divisor microseconds.
struct Unit {
    Encoding encoding;
    std::int64_t multiplier;
    std::int64_t divisor;
    const char* epoch;
};
constexpr Unit kUnits[] = {
    {Encoding::kUnix, 1000000, 1, "1970-01-01"},
    {Encoding::kUnixMs, 1000, 1, "1970-01-01"},
    {Encoding::kUnixUs, 1, 1, "1970-01-01"},
    {Encoding::kUnixNs, 1, 1000, "1970-01-01"},
    {Encoding::kJulian, 86400000000, 1, "-4713-11-24 12:00"},
    {Encoding::kWebkit, 1, 1, "1601-01-01"},
    {Encoding::kCocoa, 1000000, 1, "2001-01-01"},
    {Encoding::kCocoaNs, 1, 1000, "2001-01-01"},
    {Encoding::kFiletime, 1, 10, "1601-01-01"},
    {Encoding::kDotnetTicks, 1, 10, "0001-01-01"},
};

std::int64_t EpochMicros(const Unit& unit) {
    Column column(Kind::kTimestamp);
    Value value;
    EXPECT_TRUE(column.Convert(Cell::Text(unit.epoch), value).ok());
    return value.integer;
}

TEST(Number, KnownValues) {
    EXPECT_EQ(Column(Kind::kTimestamp, "unix")(0), "1970-01-01 00:00:00");
    EXPECT_EQ(Column(Kind::kTimestamp, "unix")(1612137600), "2021-02-01 00:00:00");
    EXPECT_EQ(Column(Kind::kTimestamp, "unix")(-1), "1969-12-31 23:59:59");
    EXPECT_EQ(Column(Kind::kTimestamp, "unix")(1612137600.25), "2021-02-01 00:00:00.25");
    EXPECT_EQ(Column(Kind::kTimestamp, "unix")("1612137600.250"), "2021-02-01 00:00:00.25");
    EXPECT_EQ(Column(Kind::kTimestamp, "unix")(" -0.5 "), "1969-12-31 23:59:59.5");
    EXPECT_EQ(Column(Kind::kTimestamp, "unix")("+00001"), "1970-01-01 00:00:01");
    EXPECT_EQ(Column(Kind::kTimestamp, "unix_ms")(Cell::Integer(1612137600123)), "2021-02-01 00:00:00.123");
    EXPECT_EQ(Column(Kind::kTimestamp, "unix_us")(Cell::Integer(1612137600123456)),
              "2021-02-01 00:00:00.123456");
    EXPECT_EQ(Column(Kind::kTimestamp, "unix_ns")(Cell::Integer(1612137600123456000)),
              "2021-02-01 00:00:00.123456");
    EXPECT_EQ(Column(Kind::kTimestamp, "julian")(2451544.5), "2000-01-01 00:00:00");
    EXPECT_EQ(Column(Kind::kTimestamp, "julian")(2451545), "2000-01-01 12:00:00");
    EXPECT_EQ(Column(Kind::kTimestamp, "julian")(0), "-4713-11-24 12:00:00");
    EXPECT_EQ(Column(Kind::kTimestamp, "julian")(-0.5), "-4713-11-24 00:00:00");
    EXPECT_EQ(Column(Kind::kTimestamp, "julian")(-0.51), "range");
    EXPECT_EQ(Column(Kind::kTimestamp, "webkit")(Cell::Integer(13253932800000000)), "2021-01-01 00:00:00");
    EXPECT_EQ(Column(Kind::kTimestamp, "webkit")(0), "1601-01-01 00:00:00");
    EXPECT_EQ(Column(Kind::kTimestamp, "cocoa")(0), "2001-01-01 00:00:00");
    EXPECT_EQ(Column(Kind::kTimestamp, "cocoa")(702917147.73), "2023-04-11 14:45:47.73");
    EXPECT_EQ(Column(Kind::kTimestamp, "unix")(702917147.73), "1992-04-10 14:45:47.73");
    EXPECT_EQ(Column(Kind::kTimestamp, "dotnet_ticks")(Cell::Integer(637134336000000000)),
              "2020-01-01 00:00:00");
    EXPECT_EQ(Column(Kind::kTimestamp, "dotnet_ticks")(0), "0001-01-01 00:00:00");
}

TEST(Number, DotnetTicksEndWhereDateTimeEnds) {
    Column column(Kind::kTimestamp, "dotnet_ticks");
    column.Excess(ExcessDigits::kTruncate);
    EXPECT_EQ(column(Cell::Integer(3155378975999999999)), "~9999-12-31 23:59:59.999999");
    EXPECT_EQ(column(Cell::Integer(3155378976000000000)), "range");
    EXPECT_EQ(column(-1), "range");
    EXPECT_EQ(column("-0"), "0001-01-01 00:00:00");
    EXPECT_EQ(column(Cell::Integer(0x4000000000000000 + 637134336000000000)),
              "range");  // ToBinary() of a UTC time
}

TEST(Number, Excel) {
    Column column(Kind::kTimestamp, "excel");
    EXPECT_EQ(column(1), "1900-01-01 00:00:00");
    EXPECT_EQ(column(59), "1900-02-28 00:00:00");
    EXPECT_EQ(column(59.5), "1900-02-28 12:00:00");
    EXPECT_EQ(column(60), "no such date");
    EXPECT_EQ(column(60.999), "no such date");
    EXPECT_EQ(column("60.5"), "no such date");
    EXPECT_EQ(column(61), "1900-03-01 00:00:00");
    EXPECT_EQ(column(44197), "2021-01-01 00:00:00");
    EXPECT_EQ(column(44197.75), "2021-01-01 18:00:00");
    EXPECT_EQ(column(2958465), "9999-12-31 00:00:00");
    for (const int serial : {0, -1, -60})
        EXPECT_EQ(column(serial), "range");
    EXPECT_EQ(column(0.5), "range");
    EXPECT_EQ(column("0.99"), "range");
    // The last real before a whole day rounds to the next midnight, but it is a moment of the day it is in.
    EXPECT_EQ(column(std::nextafter(60.0, 0)), "1900-03-01 00:00:00");
    EXPECT_EQ(column(std::nextafter(61.0, 0)), "no such date");
}

TEST(Number, ExcessDigits) {
    Column column(Kind::kTimestamp, "unix_ns");
    EXPECT_EQ(column(1), "excess");
    EXPECT_EQ(column(1.0), "1970-01-01 00:00:00");  // a real goes to the nearest microsecond
    column.Excess(ExcessDigits::kTruncate);
    EXPECT_EQ(column(1999), "~1970-01-01 00:00:00.000001");
    EXPECT_EQ(column(-1), "~1969-12-31 23:59:59.999999");
    column.Excess(ExcessDigits::kRound);
    EXPECT_EQ(column(1499), "~1970-01-01 00:00:00.000001");
    EXPECT_EQ(column(Cell::Integer(kUnixTo2000 * 1000000000 + 1500)), "~2000-01-01 00:00:00.000002");
    EXPECT_EQ(column(Cell::Integer(kUnixTo2000 * 1000000000 - 1500)), "~1999-12-31 23:59:59.999998");
    EXPECT_EQ(column("1499.99999999999999999999"), "~1970-01-01 00:00:00.000001");
    EXPECT_EQ(column(Cell::Integer(kUnixTo2000 * 1000000000 + 2000)), "2000-01-01 00:00:00.000002");

    Column ticks(Kind::kTimestamp, "dotnet_ticks");
    EXPECT_EQ(ticks(Cell::Integer(637134336000000010)), "2020-01-01 00:00:00.000001");
    EXPECT_EQ(ticks(Cell::Integer(637134336000000001)), "excess");

    Column seconds(Kind::kTimestamp, "unix");
    EXPECT_EQ(seconds("1612137600.1234567"), "excess");
    EXPECT_EQ(seconds("1612137600.1234560000000"), "2021-02-01 00:00:00.123456");
    EXPECT_EQ(seconds(1612137600.1234567), "2021-02-01 00:00:00.123457");
    seconds.Digits(3);
    EXPECT_EQ(seconds(1612137600.1234567), "excess");
    seconds.Excess(ExcessDigits::kRound);
    EXPECT_EQ(seconds(1612137600.1234567), "~2021-02-01 00:00:00.123");

    Column days(Kind::kTimestamp, "julian");
    EXPECT_EQ(days("2460310.98765432"),
              "2024-01-01 11:42:13.333248");  // 8 digits of a day are whole microseconds
    EXPECT_EQ(days("2460310.987654321"), "excess");
}

TEST(Number, Range) {
    for (const Unit& unit : kUnits) {
        Column column(Kind::kTimestamp, EncodingName(unit.encoding));
        column.Excess(ExcessDigits::kRound);
        for (const double real : {1e300, -1e300, HUGE_VAL, -HUGE_VAL, std::nan("")})
            EXPECT_EQ(column(real), "range") << real;
        for (const char* text :
             {"1000000000000000000000000", "-99999999999999999999999999999999999999999999"})
            EXPECT_EQ(column(text), "range") << text;
        EXPECT_EQ(column("12e3"), "syntax");
        EXPECT_EQ(column("0x12"), "syntax");
        EXPECT_EQ(column(".5"), "syntax");
        EXPECT_EQ(column("5."), "syntax");
        EXPECT_EQ(column("1 2"), "syntax");
        EXPECT_EQ(column(5e-324), column(0));
    }
    Column seconds(Kind::kTimestamp, "unix");
    const std::int64_t end = kEndTimestamp / 1000000 + kUnixTo2000;
    const std::int64_t begin = kMinTimestamp / 1000000 + kUnixTo2000;
    EXPECT_EQ(seconds(end), "range");
    EXPECT_EQ(seconds(end - 1), "294276-12-31 23:59:59");
    EXPECT_EQ(seconds(begin), "-4713-11-24 00:00:00");
    EXPECT_EQ(seconds(begin - 1), "range");
    EXPECT_EQ(seconds(INT64_MAX), "range");
    EXPECT_EQ(seconds(INT64_MIN), "range");
    seconds.Excess(ExcessDigits::kRound);
    EXPECT_EQ(seconds(std::to_string(end - 1) + ".9999999"), "range");
}

TEST(Number, DecodeNumberForProfiles) {
    std::int64_t usec = 7;
    Applied applied = Applied::kTooLong;
    EXPECT_TRUE(
        DecodeNumber(Encoding::kUnix, Cell::Integer(kUnixTo2000), ExcessDigits::kError, usec, applied).ok());
    EXPECT_EQ(usec, 0);
    EXPECT_EQ(applied, Applied::kNone);
    usec = 7;
    EXPECT_EQ(DecodeNumber(Encoding::kUnixNs, Cell::Integer(1), ExcessDigits::kError, usec, applied).code,
              Code::kExcessDigits);
    EXPECT_EQ(usec, 7);
    EXPECT_TRUE(DecodeNumber(Encoding::kUnixNs, Cell::Integer(1), ExcessDigits::kRound, usec, applied).ok());
    EXPECT_EQ(applied, Applied::kExcessDigits);
    EXPECT_EQ(DecodeNumber(Encoding::kIso, Cell::Integer(1), ExcessDigits::kRound, usec, applied).code,
              Code::kWrongClass);
    EXPECT_EQ(DecodeNumber(Encoding::kUnix, Cell::Null(), ExcessDigits::kRound, usec, applied).code,
              Code::kWrongClass);
    EXPECT_EQ(DecodeNumber(Encoding::kUnix, Cell::Blob("1"), ExcessDigits::kRound, usec, applied).code,
              Code::kWrongClass);
    EXPECT_EQ(DecodeNumber(Encoding::kUnix, Cell::Text("x"), ExcessDigits::kRound, usec, applied).code,
              Code::kInvalidSyntax);
}

TEST(Number, DateColumns) {
    EXPECT_EQ(Column(Kind::kDate, "unix")(1612137600), "2021-02-01");
    EXPECT_EQ(Column(Kind::kDate, "unix")(-86400), "1969-12-31");
    EXPECT_EQ(Column(Kind::kDate, "unix")(1612137601), "time in date");
    EXPECT_EQ(Column(Kind::kDate, "unix")("1612137600.0000001"), "time in date");
    EXPECT_EQ(Column(Kind::kDate, "unix_ns")(1), "time in date");
    EXPECT_EQ(Column(Kind::kDate, "julian")(2451544.5), "2000-01-01");
    EXPECT_EQ(Column(Kind::kDate, "julian")(2451545), "time in date");
    EXPECT_EQ(Column(Kind::kDate, "excel")(44197), "2021-01-01");
    const std::int32_t east = 3600;
    EXPECT_EQ(Column(Kind::kDate, "unix").In(east)(1612137600), "2021-02-01");
}

TEST(Number, InstantsAndCivilNumbersInZones) {
    const std::int32_t east = 3600;
    EXPECT_EQ(Column(Kind::kTimestamp, "unix").In(east)(0), "1970-01-01 01:00:00");
    EXPECT_EQ(Column(Kind::kTimestamptz, "unix").In(east)(0), "1970-01-01 00:00:00");
    EXPECT_EQ(Column(Kind::kTimestamp, "julian").In(east)(2451544.5), "2000-01-01 01:00:00");
    EXPECT_EQ(Column(Kind::kTimestamp, "cocoa").In(east)(0), "2001-01-01 01:00:00");
    EXPECT_EQ(Column(Kind::kTimestamp, "webkit").In(east)(0), "1601-01-01 01:00:00");
    EXPECT_EQ(Column(Kind::kTimestamp, "excel").In(east)(44197), "2021-01-01 00:00:00");
    EXPECT_EQ(Column(Kind::kTimestamptz, "excel").In(east)(44197), "2020-12-31 23:00:00");
    EXPECT_EQ(Column(Kind::kTimestamp, "dotnet_ticks").In(east)(0), "0001-01-01 00:00:00");
    EXPECT_EQ(Column(Kind::kTimestamptz, "dotnet_ticks").In(east)(0), "0000-12-31 23:00:00");
}

TEST(Number, TimeColumns) {
    Column column(Kind::kTime, "unix");
    EXPECT_EQ(column(0), "00:00:00");
    EXPECT_EQ(column(45296), "12:34:56");
    EXPECT_EQ(column(0.5), "00:00:00.5");
    EXPECT_EQ(column(86400), "24:00:00");
    EXPECT_EQ(column("86399.999999"), "23:59:59.999999");
    EXPECT_EQ(column(86401), "range");
    EXPECT_EQ(column("86400.0000001"), "range");
    EXPECT_EQ(column(-1), "range");
    EXPECT_EQ(Column(Kind::kTime, "unix_ms")(1500), "00:00:01.5");
    EXPECT_EQ(Column(Kind::kTime, "julian")(0.5), "wrong class");
    EXPECT_EQ(Column(Kind::kTime, "excel")("0.5"), "wrong class");
    EXPECT_EQ(Column(Kind::kTime, "excel")("noon"), "syntax");
    const std::int32_t west = -3600;
    EXPECT_EQ(Column(Kind::kTimetz, "unix").In(west)(60), "00:01:00-3600");
}

TEST(Number, ListsAreTriedInOrder) {
    Column mixed(Kind::kTimestamp, "iso,unix_ms");
    EXPECT_EQ(mixed("2024-02-29"), "2024-02-29 00:00:00");
    EXPECT_EQ(mixed(Cell::Integer(1612137600123)), "2021-02-01 00:00:00.123");
    EXPECT_EQ(mixed("1612137600123"), "2021-02-01 00:00:00.123");
    EXPECT_EQ(mixed("2024-02-30"), "no such date");
    EXPECT_EQ(mixed("yesterday"), "syntax");
    EXPECT_EQ(mixed(1e300), "range");
    Column numbers(Kind::kTimestamp, "unix");
    EXPECT_EQ(numbers("2024-02-29"), "syntax");
    Column two(Kind::kTimestamp, "unix_ns,unix");
    EXPECT_EQ(two(1612137600), "2021-02-01 00:00:00");  // no whole microsecond in nanoseconds
    EXPECT_EQ(two(1612137000), "1970-01-01 00:00:01.612137");
    Column text(Kind::kTimestamp, "iso,DD/MM/YYYY");
    EXPECT_EQ(text("29/02/2024"), "2024-02-29 00:00:00");
    EXPECT_EQ(text("2024-02-29"), "2024-02-29 00:00:00");
    EXPECT_EQ(text("30/02/2024"), "no such date");
    EXPECT_EQ(text("2024-02-30"), "no such date");
    EXPECT_EQ(text(20240229), "needs encoding");
    EXPECT_EQ(text("20240229"), "syntax");
    Column iso(Kind::kTimestamp, "iso");
    EXPECT_EQ(iso("20240229"), "needs encoding");
}

TEST(Number, UnixAgreesWithGmtime) {
    const std::uint64_t seed = TestSeed();
    SCOPED_TRACE(seed);
    std::mt19937_64 random(seed);
    std::uniform_int_distribution<std::int64_t> any(-62135596800, 253402300799);
    Column column(Kind::kTimestamp, "unix");
    for (int i = 0; i < 50000; ++i) {
        const std::time_t seconds = any(random);
        std::tm tm{};
        gmtime_r(&seconds, &tm);
        char wanted[64];
        std::snprintf(wanted, sizeof wanted, "%04d-%02d-%02d %02d:%02d:%02d", tm.tm_year + 1900,
                      tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec);
        ASSERT_EQ(column(static_cast<std::int64_t>(seconds)), wanted);
        ASSERT_EQ(column(static_cast<double>(seconds)), wanted);
    }
}

TEST(Number, JulianAgreesWithSqlite) {
    const std::uint64_t seed = TestSeed();
    SCOPED_TRACE(seed);
    std::mt19937_64 random(seed);
    sqlite3* db = nullptr;
    sqlite3_stmt* statement = nullptr;
    ASSERT_EQ(sqlite3_open(":memory:", &db), SQLITE_OK);
    ASSERT_EQ(sqlite3_prepare_v2(db, "SELECT julianday(?1)", -1, &statement, nullptr), SQLITE_OK);
    std::uniform_int_distribution<std::int64_t> any(-63082281600000,
                                                    252455615999999);  // 0001 to 9999, ms from 2000
    Column column(Kind::kTimestamp, "julian");
    for (int i = 0; i < 50000; ++i) {
        const std::int64_t usec = any(random) * 1000;
        char text[48];
        const std::size_t size = FormatTimestamp(usec, text);
        sqlite3_bind_text(statement, 1, text, static_cast<int>(size), SQLITE_STATIC);
        ASSERT_EQ(sqlite3_step(statement), SQLITE_ROW);
        const double julian = sqlite3_column_double(statement, 0);
        sqlite3_reset(statement);
        Value value;
        ASSERT_TRUE(column.Convert(Cell::Real(julian), value).ok());
        // A double has steps of about 40 microseconds there: SQLite's answer is half of one off at most.
        ASSERT_LE(std::abs(value.integer - usec), 41) << std::string_view(text, size);
    }
    sqlite3_finalize(statement);
    sqlite3_close(db);
}

// value = numerator / 10^places, in units of multiplier / divisor microseconds: floor and remainder by
// 128-bit division.
TEST(Number, DecimalTextIsExact) {
    const std::uint64_t seed = TestSeed();
    SCOPED_TRACE(seed);
    std::mt19937_64 random(seed);
    for (int i = 0; i < 100000; ++i) {
        const Unit& unit = kUnits[random() % std::size(kUnits)];
        const std::int64_t span = 4000000000000000 / unit.multiplier * unit.divisor;  // some 126 years
        const int places = static_cast<int>(random() % 10);
        std::int64_t ten = 1;
        for (int p = 0; p < places; ++p)
            ten *= 10;
        const std::int64_t whole = static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(span));
        std::int64_t fraction = static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(ten));
        if (random() % 4 == 0) fraction = ten / 2;
        const bool negative = random() % 2 != 0 && unit.encoding != Encoding::kDotnetTicks &&
                              unit.encoding != Encoding::kJulian;
        char text[80];
        const int size =
            std::snprintf(text, sizeof text, "%s%lld", negative ? "-" : "", static_cast<long long>(whole));
        if (places != 0)
            std::snprintf(text + size, sizeof text - static_cast<std::size_t>(size), ".%0*lld", places,
                          static_cast<long long>(fraction));

        Wide numerator = (Wide{whole} * ten + fraction) * unit.multiplier;
        if (negative) numerator = -numerator;
        const Wide denominator = Wide{ten} * unit.divisor;
        // From 2000-01-01, exactly.
        numerator += Wide{EpochMicros(unit)} * denominator;
        Wide floor = numerator / denominator;
        if (numerator % denominator < 0) --floor;
        const Wide rest = numerator - floor * denominator;
        Wide rounded = floor;
        if (rest * 2 > denominator || (rest * 2 == denominator && numerator >= 0)) ++rounded;

        std::int64_t usec = 0;
        Applied applied = Applied::kNone;
        const Cell cell = Cell::Text(text);
        const Status exact = DecodeNumber(unit.encoding, cell, ExcessDigits::kError, usec, applied);
        ASSERT_EQ(exact.code, rest == 0 ? Code::kOk : Code::kExcessDigits)
            << EncodingName(unit.encoding) << ' ' << text;
        ASSERT_TRUE(DecodeNumber(unit.encoding, cell, ExcessDigits::kTruncate, usec, applied).ok());
        ASSERT_EQ(usec, static_cast<std::int64_t>(floor)) << EncodingName(unit.encoding) << ' ' << text;
        ASSERT_TRUE(DecodeNumber(unit.encoding, cell, ExcessDigits::kRound, usec, applied).ok());
        ASSERT_EQ(usec, static_cast<std::int64_t>(rounded)) << EncodingName(unit.encoding) << ' ' << text;
        ASSERT_EQ(applied == Applied::kNone, rest == 0);
    }
}

// A double's decimal expansion, given as text, says on which side of each microsecond it lies.
TEST(Number, RealsGoToTheNearestMicrosecond) {
    const std::uint64_t seed = TestSeed();
    SCOPED_TRACE(seed);
    std::mt19937_64 random(seed);
    int ties = 0;
    for (int i = 0; i < 100000; ++i) {
        const Unit& unit = kUnits[random() % std::size(kUnits)];
        const double span = 4e15 / static_cast<double>(unit.multiplier) * static_cast<double>(unit.divisor);
        double real = std::uniform_real_distribution<double>(0, span)(random);
        if (random() % 3 == 0) real = std::trunc(real) + static_cast<double>(random() % 4096) / 4096;
        if (random() % 8 == 0) real = std::ldexp(real, -static_cast<int>(random() % 60));
        if (random() % 2 != 0 && unit.encoding != Encoding::kDotnetTicks &&
            unit.encoding != Encoding::kJulian)
            real = -real;

        std::int64_t got = 0;
        Applied applied = Applied::kNone;
        const Cell cell = Cell::Real(real);
        ASSERT_TRUE(DecodeNumber(unit.encoding, cell, ExcessDigits::kError, got, applied).ok()) << real;
        ASSERT_EQ(applied, Applied::kNone);

        char text[1200];
        std::snprintf(text, sizeof text, "%.1100f", real);
        const Cell expansion = Cell::Text(text);
        std::int64_t floor = 0;
        ASSERT_TRUE(DecodeNumber(unit.encoding, expansion, ExcessDigits::kTruncate, floor, applied).ok());
        if (applied == Applied::kNone) {
            ASSERT_EQ(got, floor) << text;
            continue;
        }
        // Twice the value less the floor, by the distance of the double from the midpoint, in 128 bits.
        int exponent = 0;
        const auto mantissa = static_cast<std::int64_t>(std::ldexp(std::frexp(real, &exponent), 53));
        const int shift = 53 - exponent;
        if (shift < 0 || shift > 60) continue;
        const Wide unit_size = (Wide{1} << shift) * unit.divisor;
        if (shift > 36 && unit.divisor > 10) continue;
        const Wide scaled = Wide{mantissa} * unit.multiplier;  // over unit_size: microseconds since the epoch
        const Wide from_floor = scaled - (Wide{floor} - EpochMicros(unit)) * unit_size;
        ASSERT_TRUE(from_floor > 0 && from_floor < unit_size) << text;
        std::int64_t wanted = floor;
        if (from_floor * 2 > unit_size || (from_floor * 2 == unit_size && floor % 2 != 0)) ++wanted;
        ties += from_floor * 2 == unit_size ? 1 : 0;
        ASSERT_EQ(got, wanted) << EncodingName(unit.encoding) << ' ' << text;
    }
    EXPECT_GT(ties, 10);
}

}  // namespace
}  // namespace pgsqlite::value
