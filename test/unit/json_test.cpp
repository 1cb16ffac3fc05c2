// json and jsonb targets. Oracles: nlohmann::json for the grammar, where its rules are PostgreSQL's (it
// decodes escapes, as jsonb does), its values for strings written here, and known cases from json_in.
#include <gtest/gtest.h>

#include <algorithm>
#include <ctime>
#include <nlohmann/json.hpp>
#include <random>
#include <set>
#include <string>

#include "core/value/json/json.hpp"
#include "core/value/json/json_string.hpp"
#include "core/value/json/sqlite_jsonb.hpp"
#include "core/value/text/ascii.hpp"
#include "value_support.hpp"

namespace pgsqlite::value::test {
namespace {

using namespace std::string_literals;

std::string Jsonb(std::string_view text) {
    return ShowText(Kind::kJsonb, text);
}
std::string Json(std::string_view text) {
    return ShowText(Kind::kJson, text);
}

TEST(Json, ValidTextsPassUnchanged) {
    for (const char* text : {"{}", "[]", "0", "-0", "-0.5e-10", "1E+5", "\"\"", "true", "false", "null",
                             " [1 , 2]\t\r\n", R"({"a":{"b":[{"c":null}]},"d":"\u00e9\n\"\\\/"})", "\"\x7F\"",
                             "\"Grüße \U0001F600\"", R"(["\ud83d\ude00"])", "[[],{},[[]]]"}) {
        EXPECT_EQ(Json(text), text);
        EXPECT_EQ(Jsonb(text), text);
    }
}

TEST(Json, InvalidTextsAreRefusedWithTheirOffset) {
    const std::pair<std::string, int> cases[] = {
        {" ", 1},       {"[1,]", 3},      {"{\"a\":1,}", 7}, {"[1 2]", 3},       {"01", 1},
        {"1.", 2},      {".5", 0},        {"+1", 0},         {"-", 1},           {"1e", 2},
        {"tru", 0},     {"True", 0},      {"nulll", 4},      {"NaN", 0},         {"\"", 1},
        {"\"a", 2},     {"'a'", 0},       {"{a:1}", 1},      {"{\"a\"}", 4},     {"{\"a\" 1}", 5},
        {"[", 1},       {"]", 0},         {"{\"a\":}", 5},   {"{,}", 1},         {"[1]x", 3},
        {"[1] [2]", 4}, {"\"\t\"", 1},    {"\"\\q\"", 1},    {"\"\\u12g4\"", 1}, {"\"\\u12", 1},
        {"\"\\", 1},    {"/*c*/1", 0},    {"[1,2}", 4},      {"{\"a\":1]", 6},   {"\xEF\xBB\xBF{}", 0},
        {"1\v", 1},     {"[\"a\nb\"]", 3}};
    for (const auto& [text, offset] : cases) {
        EXPECT_EQ(Json(text), "!invalid json@" + std::to_string(offset)) << text;
        EXPECT_EQ(Jsonb(text), "!invalid json@" + std::to_string(offset)) << text;
    }
    EXPECT_EQ(Jsonb(""), "!empty");
    EXPECT_EQ(Jsonb("[\"\xFF\"]"), "!invalid text@2");
    EXPECT_EQ(Jsonb("[\"a\0\"]"s), "!nul@3");
}

TEST(Json, EscapesAreDecodedByJsonbOnly) {
    for (const char* text :
         {R"("\ud800")", R"("\udc00")", R"("\ud800\ud800")", R"("\ud800x")", R"("\ud800\n")"}) {
        EXPECT_EQ(Json(text), text);
        EXPECT_EQ(Jsonb(text), "!invalid json@1") << text;
    }
    EXPECT_EQ(Json(R"("a\u0000")"), R"("a\u0000")");
    EXPECT_EQ(Jsonb(R"("a\u0000")"), "!nul escape@2");
    EXPECT_EQ(Jsonb(R"({"\u0000":1})"), "!nul escape@2");
    EXPECT_EQ(Jsonb(R"("\\u0000")"), R"("\\u0000")");
    Rule rule = RuleOf(Kind::kJsonb);
    rule.utf8_server = false;
    EXPECT_EQ(ShowText(rule, R"("\u0041")"), R"("\u0041")");
    EXPECT_EQ(ShowText(rule, R"("\u00e9")"), "!untranslatable@1");
    rule.kind = Kind::kJson;
    EXPECT_EQ(ShowText(rule, R"("\u00e9")"), R"("\u00e9")");
}

TEST(Json, DuplicateKeys) {
    EXPECT_EQ(Json(R"({"a":1,"a":2})"), R"({"a":1,"a":2})");
    EXPECT_EQ(Jsonb(R"({"a":1,"a":2})"), "!duplicate key@8");
    EXPECT_EQ(Jsonb(R"({"a":1,"\u0061":2})"), "!duplicate key@8");
    EXPECT_EQ(Jsonb(R"({"\u0061bcdefghij":1,"abcdefghij":2})"), "!duplicate key@22");
    EXPECT_EQ(Jsonb(R"({"":1,"":2})"), "!duplicate key@7");
    EXPECT_EQ(Jsonb(R"({"a":1,"A":2,"b":{"a":1},"c":[{"a":1},{"a":1}]})"),
              R"({"a":1,"A":2,"b":{"a":1},"c":[{"a":1},{"a":1}]})");
    EXPECT_EQ(Jsonb(R"([{"x":{"k":1,"l":2,"k":3}}])"), "!duplicate key@20");
    EXPECT_EQ(Jsonb(R"({"\ud83d\ude00":1,"😀":2})"), "!duplicate key@19");
}

TEST(Json, DuplicateKeysAgreeWithASet) {
    std::mt19937_64 random(14);
    Scratch scratch;
    for (int i = 0; i < 20000; ++i) {
        const auto count = 1 + random() % 60;
        const auto range = 1 + random() % 3000;
        std::string text = "{";
        std::set<std::uint64_t> seen;
        std::size_t duplicate = 0;
        for (std::size_t k = 0; k < count; ++k) {
            const auto key = random() % range;
            if (k > 0) text += ",";
            text += "\"";
            if (!seen.insert(key).second && duplicate == 0) duplicate = text.size();
            std::string name = "key" + std::to_string(key);
            if (random() % 3 == 0) name.replace(0, 1, "\\u006B");
            text += name + "\":{\"key\":[" + std::to_string(k) + "]}";
        }
        text += "}";
        ASSERT_EQ(Show(RuleOf(Kind::kJsonb), Cell::Text(text), scratch),
                  duplicate == 0 ? text : "!duplicate key@" + std::to_string(duplicate));
    }
}

TEST(Json, ManyKeysAreNoQuadraticWork) {
    std::string text = "{";
    for (int i = 0; i < 200000; ++i)
        text += (i > 0 ? ",\"" : "\"") + std::to_string(i * 7919) + "\":1";
    const std::clock_t start = std::clock();
    EXPECT_EQ(Jsonb(text + "}").substr(0, 2), "{\"");
    EXPECT_EQ(Jsonb(text + ",\"7919\":1}").substr(0, 14), "!duplicate key");
    // Of the processor's, whatever else runs. Quadratic work would take minutes.
    EXPECT_LT((std::clock() - start) / CLOCKS_PER_SEC, 10);
}

TEST(Json, HashIgnoresTheSpelling) {
    EXPECT_EQ(HashString("abcdefgh", false), HashString("\\u0061bcdefgh", true));
    EXPECT_EQ(HashString("a/\n", false), HashString("a\\/\\n", true));
    EXPECT_NE(HashString("a", false), HashString("a\\u0000", true));
    EXPECT_EQ(CompareStrings("a\\n", true, "a\n", false), 0);
    EXPECT_LT(CompareStrings("a", true, "ab", false), 0);
    EXPECT_GT(CompareStrings("\xC3\xA9", false, "z", true), 0);
}

TEST(Json, Depth) {
    const auto nested = [](std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };
    EXPECT_EQ(Jsonb(nested(kMaxJsonDepth)), nested(kMaxJsonDepth));
    EXPECT_EQ(Jsonb(nested(kMaxJsonDepth + 1)), "!too deep@" + std::to_string(kMaxJsonDepth));
    EXPECT_EQ(Json(std::string(1000000, '[')), "!too deep@" + std::to_string(kMaxJsonDepth));
    std::string wide = "[";
    for (int i = 0; i < 10000; ++i)
        wide += "{\"a\":[]},";
    wide += "1]";
    EXPECT_EQ(Jsonb(wide), wide);
}

TEST(Json, NumbersWithinNumeric) {
    EXPECT_EQ(Jsonb("1e131071"), "1e131071");
    EXPECT_EQ(Jsonb("[1e131072]"), "!out of range");
    EXPECT_EQ(Json("[1e131072]"), "[1e131072]");
    EXPECT_EQ(Jsonb("1e-16383"), "1e-16383");
    EXPECT_EQ(Jsonb("1e-16384"), "!out of range");
    EXPECT_EQ(Jsonb("0e-20000"), "!out of range");
    EXPECT_EQ(Jsonb("0e999999"), "0e999999");
    EXPECT_EQ(Jsonb("0e2000000000"), "!out of range");
    EXPECT_EQ(Jsonb("1" + std::string(131072, '0')), "!out of range");
    EXPECT_EQ(Jsonb("1" + std::string(131071, '0')), "1" + std::string(131071, '0'));
    EXPECT_EQ(Jsonb("0." + std::string(16384, '0')), "!out of range");
}

TEST(Json, OtherCells) {
    EXPECT_EQ(Show(RuleOf(Kind::kJsonb), Cell::Integer(5)), "5");
    EXPECT_EQ(Show(RuleOf(Kind::kJsonb), Cell::Real(5)), "5.0");
    EXPECT_EQ(Show(RuleOf(Kind::kJsonb), Cell::Real(1e300)), "1e+300");
    EXPECT_EQ(Show(RuleOf(Kind::kJsonb), Cell::Real(HUGE_VAL)), "!invalid json@0");
    EXPECT_EQ(Show(RuleOf(Kind::kJsonb), Cell::Blob("{}")), "!wrong class");
    EXPECT_EQ(Show(WithEncoding(Kind::kJsonb, Encoding::kUtf8), Cell::Blob("{}")), "{}");
}

TEST(Json, InvalidJsonPolicy) {
    Rule rule = RuleOf(Kind::kJsonb);
    rule.policies.invalid_json = InvalidJson::kNull;
    EXPECT_EQ(ShowText(rule, "{x"), "NULL by invalid_json");
    EXPECT_EQ(ShowText(rule, "{}"), "{}");
    EXPECT_EQ(ShowText(rule, R"({"a":1,"a":2})"), "!duplicate key@8");
    EXPECT_EQ(Show(rule, Cell::Real(HUGE_VAL)), "NULL by invalid_json");
    rule.policies.invalid_json = InvalidJson::kString;
    EXPECT_EQ(ShowText(rule, "say \"x\"\n\x01\\"), "\"say \\\"x\\\"\\n\\u0001\\\\\" by invalid_json");
    EXPECT_EQ(ShowText(rule, "\xFF"), "!invalid text@0");
    EXPECT_EQ(ShowText(rule, "a\0"s), "!nul@1");
    EXPECT_EQ(Show(rule, Cell::Real(-HUGE_VAL)), "\"-Infinity\" by invalid_json");
    rule.policies.invalid_text = InvalidText::kReplace;
    EXPECT_EQ(ShowText(rule, "\xFF\n"), "\"\uFFFD\\n\" by invalid_text");
    EXPECT_EQ(ShowText(rule, "[\"\xFF\"]"), "[\"\uFFFD\"] by invalid_text");
}

TEST(Json, QuotedTextsReadBack) {
    std::mt19937_64 random(15);
    Scratch scratch;
    Rule rule = RuleOf(Kind::kJson);
    rule.policies.invalid_json = InvalidJson::kString;
    for (int i = 0; i < 20000; ++i) {
        std::string text = "x";
        for (auto n = random() % 40; n > 0; --n)
            text += static_cast<char>(1 + random() % 127);
        Value value;
        ASSERT_TRUE(Convert(rule, Cell::Text(text), scratch, value).ok());
        const auto parsed = nlohmann::json::parse(value.bytes);
        ASSERT_EQ(parsed.get<std::string>(), text);
        // What was made is JSON by our own rules as well.
        Scratch other;
        Value again;
        ASSERT_TRUE(Convert(RuleOf(Kind::kJsonb), Cell::Text(value.bytes), other, again).ok()) << value.bytes;
    }
}

/// Random documents of nlohmann's making, damaged at random, and random token soup.
std::string RandomJson(std::mt19937_64& random, int depth) {
    switch (random() % (depth > 0 ? 8 : 6)) {
        case 0:
            return "null";
        case 1:
            return random() % 2 ? "true" : "false";
        case 2:
            return std::to_string(static_cast<std::int64_t>(random()) >> (random() % 64));
        case 3: {
            char text[40];
            std::snprintf(text, sizeof text, "%.*e", static_cast<int>(random() % 10),
                          1.0 / (1 + random() % 1000));
            return text;
        }
        case 4:
        case 5: {
            static const char* const kPieces[] = {
                "a",   "é", "😀", "\\n", "\\u00e9", "\\ud83d\\ude00", "\\\\", "\\/", " ", "long plain text ",
                "\\\""};
            std::string text = "\"";
            for (auto n = random() % 6; n > 0; --n)
                text += kPieces[random() % std::size(kPieces)];
            return text + "\"";
        }
        case 6: {
            std::string text = "[";
            for (auto n = random() % 5; n > 0; --n)
                text += RandomJson(random, depth - 1) + (n > 1 ? (random() % 2 ? "," : " ,\n") : "");
            return text + "]";
        }
        default: {
            std::string text = "{";
            for (auto n = random() % 5; n > 0; --n)
                text +=
                    "\"k" + std::to_string(n) + "\" :" + RandomJson(random, depth - 1) + (n > 1 ? ", " : "");
            return text + "}";
        }
    }
}

TEST(Json, AgreesWithNlohmann) {
    std::mt19937_64 random(16);
    Scratch scratch;
    static const char kSoup[] = "{}[],:\"\\u0019aeEtrufalsn.-+ \n\t\x01";
    int valid = 0;
    for (int i = 0; i < 300000; ++i) {
        std::string text;
        if (random() % 4 == 0) {
            for (auto n = 1 + random() % 12; n > 0; --n)
                text += kSoup[random() % (sizeof kSoup - 1)];
        } else {
            text = RandomJson(random, 4);
            if (random() % 2 == 0) {
                const std::size_t at = random() % text.size();
                switch (random() % 3) {
                    case 0:
                        text.erase(at, 1);
                        break;
                    case 1:
                        text.insert(at, 1, kSoup[random() % (sizeof kSoup - 1)]);
                        break;
                    default:
                        text[at] = kSoup[random() % (sizeof kSoup - 1)];
                        break;
                }
            }
        }
        if (text.empty()) continue;
        Value value;
        const Code code = Convert(RuleOf(Kind::kJsonb), Cell::Text(text), scratch, value).code;
        const bool accepted = nlohmann::json::accept(text);
        valid += accepted;
        switch (code) {
            case Code::kOk:
                // nlohmann refuses numbers beyond a double; PostgreSQL does not.
                if (!accepted) {
                    ASSERT_NE(text.find_first_of("eE"), std::string::npos) << text;
                }
                ASSERT_EQ(value.bytes, text);
                break;
            case Code::kInvalidJson:
                ASSERT_FALSE(accepted) << text;
                break;
            case Code::kInvalidText:
                ASSERT_FALSE(accepted) << text;
                break;
            default:
                ASSERT_TRUE(code == Code::kJsonDuplicateKey || code == Code::kJsonNulEscape ||
                            code == Code::kOutOfRange)
                    << text;
                break;
        }
        if (code == Code::kOk) {
            ASSERT_EQ(Show(RuleOf(Kind::kJson), Cell::Text(text), scratch), text);
        }
    }
    EXPECT_GT(valid, 50000);
}

TEST(Json, UnescapingAgreesWithNlohmann) {
    std::mt19937_64 random(17);
    for (int i = 0; i < 50000; ++i) {
        const std::string text = RandomJson(random, 0);
        if (text[0] != '"') continue;
        const std::string body = text.substr(1, text.size() - 2);
        std::string decoded(body.size(), '\0');
        decoded.resize(static_cast<std::size_t>(UnescapeJson(body, decoded.data()) - decoded.data()));
        ASSERT_EQ(decoded, nlohmann::json::parse(text).get<std::string>());
        ASSERT_EQ(DecodedSize(body), decoded.size());
        ASSERT_EQ(HashString(body, true), HashString(decoded, false));
    }
}

std::string FromHex(std::string_view hex) {
    std::string bytes;
    for (std::size_t i = 0; i + 1 < hex.size(); i += 2)
        bytes += static_cast<char>(HexDigit(hex[i]) << 4 | HexDigit(hex[i + 1]));
    return bytes;
}

std::string JsonOfBlob(std::string_view hex, Kind kind = Kind::kJson) {
    return Show(RuleOf(kind), Cell::Blob(FromHex(hex)));
}

/// Both columns as SQLite 3.46.1 has them: hex(jsonb(…)) and json(jsonb(…)).
TEST(Json, SqliteJsonb) {
    const std::pair<const char*, const char*> cases[] = {
        {"0c", "{}"},
        {"0b", "[]"},
        {"cc16176113311762cb0e010200852d302e35652d31301778", R"({"a":1,"b":[true,false,null,-0.5e-10,"x"]})"},
        {"cc28176144307831461762262e35176326352e1764133717655539653939391766001767542d30786666",
         R"({"a":31,"b":0.5,"c":5.0,"d":7,"e":9e999,"f":null,"g":-255})"},
        {"cb1e774772c3bcc39f65a85c75303065395c6e5c225969745c2773495c783431",
         R"(["Grüße","\u00e9\n\"","it's","\u0041"])"},
        {"5b4b3b2b1b0b", "[[[[[[]]]]]]"},
        {"4774657874", R"("text")"},
        {"233132", "12"},
        {"00", "null"},
        // A size of eight bytes where one would do; a raw text.
        {"fb00000000000000021331", "[1]"},
        {"6a2261225c0a01", "\"\\\"a\\\"\\\\\\u000a\\u0001\""},
    };
    for (const auto& [hex, text] : cases)
        EXPECT_EQ(JsonOfBlob(hex), text) << hex;
    EXPECT_EQ(JsonOfBlob("cc16176113311762cb0e010200852d302e35652d31301778", Kind::kJsonb),
              R"({"a":1,"b":[true,false,null,-0.5e-10,"x"]})");
    EXPECT_EQ(JsonOfBlob("dc0a0ac0ff"), "!wrong class");
    // Half an element, one too many, a payload of null, an object without a value or with a number as key,
    // reserved types, a text that ends within itself.
    for (const char* hex : {"1b", "0b0b", "1030", "2c1761", "4c13311332", "0d", "0e", "0f", "372261", "2361",
                            "1b0d", "cb", "fbffffffffffffffff00", "7b226122", "5b7b", "2330", "1378"})
        EXPECT_EQ(JsonOfBlob(hex), "!wrong class") << hex;
    EXPECT_EQ(JsonOfBlob("c413307831323334353637383961626364656630"
                         "31"),
              "!out of range");
    EXPECT_EQ(JsonOfBlob("27c328"), "!wrong class");
    EXPECT_EQ(JsonOfBlob("485c713131"), "!invalid json@1");
    // Keys that jsonb would drop.
    EXPECT_EQ(JsonOfBlob("8c1761133117611332", Kind::kJsonb), "!duplicate key@8");
    EXPECT_FALSE(IsSqliteJsonbContainer(FromHex("13")));
    EXPECT_TRUE(IsSqliteJsonbContainer(FromHex("0c")));
}

/// Texts of JSON in blobs are no binary JSON: SQLite tells the two apart by the same bytes.
TEST(Json, TextsInBlobsAreNoJsonb) {
    for (const char* text : {"{}", "[]", R"({"a":1})", R"({"a":12})", "[1,2]", "[12,3]", "[33567]", "[7,89]",
                             R"(["x"])", "[null]", "[true,false]", R"({"a":[1,2,{"b":"c"}]})"})
        EXPECT_EQ(Show(RuleOf(Kind::kJson), Cell::Blob(text)), "!wrong class") << text;
}

}  // namespace
}  // namespace pgsqlite::value::test
