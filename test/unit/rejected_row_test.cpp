// Rejected rows from JSON: what row_json writes comes back, and what a person may do wrong is named.
#include "core/sqlite/rejected_row.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "core/base/error.hpp"
#include "core/sqlite/cut_value.hpp"

namespace pgsqlite::sqlite {
namespace {

using value::StorageClass;

/// Message and detail of what is raised; empty when nothing is.
std::string Fault(const std::string& json) {
    try {
        (void)RejectedRow::Parse(json);
    } catch (const Error& error) {
        EXPECT_STREQ(error.sqlstate(), "22023");
        return error.detail();
    }
    return {};
}

TEST(RejectedRow, StorageClasses) {
    const auto row = RejectedRow::Parse(
        R"({"i": {"class": "integer", "value": -9223372036854775808}, "r": {"class": "real", "value": 5},)"
        R"( "inf": {"class": "real", "value": "-Infinity"}, "z": {"class": "real", "value": "-0.0"},)"
        R"( "t": {"class": "text", "value": "f\u00fcnf"}, "x": {"class": "text", "hex": "6100fF"},)"
        R"( "b": {"class": "blob", "hex": ""}, "n": {"class": "null"}})");
    EXPECT_EQ(row.form(), RejectedRow::Form::kStored);
    ASSERT_EQ(row.members().size(), 8u);
    EXPECT_EQ(row.Find("I")->cell().integer, std::numeric_limits<std::int64_t>::min());
    EXPECT_EQ(row.Find("r")->cell().storage_class, StorageClass::kReal);
    EXPECT_EQ(row.Find("r")->cell().real, 5.0);
    EXPECT_EQ(row.Find("inf")->cell().real, -std::numeric_limits<double>::infinity());
    EXPECT_TRUE(std::signbit(row.Find("z")->cell().real));
    EXPECT_EQ(row.Find("t")->cell().view(), "f\xc3\xbcnf");
    EXPECT_EQ(row.Find("x")->cell().view(), std::string_view("a\0\xff", 3));
    EXPECT_EQ(row.Find("b")->cell().storage_class, StorageClass::kBlob);
    EXPECT_TRUE(row.Find("n")->cell().is_null());
    EXPECT_EQ(row.Find("missing"), nullptr);
}

TEST(RejectedRow, ValuesThatAreCut) {
    const std::string value = "abcdef", digest = DigestText(value);
    const std::string cut = R"({"class": "text", "bytes": 6, "begins": "abc", "digest": ")" + digest + "\"}";
    const auto row = RejectedRow::Parse(R"({"a": {"class": "null"}, "b": )" + cut + "}");
    ASSERT_NE(row.FindCut(), nullptr);
    EXPECT_EQ(row.FindCut()->name, "b");
    EXPECT_TRUE(row.FindCut()->cell().is_null());
    EXPECT_TRUE(row.FindCut()->IsOf(value::Cell::Text(value)));
    EXPECT_FALSE(row.FindCut()->IsOf(value::Cell::Blob(value)));
    EXPECT_FALSE(row.FindCut()->IsOf(value::Cell::Text("abcdeg")));
    EXPECT_FALSE(row.FindCut()->IsOf(value::Cell::Null()));
    const auto check = [&](const char* json) { RejectedRow::Parse(json).CheckReplaces(row); };
    EXPECT_NO_THROW(check((R"({"a": {"class": "integer", "value": 5}, "b": )" + cut + "}").c_str()));
    EXPECT_NO_THROW(check(R"({"a": {"class": "null"}, "b": {"class": "text", "value": "whole"}})"));
    EXPECT_THROW(check((R"({"a": )" + cut + R"(, "b": {"class": "null"}})").c_str()), Error);
    EXPECT_THROW((void)RejectedRow::ParseKey(R"({"b": )" + cut + "}"), Error);
    EXPECT_EQ(RejectedRow::Parse(R"({"a": {"type": "date"}})").FindCut(), nullptr);
    EXPECT_NE(
        RejectedRow::Parse(R"({"a": {"type": "text", "bytes": 6, "begins": "a", "digest": "0"}})").FindCut(),
        nullptr);
}

TEST(RejectedRow, ConvertedValues) {
    const auto row =
        RejectedRow::Parse(R"({"a": {"type": "numeric", "value": "5.00"}, "b": {"type": "date"}})");
    EXPECT_EQ(row.form(), RejectedRow::Form::kConverted);
    EXPECT_EQ(*row.Find("a")->text, "5.00");
    EXPECT_EQ(row.Find("b")->type, "date");
    EXPECT_FALSE(row.Find("b")->text.has_value());
}

TEST(RejectedRow, Faults) {
    for (const char* json : {"",
                             "[]",
                             "{}",
                             "5",
                             R"({"a": 5})",
                             R"({"a": {"value": 5}})",
                             R"({"a": {"class": "integr", "value": 5}})",
                             R"({"a": {"class": 5, "value": 5}})",
                             R"({"a": {"class": "integer"}})",
                             R"({"a": {"class": "integer", "value": 5.5}})",
                             R"({"a": {"class": "integer", "value": "5"}})",
                             R"({"a": {"class": "integer", "value": 9223372036854775808}})",
                             R"({"a": {"class": "integer", "value": 5, "hex": "00"}})",
                             R"({"a": {"class": "real", "value": "NaN"}})",
                             R"({"a": {"class": "real"}})",
                             R"({"a": {"class": "text", "value": 5}})",
                             R"({"a": {"class": "text", "value": "a", "hex": "61"}})",
                             R"({"a": {"class": "text", "hex": "6"}})",
                             R"({"a": {"class": "text", "hex": "6g"}})",
                             R"({"a": {"class": "blob", "value": "a"}})",
                             R"({"a": {"class": "null", "value": null}})",
                             R"({"a": {"class": "null", "valeu": 5}})",
                             R"({"a": {"class": "text", "bytes": 5}})",
                             R"({"a": {"class": "text", "bytes": -5, "digest": "0"}})",
                             R"({"a": {"class": "text", "bytes": 5, "digest": ""}})",
                             R"({"a": {"class": "text", "bytes": 5, "digest": "0", "value": "a"}})",
                             R"({"a": {"class": "text", "bytes": 5, "digest": "0", "begin": "a"}})",
                             R"({"a": {"class": "integer", "bytes": 5, "digest": "0"}})",
                             R"({"a": {"class": "text", "begins": "a", "value": "a"}})",
                             R"({"a": {"type": "date", "value": 5}})",
                             R"({"a": {"type": 5}})",
                             R"({"a": {"type": "date", "class": "null"}})",
                             R"({"a": {"type": "date"}, "b": {"class": "null"}})"})
        EXPECT_NE(Fault(json), "") << json;
    EXPECT_EQ(Fault(R"({"age": {"class": "integer", "value": "5"}})"),
              "Column \"age\": an integer is a whole number of 64 bits in \"value\".");
}

TEST(RejectedRow, Keys) {
    const auto key = RejectedRow::ParseKey(
        R"({"i": 5, "r": 0.5, "t": "x", "n": null, "c": {"class": "blob", "hex": "00"}})");
    EXPECT_EQ(key.Find("i")->cell().integer, 5);
    EXPECT_EQ(key.Find("r")->cell().real, 0.5);
    EXPECT_EQ(key.Find("t")->cell().view(), "x");
    EXPECT_TRUE(key.Find("n")->cell().is_null());
    EXPECT_EQ(key.Find("c")->cell().storage_class, StorageClass::kBlob);
    EXPECT_THROW((void)RejectedRow::ParseKey(R"({"i": [5]})"), Error);
}

TEST(RejectedRow, Replacement) {
    const auto before =
        RejectedRow::Parse(R"({"a": {"class": "text", "value": "x"}, "b": {"class": "null"}})");
    const auto check = [&](const char* json) { RejectedRow::Parse(json).CheckReplaces(before); };
    EXPECT_NO_THROW(check(R"({"b": {"class": "integer", "value": 5}, "a": {"class": "null"}})"));
    EXPECT_THROW(check(R"({"a": {"class": "null"}})"), Error);
    EXPECT_THROW(check(R"({"a": {"class": "null"}, "b": {"class": "null"}, "c": {"class": "null"}})"), Error);
    EXPECT_THROW(check(R"({"a": {"type": "text"}, "b": {"type": "text"}})"), Error);
    const auto typed = RejectedRow::Parse(R"({"a": {"type": "text"}})");
    EXPECT_THROW(RejectedRow::Parse(R"({"a": {"type": "date"}})").CheckReplaces(typed), Error);
}

}  // namespace
}  // namespace pgsqlite::sqlite
