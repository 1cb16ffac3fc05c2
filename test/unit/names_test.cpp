// Names: folding, cutting, numbering and quoting, with brute force for what must hold of every name.
#include "core/schema/names.hpp"

#include <gtest/gtest.h>

#include <random>
#include <set>

namespace pgsqlite::schema {
namespace {

Renamed TakeOne(std::string_view source, bool columns = true, FoldCase fold = FoldCase::kLower) {
    return NameAllocator(fold, columns).Take(source);
}

/// Unicode's definition, written out plainly.
bool IsValidUtf8(std::string_view s) {
    for (std::size_t i = 0; i < s.size();) {
        const unsigned char c = static_cast<unsigned char>(s[i]);
        const int length = c < 0x80 ? 1 : c >> 5 == 6 ? 2 : c >> 4 == 14 ? 3 : c >> 3 == 30 ? 4 : 0;
        if (length == 0 || i + static_cast<std::size_t>(length) > s.size()) return false;
        std::uint32_t code = length == 1 ? c : c & (0x7F >> length);
        for (int j = 1; j < length; ++j) {
            const unsigned char t = static_cast<unsigned char>(s[i + static_cast<std::size_t>(j)]);
            if (t >> 6 != 2) return false;
            code = code << 6 | (t & 0x3F);
        }
        constexpr std::uint32_t kLeast[] = {0, 0, 0x80, 0x800, 0x10000};
        if (code < kLeast[length] || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF)) return false;
        i += static_cast<std::size_t>(length);
    }
    return true;
}

TEST(Names, PlainNamesStay) {
    const Renamed name = TakeOne("customer_id");
    EXPECT_EQ(name.name, "customer_id");
    EXPECT_FALSE(name.changed());
    EXPECT_EQ(TakeOne("a b").name, "a b");
    EXPECT_EQ(TakeOne("order").name, "order");
    EXPECT_EQ(TakeOne("a\"b;c'd").name, "a\"b;c'd");
}

TEST(Names, FoldsAsciiOnly) {
    const Renamed name = TakeOne("CustomerÄÖ");
    EXPECT_EQ(name.name, "customerÄÖ");
    EXPECT_TRUE(name.folded);
    EXPECT_TRUE(name.changed());
    const Renamed kept = TakeOne("Customer", true, FoldCase::kPreserve);
    EXPECT_EQ(kept.name, "Customer");
    EXPECT_FALSE(kept.changed());
}

TEST(Names, SnakeCase) {
    const std::pair<const char*, const char*> names[] = {{"userId", "user_id"},
                                                         {"UserID", "user_id"},
                                                         {"HTTPServer", "http_server"},
                                                         {"user_id", "user_id"},
                                                         {"User_Id", "user_id"},
                                                         {"USER", "user"},
                                                         {"a1B", "a1_b"},
                                                         {"address2", "address2"},
                                                         {"getHTTPResponseCode", "get_http_response_code"},
                                                         {"", "table"},
                                                         {"X", "x"},
                                                         {"größeCm", "größe_cm"},
                                                         {"Größe", "größe"},
                                                         {"with Space", "with space"},
                                                         {"_Private", "_private"}};
    for (const auto& [source, snake] : names) {
        EXPECT_EQ(SnakeCase(source), snake) << source;
        // What is so already stays.
        EXPECT_EQ(SnakeCase(snake), snake);
        if (*source != '\0') EXPECT_EQ(PlainName(source), PlainName(snake));
    }
    EXPECT_NE(PlainName("userIds"), PlainName("user_id"));
}

TEST(Names, NumbersWhatIsTaken) {
    NameAllocator names(FoldCase::kLower, true);
    EXPECT_EQ(names.Take("Ä").name, "Ä");
    EXPECT_EQ(names.Take("ä").name, "ä");
    EXPECT_EQ(names.Take("a").name, "a");
    const Renamed second = names.Take("A");
    EXPECT_EQ(second.name, "a_1");
    EXPECT_TRUE(second.numbered);
    EXPECT_EQ(names.Take("a_1").name, "a_1_1");
    EXPECT_EQ(names.Take("a").name, "a_2");
    names.Reserve("b");
    EXPECT_EQ(names.Take("B").name, "b_1");
}

TEST(Names, SystemColumns) {
    for (const char* system : {"ctid", "xmin", "CMIN", "xmax", "cmax", "TableOid"}) {
        const Renamed name = TakeOne(system);
        EXPECT_TRUE(name.replaced && name.numbered) << system;
        EXPECT_TRUE(name.name.ends_with("_1")) << name.name;
        EXPECT_EQ(TakeOne(system, false).replaced, false) << system;
    }
    EXPECT_EQ(TakeOne("CTID", true, FoldCase::kPreserve).name, "CTID");
    EXPECT_EQ(TakeOne("oid").name, "oid");
}

TEST(Names, EmptyAndBadBytes) {
    EXPECT_EQ(TakeOne("").name, "column");
    EXPECT_EQ(TakeOne("", false).name, "table");
    EXPECT_TRUE(TakeOne("").replaced);
    EXPECT_EQ(TakeOne(std::string_view("a\0b\n\x7f", 5)).name, "a_b__");
    EXPECT_EQ(TakeOne("a\xff\xc3z").name, "a__z");
    EXPECT_EQ(TakeOne("\xed\xa0\x80").name, "___");
    EXPECT_TRUE(TakeOne("\xed\xa0\x80").replaced);
}

TEST(Names, CutsAtACharacter) {
    const Renamed ascii = TakeOne(std::string(64, 'x'));
    EXPECT_EQ(ascii.name, std::string(63, 'x'));
    EXPECT_TRUE(ascii.shortened);
    EXPECT_FALSE(TakeOne(std::string(63, 'x')).shortened);
    std::string euros;
    for (int i = 0; i < 30; ++i)
        euros += "€";
    EXPECT_EQ(TakeOne(euros).name.size(), 63U);
    EXPECT_EQ(TakeOne("ab" + euros).name.size(), 62U);
    NameAllocator names(FoldCase::kLower, true);
    names.Take(euros);
    const Renamed second = names.Take(euros);
    EXPECT_TRUE(second.name.ends_with("€_1"));
    EXPECT_EQ(second.name.size(), 62U);
    EXPECT_TRUE(second.shortened && second.numbered);
}

TEST(Names, AlwaysValidAndUnique) {
    std::mt19937 random(7);
    const char* const pieces[] = {
        "a", "A", "é", "É", "€", "😀", "\xff", "\xc3", "\n", "_", "1", "ctid", "xxxxxxxxxxxxxxxx"};
    for (const bool columns : {true, false}) {
        for (const FoldCase fold : {FoldCase::kLower, FoldCase::kPreserve}) {
            NameAllocator names(fold, columns);
            std::set<std::string> seen;
            for (int i = 0; i < 20000; ++i) {
                std::string source;
                for (unsigned n = random() % 8; n > 0; --n)
                    source += pieces[random() % std::size(pieces)];
                const Renamed renamed = names.Take(source);
                ASSERT_LE(renamed.name.size(), kMaxNameBytes);
                ASSERT_FALSE(renamed.name.empty());
                ASSERT_TRUE(IsValidUtf8(renamed.name)) << source;
                ASSERT_TRUE(seen.insert(renamed.name).second) << renamed.name;
                ASSERT_EQ(renamed.changed(), renamed.name != source) << source;
            }
        }
    }
}

TEST(Names, ManyAlikeTakeLinearTime) {
    NameAllocator names(FoldCase::kLower, false);
    const std::string source(100, 'y');
    Renamed last;
    for (int i = 0; i < 100000; ++i)
        last = names.Take(source);
    EXPECT_EQ(last.name, std::string(57, 'y') + "_99999");
}

TEST(Names, Quoting) {
    EXPECT_EQ(QuotePgIdentifier("a\"b"), "\"a\"\"b\"");
    EXPECT_EQ(QuotePgIdentifier(""), "\"\"");
    EXPECT_EQ(QuotePgLiteral("it's"), "'it''s'");
    EXPECT_EQ(QuotePgLiteral("a\\'b"), "E'a\\\\''b'");
    EXPECT_EQ(QuotePgLiteral(""), "''");
}

}  // namespace
}  // namespace pgsqlite::schema
