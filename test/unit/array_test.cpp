// Array targets: lists taken apart into cells. Oracle for JSON arrays: nlohmann::json.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <random>
#include <string>

#include "value_support.hpp"

namespace pgsqlite::value::test {
namespace {

std::string Json(std::string_view text) {
    return ShowText(Kind::kArray, text);
}

Rule Delimited(std::string_view delimiter) {
    Rule rule = WithEncoding(Kind::kArray, Encoding::kDelimiter);
    rule.encodings.delimiter = delimiter;
    return rule;
}

TEST(Array, JsonElements) {
    EXPECT_EQ(Json("[]"), "");
    EXPECT_EQ(Json(" [ ] "), "");
    EXPECT_EQ(Json(R"(["a","b c",""])"), "t:a|t:b c|t:");
    EXPECT_EQ(Json("[1, -2 ,3.0,1e3,-0,9223372036854775808]"),
              "i:1|i:-2|t:3.0|t:1e3|t:-0|t:9223372036854775808");
    EXPECT_EQ(Json("[true,false,null]"), "t:true|t:false|null");
    EXPECT_EQ(Json(R"([[1,"]"], {"a":"}\"]"} ,2])"), R"(t:[1,"]"]|t:{"a":"}\"]"}|i:2)");
    EXPECT_EQ(Json(R"(["\u00e9\ud83d\ude00\n","plain","\\"])"), "t:é😀\n|t:plain|t:\\");
    EXPECT_EQ(Json("[\"a\\u0000b\"]"), std::string("t:a\0b", 5));
    // Keys of nested objects are the element rule's business.
    EXPECT_EQ(Json(R"([{"a":1,"a":2}])"), R"(t:{"a":1,"a":2})");
}

TEST(Array, ElementsThatAreJsonStayAsSpelled) {
    Rule element = RuleOf(Kind::kJsonb);
    Rule rule = RuleOf(Kind::kArray);
    rule.element = &element;
    EXPECT_EQ(ShowText(rule, R"(["5", 5, "\u00e9", [1], null])"), R"(t:"5"|t:5|t:"\u00e9"|t:[1]|null)");
}

TEST(Array, WhatIsNoJsonArray) {
    EXPECT_EQ(Json("a,b"), "!invalid json@0");
    EXPECT_EQ(Json("{a,b}"), "!invalid json@1");
    EXPECT_EQ(Json("[1,2"), "!invalid json@4");
    EXPECT_EQ(Json(R"(["\ud800"])"), "!invalid json@2");
    EXPECT_EQ(Json("{}"), "!syntax");
    EXPECT_EQ(Json("1"), "!syntax");
    EXPECT_EQ(Json(""), "!empty");
    EXPECT_EQ(Json("[\"\xFF\"]"), "!invalid text@2");
    EXPECT_EQ(Show(RuleOf(Kind::kArray), Cell::Integer(1)), "!wrong class");
    EXPECT_EQ(Show(RuleOf(Kind::kArray), Cell::Blob("[1]")), "!wrong class");
    EXPECT_EQ(Show(WithEncoding(Kind::kArray, Encoding::kUtf8), Cell::Blob("[1]")), "i:1");
    Rule rule = RuleOf(Kind::kArray);
    rule.policies.invalid_json = InvalidJson::kNull;
    EXPECT_EQ(ShowText(rule, "a,b"), "NULL by invalid_json");
    rule.policies.invalid_json = InvalidJson::kString;
    EXPECT_EQ(ShowText(rule, "a,b"), "!invalid json@0");
}

TEST(Array, Delimiters) {
    EXPECT_EQ(ShowText(Delimited(","), ""), "");
    EXPECT_EQ(ShowText(Delimited(","), "a"), "t:a");
    EXPECT_EQ(ShowText(Delimited(","), "a,b,,c,"), "t:a|t:b|t:|t:c|t:");
    EXPECT_EQ(ShowText(Delimited(", "), "a, b,c"), "t:a|t:b,c");
    EXPECT_EQ(ShowText(Delimited(""), "a,b"), "t:a,b");
    Rule rule = Delimited(";");
    rule.policies.empty_as_null = true;
    EXPECT_EQ(ShowText(rule, ""), "NULL by empty_as_null");
    rule.policies.nul_bytes = NulBytes::kStrip;
    EXPECT_EQ(ShowText(rule, std::string_view("a\0;b", 4)), "t:a|t:b by nul_bytes");
}

TEST(Array, EncodingsAreTriedInOrder) {
    Rule rule = Delimited(";");
    rule.encodings.items[0] = Encoding::kJson;
    rule.encodings.items[1] = Encoding::kDelimiter;
    rule.encodings.count = 2;
    EXPECT_EQ(ShowText(rule, "[1,2]"), "i:1|i:2");
    EXPECT_EQ(ShowText(rule, "[1;2"), "t:[1|t:2");
    // The cleaned text survives the failed attempt.
    rule.policies.nul_bytes = NulBytes::kStrip;
    EXPECT_EQ(ShowText(rule, std::string_view("[1;\0"
                                              "2",
                                              5)),
              "t:[1|t:2 by nul_bytes");
}

Rule Literal() {
    return WithEncoding(Kind::kArray, Encoding::kPg);
}

TEST(Array, AsPostgresWritesIt) {
    EXPECT_EQ(ShowText(Literal(), "{}"), "");
    EXPECT_EQ(ShowText(Literal(), " { } "), "");
    EXPECT_EQ(ShowText(Literal(), R"({a, b c ,"d,}" , "e\"\\",f\ ,null,"NULL",\null,""})"),
              R"(t:a|t:b c|t:d,}|t:e"\|t:f |null|t:NULL|t:null|t:)");
    for (const char* text :
         {"a", "a,b", "{a", "a}", "{a,}", "{,a}", "{,}", "{a}b", "{a}{b}", "{{a},{b}}", R"({a"b"})",
          R"({"a"b})", R"({"a)", R"({"a})", R"({"a\"})", R"({\})", "{\\", "[1:2]={1,2}", "[1,2]"})
        EXPECT_EQ(ShowText(Literal(), text), "!syntax") << text;
    EXPECT_EQ(ShowText(Literal(), ""), "!empty");
    Rule rule = Literal();
    rule.policies.nul_bytes = NulBytes::kStrip;
    EXPECT_EQ(ShowText(rule, std::string_view("{\\a,\0b}", 7)), "t:a|t:b by nul_bytes");
}

TEST(Array, JsonThenPostgresThenPieces) {
    Rule rule = Delimited(";");
    rule.encodings.count = 3;
    rule.encodings.items[0] = Encoding::kJson;
    rule.encodings.items[1] = Encoding::kPg;
    rule.encodings.items[2] = Encoding::kDelimiter;
    EXPECT_EQ(ShowText(rule, R"(["x","y"])"), "t:x|t:y");
    EXPECT_EQ(ShowText(rule, "{a,b}"), "t:a|t:b");
    EXPECT_EQ(ShowText(rule, "p;q"), "t:p|t:q");
    EXPECT_EQ(ShowText(rule, ""), "");
    rule.encodings.count = 2;
    EXPECT_EQ(ShowText(rule, "p;q"), "!syntax");
    rule.policies.invalid_json = InvalidJson::kNull;
    EXPECT_EQ(ShowText(rule, "p;q"), "NULL by invalid_json");
    EXPECT_EQ(ShowText(rule, "{a,b}"), "t:a|t:b");
}

/// PostgreSQL's own rules for what must be quoted, written down a second time.
TEST(Array, ReadsWhatPostgresWrites) {
    std::mt19937_64 random(19);
    Scratch scratch;
    constexpr char kCharacters[] = "ab,;{}\"\\ NULul\t";
    for (int i = 0; i < 20000; ++i) {
        std::string text = "{", expected;
        for (auto n = random() % 5; n > 0; --n) {
            std::string value(random() % 6, ' ');
            for (char& c : value)
                c = kCharacters[random() % (sizeof(kCharacters) - 1)];
            if (text.size() > 1) text += ',', expected += '|';
            expected += "t:" + value;
            text += '"';
            for (const char c : value)
                text += c == '"' || c == '\\' ? std::string("\\") + c : std::string(1, c);
            text += '"';
        }
        ASSERT_EQ(Show(Literal(), Cell::Text(text += '}'), scratch), expected) << text;
    }
}

TEST(Array, AgreesWithNlohmann) {
    std::mt19937_64 random(18);
    Scratch scratch;
    Rule cleaning = RuleOf(Kind::kArray);
    cleaning.policies.nul_bytes = NulBytes::kStrip;
    for (int i = 0; i < 20000; ++i) {
        nlohmann::json array = nlohmann::json::array();
        for (auto n = random() % (i % 100 == 0 ? 3000 : 8); n > 0; --n) {
            switch (random() % 4) {
                case 0:
                    array.push_back(static_cast<std::int64_t>(random()));
                    break;
                case 1:
                    array.push_back(nullptr);
                    break;
                case 2:
                    array.push_back({{"k", {1, "x]\""}}});
                    break;
                default:
                    array.push_back(std::string(random() % 40, 'x') + "\"\\é\n" + std::to_string(random()));
                    break;
            }
        }
        std::string expected;
        for (const auto& element : array) {
            if (!expected.empty()) expected += '|';
            if (element.is_number())
                expected += "i:" + element.dump();
            else if (element.is_null())
                expected += "null";
            else
                expected += "t:" + (element.is_string() ? element.get<std::string>() : element.dump());
        }
        std::string text = array.dump(-1, ' ', random() % 2 == 0);
        ASSERT_EQ(Show(RuleOf(Kind::kArray), Cell::Text(text), scratch), expected);
        // The same through the scratch buffer.
        text.insert(1, 1, '\0');
        ASSERT_EQ(Show(cleaning, Cell::Text(text), scratch), expected + " by nul_bytes");
    }
}

}  // namespace
}  // namespace pgsqlite::value::test
