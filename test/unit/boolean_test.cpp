// boolean targets: every accepted word in every case, and what is close to one but none.
#include <gtest/gtest.h>

#include <string>

#include "value_support.hpp"

namespace pgsqlite::value::test {
namespace {

TEST(Boolean, WordsInAnyCase) {
    const std::pair<const char*, const char*> words[] = {
        {"0", "false"},   {"1", "true"},      {"t", "true"},  {"f", "false"},
        {"true", "true"}, {"false", "false"}, {"y", "true"},  {"n", "false"},
        {"yes", "true"},  {"no", "false"},    {"on", "true"}, {"off", "false"}};
    for (const auto& [word, expected] : words) {
        const std::string lower = word;
        for (unsigned mask = 0; mask < 1u << lower.size(); ++mask) {
            std::string text = lower;
            for (std::size_t i = 0; i < text.size(); ++i)
                if (mask >> i & 1) text[i] = static_cast<char>(std::toupper(text[i]));
            EXPECT_EQ(ShowText(Kind::kBoolean, text), expected) << text;
            EXPECT_EQ(ShowText(Kind::kBoolean, " \t" + text + "\r\n"), expected) << text;
        }
    }
}

TEST(Boolean, NearMisses) {
    for (const char* text :
         {"2", "-1", "01", "1.0", "tr", "tru", "truee", "of", "ye", "yes no", " ", "null", "\xC5\xBF", "ja"})
        EXPECT_EQ(ShowText(Kind::kBoolean, text), "!syntax") << text;
    EXPECT_EQ(ShowText(Kind::kBoolean, std::string_view("t\0", 2)), "!syntax");
    EXPECT_EQ(ShowText(Kind::kBoolean, ""), "!empty");
}

TEST(Boolean, OtherCells) {
    const Rule rule = RuleOf(Kind::kBoolean);
    EXPECT_EQ(Show(rule, Cell::Integer(0)), "false");
    EXPECT_EQ(Show(rule, Cell::Integer(1)), "true");
    EXPECT_EQ(Show(rule, Cell::Integer(2)), "!out of range");
    EXPECT_EQ(Show(rule, Cell::Integer(-1)), "!out of range");
    EXPECT_EQ(Show(rule, Cell::Real(1.0)), "!wrong class");
    EXPECT_EQ(Show(rule, Cell::Blob("1")), "!wrong class");
    EXPECT_EQ(Show(rule, Cell::Null()), "NULL");
}

}  // namespace
}  // namespace pgsqlite::value::test
