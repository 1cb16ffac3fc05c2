#include "core/assess/one_line.hpp"

#include <gtest/gtest.h>

using pgsqlite::assess::OneLine;

TEST(OneLine, MakesOneLine) {
    EXPECT_EQ(OneLine("", 5), "");
    EXPECT_EQ(OneLine(" \n\t ", 5), "");
    EXPECT_EQ(OneLine("CREATE TRIGGER t\n\tAFTER  INSERT ON a\r\n", 80),
              "CREATE TRIGGER t AFTER INSERT ON a");
    EXPECT_EQ(OneLine(std::string_view("a\0b", 3), 5), "a b");
}

TEST(OneLine, CutsCharactersAndSaysSo) {
    EXPECT_EQ(OneLine("12345", 5), "12345");
    EXPECT_EQ(OneLine("123456", 5), "1234…");
    EXPECT_EQ(OneLine("äöüäöü", 5), "äöüä…");
    EXPECT_EQ(OneLine("äöüäö   ", 5), "äöüäö");
    EXPECT_EQ(OneLine("1234 6", 5), "1234…");
    EXPECT_EQ(OneLine("xy", 1), "…");
    EXPECT_EQ(OneLine(std::string(100000, 'x'), 5), "xxxx…");
    EXPECT_EQ(OneLine("\xFF\xFE\xFDxyz", 4), "\xFF\xFE\xFD…");
}
