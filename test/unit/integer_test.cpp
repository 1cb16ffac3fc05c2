// int2, int4, int8 targets. Oracles: limits spelled out, 128-bit integers, SQLite's own decimal reading.
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <cmath>
#include <limits>
#include <random>
#include <string>

#include "value_support.hpp"

namespace pgsqlite::value::test {
namespace {

std::string Int8(std::string_view text) {
    return ShowText(Kind::kInt8, text);
}

TEST(Integer, Ranges) {
    EXPECT_EQ(Show(RuleOf(Kind::kInt2), Cell::Integer(32767)), "32767");
    EXPECT_EQ(Show(RuleOf(Kind::kInt2), Cell::Integer(32768)), "!out of range");
    EXPECT_EQ(Show(RuleOf(Kind::kInt2), Cell::Integer(-32769)), "!out of range");
    EXPECT_EQ(Show(RuleOf(Kind::kInt4), Cell::Integer(-2147483648LL)), "-2147483648");
    EXPECT_EQ(Show(RuleOf(Kind::kInt4), Cell::Integer(2147483648LL)), "!out of range");
    EXPECT_EQ(Show(RuleOf(Kind::kInt4), Cell::Real(1e12)), "!out of range");
    EXPECT_EQ(ShowText(Kind::kInt4, "4294967296"), "!out of range");
}

TEST(Integer, Texts) {
    EXPECT_EQ(Int8("12"), "12");
    EXPECT_EQ(Int8(" 12\t"), "12");
    EXPECT_EQ(Int8("+12"), "12");
    EXPECT_EQ(Int8("-0"), "0");
    EXPECT_EQ(Int8("12.0"), "12");
    EXPECT_EQ(Int8("1e3"), "1000");
    EXPECT_EQ(Int8("1200e-2"), "12");
    EXPECT_EQ(Int8("0e999999999"), "0");
    EXPECT_EQ(Int8("9223372036854775807"), "9223372036854775807");
    EXPECT_EQ(Int8("9223372036854775808"), "!out of range");
    EXPECT_EQ(Int8("-9223372036854775808"), "-9223372036854775808");
    EXPECT_EQ(Int8("-9223372036854775809"), "!out of range");
    EXPECT_EQ(Int8("9999999999999999999"), "!out of range");
    EXPECT_EQ(Int8("99999999999999999999999"), "!out of range");
    EXPECT_EQ(Int8("0009223372036854775807.000"), "9223372036854775807");
    EXPECT_EQ(Int8("9.223372036854775807E18"), "9223372036854775807");
    EXPECT_EQ(Int8("1.5"), "!not integral");
    EXPECT_EQ(Int8("1e-3"), "!not integral");
    EXPECT_EQ(Int8("1e400"), "!out of range");
    for (const char* text : {"0x1F", "abc", "12abc", "1 2", " ", "1e", "NaN", "Infinity", "1_000", "."})
        EXPECT_EQ(Int8(text), "!syntax") << text;
    EXPECT_EQ(Int8(""), "!empty");
}

TEST(Integer, Reals) {
    const auto real = [](double v) { return Show(RuleOf(Kind::kInt8), Cell::Real(v)); };
    EXPECT_EQ(real(58.0), "58");
    EXPECT_EQ(real(-0.0), "0");
    EXPECT_EQ(real(58.5), "!not integral");
    EXPECT_EQ(real(9223372036854774784.0), "9223372036854774784");
    EXPECT_EQ(real(9223372036854775808.0), "!out of range");
    EXPECT_EQ(real(-9223372036854775808.0), "-9223372036854775808");
    EXPECT_EQ(real(std::numeric_limits<double>::infinity()), "!out of range");
    EXPECT_EQ(real(std::nan("")), "!out of range");
    EXPECT_EQ(Show(RuleOf(Kind::kInt8), Cell::Blob("12")), "!wrong class");
}

TEST(Integer, SpellingsAgreeWith128BitIntegers) {
    std::mt19937_64 random(3);
    Scratch scratch;
    for (int i = 0; i < 300000; ++i) {
        // A value around the limits or anywhere, spelled digits × 10^-shift.
        __int128 value = static_cast<__int128>(random() >> (random() % 64)) * (random() % 2 ? 1 : -1);
        if (random() % 4 == 0) value = (__int128{1} << 63) - 3 + static_cast<int>(random() % 6);
        const auto magnitude = static_cast<unsigned __int128>(value < 0 ? -value : value);
        std::string digits = std::to_string(static_cast<std::uint64_t>(magnitude));
        const auto zeros = random() % 5;
        digits += std::string(zeros, '0');
        const bool fraction = random() % 8 == 0;
        if (fraction) digits.back() = static_cast<char>(digits.back() == '9' ? '8' : digits.back() + 1);
        const std::string text = (value < 0 ? "-" : "") + digits + "e-" + std::to_string(zeros);
        std::string expected;
        if (fraction && zeros > 0) {
            expected = magnitude >= 10000000000000000000u ? "!out of range" : "!not integral";
        } else {
            __int128 exact = value;
            if (fraction)
                exact = value < 0 ? -static_cast<__int128>(std::stoull(digits)) : std::stoull(digits);
            const bool fits = exact >= std::numeric_limits<std::int64_t>::min() &&
                              exact <= std::numeric_limits<std::int64_t>::max();
            expected = fits ? std::to_string(static_cast<std::int64_t>(exact)) : "!out of range";
        }
        ASSERT_EQ(Show(RuleOf(Kind::kInt8), Cell::Text(text), scratch), expected) << text;
    }
}

/// SQLite applies NUMERIC affinity to a text: it becomes an integer only when nothing is lost. Whenever it
/// does, we must agree; when it leaves text behind, we must refuse.
TEST(Integer, AgreesWithSqlitesAffinity) {
    sqlite3* db = nullptr;
    ASSERT_EQ(sqlite3_open(":memory:", &db), SQLITE_OK);
    sqlite3_exec(db, "CREATE TABLE t(v INTEGER)", nullptr, nullptr, nullptr);
    sqlite3_stmt* insert = nullptr;
    sqlite3_stmt* select = nullptr;
    sqlite3_prepare_v2(db, "INSERT INTO t VALUES(?)", -1, &insert, nullptr);
    sqlite3_prepare_v2(db, "SELECT v FROM t", -1, &select, nullptr);
    std::mt19937_64 random(4);
    Scratch scratch;
    static const char kAlphabet[] = "0011234567899+-.e ";
    int integers = 0;
    for (int i = 0; i < 30000; ++i) {
        std::string text(1 + random() % 8, '0');
        for (char& c : text)
            c = kAlphabet[random() % (sizeof kAlphabet - 1)];
        sqlite3_exec(db, "DELETE FROM t", nullptr, nullptr, nullptr);
        sqlite3_bind_text(insert, 1, text.data(), static_cast<int>(text.size()), SQLITE_STATIC);
        sqlite3_step(insert);
        sqlite3_reset(insert);
        sqlite3_step(select);
        const int type = sqlite3_column_type(select, 0);
        const std::string ours = Show(RuleOf(Kind::kInt8), Cell::Text(text), scratch);
        if (type == SQLITE_INTEGER) {
            // SQLite takes what underflows a double for 0; the digits are still there.
            if (ours == "!not integral" && sqlite3_column_int64(select, 0) == 0) {
                ASSERT_NE(text.find("e-"), std::string::npos) << text;
                sqlite3_reset(select);
                continue;
            }
            ++integers;
            ASSERT_EQ(ours, std::to_string(sqlite3_column_int64(select, 0))) << text;
        } else if (type == SQLITE_TEXT) {
            ASSERT_EQ(ours, "!syntax") << text;
        }
        sqlite3_reset(select);
    }
    EXPECT_GT(integers, 1000);
    sqlite3_finalize(insert);
    sqlite3_finalize(select);
    sqlite3_close(db);
}

}  // namespace
}  // namespace pgsqlite::value::test
