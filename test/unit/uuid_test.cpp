// uuid targets. Oracles: known vectors (RFC 9562, Microsoft's GUID byte order), printf round trips.
#include <gtest/gtest.h>

#include <cstdio>
#include <random>
#include <string>

#include "core/value/id/uuid.hpp"
#include "value_support.hpp"

namespace pgsqlite::value::test {
namespace {

constexpr const char* kHex = "00112233445566778899aabbccddeeff";

TEST(Uuid, Spellings) {
    for (const char* text :
         {"00112233-4455-6677-8899-aabbccddeeff", "00112233445566778899AABBCCDDEEFF",
          "{00112233-4455-6677-8899-AABBCCDDEEFF}", "{00112233445566778899aabbccddeeff}",
          "urn:uuid:00112233-4455-6677-8899-aabbccddeeff", "URN:UUID:00112233-4455-6677-8899-aabbccddeeff",
          "0011-2233-4455-6677-8899-aabb-ccdd-eeff", "{0011-2233445566778899aabbccdd-eeff}",
          " \t00112233-4455-6677-8899-aabbccddeeff\n"})
        EXPECT_EQ(ShowText(Kind::kUuid, text), kHex) << text;
}

TEST(Uuid, WhatIsNoUuid) {
    for (const char* text : {"0011223-34455-6677-8899-aabbccddeeff", "0011--2233445566778899aabbccddeeff",
                             "00112233-4455-6677-8899-aabbccddeef", "00112233-4455-6677-8899-aabbccddeefff",
                             "{00112233-4455-6677-8899-aabbccddeeff", "00112233-4455-6677-8899-aabbccddeeff}",
                             "00112233-4455-6677-8899-aabbccddeefg", "00112233 4455 6677 8899 aabbccddeeff",
                             "{urn:uuid:00112233-4455-6677-8899-aabbccddeeff}",
                             "urn:uuid:{00112233-4455-6677-8899-aabbccddeeff}", "x", "{}",
                             "urn:uuid:", "--------------------------------"})
        EXPECT_EQ(ShowText(Kind::kUuid, text), "!syntax") << text;
    EXPECT_EQ(ShowText(Kind::kUuid, ""), "!empty");
    EXPECT_EQ(Show(RuleOf(Kind::kUuid), Cell::Integer(1)), "!wrong class");
    EXPECT_EQ(Show(RuleOf(Kind::kUuid), Cell::Real(1)), "!wrong class");
}

TEST(Uuid, Blobs) {
    const std::string big_endian("\x00\x11\x22\x33\x44\x55\x66\x77\x88\x99\xaa\xbb\xcc\xdd\xee\xff", 16);
    // System.Guid.ToByteArray() of the same UUID.
    const std::string dotnet("\x33\x22\x11\x00\x55\x44\x77\x66\x88\x99\xaa\xbb\xcc\xdd\xee\xff", 16);
    EXPECT_EQ(Show(RuleOf(Kind::kUuid), Cell::Blob(big_endian)), kHex);
    EXPECT_EQ(Show(WithEncoding(Kind::kUuid, Encoding::kGuidLe), Cell::Blob(dotnet)), kHex);
    // A text is read the same way under guid_le.
    EXPECT_EQ(Show(WithEncoding(Kind::kUuid, Encoding::kGuidLe), Cell::Text(kHex)), kHex);
    EXPECT_EQ(Show(RuleOf(Kind::kUuid), Cell::Blob(big_endian.substr(1))), "!syntax");
    EXPECT_EQ(Show(RuleOf(Kind::kUuid), Cell::Blob(big_endian + "x")), "!syntax");
    EXPECT_EQ(Show(RuleOf(Kind::kUuid), Cell::Blob("")), "!syntax");
}

TEST(Uuid, RandomBytesComeBack) {
    std::mt19937_64 random(13);
    Scratch scratch;
    for (int i = 0; i < 100000; ++i) {
        std::uint8_t bytes[16];
        for (auto& b : bytes)
            b = static_cast<std::uint8_t>(random());
        std::string hex;
        std::string hyphens;
        for (int k = 0; k < 16; ++k) {
            char piece[3];
            std::snprintf(piece, sizeof piece, "%02x", bytes[k]);
            hex += piece;
            if (k == 4 || k == 6 || k == 8 || k == 10) hyphens += '-';
            hyphens += piece;
        }
        ASSERT_EQ(Show(RuleOf(Kind::kUuid), Cell::Text(hyphens), scratch), hex);
        ASSERT_EQ(Show(RuleOf(Kind::kUuid), Cell::Blob(Bytes(reinterpret_cast<char*>(bytes), 16)), scratch),
                  hex);
        // A hyphen anywhere else is refused.
        std::string moved = hyphens;
        const std::size_t at = random() % 35;
        std::swap(moved[at], moved[at + 1]);
        if (moved != hyphens && (moved[at] == '-' || moved[at + 1] == '-')) {
            ASSERT_EQ(Show(RuleOf(Kind::kUuid), Cell::Text(moved), scratch), "!syntax") << moved;
        }
    }
}

}  // namespace
}  // namespace pgsqlite::value::test
