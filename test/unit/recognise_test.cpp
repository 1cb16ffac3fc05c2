// Recognise: what it says of a cell's candidates must be what Convert says, for every kind, whatever the
// cell; and each format by examples on both sides of its border.
#include "core/assess/recognise.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "core/base/cancel.hpp"
#include "core/value/format.hpp"
#include "core/value/value.hpp"

namespace pgsqlite::assess {
namespace {

using value::Cell;
using value::Kind;

Traits TraitsOf(const Cell& cell) {
    static Scratch scratch;
    switch (cell.storage_class) {
        case value::StorageClass::kInteger: {
            const IntegerTraits traits = RecogniseInteger(cell.integer);
            EXPECT_TRUE(traits.Covers(cell.integer));
            return traits.traits;
        }
        case value::StorageClass::kReal:
            return RecogniseReal(cell.real, scratch);
        case value::StorageClass::kText:
            return RecogniseText(cell.view(), scratch);
        default:
            return RecogniseBlob(cell.view(), scratch);
    }
}

void ExpectSameAsConvert(const Cell& cell) {
    static Scratch scratch;
    const Traits traits = TraitsOf(cell);
    char shown[256];
    value::DescribeCell(cell, shown, sizeof shown, 60);
    for (std::size_t i = 0; i < kCandidateCount; ++i) {
        value::Rule rule;
        rule.kind = kCandidates[i];
        value::Value out;
        const bool fits = value::Convert(rule, cell, scratch, out).ok();
        ASSERT_EQ((traits.fits >> i & 1) != 0, fits) << shown << " as candidate " << i;
    }
}

TEST(RecogniseTest, IntegersFitWhatConvertTakes) {
    std::mt19937_64 random(1);
    for (int bits = 0; bits < 64; ++bits)
        for (std::uint64_t d = 0; d <= 4; ++d) {
            const std::uint64_t edge = (std::uint64_t{1} << bits) + d - 2;
            ExpectSameAsConvert(Cell::Integer(static_cast<std::int64_t>(edge)));
            ExpectSameAsConvert(Cell::Integer(static_cast<std::int64_t>(0 - edge)));
        }
    for (int i = 0; i < 20000; ++i)
        ExpectSameAsConvert(Cell::Integer(static_cast<std::int64_t>(random()) >> random() % 64));
}

TEST(RecogniseTest, IntegerRangesAreOfOneKind) {
    // The ends of a range have the traits that the range claims.
    std::mt19937_64 random(2);
    for (int i = 0; i < 20000; ++i) {
        const auto integer = static_cast<std::int64_t>(random()) >> random() % 64;
        const IntegerTraits range = RecogniseInteger(integer);
        ASSERT_TRUE(range.Covers(integer));
        for (const std::int64_t end : {range.first, range.last}) {
            const Traits there = RecogniseInteger(end).traits;
            ASSERT_EQ(there.fits, range.traits.fits) << integer << " and " << end;
            ASSERT_EQ(there.formats, range.traits.formats) << integer << " and " << end;
        }
    }
}

TEST(RecogniseTest, RealsFitWhatConvertTakes) {
    const double infinity = std::numeric_limits<double>::infinity();
    for (const double real : {0.0, -0.0, 0.5, 1.0, 32767.0, 32768.0, 2147483648.0, 9223372036854775807.0,
                              1e300, -9223372036854775808.0, 5e-324, 1.7e308, infinity, -infinity})
        ExpectSameAsConvert(Cell::Real(real));
    std::mt19937_64 random(3);
    for (int i = 0; i < 5000; ++i)
        ExpectSameAsConvert(
            Cell::Real(std::ldexp(static_cast<double>(random()), static_cast<int>(random() % 80) - 60)));
}

const std::vector<std::string>& Texts() {
    static const std::vector<std::string> texts = {"",
                                                   " ",
                                                   "0",
                                                   "1",
                                                   "-1",
                                                   "+1",
                                                   "007",
                                                   "42",
                                                   "42.0",
                                                   "42.50",
                                                   "1e3",
                                                   "1e400",
                                                   "-1e-400",
                                                   ".5",
                                                   "5.",
                                                   "-",
                                                   "+",
                                                   "NaN",
                                                   "nan",
                                                   "-nan",
                                                   "inf",
                                                   "-Infinity",
                                                   "Infinity",
                                                   "32768",
                                                   "2147483648",
                                                   "9223372036854775807",
                                                   "9223372036854775808",
                                                   "9007199254740993",
                                                   "123456789012345",
                                                   "1234567890123456",
                                                   "12345678901234567890123",
                                                   "0.1234567890123456789",
                                                   " 12 ",
                                                   "\t12\n",
                                                   "12 3",
                                                   "0x10",
                                                   "1,5",
                                                   "1,234",
                                                   "1.234,50",
                                                   "t",
                                                   "F",
                                                   "true",
                                                   "FALSE",
                                                   "yes",
                                                   "no",
                                                   "on",
                                                   "off",
                                                   "On ",
                                                   "tru",
                                                   "null",
                                                   "\"a\"",
                                                   "\"a",
                                                   "\"\\u0000\"",
                                                   "\"\\ud800\"",
                                                   "{}",
                                                   "[]",
                                                   "{\"a\":1}",
                                                   "{\"a\":1,\"a\":2}",
                                                   "{\"a\":\"\\u0000\"}",
                                                   "[1,2",
                                                   " [1] ",
                                                   "\v[1]",
                                                   "[1e999999]",
                                                   "2024-02-29",
                                                   "2023-02-29",
                                                   "2024-01-31 12:00",
                                                   "2024-01-31 12:00:00",
                                                   "2024-01-31T12:00:00",
                                                   "2024-01-31T12:00:00Z",
                                                   "2024-01-31 00:00:00+00:00",
                                                   "2024-01-31 01:00:00+01:00",
                                                   "2024-01-31 23:59:60",
                                                   "2024-01-31 24:00:00",
                                                   "2024-01-31 00:00:00.0000001",
                                                   "2024-01-31 00:00:00.1234567",
                                                   "12:00",
                                                   "24:00:00",
                                                   "25:00",
                                                   "12:00:00.5Z",
                                                   "0000-00-00",
                                                   "0000-00-00 00:00:00",
                                                   "+12024-01-01",
                                                   "-4713-11-24",
                                                   "-4714-11-24",
                                                   "294276-12-31",
                                                   "294277-01-01",
                                                   "1/31/2024",
                                                   "31/1/2024",
                                                   "550e8400-e29b-41d4-a716-446655440000",
                                                   "{550E8400-E29B-41D4-A716-446655440000}",
                                                   "urn:uuid:550e8400-e29b-41d4-a716-446655440000",
                                                   " 550e8400e29b41d4a716446655440000 ",
                                                   "550e8400e29b41d4a71644665544000g",
                                                   std::string("12\0", 3),
                                                   std::string("\0", 1),
                                                   "\xff",
                                                   "caf\xc3\xa9",
                                                   "caf\xc3",
                                                   std::string(300, '1'),
                                                   std::string(300, '1') + ".5",
                                                   "1e-" + std::string(20, '9'),
                                                   "0." + std::string(400, '0') + "1",
                                                   std::string(200, 'a') + "\xff",
                                                   std::string(20000, '0') + ".1",
                                                   "0." + std::string(16400, '0') + "1"};
    return texts;
}

TEST(RecogniseTest, TextsFitWhatConvertTakes) {
    for (const std::string& text : Texts())
        ExpectSameAsConvert(Cell::Text(text));
}

TEST(RecogniseTest, MutatedTextsFitWhatConvertTakes) {
    std::mt19937_64 random(4);
    static const char kAlphabet[] = "0123456789 -+:.,/eETZtfn\"{}[]abcdef\\u\xc3\xa9\xff\0\t";
    for (int i = 0; i < 60000; ++i) {
        std::string text = Texts()[random() % (Texts().size() - 2)];
        for (std::uint64_t edits = random() % 3 + 1; edits > 0; --edits) {
            const char c = kAlphabet[random() % sizeof kAlphabet];
            const std::size_t at = random() % (text.size() + 1);
            if (random() % 2 == 0 || at == text.size())
                text.insert(at, 1, c);
            else if (random() % 2 == 0)
                text[at] = c;
            else
                text.erase(at, 1);
        }
        ExpectSameAsConvert(Cell::Text(text));
    }
}

TEST(RecogniseTest, BlobsFitWhatConvertTakes) {
    for (const std::string& blob : Texts())
        ExpectSameAsConvert(Cell::Blob(blob));
    ExpectSameAsConvert(Cell::Blob("0123456789abcdef"));
}

/// Names of a text's formats, by blanks.
std::string FormatsOf(const Cell& cell) {
    const Traits traits = TraitsOf(cell);
    std::string names;
    for (std::size_t i = 0; i < kFormatCount; ++i)
        if ((traits.formats >> i & 1) != 0)
            names += (names.empty() ? "" : " ") + std::string(FormatName(static_cast<Format>(i)));
    for (std::size_t i = 0; i < kDateFormCount; ++i)
        if ((traits.written.forms >> i & 1) != 0)
            names += (names.empty() ? "" : " ") + std::string(kDateForms[i].name);
    return names;
}
std::string FormatsOf(std::string_view text) {
    return FormatsOf(Cell::Text(text));
}

TEST(RecogniseTest, Dates) {
    EXPECT_EQ(FormatsOf("2024-01-31"), "iso_date");
    EXPECT_EQ(FormatsOf("2024-02-30"), "");
    EXPECT_EQ(FormatsOf("12:30"), "iso_time time_without_seconds");
    EXPECT_EQ(FormatsOf("12:30:00"), "iso_time");
    EXPECT_EQ(FormatsOf("25:30"), "");
    EXPECT_EQ(FormatsOf("2024-01-31 12:30"), "iso_datetime");
    EXPECT_EQ(FormatsOf("2024-01-31 12:30:00.1234567"), "iso_datetime fraction_7_digits fine_fraction");
    EXPECT_EQ(FormatsOf("2024-01-31 12:30:00.1234560"), "iso_datetime fraction_7_digits");
    EXPECT_EQ(FormatsOf("2024-01-31T12:30:00.123456789Z"),
              "iso_datetime_t_offset fraction_9_digits fine_fraction");
    EXPECT_EQ(FormatsOf("2024-01-31T12:30:00"), "iso_datetime_t");
    EXPECT_EQ(FormatsOf("2024-01-31 12:30+02"), "iso_datetime_offset offset_from_utc");
    EXPECT_EQ(FormatsOf("2024-01-31 12:30+00:00"), "iso_datetime_offset");
    EXPECT_EQ(FormatsOf("2024-01-31T12:30:00.5Z"), "iso_datetime_t_offset");
    EXPECT_EQ(FormatsOf("0000-00-00"), "zero_date");
    EXPECT_EQ(FormatsOf("1/31/2024"), "us_date");
    EXPECT_EQ(FormatsOf("31/01/2024 9:05 PM"), "eu_date");
    EXPECT_EQ(FormatsOf("03/04/2024"), "us_date eu_date");
    EXPECT_EQ(FormatsOf("31/31/2024"), "");
    EXPECT_EQ(FormatsOf("31.12.2024 10:00:00"), "dotted_date");
    EXPECT_EQ(FormatsOf("2024/12/31"), "ymd_date");
    EXPECT_EQ(FormatsOf("1/2/24"), "us_short_date eu_short_date");
    EXPECT_EQ(FormatsOf("31/12/99 10:00"), "eu_short_date");
    EXPECT_EQ(FormatsOf("31.12.99"), "dotted_short_date");
    EXPECT_EQ(FormatsOf("99-12-31"), "ymd_short_date");
    EXPECT_EQ(FormatsOf("31-Dec-99"), "d_mon_short_date");
    EXPECT_EQ(FormatsOf("10.11.123"), "");
    EXPECT_EQ(FormatsOf("2024-W05-3"), "iso_week_date");
    EXPECT_EQ(FormatsOf("2024W053"), "iso_week_compact_date");
    EXPECT_EQ(FormatsOf("2024-W54-3"), "");
    EXPECT_EQ(FormatsOf("2024-W05"), "");
    EXPECT_EQ(FormatsOf("3:04 PM"), "half_day_time");
    EXPECT_EQ(FormatsOf("11:59:59pm"), "half_day_time");
    EXPECT_EQ(FormatsOf("13:04 PM"), "");
    EXPECT_EQ(FormatsOf("1/31/2024, 3:04:05 PM"), "us_date");
    EXPECT_EQ(FormatsOf("Tue, 02 Jan 2024 03:04:05 +0100"), "rfc2822");
    EXPECT_EQ(FormatsOf("2 Jan 2024 03:04 GMT"), "rfc2822");
    EXPECT_EQ(FormatsOf("Wed, 02 Jan 2024 03:04:05 +0100"), "");
    EXPECT_EQ(FormatsOf("Tue Jan 02 2024 03:04:05 GMT+0100 (Central European Standard Time)"), "js_date");
    EXPECT_EQ(FormatsOf("2024-01-02 03:04:05.678 +0100 CET"), "go_time");
    EXPECT_EQ(FormatsOf("2024-01-02 03:04:05.678901234 +0000 UTC m=+0.001"), "go_time");
    EXPECT_EQ(FormatsOf("Tue Jan  2 03:04:05 2024"), "ctime");
    EXPECT_EQ(FormatsOf("13-1-2024"), "eu_dash_date");
    EXPECT_EQ(FormatsOf("2024.1.31"), "ymd_dotted_date");
    EXPECT_EQ(FormatsOf("20240131"), "integer hex compact_date");
    EXPECT_EQ(FormatsOf("20240230"), "integer hex");
    EXPECT_EQ(FormatsOf(Cell::Integer(20240131)), "compact_date");
    EXPECT_EQ(FormatsOf(Cell::Integer(20240230)), "");
    EXPECT_EQ(FormatsOf("Jan 31, 2024"), "mon_d_date");
    EXPECT_EQ(FormatsOf("May 1, 2024"), "mon_d_date month_d_date");
    EXPECT_EQ(FormatsOf("january 31 2024"), "month_d_plain_date");
    EXPECT_EQ(FormatsOf("31 Jan 2024 10:00"), "d_mon_date");
    EXPECT_EQ(FormatsOf("31-Jan-2024"), "d_mon_dash_date");
    EXPECT_EQ(FormatsOf("31 Feb 2024"), "");
    EXPECT_EQ(FormatsOf("March 2024"), "");
    EXPECT_EQ(FormatsOf("1/2/2024x"), "");
}

TEST(RecogniseTest, NumbersInTexts) {
    EXPECT_EQ(FormatsOf("42"), "integer");
    EXPECT_EQ(FormatsOf("-42"), "integer");
    EXPECT_EQ(FormatsOf("007"), "padded_integer");
    EXPECT_EQ(FormatsOf("+49"), "padded_integer");
    EXPECT_EQ(FormatsOf("42.50"), "decimal");
    EXPECT_EQ(FormatsOf("1e3"), "decimal");
    EXPECT_EQ(FormatsOf("12,5"), "decimal_comma");
    EXPECT_EQ(FormatsOf("1.234,50"), "decimal_comma both_marks two_decimals");
    EXPECT_EQ(FormatsOf("12,50"), "decimal_comma two_decimals");
    EXPECT_EQ(FormatsOf("007,50"), "");
    EXPECT_EQ(FormatsOf("1,234"), "decimal_comma grouped_number");
    EXPECT_EQ(FormatsOf("-1,234,567.89"), "grouped_number both_marks two_decimals");
    for (const char* amount : {"$1,234.50", "-$5", "$-5", "12,50 €", "12,50\xC2\xA0€", "CHF 12", "5 EUR"})
        EXPECT_EQ(FormatsOf(amount), "currency_number") << amount;
    for (const char* article : {"RAW-017", "SKU1001", "EUR12", "$007"})
        EXPECT_EQ(FormatsOf(article).find("currency"), std::string::npos) << article;
    EXPECT_EQ(FormatsOf("12 %"), "percent_number");
    EXPECT_EQ(FormatsOf("12.5%"), "percent_number");
    for (const char* other : {"$", "5 apples", "$5 %", "ABCD 5", "5 % of", "%"})
        EXPECT_EQ(FormatsOf(other), "") << other;
    EXPECT_EQ(FormatsOf("1,2,3"), "");
    EXPECT_EQ(FormatsOf("12,"), "");
}

TEST(RecogniseTest, OtherTexts) {
    EXPECT_EQ(FormatsOf("550e8400-e29b-41d4-a716-446655440000"), "uuid uuid_text");
    EXPECT_EQ(FormatsOf("550E8400-e29b-41d4-a716-446655440000"), "uuid");
    EXPECT_EQ(FormatsOf("550e8400e29b41d4a716446655440000"), "uuid hex base64");
    EXPECT_EQ(FormatsOf("{\"a\": [1, 2]}"), "json_object");
    EXPECT_EQ(FormatsOf("[1, 2]"), "json_array");
    EXPECT_EQ(FormatsOf("[draft] to do"), "");
    EXPECT_EQ(FormatsOf("{\"a\": 1, \"a\": 2}"), "");
    EXPECT_EQ(FormatsOf("Yes"), "boolean_word");
    EXPECT_EQ(FormatsOf("true"), "boolean_word true_false");
    EXPECT_EQ(FormatsOf("True"), "boolean_word");
    EXPECT_EQ(FormatsOf("f"), "boolean_word t_f");
    EXPECT_EQ(FormatsOf("1"), "integer");
    EXPECT_EQ(FormatsOf("ada@example.org"), "email");
    EXPECT_EQ(FormatsOf("ada@example"), "");
    EXPECT_EQ(FormatsOf("ada@-example.org"), "");
    EXPECT_EQ(FormatsOf("a@b@example.org"), "");
    EXPECT_EQ(FormatsOf("https://example.org/a?b=c"), "url");
    EXPECT_EQ(FormatsOf("HTTP://[::1]/"), "url");
    EXPECT_EQ(FormatsOf("https://"), "");
    EXPECT_EQ(FormatsOf("http://example.org/a b"), "");
    EXPECT_EQ(FormatsOf("deadbeef"), "hex");
    EXPECT_EQ(FormatsOf("0xDEADBEEF"), "hex");
    EXPECT_EQ(FormatsOf("\\xdeadbeef"), "hex");
    EXPECT_EQ(FormatsOf("deadbee"), "");
    EXPECT_EQ(FormatsOf("aGVsbG8gd29ybGQhIQ=="), "base64");
    EXPECT_EQ(FormatsOf("aGVsbG8gd29ybGQh=Q=="), "");
    EXPECT_EQ(FormatsOf("Ada Lovelace"), "");
}

TEST(RecogniseTest, NumbersThatCouldBeDates) {
    // 2020-01-01 12:00 UTC in every encoding, from independent sources: date -u +%s, SQLite's julianday().
    EXPECT_EQ(FormatsOf(Cell::Integer(1577880000)), "unix");
    EXPECT_EQ(FormatsOf(Cell::Integer(1577880000000)), "unix_ms");
    EXPECT_EQ(FormatsOf(Cell::Integer(1577880000000000)), "unix_us");
    EXPECT_EQ(FormatsOf(Cell::Integer(1577880000000000000)), "unix_ns");
    EXPECT_EQ(FormatsOf(Cell::Real(2458850.0)), "julian");
    EXPECT_EQ(FormatsOf(Cell::Real(43831.5)), "excel");
    EXPECT_EQ(FormatsOf(Cell::Integer(13222353600000000)), "webkit");
    EXPECT_EQ(FormatsOf(Cell::Integer(599572800)), "unix cocoa");
    EXPECT_EQ(FormatsOf(Cell::Integer(637134768000000000)), "unix_ns cocoa_ns dotnet_ticks");
    EXPECT_EQ(FormatsOf("1577880000"), "integer hex unix");
    EXPECT_EQ(FormatsOf(Cell::Integer(1)), "zero_one");
    EXPECT_EQ(FormatsOf(Cell::Integer(1000)), "");
}

TEST(RecogniseTest, Blobs) {
    EXPECT_EQ(FormatsOf(Cell::Blob("\x55\x0e\x84\xff\xe2\x9b\x41\xd4\xa7\x16\x44\x66\x55\x44\xff\xff")),
              "uuid_bytes");
    EXPECT_EQ(FormatsOf(Cell::Blob("\xff\x84\x0e\x55\x9b\xe2\xd4\x41\xa7\x16\x44\x66\x55\x44\xff\xff")),
              "guid_bytes");
    EXPECT_EQ(FormatsOf(Cell::Blob("caf\xc3\xa9")), "utf8_bytes");
    EXPECT_EQ(FormatsOf(Cell::Blob(std::string_view("a\0", 2))), "");
    EXPECT_EQ(FormatsOf(Cell::Blob("")), "");
}

TEST(RecogniseTest, FaultsOfText) {
    Scratch scratch;
    const Traits both = RecogniseText(std::string_view("a\0b\xff", 4), scratch);
    EXPECT_TRUE(both.nul && both.invalid_text);
    const Traits late = RecogniseText(std::string(100, 'x') + "\xff" + std::string("\0", 1), scratch);
    EXPECT_TRUE(late.nul && late.invalid_text);
    const Traits fine = RecogniseText(std::string(100, 'x') + "\xc3\xa9", scratch);
    EXPECT_FALSE(fine.nul || fine.invalid_text);
    EXPECT_EQ(fine.characters, 101u);
}

TEST(RecogniseText, LeavesTheRestWhenItIsTold) {
    Scratch scratch;
    // More blocks than lie between two looks.
    const std::string hex(8 * 1024 * 1024, 'a');
    EXPECT_NE(RecogniseText(hex, scratch).formats & FormatBit(Format::kHex), 0u);
    cancel_asked = []() noexcept { return true; };
    const Traits told = RecogniseText(hex, scratch);
    const Traits brief = RecogniseText("aaaaaaaa", scratch);
    cancel_asked = nullptr;
    EXPECT_EQ(told.formats & FormatBit(Format::kHex), 0u);
    EXPECT_NE(brief.formats & FormatBit(Format::kHex), 0u);
}

}  // namespace
}  // namespace pgsqlite::assess
