// UTF-16: well-formed text as iconv has it, and no two texts become one.
#include "core/value/text/utf16.hpp"

#include <gtest/gtest.h>

#include <random>
#include <set>
#include <string>

#include "core/value/text/utf8.hpp"

namespace pgsqlite::value {
namespace {

std::string Convert(const std::string& utf16, bool big_endian) {
    std::string utf8(Utf8SizeOf(utf16.size()), '\0');
    utf8.resize(static_cast<std::size_t>(Utf16ToUtf8(utf16, big_endian, utf8.data()) - utf8.data()));
    return utf8;
}

std::string Bytes16(const std::u16string& units, bool big_endian) {
    std::string bytes;
    for (const char16_t unit : units) {
        const char high = static_cast<char>(unit >> 8), low = static_cast<char>(unit & 0xff);
        bytes += big_endian ? std::string{high, low} : std::string{low, high};
    }
    return bytes;
}

bool IsWellFormed(const std::string& utf8) {
    return FindTextFault(utf8) == utf8.size();
}

TEST(Utf16, EveryCharacter) {
    for (const bool big_endian : {false, true})
        for (std::uint32_t c = 1; c <= 0x10ffff; ++c) {
            if (c >= 0xd800 && c < 0xe000) continue;
            std::u16string units;
            if (c < 0x10000) {
                units = static_cast<char16_t>(c);
            } else {
                units += static_cast<char16_t>(0xd800 + ((c - 0x10000) >> 10));
                units += static_cast<char16_t>(0xdc00 + ((c - 0x10000) & 0x3ff));
            }
            char expected[4];
            char* end = AppendUtf8(c, expected);
            ASSERT_EQ(Convert(Bytes16(units, big_endian), big_endian), std::string(&expected[0], end)) << c;
        }
}

TEST(Utf16, WhatIsNotWellFormedStaysSo) {
    const std::u16string kinds[] = {{0xd800, 0x41},   {0xdc00, 0x41},   {0x41, 0xd800},
                                    {0xdc00, 0xd800}, {0xd800, 0xe000}, {0xd800, 0xd800, 0xdc00}};
    for (const bool big_endian : {false, true}) {
        for (const std::u16string& units : kinds)
            EXPECT_FALSE(IsWellFormed(Convert(Bytes16(units, big_endian), big_endian)));
        EXPECT_FALSE(IsWellFormed(Convert("\x41", big_endian)));
        EXPECT_FALSE(IsWellFormed(Convert(Bytes16(u"A", big_endian) + "B", big_endian)));
    }
}

TEST(Utf16, NoTwoTextsBecomeOne) {
    std::mt19937 random(7);
    const char16_t units[] = {0,      'A',    0x7f,   0x80,   0x7ff,  0x800, 0xd7ff,
                              0xd800, 0xdbff, 0xdc00, 0xdfff, 0xe000, 0xffff};
    std::set<std::string> texts, converted;
    for (int round = 0; round < 20000; ++round) {
        std::u16string text;
        for (auto count = random() % 5; count > 0; --count)
            text += units[random() % std::size(units)];
        std::string bytes = Bytes16(text, true);
        if (random() % 4 == 0) bytes += static_cast<char>(random() % 256);
        texts.insert(bytes);
        const std::string utf8 = Convert(bytes, true);
        EXPECT_LE(utf8.size(), Utf8SizeOf(bytes.size()));
        converted.insert(utf8);
    }
    EXPECT_EQ(texts.size(), converted.size());
}

}  // namespace
}  // namespace pgsqlite::value
