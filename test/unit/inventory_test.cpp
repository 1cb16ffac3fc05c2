// Inventory: what CREATE texts say beyond the pragmas, and text of any bytes. What a whole database gives is
// in the server's tests (sql/inventory.sql, test/t/013_inventory.pl).
#include "core/assess/inventory.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "core/sqlite/create_text.hpp"

namespace pgsqlite {
namespace {

using sqlite::ReadIndexText;
using sqlite::ReadTriggerHead;
using Names = std::vector<std::string>;

TEST(IndexText, Items) {
    EXPECT_EQ(ReadIndexText("CREATE INDEX i ON t (a, b DESC, \"c,d\" ASC)").items,
              (Names{"a", "b", "\"c,d\""}));
    EXPECT_EQ(
        ReadIndexText("create unique index [on] on \"t(\"(lower(a) /* ) */ , f(a, (b)) desc -- x,\n)").items,
        (Names{"lower(a)", "f(a, (b))"}));
    EXPECT_EQ(ReadIndexText("CREATE INDEX i ON t (a COLLATE NOCASE DESC)").items,
              (Names{"a COLLATE NOCASE"}));
    EXPECT_EQ(ReadIndexText("CREATE INDEX i ON t (')', \"desc\")").items, (Names{"')'", "\"desc\""}));
}

TEST(IndexText, Predicate) {
    EXPECT_EQ(ReadIndexText("CREATE INDEX i ON t (a)").predicate, "");
    EXPECT_EQ(ReadIndexText("CREATE INDEX i ON t (a) WHERE b > 'x)' AND c  -- all\n").predicate,
              "b > 'x)' AND c");
}

TEST(IndexText, IsNone) {
    for (const char* sql :
         {"", "CREATE", "CREATE TABLE t (a)", "CREATE INDEX i ON t", "CREATE INDEX i ON t (a",
          "CREATE INDEX i ON t (a, (b)", "CREATE INDEX i ON t ('a"})
        EXPECT_TRUE(ReadIndexText(sql).items.empty()) << sql;
}

TEST(TriggerHead, TimingAndEvent) {
    const auto head = [](const char* sql) {
        const sqlite::TriggerHead h = ReadTriggerHead(sql);
        return h.timing + "|" + h.event;
    };
    EXPECT_EQ(head("CREATE TRIGGER g INSERT ON t BEGIN SELECT 1; END"), "BEFORE|INSERT");
    EXPECT_EQ(head("CREATE TRIGGER \"after\" after delete ON t BEGIN SELECT 1; END"), "AFTER|DELETE");
    EXPECT_EQ(head("CREATE TRIGGER g /* x */ INSTEAD OF UPDATE ON v BEGIN SELECT 1; END"),
              "INSTEAD OF|UPDATE");
    EXPECT_EQ(head("CREATE TRIGGER g"), "|");
    EXPECT_EQ(head("CREATE TABLE t (a)"), "|");
}

TEST(TriggerHead, Columns) {
    EXPECT_EQ(
        ReadTriggerHead("CREATE TRIGGER g BEFORE UPDATE OF a, \"b c\" ON t BEGIN SELECT 1; END").columns,
        (Names{"a", "b c"}));
    EXPECT_TRUE(ReadTriggerHead("CREATE TRIGGER g BEFORE UPDATE ON t BEGIN SELECT 1; END").columns.empty());
}

TEST(CleanText, ReplacesWhatNobodyHolds) {
    const std::string replacement = "\xEF\xBF\xBD";
    EXPECT_EQ(assess::CleanText(""), "");
    EXPECT_EQ(assess::CleanText("plain \xC3\xBC \xF0\x9F\x98\x80"), "plain \xC3\xBC \xF0\x9F\x98\x80");
    EXPECT_EQ(assess::CleanText(std::string("a\0b", 3)), "a" + replacement + "b");
    EXPECT_EQ(assess::CleanText("\xFF\xC3"), replacement + replacement);
    EXPECT_EQ(assess::CleanText("\xE2\x82z"), replacement + "z");  // one for a sequence that is cut short
    EXPECT_EQ(assess::CleanText("\xED\xA0\x80"), replacement + replacement + replacement);  // a surrogate
}

}  // namespace
}  // namespace pgsqlite
