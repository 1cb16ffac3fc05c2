// Rows and keys as JSON: what sqlite.rejects keeps. Expected texts follow docs/reference/jobs.md.
#include "core/sqlite/row_json.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace pgsqlite::sqlite {
namespace {

using value::Cell;
using namespace std::string_literals;
using namespace std::string_view_literals;

TEST(KeyAsJson, TypesOfJsonSayTheClass) {
    EXPECT_EQ(KeyAsJson({{"a", Cell::Integer(5)}, {"b", Cell::Text("5")}, {"c", Cell::Real(5)}}),
              R"({"a": 5, "b": "5", "c": 5.0})");
    EXPECT_EQ(KeyAsJson({{"q\"", Cell::Text("a\", \"value\": \"b")}}), R"({"q\"": "a\", \"value\": \"b"})");
    EXPECT_EQ(KeyAsJson({{"n", Cell::Null()}, {"i", Cell::Integer(INT64_MIN)}}),
              R"({"n": null, "i": -9223372036854775808})");
}

TEST(KeyAsJson, WhatJsonCannotHold) {
    EXPECT_EQ(KeyAsJson({{"b", Cell::Blob("\xff\x00"sv)}}), R"({"b": {"class": "blob", "hex": "ff00"}})");
    EXPECT_EQ(KeyAsJson({{"t", Cell::Text("\xff"sv)}}), R"({"t": {"class": "text", "hex": "ff"}})");
    EXPECT_EQ(KeyAsJson({{"r", Cell::Real(std::numeric_limits<double>::infinity())}}),
              R"({"r": {"class": "real", "value": "Infinity"}})");
}

TEST(KeyAsJson, LongValuesAreCut) {
    const std::string longest(kWholeValueBytes, 'x'), longer = longest + 'x';
    EXPECT_TRUE(IsWhole({{"a", Cell::Text(longest)}, {"b", Cell::Integer(5)}}));
    EXPECT_FALSE(IsWhole({{"a", Cell::Text(longest)}, {"b", Cell::Blob("x"sv)}}));
    EXPECT_EQ(KeyAsJson({{"a", Cell::Text(longest)}}), "{\"a\": \"" + longest + "\"}");
    EXPECT_EQ(KeyAsJson({{"a", Cell::Text(longer)}}),
              R"({"a": {"class": "text", "bytes": 1048577, "begins": ")" + longer.substr(0, kBeginningBytes) +
                  R"(", "digest": ")" + DigestText(longer) + "\"}}");
    EXPECT_EQ(KeyAsJson({{"b", Cell::Blob("\x01\x02\x03"sv)}}, 2),
              R"({"b": {"class": "blob", "bytes": 3, "begins_hex": "010203", "digest": ")" +
                  DigestText("\x01\x02\x03") + "\"}}");
}

TEST(BeginningOf, WholeCharacters) {
    std::string text;
    while (text.size() < kBeginningBytes + 1)
        text += "\u20ac";
    EXPECT_EQ(BeginningOf(text), text.substr(0, kBeginningBytes / 3 * 3));
    EXPECT_EQ(BeginningOf("abc"), "abc");
    EXPECT_EQ(BeginningOf("a\xff" + text), "");
    EXPECT_EQ(BeginningOf("a\0"s + text), "");
    EXPECT_EQ(BeginningOf(""), "");
}

}  // namespace
}  // namespace pgsqlite::sqlite
