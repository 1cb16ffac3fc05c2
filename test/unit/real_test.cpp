// float8 and float4 targets, and the text of reals. Oracles: the C library's strtod, strtof and printf.
#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <random>
#include <string>

#include "core/value/format.hpp"
#include "value_support.hpp"

namespace pgsqlite::value::test {
namespace {

std::string Format(double value) {
    char buffer[kNumberTextSize];
    return std::string(buffer, FormatReal(value, buffer));
}

std::uint64_t Bits(double value) {
    return std::bit_cast<std::uint64_t>(value);
}

TEST(Real, TextLayout) {
    EXPECT_EQ(Format(58), "58.0");
    EXPECT_EQ(Format(-58), "-58.0");
    EXPECT_EQ(Format(0), "0.0");
    EXPECT_EQ(Format(-0.0), "-0.0");
    EXPECT_EQ(Format(0.1), "0.1");
    EXPECT_EQ(Format(1234.5), "1234.5");
    EXPECT_EQ(Format(0.0001), "0.0001");
    EXPECT_EQ(Format(0.00001), "1e-05");
    EXPECT_EQ(Format(1e14), "100000000000000.0");
    EXPECT_EQ(Format(1e15), "1e+15");
    EXPECT_EQ(Format(1234567890123456), "1.234567890123456e+15");
    EXPECT_EQ(Format(1e20), "1e+20");
    EXPECT_EQ(Format(1e300), "1e+300");
    EXPECT_EQ(Format(5e-324), "5e-324");
    EXPECT_EQ(Format(-1.7976931348623157e308), "-1.7976931348623157e+308");
    EXPECT_EQ(Format(-0.00012345678901234567), "-0.00012345678901234567");
    EXPECT_EQ(Format(std::numeric_limits<double>::infinity()), "Infinity");
    EXPECT_EQ(Format(-std::numeric_limits<double>::infinity()), "-Infinity");
    EXPECT_EQ(Format(std::nan("")), "NaN");
}

TEST(Real, BitsSurviveTextAndDecimal) {
    std::mt19937_64 random(5);
    Scratch scratch;
    for (int i = 0; i < 1000000; ++i) {
        const double value = std::bit_cast<double>(random());
        if (!std::isfinite(value)) continue;
        const std::string text = Format(value);
        ASSERT_LE(text.size(), kNumberTextSize);
        ASSERT_EQ(Bits(std::strtod(text.c_str(), nullptr)), Bits(value)) << text;
        ASSERT_NE(text.find_first_of(".e"), std::string::npos);
        if (i % 8 != 0) continue;  // up to 1,100 digits each
        const std::string decimal = Show(RuleOf(Kind::kNumeric), Cell::Real(value), scratch);
        ASSERT_EQ(Bits(std::strtod(decimal.c_str(), nullptr)), Bits(value)) << decimal;
    }
}

TEST(Real, CellsArriveBitForBit) {
    std::mt19937_64 random(6);
    Scratch scratch;
    Value value;
    for (int i = 0; i < 100000; ++i) {
        const double d = std::bit_cast<double>(random());
        ASSERT_TRUE(Convert(RuleOf(Kind::kFloat8), Cell::Real(d), scratch, value).ok());
        if (!std::isnan(d)) {
            ASSERT_EQ(Bits(value.real), Bits(d));
        }
    }
}

TEST(Real, IntegersOnlyWhenExact) {
    const auto f8 = [](std::int64_t v) { return Show(RuleOf(Kind::kFloat8), Cell::Integer(v)); };
    const auto f4 = [](std::int64_t v) { return Show(RuleOf(Kind::kFloat4), Cell::Integer(v)); };
    EXPECT_EQ(f8(9007199254740992), "9007199254740992");
    EXPECT_EQ(f8(9007199254740993), "!inexact");
    EXPECT_EQ(f8(std::numeric_limits<std::int64_t>::max()), "!inexact");
    EXPECT_EQ(f8(std::numeric_limits<std::int64_t>::min()), "-9.2233720368547758e+18");
    EXPECT_EQ(f4(16777216), "16777216");
    EXPECT_EQ(f4(16777217), "!inexact");
    Rule round = RuleOf(Kind::kFloat8);
    round.policies.excess_digits = ExcessDigits::kRound;
    EXPECT_EQ(Show(round, Cell::Integer(9007199254740993)), "9007199254740992 by excess_digits");
    std::mt19937_64 random(7);
    for (int i = 0; i < 200000; ++i) {
        auto v = static_cast<std::int64_t>(random() >> (random() % 64)) &
                 ~((std::int64_t{1} << random() % 40) - 1);
        const bool exact = static_cast<__int128>(static_cast<long double>(v)) ==
                           static_cast<__int128>(static_cast<double>(v));
        ASSERT_EQ(f8(v) != "!inexact", exact) << v;
        ASSERT_EQ(f4(v) != "!inexact", static_cast<__int128>(static_cast<float>(v)) == v) << v;
    }
}

TEST(Real, Texts) {
    const auto f8 = [](std::string_view t) { return ShowText(Kind::kFloat8, t); };
    EXPECT_EQ(f8("0.1"), "0.10000000000000001");
    EXPECT_EQ(f8(" 5. "), "5");
    EXPECT_EQ(f8("+.5"), "0.5");
    EXPECT_EQ(f8("-0"), "-0");
    EXPECT_EQ(f8("NaN"), "nan");
    EXPECT_EQ(f8("+Inf"), "inf");
    EXPECT_EQ(f8("-infinity"), "-inf");
    EXPECT_EQ(f8("1e400"), "!out of range");
    EXPECT_EQ(f8("-1e400"), "!out of range");
    EXPECT_EQ(f8("1e-400"), "!out of range");
    EXPECT_EQ(f8("0e-400"), "0");
    EXPECT_EQ(f8("1e99999999999999999999"), "!out of range");
    EXPECT_EQ(f8("0x10"), "!syntax");
    EXPECT_EQ(f8("1e"), "!syntax");
    EXPECT_EQ(f8("nan(1)"), "!syntax");
    // 16 and 17 digits: kept or not.
    EXPECT_EQ(f8("9007199254740992"), "9007199254740992");
    EXPECT_EQ(f8("9007199254740993"), "!inexact");
    EXPECT_EQ(f8("0.30000000000000004"), "0.30000000000000004");
    EXPECT_EQ(f8("0.10000000000000001"), "0.10000000000000001");
    EXPECT_EQ(f8("0.90000000000000002"), "0.90000000000000002");
    EXPECT_EQ(f8("0.90000000000000004"), "!inexact");
    // More digits: only the very value.
    EXPECT_EQ(f8("1152921504606846976"), "1.152921504606847e+18");
    EXPECT_EQ(f8("1152921504606846977"), "!inexact");
    EXPECT_EQ(f8("0.1000000000000000055511151231257827021181583404541015625"), "0.10000000000000001");
    EXPECT_EQ(f8("0.1000000000000000055511151231257827021181583404541015626"), "!inexact");
    // A subnormal does not even keep 15 digits.
    EXPECT_EQ(f8("5e-324"), "4.9406564584124654e-324");
    EXPECT_EQ(f8("1.23456e-322"), "!inexact");
    EXPECT_EQ(f8("1000000000000000000000000"), "9.9999999999999998e+23");
    EXPECT_EQ(f8(std::string(2000, '1')), "!out of range");
    EXPECT_EQ(f8("0." + std::string(2000, '1')), "!inexact");
}

TEST(Real, Float4) {
    const auto f4 = [](std::string_view t) { return ShowText(Kind::kFloat4, t); };
    EXPECT_EQ(f4("0.1"), "0.10000000149011612");
    EXPECT_EQ(f4("123456"), "123456");
    EXPECT_EQ(f4("16777217"), "!inexact");
    EXPECT_EQ(f4("16777216"), "16777216");
    EXPECT_EQ(f4("3.4028235e38"), "3.4028234663852886e+38");
    EXPECT_EQ(f4("1e39"), "!out of range");
    EXPECT_EQ(f4("1e-46"), "!out of range");
    EXPECT_EQ(f4("0.1000000014901161193847656250"), "0.10000000149011612");
    Rule rule = RuleOf(Kind::kFloat4);
    EXPECT_EQ(Show(rule, Cell::Real(0.5)), "0.5");
    EXPECT_EQ(Show(rule, Cell::Real(0.1)), "!inexact");
    EXPECT_EQ(Show(rule, Cell::Real(1e39)), "!out of range");
    EXPECT_EQ(Show(rule, Cell::Real(1e-50)), "!out of range");
    EXPECT_EQ(Show(rule, Cell::Real(-std::numeric_limits<double>::infinity())), "-inf");
    rule.policies.excess_digits = ExcessDigits::kTruncate;
    EXPECT_EQ(Show(rule, Cell::Real(0.1)), "0.10000000149011612 by excess_digits");
    EXPECT_EQ(Show(rule, Cell::Blob("1")), "!wrong class");
}

/// What is accepted is strtod's value, and printed with the text's digit count gives the text's digits; 15
/// digits in the normal range are always accepted.
TEST(Real, TextsAgreeWithTheCLibrary) {
    std::mt19937_64 random(8);
    Scratch scratch;
    Value value;
    Rule round = RuleOf(Kind::kFloat8);
    round.policies.excess_digits = ExcessDigits::kRound;
    for (int i = 0; i < 300000; ++i) {
        const int n = 1 + static_cast<int>(random() % 20);
        std::string digits(static_cast<std::size_t>(n), '0');
        for (char& c : digits)
            c = static_cast<char>('0' + random() % 10);
        digits.front() = digits.back() = static_cast<char>('1' + random() % 9);
        const int exponent = static_cast<int>(random() % 600) - 300;
        const std::string scientific =
            digits.substr(0, 1) + (n > 1 ? "." + digits.substr(1) : "") + "e" + std::to_string(exponent);
        const double expected = std::strtod(scientific.c_str(), nullptr);
        ASSERT_TRUE(Convert(round, Cell::Text(scientific), scratch, value).ok()) << scientific;
        ASSERT_EQ(Bits(value.real), Bits(expected)) << scientific;

        const Status strict = Convert(RuleOf(Kind::kFloat8), Cell::Text(scientific), scratch, value);
        char print[64];
        std::snprintf(print, sizeof print, "%.*e", n - 1, expected);
        const std::string canonical = digits.substr(0, 1) + (n > 1 ? "." + digits.substr(1) : "");
        const bool same_digits = std::string(print).substr(0, std::string(print).find('e')) == canonical;
        if (n <= 15) {
            ASSERT_TRUE(strict.ok()) << scientific;
            ASSERT_TRUE(same_digits) << scientific;
        } else if (n <= 17) {
            ASSERT_EQ(strict.ok(), same_digits) << scientific << " " << print;
        } else {
            char exact[1200];
            std::snprintf(exact, sizeof exact, "%.1100e", expected);
            std::string mantissa = std::string(exact).substr(0, std::string(exact).find('e'));
            mantissa.resize(mantissa.find_last_not_of('0') + 1);
            ASSERT_EQ(strict.ok(), mantissa == canonical) << scientific;
        }
    }
}

TEST(Real, Float4TextsAgreeWithTheCLibrary) {
    std::mt19937_64 random(9);
    Scratch scratch;
    Value value;
    Rule round = RuleOf(Kind::kFloat4);
    round.policies.excess_digits = ExcessDigits::kRound;
    for (int i = 0; i < 200000; ++i) {
        char text[40];
        std::snprintf(
            text, sizeof text, "%.*e", static_cast<int>(random() % 12),
            std::ldexp(static_cast<double>(random() >> 11), -53 + static_cast<int>(random() % 240) - 120));
        const float expected = std::strtof(text, nullptr);
        if (expected == 0) continue;
        ASSERT_TRUE(Convert(round, Cell::Text(text), scratch, value).ok()) << text;
        ASSERT_EQ(value.real, static_cast<double>(expected)) << text;
    }
}

}  // namespace
}  // namespace pgsqlite::value::test
