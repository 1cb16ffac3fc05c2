// Checks. Oracles: the HTML standard's own regular expression through std::regex, over every short text of
// the characters that matter and random longer ones; ZIP codes by their number.
#include "core/value/checks.hpp"

#include <gtest/gtest.h>

#include <cstdio>
#include <random>
#include <regex>
#include <string>

namespace pgsqlite::value::test {
namespace {

const std::regex& HtmlRule() {
    // HTML living standard, section 4.10.5.1.5, as printed there.
    static const std::regex rule(
        R"(^[a-zA-Z0-9.!#$%&'*+\/=?^_`{|}~-]+@[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)*$)");
    return rule;
}

TEST(IsEmail, EveryShortText) {
    constexpr std::string_view kCharacters = "a0@.- +";
    for (std::size_t length = 0; length <= 6; ++length) {
        std::string text(length, kCharacters[0]);
        std::size_t count = 1;
        for (std::size_t i = 0; i < length; ++i)
            count *= kCharacters.size();
        for (std::size_t number = 0; number < count; ++number) {
            std::size_t rest = number;
            for (char& c : text) {
                c = kCharacters[rest % kCharacters.size()];
                rest /= kCharacters.size();
            }
            ASSERT_EQ(IsEmail(text), std::regex_match(text, HtmlRule())) << text;
        }
    }
}

TEST(IsEmail, EveryByte) {
    for (int byte = 0; byte < 256; ++byte) {
        const std::string c(1, static_cast<char>(byte));
        for (const std::string& text :
             {"x" + c + "@b.c", c + "@b.c", "a@b" + c + "d.e", "a@" + c + "b", "a@b" + c})
            ASSERT_EQ(IsEmail(text), std::regex_match(text, HtmlRule())) << byte;
    }
}

TEST(IsEmail, LongLabels) {
    for (std::size_t size = 60; size <= 66; ++size) {
        const std::string label(size, 'a');
        EXPECT_EQ(IsEmail("x@" + label), size <= 63) << size;
        EXPECT_EQ(IsEmail("x@b." + label + ".c"), size <= 63) << size;
    }
    EXPECT_TRUE(IsEmail(std::string(1000, 'a') + "@b"));
}

TEST(IsEmail, RandomTexts) {
    std::mt19937 random(1);
    constexpr std::string_view kCharacters = "aZ09@@..--_+'";
    for (int i = 0; i < 20000; ++i) {
        std::string text(random() % 16, ' ');
        for (char& c : text)
            c = kCharacters[random() % kCharacters.size()];
        ASSERT_EQ(IsEmail(text), std::regex_match(text, HtmlRule())) << text;
    }
}

TEST(IsUsZip, FiveDigitsOrNine) {
    char text[32];
    for (int number = 0; number < 100000; number += 7) {
        std::snprintf(text, sizeof text, "%05d", number);
        ASSERT_TRUE(IsUsZip(text));
        std::snprintf(text, sizeof text, "%05d-%04d", number, number % 10000);
        ASSERT_TRUE(IsUsZip(text));
    }
    for (const char* other :
         {"", "1234", "123456", "12345-", "12345-678", "12345-67890", "12345 6789", "123456789", "1234a",
          "a2345", "12345-678a", "-1234", " 12345", "12345 ", "12345\n", "1234-56789"})
        EXPECT_FALSE(IsUsZip(other)) << other;
    EXPECT_FALSE(IsUsZip(Bytes("1234\0", 5)));
}

}  // namespace
}  // namespace pgsqlite::value::test
