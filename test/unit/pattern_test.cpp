// Patterns: what compiles, what matches. Oracle for the round trip: the C library's strftime in the C locale.
#include "core/value/time/pattern.hpp"

#include <gtest/gtest.h>

#include <ctime>

#include "core/base/error.hpp"
#include "temporal_support.hpp"

namespace pgsqlite::value {
namespace {

std::string Timestamp(const char* pattern, std::string_view text) {
    return Column(Kind::kTimestamp, pattern)(text);
}
std::string Time(const char* pattern, std::string_view text) {
    return Column(Kind::kTime, pattern)(text);
}

TEST(Pattern, Dates) {
    EXPECT_EQ(Timestamp("DD/MM/YYYY", "29/02/2024"), "2024-02-29 00:00:00");
    EXPECT_EQ(Timestamp("DD/MM/YYYY", " 29/02/2024\n"), "2024-02-29 00:00:00");
    EXPECT_EQ(Timestamp("DD/MM/YYYY", "1/2/2024"), "2024-02-01 00:00:00");
    EXPECT_EQ(Timestamp("DD/MM/YYYY", "30/02/2024"), "no such date");
    EXPECT_EQ(Timestamp("DD/MM/YYYY", "12/13/2024"), "no such date");
    EXPECT_EQ(Timestamp("DD/MM/YYYY", "00/00/0000"), "zero date");
    for (const char* text : {"29-02-2024", "29/02/24", "29/02/02024", "029/02/2024", "29/02/2024 x", "//",
                             "29/02/", "", "29/ 2/2024", "+9/02/2024", "2024-02-29"})
        EXPECT_EQ(Timestamp("DD/MM/YYYY", text), "syntax") << text;
    EXPECT_EQ(Timestamp("YYYYMMDD", "20240229"), "2024-02-29 00:00:00");
    EXPECT_EQ(Timestamp("YYYYMMDD", "2024229"), "syntax");
    EXPECT_EQ(Timestamp("DD.MM.YY", "29.02.24"), "2024-02-29 00:00:00");
    EXPECT_EQ(Timestamp("DD.MM.YY", "31.12.69"), "2069-12-31 00:00:00");
    EXPECT_EQ(Timestamp("DD.MM.YY", "01.01.70"), "1970-01-01 00:00:00");
    EXPECT_EQ(Timestamp("DD.MM.YY", "01.01.7"), "syntax");
    EXPECT_EQ(Timestamp("YYYY-DDD", "2024-060"), "2024-02-29 00:00:00");
    EXPECT_EQ(Timestamp("YYYY-DDD", "2024-366"), "2024-12-31 00:00:00");
    EXPECT_EQ(Timestamp("YYYY-DDD", "2023-366"), "no such date");
    EXPECT_EQ(Timestamp("YYYY-DDD", "2023-000"), "no such date");
    EXPECT_EQ(Timestamp("FMYYYY-MM-DD", "12024-02-29"), "12024-02-29 00:00:00");
    EXPECT_EQ(Timestamp("FMYYYY-MM-DD", "476-09-04"), "0476-09-04 00:00:00");
    EXPECT_EQ(Timestamp("FMYYYY-MM-DD", "999999-09-04"), "range");
    EXPECT_EQ(Timestamp("FMYYYY-MM-DD", "1999999-09-04"), "syntax");
    EXPECT_EQ(Timestamp("dd/mm/yyyy", "29/02/2024"), "2024-02-29 00:00:00");
    EXPECT_EQ(Column(Kind::kDate, "DD/MM/YYYY HH24:MI")("29/02/2024 00:00"), "2024-02-29");
    EXPECT_EQ(Column(Kind::kDate, "DD/MM/YYYY HH24:MI")("29/02/2024 00:01"), "time in date");
}

TEST(Pattern, Names) {
    EXPECT_EQ(Timestamp("Mon DD, YYYY", "Feb 29, 2024"), "2024-02-29 00:00:00");
    EXPECT_EQ(Timestamp("Mon DD, YYYY", "FEB 9, 2024"), "2024-02-09 00:00:00");
    EXPECT_EQ(Timestamp("Mon DD, YYYY", "February 29, 2024"), "syntax");
    EXPECT_EQ(Timestamp("Mon DD, YYYY", "Fev 29, 2024"), "syntax");
    EXPECT_EQ(Timestamp("DD Month YYYY", "1 may 2024"), "2024-05-01 00:00:00");
    EXPECT_EQ(Timestamp("FMDD FMMonth YYYY", "1 September 2024"), "2024-09-01 00:00:00");
    EXPECT_EQ(Timestamp("Dy, DD Mon YYYY", "Thu, 29 Feb 2024"), "2024-02-29 00:00:00");
    EXPECT_EQ(Timestamp("Dy, DD Mon YYYY", "Wed, 29 Feb 2024"), "no such date");
    EXPECT_EQ(Timestamp("Day DD Mon YYYY", "THURSDAY 29 Feb 2024"), "2024-02-29 00:00:00");
    EXPECT_EQ(Timestamp("Day DD Mon YYYY", "Thu 29 Feb 2024"), "syntax");
    EXPECT_EQ(Timestamp("Dy DD/MM/YYYY", "Thu 29/13/2024"), "no such date");
    EXPECT_EQ(Timestamp("Dy DD/MM/YYYY", "Fri 31/12/1999"), "1999-12-31 00:00:00");
}

TEST(Pattern, Times) {
    EXPECT_EQ(Time("HH24:MI", "12:34"), "12:34:00");
    EXPECT_EQ(Time("HH24:MI", "7:05"), "07:05:00");
    EXPECT_EQ(Time("HH24:MI", "24:00"), "24:00:00");
    EXPECT_EQ(Time("HH24:MI", "24:01"), "no such date");
    EXPECT_EQ(Time("HH24:MI", "12:60"), "no such date");
    EXPECT_EQ(Time("HH24:MI:SS", "12:34:60"), "no such date");
    EXPECT_EQ(Time("HH24MISS", "123456"), "12:34:56");
    EXPECT_EQ(Time("HH24MISS", "12345"), "syntax");
    EXPECT_EQ(Time("HH24", "9"), "09:00:00");
    EXPECT_EQ(Time("HH12:MI AM", "12:00 AM"), "00:00:00");
    EXPECT_EQ(Time("HH12:MI AM", "12:00 pm"), "12:00:00");
    EXPECT_EQ(Time("HH:MI PM", "1:05 Am"), "01:05:00");
    EXPECT_EQ(Time("HH:MI PM", "11:59 PM"), "23:59:00");
    EXPECT_EQ(Time("HH:MI PM", "13:00 PM"), "no such date");
    EXPECT_EQ(Time("HH:MI PM", "0:30 AM"), "no such date");
    EXPECT_EQ(Time("HH:MI PM", "11:59 P.M."), "syntax");
    EXPECT_EQ(Time("HH:MI p.m.", "11:59 P.M."), "23:59:00");
    EXPECT_EQ(Time("HH:MI A.M.", "11:59 AM"), "syntax");
    EXPECT_EQ(Time("SSSSS", "86399"), "23:59:59");
    EXPECT_EQ(Time("SSSSS", "0"), "00:00:00");
    EXPECT_EQ(Time("SSSSS", "86400"), "no such date");
    EXPECT_EQ(Time("SSSSS.FF3", "45296.789"), "12:34:56.789");
    EXPECT_EQ(Timestamp("YYYY-MM-DD HH24", "2024-02-29 24"), "no such date");
}

TEST(Pattern, Fractions) {
    EXPECT_EQ(Time("HH24:MI:SS.MS", "12:00:00.123"), "12:00:00.123");
    EXPECT_EQ(Time("HH24:MI:SS.MS", "12:00:00.5"), "12:00:00.5");
    EXPECT_EQ(Time("HH24:MI:SS.MS", "12:00:00.1234"), "syntax");
    EXPECT_EQ(Time("HH24:MI:SS.MS", "12:00:00."), "syntax");
    EXPECT_EQ(Time("HH24:MI:SS.US", "12:00:00.123456"), "12:00:00.123456");
    EXPECT_EQ(Time("HH24:MI:SS,FF2", "12:00:00,12"), "12:00:00.12");
    EXPECT_EQ(Time("HH24MISSMS", "120000012"), "12:00:00.012");
    EXPECT_EQ(Time("HH24MISSMS", "12000012"), "syntax");
    EXPECT_EQ(Time("HH24:MI:SS.FMUS", "12:00:00.123456000"), "12:00:00.123456");
    EXPECT_EQ(Time("HH24:MI:SS.FMUS", "12:00:00.1234567"), "excess");
    EXPECT_EQ(Time("HH24:MI:SSFMFF1", "12:00:0012"), "12:00:00.12");
}

TEST(Pattern, Zones) {
    Column zone(Kind::kTimestamptz, "YYYY-MM-DD\"T\"HH24:MI:SSTZ");
    EXPECT_EQ(zone("2024-02-29T12:00:00Z"), "2024-02-29 12:00:00");
    EXPECT_EQ(zone("2024-02-29T12:00:00utc"), "2024-02-29 12:00:00");
    EXPECT_EQ(zone("2024-02-29T12:00:00+02:00"), "2024-02-29 10:00:00");
    EXPECT_EQ(zone("2024-02-29T12:00:00"), "syntax");
    EXPECT_EQ(zone("2024-02-29T12:00:00CET"), "syntax");
    EXPECT_EQ(zone("2024-02-29T12:00:00+16"), "no such date");
    Column bare(Kind::kTimestamptz, "YYYY-MM-DDTHH24:MI OF");
    EXPECT_EQ(bare("2024-02-29T12:00 -05"), "2024-02-29 17:00:00");
    EXPECT_EQ(bare("2024-02-29T12:00 -05:30"), "2024-02-29 17:30:00");
    EXPECT_EQ(bare("2024-02-29T12:00 Z"), "syntax");
    EXPECT_EQ(bare("2024-02-29T12:00 -0530"), "syntax");
    EXPECT_EQ(bare("2024-02-29t12:00 -05"), "syntax");
    Column parts(Kind::kTimestamptz, "DD/MM/YYYY HH24:MI TZHTZM");
    EXPECT_EQ(parts("29/02/2024 12:00 -0030"), "2024-02-29 12:30:00");
    EXPECT_EQ(parts("29/02/2024 12:00 +0545"), "2024-02-29 06:15:00");
    EXPECT_EQ(parts("29/02/2024 12:00 0545"), "syntax");
    EXPECT_EQ(parts("29/02/2024 12:00 +0560"), "no such date");
    EXPECT_EQ(parts("29/02/2024 12:00 +1600"), "no such date");
    Column naive(Kind::kTimestamp, "DD/MM/YYYY HH24:MITZH");
    EXPECT_EQ(naive("29/02/2024 12:00+01"), "2024-02-29 11:00:00");
    EXPECT_EQ(Column(Kind::kTimetz, "HH24:MI TZH")("12:00 -01"), "12:00:00-3600");
    EXPECT_EQ(Column(Kind::kTimetz, "HH24:MI")("12:00"), "12:00:00+0");
}

TEST(Pattern, LiteralsMatchExactly) {
    EXPECT_EQ(Timestamp("YYYY\"年\"MM\"月\"DD\"日\"", "2024年2月29日"), "2024-02-29 00:00:00");
    EXPECT_EQ(Timestamp("YYYY年MM月DD日", "2024年02月29日"), "2024-02-29 00:00:00");
    EXPECT_EQ(Timestamp("\"on\" DD.MM.YYYY \"at\" HH24\"h\"MI", "on 29.02.2024 at 7h05"),
              "2024-02-29 07:05:00");
    EXPECT_EQ(Timestamp("\"on\" DD.MM.YYYY", "ON 29.02.2024"), "syntax");
    EXPECT_EQ(Timestamp(R"("\"DD\""DD/MM/YYYY)", "\"DD\"29/02/2024"), "2024-02-29 00:00:00");
    EXPECT_EQ(Timestamp("DD/MM/YYYY  HH24", "29/02/2024 12"), "syntax");
    EXPECT_EQ(Timestamp("DD1MM/YYYY", "29102/2024"), "2024-02-29 00:00:00");
    EXPECT_EQ(Timestamp("DD1MM/YYYY", "9102/2024"), "syntax");
    EXPECT_EQ(Timestamp("DD/MM/YYYY", std::string_view("29/02/2024\0", 11)), "syntax");
}

/// Detail of the error that compiling gives; empty when it compiles.
std::string Refusal(const char* pattern, Kind kind = Kind::kTimestamp) {
    try {
        CompilePattern(pattern, kind);
        return "";
    } catch (const Error& error) {
        EXPECT_STREQ(error.sqlstate(), "HV024");
        EXPECT_EQ(error.message(), "invalid date pattern \"" + std::string(pattern) + "\"");
        EXPECT_FALSE(error.hint().empty());
        return error.detail();
    }
}

TEST(Pattern, RefusedWhenCompiled) {
    EXPECT_EQ(Refusal(""), "The pattern has no field.");
    EXPECT_EQ(Refusal("\"DD/MM/YYYY\""), "The pattern has no field.");
    for (const char* pattern : {"DD/MM", "MM/YYYY", "YYYY", "DDD", "HH24:MI", "DD/YYYY"})
        EXPECT_EQ(Refusal(pattern),
                  "The pattern lacks a part of the date: it needs a year, a month and a day.")
            << pattern;
    for (const char* pattern :
         {"DD/MM/YYYY YY", "DD/MM/YYYY Mon", "DDD/MM/YYYY", "DD/MM/YYYY HH24:HH24", "DD/MM/YYYY DD",
          "DD/MM/YYYY HH24 SSSSS", "DD/MM/YYYY HH24:MI:SS.MS.US", "DD/MM/YYYY HH24 TZ TZH",
          "DD/MM/YYYY Dy Day", "YYYY-MM-DD HH24:MM:SS", "DD/MM/YYYY HH12 AM PM"})
        EXPECT_NE(Refusal(pattern).find("twice"), std::string::npos) << pattern;
    EXPECT_EQ(Refusal("DD/MM/YYYY HH12:MI"),
              "The pattern has hours up to 12, but no AM or PM; HH24 is the hour of the day.");
    EXPECT_EQ(Refusal("DD/MM/YYYY HH24:MI AM"), "The pattern has AM or PM, but no hours up to 12 (HH12).");
    EXPECT_EQ(Refusal("DD/MM/YYYY MI"), "The pattern has a part of a time, but no hour.");
    EXPECT_EQ(Refusal("DD/MM/YYYY TZ"), "The pattern has a part of a time, but no hour.");
    EXPECT_EQ(Refusal("DD/MM/YYYY HH24 SS"), "The pattern has seconds, but no minutes.");
    EXPECT_EQ(Refusal("DD/MM/YYYY HH24:MI.MS"), "The pattern has a fraction, but no seconds.");
    EXPECT_EQ(Refusal("DD/MM/YYYY HH24 TZM"), "The pattern has TZM, but no TZH.");
    EXPECT_EQ(Refusal("DD/MM/YYYY HH24 TZM TZH"), "The pattern has TZM before TZH.");
    EXPECT_EQ(Refusal("D/M/YYYY"),
              "The pattern has the letter \"D\", which is neither a field nor in double quotes.");
    EXPECT_EQ(Refusal("YYYY-MM-DDTHH24:MI:SSZ"),
              "The pattern has the letter \"Z\", which is neither a field nor in double quotes.");
    EXPECT_EQ(Refusal("DD/MM/YYYYY"),
              "The pattern has the letter \"Y\", which is neither a field nor in double quotes.");
    EXPECT_EQ(Refusal("FM/DD/MM/YYYY"),
              "The pattern has the letter \"F\", which is neither a field nor in double quotes.");
    EXPECT_EQ(Refusal("DD/MM/YYYY \"x"), "The pattern has a double quote that is not closed.");
    EXPECT_EQ(Refusal("DD/MM/YYYY \"x\\\""), "The pattern has a double quote that is not closed.");
    EXPECT_EQ(Refusal("FMDDMM/YYYY"), "The pattern has FM on a number right before other digits.");
    EXPECT_EQ(Refusal("YYYYMMDDHH24TZ30"), "The pattern has digits right after TZ, whose width varies.");
    EXPECT_EQ(Refusal("DD/MM/YYYY", Kind::kTime), "The pattern has a date, but the column is a time.");
    EXPECT_EQ(Refusal("Dy HH24", Kind::kTime), "The pattern has a date, but the column is a time.");
    EXPECT_EQ(Refusal("HH24 TZ", Kind::kTime),
              "The pattern has a time zone, but the column is a time without one.");
    EXPECT_EQ(Refusal("HH24 TZ", Kind::kTimetz), "");
    EXPECT_EQ(Refusal("MI:SS", Kind::kTime), "The pattern has no hour.");
    EXPECT_EQ(Refusal(std::string(300, '-').c_str()), "The pattern is too long.");
}

TEST(Pattern, ReadsBackWhatStrftimeWrites) {
    static constexpr struct {
        const char* pattern;
        const char* format;
    } kForms[] = {
        {"DD/MM/YYYY HH24:MI:SS", "%d/%m/%Y %H:%M:%S"},
        {"YYYYMMDDHH24MISS", "%Y%m%d%H%M%S"},
        {"MM-DD-YY HH12:MI:SS PM", "%m-%d-%y %I:%M:%S %p"},
        {"Dy, DD Mon YYYY HH24:MI:SS", "%a, %d %b %Y %H:%M:%S"},
        {"Day DD Month YYYY, HH24.MI.SS", "%A %d %B %Y, %H.%M.%S"},
        {"YYYY.DDD HH24:MI:SS", "%Y.%j %H:%M:%S"},
        {"Mon DD HH24:MI:SS YYYY", "%b %d %H:%M:%S %Y"},
        {"DDMonYYYY:HH24:MI:SS TZ", "%d%b%Y:%H:%M:%S +0000"},
    };
    const std::uint64_t seed = TestSeed();
    SCOPED_TRACE(seed);
    std::mt19937_64 random(seed);
    for (const auto& form : kForms) {
        Column column(Kind::kTimestamp, form.pattern);
        const bool short_year = std::string_view(form.format).find("%y") != std::string_view::npos;
        std::uniform_int_distribution<std::int64_t> any(short_year ? 0 : -30000000000,
                                                        short_year ? 3155759999 : 253402300799);
        for (int i = 0; i < 5000; ++i) {
            const std::time_t seconds = any(random);
            std::tm tm{};
            gmtime_r(&seconds, &tm);
            char text[100];
            const std::size_t size = std::strftime(text, sizeof text, form.format, &tm);
            Value value;
            const Status status = column.Convert(Cell::Text(std::string_view(text, size)), value);
            ASSERT_TRUE(status.ok()) << form.pattern << ": " << text << ": " << CodeName(status.code);
            ASSERT_EQ(value.integer, (seconds - 946684800) * 1000000) << form.pattern << ": " << text;
        }
    }
}

}  // namespace
}  // namespace pgsqlite::value
