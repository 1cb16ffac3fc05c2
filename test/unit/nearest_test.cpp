// NearestWord against known distances.
#include "core/base/nearest.hpp"

#include <gtest/gtest.h>

#include <string>

namespace pgsqlite {
namespace {

constexpr const char* kWords[] = {"database", "updatable", "busy_timeout", "unix", "unix_ms", "iso"};

std::string Nearest(std::string_view word) {
    const char* nearest = NearestWord(word, kWords);
    return nearest == nullptr ? "" : nearest;
}

TEST(NearestWord, FindsMisspeltWords) {
    EXPECT_EQ(Nearest("databse"), "database");
    EXPECT_EQ(Nearest("DATABASE"), "database");
    EXPECT_EQ(Nearest("updateable"), "updatable");
    EXPECT_EQ(Nearest("busytimeout"), "busy_timeout");
    EXPECT_EQ(Nearest("busi_time_out"), "busy_timeout");
    EXPECT_EQ(Nearest("unix_mss"), "unix_ms");
    EXPECT_EQ(Nearest("uinx"), "unix");
}

TEST(NearestWord, FirstOfEqualDistance) {
    const char* const words[] = {"cat", "car"};
    EXPECT_STREQ(NearestWord("caz", words), "cat");
}

TEST(NearestWord, NothingNear) {
    EXPECT_EQ(Nearest("password"), "");
    EXPECT_EQ(Nearest(""), "");
    EXPECT_EQ(Nearest("qq"), "");  // two substitutions and one insertion away from "iso"
    const char* const short_words[] = {"ab"};
    EXPECT_EQ(NearestWord("xy", short_words), nullptr);  // distance 2, but nothing in common
    EXPECT_EQ(Nearest(std::string(200, 'a')), "");
    EXPECT_EQ(NearestWord("iso", {}), nullptr);
}

TEST(NearestWord, DistanceLimitGrowsWithLength) {
    const char* const words[] = {"abcdefghijkl"};
    EXPECT_NE(NearestWord("abcdefghWXYZ", words), nullptr);  // 4 of 12
    EXPECT_EQ(NearestWord("abcdefgVWXYZ", words), nullptr);  // 5 of 12
    const char* const small[] = {"abcd"};
    EXPECT_NE(NearestWord("abXY", small), nullptr);  // 2 is always near
    EXPECT_EQ(NearestWord("aXYZ", small), nullptr);
}

}  // namespace
}  // namespace pgsqlite
