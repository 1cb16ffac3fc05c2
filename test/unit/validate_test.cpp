// The canonical forms that a comparison rests on. What is the same and what is not is written down here by
// hand; days come from a calendar, the images of numerics from the layout in numeric.c.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <memory>
#include <string>

#include "core/base/error.hpp"
#include "core/digest/mapping.hpp"
#include "core/digest/raw_cell.hpp"

namespace pgsqlite::digest {
namespace {

using value::Cell;
using value::Kind;
using value::Rule;

template <class Append>
std::string Form1(Append&& append) {
    CanonicalRow row;
    append(row);
    EXPECT_TRUE(row.ok());
    return std::string(row.bytes());
}

std::string Decimal(const char* digits, std::int64_t point, bool negative = false) {
    return Form1([&](CanonicalRow& row) {
        row.Number({negative, digits, std::char_traits<char>::length(digits), point});
    });
}
std::string OfInteger(std::int64_t value) {
    return Form1([&](CanonicalRow& row) { row.NumberOf(value); });
}
std::string OfReal(double value) {
    return Form1([&](CanonicalRow& row) { row.NumberOf(value); });
}
std::string OfImage(Bytes image) {
    return Form1([&](CanonicalRow& row) { row.NumberOfImage(image); });
}

TEST(Digest, SumsDoNotDependOnOrderAndCountDuplicates) {
    const Digest a = Hash("a"), b = Hash("b");
    RowSum first, second, twice;
    first.Add(a);
    first.Add(b);
    second.Add(b);
    second.Add(a);
    EXPECT_EQ(first, second);
    twice.Add(a);
    twice.Add(a);
    EXPECT_NE(first, twice);
    twice -= first;
    EXPECT_EQ(twice.rows, 0u);
    EXPECT_NE(twice.sum, Digest());
}

TEST(Digest, PartsOfOneSideAddUp) {
    auto all = std::make_unique<KeyParts>(), some = std::make_unique<KeyParts>(),
         others = std::make_unique<KeyParts>();
    for (int i = 0; i < 20000; ++i) {
        const std::string text = std::to_string(i);
        const Digest key = Hash(Bytes(text), 1), row = Hash(Bytes(text));
        all->Add(key, row);
        (i % 3 == 0 ? *some : *others).Add(key, row);
    }
    EXPECT_NE(some->Total(), all->Total());
    *some += *others;
    EXPECT_EQ(some->Total(), all->Total());
    for (std::size_t part = 0; part < KeyParts::kCount; ++part)
        ASSERT_EQ((*some)[part], (*all)[part]);
}

TEST(Digest, CarriesAndHex) {
    Digest sum = {0, ~std::uint64_t{0}};
    sum += {0, 1};
    EXPECT_EQ(sum, (Digest{1, 0}));
    sum -= {0, 1};
    EXPECT_EQ(sum, (Digest{0, ~std::uint64_t{0}}));
    char hex[Digest::kHexSize];
    Digest{0x0123456789abcdef, 0xf}.ToHex(hex);
    EXPECT_EQ(std::string(hex, sizeof(hex)), "0123456789abcdef000000000000000f");
}

TEST(Digest, KnownHash) {
    // XXH128 of nothing, from xxHash's own test vectors.
    char hex[Digest::kHexSize];
    Hash("").ToHex(hex);
    EXPECT_EQ(std::string(hex, sizeof(hex)), "99aa06d3014798d86001c324468d497f");
}

TEST(Canonical, NumbersInAnySpelling) {
    EXPECT_EQ(OfInteger(5), OfReal(5.0));
    EXPECT_EQ(OfInteger(5), Decimal("5.00", 1));
    EXPECT_EQ(OfInteger(5), Decimal("0005", 4));
    EXPECT_EQ(OfInteger(120000), Decimal("12", 6));
    EXPECT_EQ(OfInteger(12345678), Decimal("12345678", 8));
    EXPECT_EQ(OfInteger(-10000), Decimal("1", 5, true));
    EXPECT_EQ(OfReal(0.05), Decimal("5", -1));
    EXPECT_EQ(OfReal(1e-7), Decimal("1", -6));
    EXPECT_EQ(OfReal(1e300), Decimal("1", 301));
    EXPECT_EQ(OfReal(0.1), Decimal("0.1", 1));
    EXPECT_EQ(OfInteger(0), Decimal("0", 1, true));
    EXPECT_EQ(OfInteger(0), OfReal(-0.0));
    EXPECT_EQ(OfInteger(INT64_MIN), Decimal("9223372036854775808", 19, true));
    EXPECT_NE(OfInteger(5), OfInteger(-5));
    EXPECT_NE(OfInteger(1), OfInteger(10000));
    EXPECT_NE(OfReal(0.1), OfReal(std::nextafter(0.1, 1.0)));
    EXPECT_NE(OfReal(std::numeric_limits<double>::infinity()),
              OfReal(-std::numeric_limits<double>::infinity()));
}

TEST(Canonical, ImagesOfNumerics) {
    // 5; 1234.5 with scale 1; -0.05; NaN; Infinity.
    EXPECT_EQ(OfImage(Bytes("\x00\x80\x05\x00", 4)), OfInteger(5));
    EXPECT_EQ(OfImage(Bytes("\x80\x80\xd2\x04\x88\x13", 6)), Decimal("12345", 4));
    EXPECT_EQ(OfImage(Bytes("\x80\x83\xd2\x04\x88\x13", 6)), Decimal("12345", 4)) << "another scale to show";
    EXPECT_EQ(OfImage(Bytes("\x7f\xa1\xf4\x01", 4)), Decimal("5", -1, true));
    EXPECT_EQ(OfImage(Bytes("\x00\xc0", 2)), OfReal(std::nan("")));
    EXPECT_EQ(OfImage(Bytes("\x00\xd0", 2)), OfReal(std::numeric_limits<double>::infinity()));
    EXPECT_EQ(OfImage(Bytes("\x00\x80", 2)), OfInteger(0));
    // The long form: scale 64, weight 0.
    EXPECT_EQ(OfImage(Bytes("\x40\x00\x00\x00\x05\x00", 6)), OfInteger(5));
}

TEST(Canonical, RealsAreBits) {
    const auto real = [](double v) { return Form1([&](CanonicalRow& row) { row.Real(v); }); };
    EXPECT_NE(real(0.0), real(-0.0));
    EXPECT_NE(real(1.0), real(std::nextafter(1.0, 2.0)));
    EXPECT_EQ(real(std::nan("1")), real(-std::nan("2")));
}

TEST(Canonical, ValuesAreFramed) {
    const auto two = [](Bytes a, Bytes b) {
        return Form1([&](CanonicalRow& row) {
            row.Text(a);
            row.Text(b);
        });
    };
    EXPECT_NE(two("ab", "c"), two("a", "bc"));
    EXPECT_NE(two("", "a"), two("a", ""));
    const auto one = [](auto&& append) { return Form1(append); };
    EXPECT_NE(one([](CanonicalRow& row) { row.Null(); }), one([](CanonicalRow& row) { row.Text(""); }));
    EXPECT_NE(one([](CanonicalRow& row) { row.Text("a"); }), one([](CanonicalRow& row) { row.Blob("a"); }));
    EXPECT_NE(one([](CanonicalRow& row) { row.Text("a "); }), one([](CanonicalRow& row) { row.Text("a"); }));
    EXPECT_EQ(one([](CanonicalRow& row) { row.PaddedText("a  "); }),
              one([](CanonicalRow& row) { row.PaddedText("a"); }));
    const std::string longer(100000, 'x');
    EXPECT_NE(two(longer, "a"), two(longer, "b"));
    EXPECT_NE(two(longer + "1", "a"), two(longer + "2", "a"));
    EXPECT_LT(two(longer, longer).size(), 100u);
}

Digest Json(Bytes text) {
    JsonReader reader;
    Digest digest;
    EXPECT_TRUE(reader.Read(text, &digest)) << text;
    return digest;
}

TEST(Json, SpellingSaysNothing) {
    EXPECT_EQ(Json(R"({"a": 1, "b": [1, 2]})"), Json(R"( {"b":[1.0,20e-1],"a":1.00} )"));
    EXPECT_EQ(Json(R"("\u00e9\ud83d\ude00\n\/")"), Json("\"é😀\\u000A/\""));
    EXPECT_EQ(Json("-0"), Json("0.000"));
    EXPECT_EQ(Json("12.5e3"), Json("12500"));
    EXPECT_EQ(Json("1E-3"), Json("0.001"));
}

TEST(Json, ContentDoes) {
    EXPECT_NE(Json("[1,2]"), Json("[2,1]"));
    EXPECT_NE(Json("[]"), Json("{}"));
    EXPECT_NE(Json("[1]"), Json("1"));
    EXPECT_NE(Json("[[1],2]"), Json("[[1,2]]"));
    EXPECT_NE(Json("1"), Json("\"1\""));
    EXPECT_NE(Json("null"), Json("\"null\""));
    EXPECT_NE(Json(R"({"a":1,"b":2})"), Json(R"({"a":2,"b":1})"));
    EXPECT_NE(Json(R"({"a":{"b":1},"c":{}})"), Json(R"({"a":{},"c":{"b":1}})"));
    EXPECT_NE(Json(R"({"a":null})"), Json("{}"));
    EXPECT_NE(Json("1.1"), Json("1.10000001"));
}

TEST(Json, RefusesWhatJsonbRefuses) {
    JsonReader reader;
    Digest digest;
    for (const char* text :
         {"",         "{",     "[1,]",          "01",          "1.",          ".5",
          "+1",       "1e",    "1e+",           "\"\\u0000\"", "\"\\ud800\"", "\"\\ud800\\u0041\"",
          "\"a\nb\"", "tru",   "{a:1}",         "{\"a\" 1}",   "1 2",         "\"\\x\"",
          "1e-",      "1e--5", "1e99999999999", "\"\xff\"",    "'a'",         "[1 2]"})
        EXPECT_FALSE(reader.Read(text, &digest)) << text;
    EXPECT_FALSE(reader.Read(std::string(1000, '[') + std::string(1000, ']'), &digest));
}

/// The canonical form of a cell; "-" when it is not plain.
std::string Raw(Form form, const Rule& rule, const Cell& cell) {
    CanonicalRow row;
    RawCells cells;
    if (!cells.Append(MakeRawColumn(form, rule, true), cell, &row)) {
        EXPECT_EQ(row.size(), 0u);
        return "-";
    }
    return std::string(row.bytes());
}

Rule RuleOf(Kind kind) {
    Rule rule;
    rule.kind = kind;
    return rule;
}

TEST(RawCell, TakesOnlyWhatIsPlain) {
    EXPECT_EQ(Raw(Form::kInteger, RuleOf(Kind::kInt2), Cell::Integer(40000)), "-");
    EXPECT_NE(Raw(Form::kInteger, RuleOf(Kind::kInt4), Cell::Integer(40000)), "-");
    EXPECT_EQ(Raw(Form::kInteger, RuleOf(Kind::kInt8), Cell::Text("5")), "-");
    EXPECT_EQ(Raw(Form::kBoolean, RuleOf(Kind::kBoolean), Cell::Integer(2)), "-");
    EXPECT_EQ(Raw(Form::kText, RuleOf(Kind::kText), Cell::Text(Bytes("a\0b", 3))), "-");
    EXPECT_EQ(Raw(Form::kText, RuleOf(Kind::kText), Cell::Text("\xff")), "-");
    EXPECT_EQ(Raw(Form::kText, RuleOf(Kind::kText), Cell::Blob("a")), "-");
    EXPECT_EQ(Raw(Form::kReal, RuleOf(Kind::kFloat8), Cell::Integer((std::int64_t{1} << 53) + 1)), "-");
    EXPECT_EQ(Raw(Form::kReal, RuleOf(Kind::kFloat4), Cell::Real(0.1)), "-");
    EXPECT_NE(Raw(Form::kReal, RuleOf(Kind::kFloat4), Cell::Real(0.5)), "-");
    EXPECT_EQ(Raw(Form::kBytes, RuleOf(Kind::kBytea), Cell::Integer(1)), "-");
    Rule limited = RuleOf(Kind::kText);
    limited.max_chars = 3;
    EXPECT_EQ(Raw(Form::kText, limited, Cell::Text("abcd")), "-");
    EXPECT_NE(Raw(Form::kText, limited, Cell::Text("abc")), "-");
    Rule encoded = RuleOf(Kind::kUuid);
    encoded.encodings.count = 1;
    encoded.encodings.items[0] = value::Encoding::kGuidLe;
    EXPECT_EQ(Raw(Form::kUuid, encoded, Cell::Blob("0123456789abcdef")), "-");
}

TEST(RawCell, NumericsWithinPrecisionAndScale) {
    Rule rule = RuleOf(Kind::kNumeric);
    rule.constrained = true;
    rule.precision = 5;
    rule.scale = 2;
    EXPECT_EQ(Raw(Form::kNumeric, rule, Cell::Text("123.45")), Decimal("12345", 3));
    EXPECT_EQ(Raw(Form::kNumeric, rule, Cell::Text("123.4500")), Decimal("12345", 3));
    EXPECT_EQ(Raw(Form::kNumeric, rule, Cell::Text("00123")), Decimal("123", 3));
    EXPECT_EQ(Raw(Form::kNumeric, rule, Cell::Text("1234")), "-");
    EXPECT_EQ(Raw(Form::kNumeric, rule, Cell::Text("1.234")), "-");
    EXPECT_EQ(Raw(Form::kNumeric, rule, Cell::Real(1.25)), Decimal("125", 1));
    EXPECT_EQ(Raw(Form::kNumeric, rule, Cell::Real(0.1 + 0.2)), "-");
    EXPECT_EQ(Raw(Form::kNumeric, rule, Cell::Integer(999)), OfInteger(999));
    Rule whole = rule;
    whole.precision = 20;
    whole.scale = 0;
    // The exact value ends in 52; the shortest digits that read back end in 50.
    EXPECT_EQ(Raw(Form::kNumeric, whole, Cell::Real(72057594037927952.0)), Decimal("7205759403792795", 17));
    EXPECT_EQ(Raw(Form::kNumeric, rule, Cell::Integer(1000)), "-");
    EXPECT_EQ(Raw(Form::kNumeric, RuleOf(Kind::kNumeric), Cell::Text("1e5")), "-");
    EXPECT_EQ(Raw(Form::kNumeric, RuleOf(Kind::kNumeric), Cell::Text("-0.5")), Decimal("5", 0, true));
    for (const char* text : {"", "-", ".5", "5.", "1.2.3", " 1", "1,5", "+1"})
        EXPECT_EQ(Raw(Form::kNumeric, RuleOf(Kind::kNumeric), Cell::Text(text)), "-") << text;
}

std::string Moment(Form form, std::int64_t value) {
    return Form1([&](CanonicalRow& row) { row.Moment(form, value); });
}

TEST(RawCell, Dates) {
    const Rule rule = RuleOf(Kind::kDate);
    const auto date = [&](const char* text) { return Raw(Form::kDate, rule, Cell::Text(text)); };
    EXPECT_EQ(date("2000-01-01"), Moment(Form::kDate, 0));
    EXPECT_EQ(date("1970-01-01"), Moment(Form::kDate, -10957));
    EXPECT_EQ(date("2024-02-29"), Moment(Form::kDate, 8825));
    EXPECT_EQ(date("2100-03-01"), Moment(Form::kDate, 36584));
    EXPECT_EQ(date("0001-01-01"), Moment(Form::kDate, -730119));
    EXPECT_EQ(date("9999-12-31"), Moment(Form::kDate, 2921939));
    for (const char* text : {"2023-02-29", "1900-02-29", "2024-13-01", "2024-00-10", "2024-1-1",
                             "2024-01-01 ", "24-01-01", "0000-01-01", "2024-04-31", "2024/01/01"})
        EXPECT_EQ(date(text), "-") << text;
}

TEST(RawCell, TimesAndTimestamps) {
    constexpr std::int64_t kSecond = 1000000, kDay = 86400 * kSecond;
    const Rule time = RuleOf(Kind::kTime), stamp = RuleOf(Kind::kTimestamp),
               zoned = RuleOf(Kind::kTimestamptz);
    const auto at = [](const Rule& rule, const char* text) {
        return Raw(Form::kTimestamp, rule, Cell::Text(text));
    };
    EXPECT_EQ(Raw(Form::kTime, time, Cell::Text("01:02:03.5")), Moment(Form::kTime, 3723500000));
    EXPECT_EQ(Raw(Form::kTime, time, Cell::Text("23:59")), Moment(Form::kTime, 86340 * kSecond));
    for (const char* text : {"24:00:00", "12:60:00", "12:30.5", "1:02:03", "12:30:00."})
        EXPECT_EQ(Raw(Form::kTime, time, Cell::Text(text)), "-") << text;
    EXPECT_EQ(at(stamp, "2000-01-02 00:00:00.000001"), Moment(Form::kTimestamp, kDay + 1));
    EXPECT_EQ(at(stamp, "2000-01-02T00:00:00.0000010"), Moment(Form::kTimestamp, kDay + 1));
    EXPECT_EQ(at(zoned, "2000-01-01 00:00:00.+02:00"), "-") << "found by the fuzzer";
    EXPECT_EQ(at(stamp, "2000-01-02"), Moment(Form::kTimestamp, kDay));
    EXPECT_EQ(at(stamp, "2000-01-02 00:00:00.0000001"), "-");
    EXPECT_EQ(at(zoned, "2000-01-01 02:00:00+02:00"), Moment(Form::kTimestamp, 0));
    EXPECT_EQ(at(zoned, "1999-12-31 19:00:00-05:00"), Moment(Form::kTimestamp, 0));
    EXPECT_EQ(at(zoned, "2000-01-01T00:00:00Z"), Moment(Form::kTimestamp, 0));
    EXPECT_EQ(at(zoned, "2000-01-01T00:00:00"), Moment(Form::kTimestamp, 0));
    Rule local = zoned;
    local.zone.offsets_at_local = [](const void*, std::int64_t, std::int32_t offsets[2]) noexcept {
        offsets[0] = offsets[1] = 3600;
        return 1;
    };
    EXPECT_EQ(at(local, "2000-01-01T00:00:00"), "-");
    EXPECT_EQ(at(local, "2000-01-01T00:00:00Z"), Moment(Form::kTimestamp, 0));
    Rule seconds = stamp;
    seconds.fraction_digits = 0;
    EXPECT_EQ(at(seconds, "2000-01-01 00:00:00.5"), "-");
    EXPECT_EQ(at(seconds, "2000-01-01 00:00:00.000"), Moment(Form::kTimestamp, 0));
    Rule unix_ms = zoned;
    unix_ms.encodings.count = 1;
    unix_ms.encodings.items[0] = value::Encoding::kUnixMs;
    EXPECT_EQ(Raw(Form::kTimestamp, unix_ms, Cell::Integer(946684800001)), Moment(Form::kTimestamp, 1000));
    EXPECT_EQ(Raw(Form::kTimestamp, unix_ms, Cell::Text("2000-01-01")), "-");
    EXPECT_EQ(Raw(Form::kTimestamp, unix_ms, Cell::Integer(-230000000000000)), "-") << "5319 BC";
    EXPECT_EQ(Raw(Form::kTimestamp, stamp, Cell::Integer(5)), "-");
}

TEST(RawCell, UuidsAndJson) {
    const Rule uuid = RuleOf(Kind::kUuid);
    const std::string form = Raw(Form::kUuid, uuid, Cell::Text("00112233-4455-6677-8899-aabbccddeeff"));
    EXPECT_EQ(form, Raw(Form::kUuid, uuid, Cell::Text("00112233-4455-6677-8899-AABBCCDDEEFF")));
    EXPECT_EQ(form,
              Raw(Form::kUuid, uuid,
                  Cell::Blob(Bytes("\x00\x11\x22\x33\x44\x55\x66\x77\x88\x99\xaa\xbb\xcc\xdd\xee\xff", 16))));
    EXPECT_EQ(Raw(Form::kUuid, uuid, Cell::Text("00112233-4455-6677-8899-aabbccddeefg")), "-");
    EXPECT_EQ(Raw(Form::kUuid, uuid, Cell::Text("0011223344556677-8899-aabb-ccddeeff-")), "-");
    Rule json = RuleOf(Kind::kJsonb);
    EXPECT_EQ(Raw(Form::kJson, json, Cell::Text("{\"a\":1}")),
              Raw(Form::kJson, json, Cell::Text("{ \"a\" : 1.0 }")));
    EXPECT_EQ(Raw(Form::kJson, json, Cell::Text("{a")), "-");
    json.policies.invalid_json = value::InvalidJson::kString;
    EXPECT_EQ(Raw(Form::kJson, json, Cell::Text("1")), "-");
}

TEST(Mapping, ReadsAndRefuses) {
    const Mapping mapping = ParseMapping(R"x({"columns": {"mail": "lower(email)"}, "key": ["id"], )x"
                                         R"x("ignore": ["old"], "where": "a > 1", "target_where": "b"})x");
    ASSERT_NE(mapping.Find("mail"), nullptr);
    EXPECT_EQ(*mapping.Find("mail"), "lower(email)");
    EXPECT_EQ(mapping.Find("email"), nullptr);
    EXPECT_TRUE(mapping.Ignores("old"));
    EXPECT_FALSE(mapping.Ignores("id"));
    EXPECT_EQ(mapping.where, "a > 1");
    EXPECT_EQ(mapping.target_where, "b");
    for (const char* json : {"[]", "1", "{\"colums\": {}}", "{\"key\": \"id\"}", "{\"columns\": {\"a\": 1}}",
                             "{\"ignore\": [1]}", "{\"where\": {}}", "{\"columns\": []}"})
        EXPECT_THROW(ParseMapping(json), Error) << json;
}

}  // namespace
}  // namespace pgsqlite::digest
