// Numbers with marks. Oracle: printf's digits, with the marks put in by a second program path from the right.
#include "core/value/number/written_number.hpp"

#include <gtest/gtest.h>

#include <cstdio>
#include <random>
#include <string>

#include "value_support.hpp"

namespace pgsqlite::value::test {
namespace {

std::string Plain(Bytes text, Bytes decimal, Bytes grouping) {
    Scratch scratch;
    Bytes plain;
    const Status status = PlainNumber(text, {decimal, grouping}, scratch, plain);
    return status.ok() ? std::string(plain) : "!" + CodeName(status.code);
}

/// What numeric makes of the plain spelling.
std::string AsNumeric(Bytes text, Bytes decimal, Bytes grouping) {
    const std::string plain = Plain(text, decimal, grouping);
    return plain[0] == '!' ? plain : Show(RuleOf(Kind::kNumeric), Cell::Text(plain));
}

TEST(WrittenNumber, Marks) {
    EXPECT_EQ(AsNumeric("1.234.567,50", ",", "."), "1234567.50");
    EXPECT_EQ(AsNumeric("1,234,567.50", ".", ","), "1234567.50");
    EXPECT_EQ(AsNumeric("-1 234,5", ",", " "), "-1234.5");
    EXPECT_EQ(AsNumeric("+1'234.5", ".", "'"), "1234.5");
    EXPECT_EQ(AsNumeric("1\xC2\xA0"
                        "234,5",
                        ",", "\xC2\xA0"),
              "1234.5");
    EXPECT_EQ(AsNumeric("1\xE2\x80\xAF"
                        "234",
                        ",", "\xE2\x80\xAF"),
              "1234");
    EXPECT_EQ(AsNumeric("1234567,5", ",", "."), "1234567.5");
    EXPECT_EQ(AsNumeric(" 0,5 ", ",", ""), "0.5");
    EXPECT_EQ(AsNumeric(",5", ",", ""), "0.5");
    EXPECT_EQ(AsNumeric("1,5e3", ",", ""), "1500");
    EXPECT_EQ(AsNumeric("NaN", ",", "."), "NaN");
    EXPECT_EQ(AsNumeric("12.50", ".", ""), "12.50");
}

TEST(WrittenNumber, MarksWhereTheyCannotBe) {
    for (const char* text : {"1.5", "1.23", "1.2345", "12.34.567", "1234.567", ".123", "1..234", "1.234.",
                             "1.234.56,7", "1,234.567", "1.234,5.6", "-.123", "1.234e5.6"})
        EXPECT_EQ(AsNumeric(text, ",", "."), "!syntax") << text;
    for (const char* text : {"1,2,3", "1,", "x", "1,5x", "--1", "1 2", "1,-5", "1,e"})
        EXPECT_EQ(AsNumeric(text, ",", ""), text == std::string("1,") ? "1" : "!syntax") << text;
    EXPECT_EQ(AsNumeric("1.5", ",", ""), "!syntax") << "a point that is not the decimal mark";
}

TEST(WrittenNumber, UnusableMarks) {
    EXPECT_EQ(FaultOf({".", ""}), nullptr);
    EXPECT_EQ(FaultOf({",", "."}), nullptr);
    EXPECT_EQ(FaultOf({",", " "}), nullptr);
    EXPECT_EQ(FaultOf({",", "\xC2\xA0"}), nullptr);
    for (const NumberMarks& marks :
         {NumberMarks{"", ""}, NumberMarks{",,", ""}, NumberMarks{"1", ""}, NumberMarks{"e", ""},
          NumberMarks{"-", ""}, NumberMarks{" ", ""}, NumberMarks{",", ","}, NumberMarks{",", ".."},
          NumberMarks{",", "0"}, NumberMarks{",", "+"}, NumberMarks{",", "\xC2"}, NumberMarks{"\xFF", ""}})
        EXPECT_NE(FaultOf(marks), nullptr) << marks.decimal << ' ' << marks.grouping;
}

TEST(WrittenNumber, RandomNumbers) {
    std::mt19937_64 random(1);
    for (int i = 0; i < 20000; ++i) {
        const auto cents = static_cast<long long>(random() >> (1 + random() % 62));
        char plain[64];
        std::snprintf(plain, sizeof plain, "%lld.%02lld", cents / 100, cents % 100);
        std::string written(plain);
        const std::size_t point = written.find('.');
        written[point] = ',';
        for (std::size_t at = point; at > 3; at -= 3)
            written.insert(at - 3, ".");
        ASSERT_EQ(Plain(written, ",", "."), plain) << written;
    }
}

std::string Amount(Bytes text, Bytes currency, Percent percent = Percent::kError) {
    Scratch scratch;
    Bytes plain;
    const Status status = PlainAmount(text, {".", ","}, {currency, percent}, scratch, plain);
    if (!status.ok()) return "!" + CodeName(status.code);
    return Show(RuleOf(Kind::kNumeric), Cell::Text(std::string(plain)));
}

TEST(WrittenNumber, Amounts) {
    EXPECT_EQ(Amount("$1,234.50", "$"), "1234.50");
    EXPECT_EQ(Amount("-$5", "$"), "-5");
    EXPECT_EQ(Amount("$ -5", "$"), "-5");
    EXPECT_EQ(Amount("- 5 $", "$"), "-5");
    EXPECT_EQ(Amount("5", "$"), "5");
    EXPECT_EQ(Amount("5.00\xC2\xA0€", "€"), "5.00");
    EXPECT_EQ(Amount("R$5", "R$"), "5");
    EXPECT_EQ(Amount("R$5", "*"), "!syntax");
    for (const char* text : {"€5", "5 EUR", "CHF 5", "£5", "5"})
        EXPECT_EQ(Amount(text, "*"), "5") << text;
    for (const char* text : {"€5", "$5$", "$$5", "--5", "-$-5", "$", "5 $ x", "5x", "$.5", "5 %", ""})
        EXPECT_EQ(Amount(text, "$"), "!syntax") << text;
    EXPECT_EQ(Amount("12.5 %", "", Percent::kNumber), "12.5");
    EXPECT_EQ(Amount("12.5%", "", Percent::kFraction), "0.125");
    EXPECT_EQ(Amount("-1,200%", "", Percent::kFraction), "-12.00");
    EXPECT_EQ(Amount("12.5", "", Percent::kFraction), "12.5");
    EXPECT_EQ(Amount("1e3%", "", Percent::kFraction), "!syntax");
    EXPECT_EQ(Amount("$5 %", "$", Percent::kNumber), "!syntax");
}

}  // namespace
}  // namespace pgsqlite::value::test
