// numeric targets. Oracles: spelled-out expectations from PostgreSQL's documentation and numeric.c, a
// schoolbook decimal on strings, 128-bit integers.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>
#include <string>

#include "value_support.hpp"

namespace pgsqlite::value::test {
namespace {

std::string Plain(std::string_view text) {
    return ShowText(Kind::kNumeric, text);
}

TEST(Numeric, TextKeepsItsDigits) {
    EXPECT_EQ(Plain("0"), "0");
    EXPECT_EQ(Plain("-0"), "0");
    EXPECT_EQ(Plain("0.00"), "0.00");
    EXPECT_EQ(Plain("1.10"), "1.10");
    EXPECT_EQ(Plain("1e-3"), "0.001");
    EXPECT_EQ(Plain("1.10e1"), "11.0");
    EXPECT_EQ(Plain("1e5"), "100000");
    EXPECT_EQ(Plain("  +00012.5\n"), "12.5");
    EXPECT_EQ(Plain(".5"), "0.5");
    EXPECT_EQ(Plain("5."), "5");
    EXPECT_EQ(Plain("-12345678901234567890.09876543210"), "-12345678901234567890.09876543210");
    EXPECT_EQ(Plain("9007199254740993"), "9007199254740993");
    EXPECT_EQ(Plain("0.00001"), "0.00001");
    EXPECT_EQ(Plain("100000000"), "100000000");
}

TEST(Numeric, SpecialValues) {
    EXPECT_EQ(Plain("nan"), "NaN");
    EXPECT_EQ(Plain("Infinity"), "Infinity");
    EXPECT_EQ(Plain("-INF"), "-Infinity");
    EXPECT_EQ(Plain("+inf"), "Infinity");
    EXPECT_EQ(Plain("+nan"), "!syntax");
    EXPECT_EQ(ShowText(NumericRule(5, 2), "NaN"), "NaN");
    EXPECT_EQ(ShowText(NumericRule(5, 2), "Infinity"), "!out of range");
    EXPECT_EQ(Show(RuleOf(Kind::kNumeric), Cell::Real(-std::numeric_limits<double>::infinity())),
              "-Infinity");
}

TEST(Numeric, WhatIsNoNumberIsRefused) {
    for (const char* text : {"", " ", "abc", "1,5", "1e", "1e+", "e5", ".", "+", "-", "--1", "1 2", "0x1F",
                             "1_000", "1.2.3", "1e1.5", "infinite", "1f", "$1"})
        EXPECT_EQ(Plain(text), std::string(text).empty() ? "!empty" : "!syntax") << text;
    EXPECT_EQ(Plain(std::string_view("1\0", 2)), "!syntax");
    EXPECT_EQ(Show(RuleOf(Kind::kNumeric), Cell::Blob("1")), "!wrong class");
}

TEST(Numeric, ScaleAndPrecision) {
    EXPECT_EQ(ShowText(NumericRule(10, 2), "1"), "1.00");
    EXPECT_EQ(ShowText(NumericRule(10, 2), "1.500"), "1.50");
    EXPECT_EQ(ShowText(NumericRule(10, 2), "1.505"), "!excess");
    EXPECT_EQ(ShowText(NumericRule(10, 2), "0"), "0.00");
    EXPECT_EQ(ShowText(NumericRule(3, 2), "10"), "!out of range");
    EXPECT_EQ(ShowText(NumericRule(3, 2), "9.99"), "9.99");
    EXPECT_EQ(ShowText(NumericRule(3, -2), "12300"), "12300");
    EXPECT_EQ(ShowText(NumericRule(3, -2), "12345"), "!excess");
    EXPECT_EQ(ShowText(NumericRule(3, -2), "123456"), "!out of range");
    EXPECT_EQ(ShowText(NumericRule(3, 5), "0.00123"), "0.00123");
    EXPECT_EQ(ShowText(NumericRule(3, 5), "0.01"), "!out of range");
    EXPECT_EQ(Show(NumericRule(5, 2), Cell::Integer(999)), "999.00");
    EXPECT_EQ(Show(NumericRule(5, 2), Cell::Integer(1000)), "!out of range");
    EXPECT_EQ(Show(NumericRule(5, 2), Cell::Real(0.125)), "!excess");
}

TEST(Numeric, ExcessDigitsRoundsHalfAwayFromZero) {
    const auto round = [](int p, int s, std::string_view t) {
        return ShowText(NumericRule(p, s, ExcessDigits::kRound), t);
    };
    EXPECT_EQ(round(10, 2, "1.005"), "1.01 by excess_digits");
    EXPECT_EQ(round(10, 2, "-1.005"), "-1.01 by excess_digits");
    EXPECT_EQ(round(10, 2, "1.0049999"), "1.00 by excess_digits");
    EXPECT_EQ(round(10, 0, "0.5"), "1 by excess_digits");
    EXPECT_EQ(round(10, 0, "0.05"), "0 by excess_digits");
    EXPECT_EQ(round(10, 2, "-0.001"), "0.00 by excess_digits");
    EXPECT_EQ(round(10, 2, "9999.999"), "10000.00 by excess_digits");
    EXPECT_EQ(round(6, 2, "9999.995"), "!out of range");
    EXPECT_EQ(round(3, -2, "99950"), "!out of range");
    EXPECT_EQ(round(3, -2, "99949"), "99900 by excess_digits");
    EXPECT_EQ(round(3, 5, "0.009995"), "!out of range");
    EXPECT_EQ(round(10, 2, "1.50000"), "1.50");
}

TEST(Numeric, ExcessDigitsTruncates) {
    const auto cut = [](int p, int s, std::string_view t) {
        return ShowText(NumericRule(p, s, ExcessDigits::kTruncate), t);
    };
    EXPECT_EQ(cut(10, 2, "1.009"), "1.00 by excess_digits");
    EXPECT_EQ(cut(3, 2, "9.999"), "9.99 by excess_digits");
    EXPECT_EQ(cut(3, -2, "99"), "0 by excess_digits");
    EXPECT_EQ(cut(3, 0, "-0.9"), "0 by excess_digits");
}

TEST(Numeric, LimitsOfTheType) {
    const std::string wide(131072, '9');
    EXPECT_EQ(Plain(wide), wide);
    EXPECT_EQ(Plain(wide + "9"), "!out of range");
    EXPECT_EQ(Plain("1e131071"), "1" + std::string(131071, '0'));
    EXPECT_EQ(Plain("1e131072"), "!out of range");
    EXPECT_EQ(Plain("1e99999999999999999999"), "!out of range");
    const std::string fine = "0." + std::string(16382, '0') + "1";
    EXPECT_EQ(Plain(fine), fine);
    EXPECT_EQ(Plain("1e-16383"), fine);
    EXPECT_EQ(Plain("1e-16384"), "!excess");
    EXPECT_EQ(Plain("1e-99999999999999999999"), "!excess");
    EXPECT_EQ(Plain("0e99999999999999999999"), "0");
    // Zeros are no excess, however many.
    EXPECT_EQ(Plain("1." + std::string(20000, '0')), "1." + std::string(16383, '0'));
    Rule round = RuleOf(Kind::kNumeric);
    round.policies.excess_digits = ExcessDigits::kRound;
    EXPECT_EQ(ShowText(round, "5e-16384"), fine + " by excess_digits");
    EXPECT_EQ(ShowText(round, wide + "." + std::string(16383, '9') + "5"), "!out of range");
}

TEST(Numeric, RealBecomesItsShortestDecimal) {
    const auto real = [](double v) { return Show(RuleOf(Kind::kNumeric), Cell::Real(v)); };
    EXPECT_EQ(real(0.1), "0.1");
    EXPECT_EQ(real(58.0), "58");
    EXPECT_EQ(real(-0.0), "0");
    EXPECT_EQ(real(1e22), "10000000000000000000000");
    EXPECT_EQ(real(1.5e-7), "0.00000015");
    EXPECT_EQ(real(5e-324), "0." + std::string(323, '0') + "5");
    EXPECT_EQ(Show(NumericRule(10, 2), Cell::Real(19.99)), "19.99");
}

TEST(Numeric, WireFieldsAreBase10000) {
    Scratch scratch;
    Value value;
    ASSERT_TRUE(Convert(RuleOf(Kind::kNumeric), Cell::Text("-123456.0780"), scratch, value).ok());
    EXPECT_TRUE(value.decimal.negative);
    EXPECT_EQ(value.decimal.weight, 1);
    EXPECT_EQ(value.decimal.display_scale, 4);
    ASSERT_EQ(value.decimal.digit_count, 3);
    EXPECT_EQ(value.decimal.digits[0], 12);
    EXPECT_EQ(value.decimal.digits[1], 3456);
    EXPECT_EQ(value.decimal.digits[2], 780);
    ASSERT_TRUE(Convert(RuleOf(Kind::kNumeric), Cell::Integer(50000000), scratch, value).ok());
    EXPECT_EQ(value.decimal.weight, 1);
    ASSERT_EQ(value.decimal.digit_count, 1);
    EXPECT_EQ(value.decimal.digits[0], 5000);
    ASSERT_TRUE(Convert(RuleOf(Kind::kNumeric), Cell::Text("0.000"), scratch, value).ok());
    EXPECT_EQ(value.decimal.digit_count, 0);
    EXPECT_EQ(value.decimal.weight, 0);
    EXPECT_FALSE(value.decimal.negative);
}

TEST(Numeric, IntegersAreExact) {
    std::mt19937_64 random(20261121);
    Scratch scratch;
    for (int i = 0; i < 200000; ++i) {
        const auto v = static_cast<std::int64_t>(random() >> (random() % 64)) * (random() % 2 ? 1 : -1);
        ASSERT_EQ(Show(RuleOf(Kind::kNumeric), Cell::Integer(v), scratch), std::to_string(v));
    }
    for (const std::int64_t v :
         {std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max()})
        EXPECT_EQ(Show(RuleOf(Kind::kNumeric), Cell::Integer(v), scratch), std::to_string(v));
}

/// numeric(p,s) with a rounding policy on scaled 128-bit integers: value = units / 10^6.
std::string Schoolbook(__int128 units, int precision, int scale, ExcessDigits excess) {
    __int128 step = 1;  // units of the last place kept
    for (int i = 0; i < 6 - scale; ++i)
        step *= 10;
    const bool negative = units < 0;
    __int128 magnitude = negative ? -units : units;
    __int128 limit = 1000000;
    for (int i = 0; i < precision - scale; ++i)
        limit *= 10;
    for (int i = 0; i < scale - precision; ++i)
        limit /= 10;
    const __int128 rest = magnitude % step;
    if (magnitude >= limit) return "!out of range";
    if (rest != 0) {
        if (excess == ExcessDigits::kError) return "!excess";
        magnitude -= rest;
        if (excess == ExcessDigits::kRound && rest * 2 >= step) magnitude += step;
        if (magnitude >= limit) return "!out of range";
    }
    std::string text;
    __int128 left = magnitude;
    for (int i = 0; i < 6 || left != 0; ++i) {
        if (i == 6) text.insert(0, ".");
        text.insert(0, 1, static_cast<char>('0' + static_cast<int>(left % 10)));
        left /= 10;
    }
    if (text.find('.') == std::string::npos) text = "0." + text;
    text.resize(text.size() - 6 + (scale > 0 ? scale : 0));
    if (text.back() == '.') text.pop_back();
    if (negative && magnitude != 0) text.insert(0, "-");
    return rest != 0 ? text + " by excess_digits" : text;
}

TEST(Numeric, AgreesWithSchoolbookArithmetic) {
    std::mt19937_64 random(1);
    Scratch scratch;
    for (int i = 0; i < 300000; ++i) {
        auto units = static_cast<std::int64_t>(random() >> (1 + random() % 63));
        for (auto zeros = random() % 8; zeros > 0 && units < (std::int64_t{1} << 58); --zeros)
            units *= 10;
        if (random() % 2) units = -units;
        const int precision = 1 + static_cast<int>(random() % 20);
        const int scale = static_cast<int>(random() % 11) - 4;  // -4 to 6
        const auto excess = static_cast<ExcessDigits>(random() % 3);
        // The same value spelled with a random power of ten.
        const int shift = static_cast<int>(random() % 12) - 6;
        const std::string text = [&] {
            std::string digits = std::to_string(units < 0 ? -units : units);
            std::string spelled = units < 0 ? "-" : "";
            if (shift > 0) {
                digits.insert(0, std::string(static_cast<std::size_t>(shift), '0'));
                digits.insert(digits.size() - static_cast<std::size_t>(shift), ".");
            }
            return spelled + digits + "e" + std::to_string(shift > 0 ? shift - 6 : -6);
        }();
        if (precision < scale - 5) continue;
        ASSERT_EQ(Show(NumericRule(precision, scale, excess), Cell::Text(text), scratch),
                  Schoolbook(units, precision, scale, excess))
            << text << " numeric(" << precision << "," << scale << ")";
    }
}

TEST(Numeric, ScannedTextComesBackUnchanged) {
    std::mt19937_64 random(2);
    Scratch scratch;
    for (int i = 0; i < 100000; ++i) {
        std::string text(1 + random() % 30, '0');
        for (char& c : text)
            c = static_cast<char>('0' + random() % (random() % 3 ? 10 : 1));
        text.insert(0, 1, static_cast<char>('1' + random() % 9));
        if (random() % 2) text += "." + std::to_string(random());
        if (random() % 2) text.insert(0, "-");
        ASSERT_EQ(Show(RuleOf(Kind::kNumeric), Cell::Text(text), scratch), text);
    }
}

}  // namespace
}  // namespace pgsqlite::value::test
