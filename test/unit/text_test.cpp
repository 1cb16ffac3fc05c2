// text, bytea and input-function targets, UTF-8, and cells in messages. Oracle: a decoder written straight
// from the definition of UTF-8 (RFC 3629).
#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "core/value/format.hpp"
#include "core/value/text/utf8.hpp"
#include "value_support.hpp"

namespace pgsqlite::value::test {
namespace {

using namespace std::string_literals;

/// Length of the well-formed character at i, or 0: decode the bit pattern, then check the code point.
std::size_t NaiveCharacter(const std::string& s, std::size_t i) {
    const auto byte = [&](std::size_t k) { return k < s.size() ? static_cast<unsigned char>(s[k]) : 0u; };
    const unsigned lead = byte(i);
    std::size_t length = 0;
    std::uint32_t code = 0;
    if (lead < 0x80) return 1;
    if ((lead & 0xE0) == 0xC0) length = 2, code = lead & 0x1F;
    if ((lead & 0xF0) == 0xE0) length = 3, code = lead & 0x0F;
    if ((lead & 0xF8) == 0xF0) length = 4, code = lead & 0x07;
    if (length == 0) return 0;
    for (std::size_t k = 1; k < length; ++k) {
        if ((byte(i + k) & 0xC0) != 0x80) return 0;
        code = code << 6 | (byte(i + k) & 0x3F);
    }
    static const std::uint32_t kSmallest[] = {0, 0, 0x80, 0x800, 0x10000};
    if (code < kSmallest[length] || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF)) return 0;
    return length;
}

std::size_t NaiveFault(const std::string& s) {
    std::size_t i = 0;
    while (i < s.size()) {
        const std::size_t length = s[i] == '\0' ? 0 : NaiveCharacter(s, i);
        if (length == 0) return i;
        i += length;
    }
    return i;
}

/// Text made of pieces that sit close to every border of the encoding.
std::string RandomText(std::mt19937_64& random) {
    static const std::vector<std::string> kPieces = {"a",
                                                     "plain ascii text, long enough for the wide path ",
                                                     "\x7F",
                                                     "\xC2\x80",
                                                     "\xDF\xBF",
                                                     "\xE0\xA0\x80",
                                                     "\xED\x9F\xBF",
                                                     "\xEE\x80\x80",
                                                     "\xEF\xBF\xBF",
                                                     "\xF0\x90\x80\x80",
                                                     "\xF4\x8F\xBF\xBF"};
    static const std::vector<std::string> kFaults = {"\0"s,
                                                     "\x80",
                                                     "\xC0\x80",
                                                     "\xC1\xBF",
                                                     "\xE0\x9F\xBF",
                                                     "\xED\xA0\x80",
                                                     "\xF0\x8F\xBF\xBF",
                                                     "\xF4\x90\x80\x80",
                                                     "\xF5\x80\x80\x80",
                                                     "\xFF",
                                                     "\xC3",
                                                     "\xE2\x82",
                                                     "\xF0\x9F\x98",
                                                     "\xE2\x28"};
    std::string text;
    for (auto n = random() % 12; n > 0; --n) {
        if (random() % 12 == 0)
            text += kFaults[random() % kFaults.size()];
        else
            text += kPieces[random() % kPieces.size()];
    }
    if (random() % 8 == 0 && !text.empty()) text[random() % text.size()] = static_cast<char>(random());
    return text;
}

TEST(Utf8, FaultsAgreeWithANaiveDecoder) {
    std::mt19937_64 random(10);
    for (int i = 0; i < 300000; ++i) {
        const std::string text = RandomText(random);
        const std::size_t fault = NaiveFault(text);
        ASSERT_EQ(FindTextFault(text), fault);
        if (fault < text.size()) continue;
        std::size_t characters = 0;
        for (std::size_t at = 0; at < text.size(); at += NaiveCharacter(text, at))
            ++characters;
        ASSERT_EQ(CountCharacters(text), characters);
        const std::size_t keep = random() % 20;
        std::size_t cut = 0;
        for (std::size_t k = 0; k < keep && cut < text.size(); ++k)
            cut += NaiveCharacter(text, cut);
        ASSERT_EQ(FirstCharacters(text, keep), text.substr(0, cut));
    }
}

TEST(Utf8, EveryCodePoint) {
    for (std::uint32_t code = 1; code <= 0x10FFFF; ++code) {
        if (code == 0xD800) code = 0xE000;
        char buffer[4];
        const std::string text(buffer, AppendUtf8(code, buffer));
        ASSERT_EQ(NaiveCharacter(text, 0), text.size()) << code;
        ASSERT_EQ(FindTextFault(text), text.size()) << code;
    }
}

TEST(Utf8, FaultAtEveryPlaceAndLength) {
    for (std::size_t size = 1; size < 80; ++size)
        for (std::size_t at = 0; at < size; ++at)
            for (const char fault : {'\0', '\x80', '\xFF'}) {
                std::string text(size, 'x');
                text[at] = fault;
                ASSERT_EQ(FindTextFault(text), at) << size;
            }
}

TEST(Text, Plain) {
    EXPECT_EQ(ShowText(Kind::kText, ""), "");
    EXPECT_EQ(ShowText(Kind::kText, "Grüße"), "Grüße");
    EXPECT_EQ(Show(RuleOf(Kind::kText), Cell::Integer(-42)), "-42");
    EXPECT_EQ(Show(RuleOf(Kind::kText), Cell::Real(58)), "58.0");
    EXPECT_EQ(Show(RuleOf(Kind::kText), Cell::Null()), "NULL");
    EXPECT_EQ(Show(RuleOf(Kind::kText), Cell::Blob("abc")), "!wrong class");
    EXPECT_EQ(Show(WithEncoding(Kind::kText, Encoding::kUtf8), Cell::Blob("abc")), "abc");
    EXPECT_EQ(Show(WithEncoding(Kind::kText, Encoding::kUtf8), Cell::Blob("a\xFF")), "!invalid text@1");
}

TEST(Text, FaultsAndTheirPolicies) {
    EXPECT_EQ(ShowText(Kind::kText, "ab\xC3"), "!invalid text@2");
    EXPECT_EQ(ShowText(Kind::kText, "A\0B"s), "!nul@1");
    Rule rule = RuleOf(Kind::kText);
    rule.policies.invalid_text = InvalidText::kReplace;
    // One U+FFFD for each maximal subpart; the example of Unicode 15, table 3-8 and its neighbours.
    EXPECT_EQ(ShowText(rule, "\xC0\xAF\xE0\x80\xBF\xF0\x81\x82\x41"),
              "\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD\uFFFDA by invalid_text");
    EXPECT_EQ(ShowText(rule, "\xED\xA0\x80\xED\xBF\xBF\xED\xAF\x41"),
              "\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD\uFFFDA by invalid_text");
    EXPECT_EQ(ShowText(rule, "\xE1\x80\xE2\xF0\x91\x92\xF1\xBF\x41"),
              "\uFFFD\uFFFD\uFFFD\uFFFDA by invalid_text");
    EXPECT_EQ(ShowText(rule, "x\xFF\0"s), "!nul@2");
    rule.policies.nul_bytes = NulBytes::kStrip;
    EXPECT_EQ(ShowText(rule, "\0a\0\xFF\0"s), "a\uFFFD by nul_bytes");
    rule.policies.invalid_text = InvalidText::kNull;
    EXPECT_EQ(ShowText(rule, "a\0\xFF"s), "NULL by invalid_text");
    rule.policies.invalid_text = InvalidText::kError;
    EXPECT_EQ(ShowText(rule, "a\0\xFF"s), "!invalid text@2");
    EXPECT_EQ(ShowText(rule, "a\0"s), "a by nul_bytes");
    rule.policies.nul_bytes = NulBytes::kNull;
    EXPECT_EQ(ShowText(rule, "a\0"s), "NULL by nul_bytes");
}

TEST(Text, SqlAsciiServerRefusesNulOnly) {
    Rule rule = RuleOf(Kind::kText);
    rule.utf8_server = false;
    EXPECT_EQ(ShowText(rule, "ab\xFF"), "ab\xFF");
    EXPECT_EQ(ShowText(rule, "ab\0"s), "!nul@2");
    rule.max_chars = 2;  // bytes, as that server counts
    EXPECT_EQ(ShowText(rule, "ü"), "ü");
    EXPECT_EQ(ShowText(rule, "üx"), "!too long");
}

TEST(Text, LengthInCharacters) {
    Rule rule = RuleOf(Kind::kText);
    rule.max_chars = 3;
    EXPECT_EQ(ShowText(rule, "äöü"), "äöü");
    EXPECT_EQ(ShowText(rule, "äöüx"), "!too long");
    EXPECT_EQ(ShowText(rule, "abc "), "!too long");
    EXPECT_EQ(Show(rule, Cell::Integer(1234)), "!too long");
    rule.policies.too_long = TooLong::kTruncate;
    EXPECT_EQ(ShowText(rule, "äöüx"), "äöü by too_long");
    EXPECT_EQ(ShowText(rule, "abc"), "abc");
    EXPECT_EQ(ShowText(rule, "a\U0001F600b\U0001F600"), "a\U0001F600b by too_long");
}

TEST(Text, PoliciesAgreeWithTheNaiveDecoder) {
    std::mt19937_64 random(11);
    Scratch scratch;
    Rule rule = RuleOf(Kind::kText);
    rule.policies.invalid_text = InvalidText::kReplace;
    rule.policies.nul_bytes = NulBytes::kStrip;
    for (int i = 0; i < 100000; ++i) {
        const std::string text = RandomText(random);
        Value value;
        const Status status = Convert(rule, Cell::Text(text), scratch, value);
        ASSERT_TRUE(status.ok());
        ASSERT_EQ(status.applied != Applied::kNone, NaiveFault(text) < text.size());
        // Well-formed characters are kept, in order; the rest is U+FFFD.
        std::string expected;
        std::string got(value.bytes);
        ASSERT_EQ(NaiveFault(got), got.size());
        for (std::size_t at = 0; at < text.size();) {
            const std::size_t length = NaiveCharacter(text, at);
            if (length > 0 && text[at] != '\0') expected += text.substr(at, length);
            at += length > 0 ? length : 1;
        }
        const auto without_replacements = [](std::string s) {
            for (std::size_t at; (at = s.find("\uFFFD")) != std::string::npos;)
                s.erase(at, 3);
            return s;
        };
        ASSERT_EQ(without_replacements(got), without_replacements(expected));
    }
}

TEST(Bytea, Cells) {
    EXPECT_EQ(Show(RuleOf(Kind::kBytea), Cell::Blob("\0\xFF"s)), "\0\xFF"s);
    EXPECT_EQ(Show(RuleOf(Kind::kBytea), Cell::Text("a\xFF\0"s)), "a\xFF\0"s);
    EXPECT_EQ(Show(RuleOf(Kind::kBytea), Cell::Text("")), "");
    EXPECT_EQ(Show(RuleOf(Kind::kBytea), Cell::Integer(7)), "7");
    EXPECT_EQ(Show(RuleOf(Kind::kBytea), Cell::Real(7)), "7.0");
}

TEST(Input, Cells) {
    EXPECT_EQ(ShowText(Kind::kInput, "10.0.0.1"), "10.0.0.1");
    EXPECT_EQ(ShowText(Kind::kInput, ""), "!empty");
    EXPECT_EQ(Show(RuleOf(Kind::kInput), Cell::Integer(5)), "5");
    EXPECT_EQ(Show(RuleOf(Kind::kInput), Cell::Blob("a")), "!wrong class");
    EXPECT_EQ(Show(WithEncoding(Kind::kInput, Encoding::kUtf8), Cell::Blob("a")), "a");
    EXPECT_EQ(Show(WithEncoding(Kind::kInput, Encoding::kUtf8), Cell::Blob("")), "!empty");
}

std::string Describe(const Cell& cell, std::size_t max_chars = 40, std::size_t size = 256) {
    std::string buffer(size, '#');
    const std::size_t used = DescribeCell(cell, buffer.data(), size, max_chars);
    EXPECT_LT(used, size);
    EXPECT_EQ(buffer[used], '\0');
    buffer.resize(used);
    return buffer;
}

TEST(Describe, Cells) {
    EXPECT_EQ(Describe(Cell::Null()), "NULL");
    EXPECT_EQ(Describe(Cell::Integer(-5)), "-5");
    EXPECT_EQ(Describe(Cell::Real(5)), "5.0");
    EXPECT_EQ(Describe(Cell::Text("it's")), "'it''s'");
    EXPECT_EQ(Describe(Cell::Text("a\\b")), "'a\\\\b'");
    EXPECT_EQ(Describe(Cell::Text("a\0\n\xFFz"s)), "'a\\x00\\x0a\\xffz'");
    EXPECT_EQ(Describe(Cell::Text("\xC2\x85")), "'\\xc2\\x85'");
    EXPECT_EQ(Describe(Cell::Text("Grüße"), 3), "'Grü…'");
    EXPECT_EQ(Describe(Cell::Text("Grü"), 3), "'Grü'");
    EXPECT_EQ(Describe(Cell::Text("")), "''");
    EXPECT_EQ(Describe(Cell::Blob("\x01\x02")), "x'0102'(2)");
    EXPECT_EQ(Describe(Cell::Blob("\x01\x02\x03"), 4), "x'0102…'(3)");
    EXPECT_EQ(Describe(Cell::Blob("")), "x''(0)");
}

TEST(Describe, AlwaysFitsAndIsValidText) {
    std::mt19937_64 random(12);
    for (int i = 0; i < 50000; ++i) {
        const std::string text = RandomText(random);
        for (const Cell& cell : {Cell::Text(text), Cell::Blob(text)}) {
            const std::string shown = Describe(cell, random() % 100, 64 + random() % 40);
            ASSERT_EQ(NaiveFault(shown), shown.size());
        }
    }
}

}  // namespace
}  // namespace pgsqlite::value::test
