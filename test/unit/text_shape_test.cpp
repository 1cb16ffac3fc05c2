// How deep SQLite would recurse over a text, and which objects of a schema it is not given for that.
#include <gtest/gtest.h>

#include <random>
#include <string>

#include "core/sqlite/limits.hpp"
#include "core/sqlite/schema_check.hpp"
#include "core/sqlite/text_shape.hpp"

namespace pgsqlite::sqlite {
namespace {

std::string Repeat(std::string_view text, std::size_t times) {
    std::string repeated;
    while (times-- > 0)
        repeated += text;
    return repeated;
}
std::string Joined(const std::vector<std::string>& names) {
    std::string joined;
    for (const std::string& name : names)
        joined += (joined.empty() ? "" : " ") + name;
    return joined;
}
std::string Names(std::string_view sql) {
    return Joined(ReadTextShape(sql).names);
}

TEST(TextShape, CountsParentheses) {
    EXPECT_EQ(ReadTextShape("SELECT 1").levels, 0U);
    EXPECT_EQ(ReadTextShape("SELECT (1), ((2), (3))").levels, 2U);
    EXPECT_EQ(ReadTextShape("SELECT " + Repeat("(", 300000) + "1" + Repeat(")", 300000)).levels, 300000U);
    EXPECT_EQ(ReadTextShape(Repeat("SELECT * FROM (", 1000)).levels, 1000U) << "unclosed ones count";
    EXPECT_EQ(ReadTextShape("))))(").levels, 1U);
}

TEST(TextShape, ReadsQuotesAndCommentsAsSqliteDoes) {
    for (const char* sql :
         {"SELECT '((', \"((\", `((`, [((]", "SELECT 'it''s ((' -- ((\n", "SELECT /* (( */ 1", "SELECT '((",
          "SELECT [((", "SELECT /* ((", "SELECT --((", "SELECT \"a\"\"((\""})
        EXPECT_EQ(ReadTextShape(sql).levels, 0U) << sql;
    EXPECT_EQ(ReadTextShape("SELECT - -(1)").levels, 1U);
    EXPECT_EQ(ReadTextShape("SELECT '' (").levels, 1U);
    EXPECT_EQ(ReadTextShape(std::string_view("SELECT 1\0((", 11)).levels, 0U) << "SQLite reads up to a NUL";
}

TEST(TextShape, CountsCollatesUponOneAnother) {
    EXPECT_EQ(ReadTextShape("SELECT a COLLATE x COLLATE y").collates, 2U);
    EXPECT_EQ(ReadTextShape("SELECT a COLLATE x, b COLLATE y").collates, 1U);
    EXPECT_EQ(ReadTextShape("SELECT ((a COLLATE x) COLLATE y) COLLATE z").collates, 3U);
    EXPECT_EQ(ReadTextShape("SELECT f(a COLLATE x, b COLLATE y) COLLATE z").collates, 2U);
    EXPECT_EQ(ReadTextShape("SELECT (a/**/collate\"x\"collate[y]").collates, 2U);
    EXPECT_EQ(ReadTextShape("SELECT 1" + Repeat(" COLLATE nocase", 300000)).collates, 300000U);
}

TEST(TextShape, CountsCommonTableExpressions) {
    EXPECT_EQ(ReadTextShape(
                  "WITH a AS (SELECT 1), b(x) AS NOT MATERIALIZED (SELECT 2), c AS MATERIALIZED (SELECT 3) "
                  "SELECT * FROM a")
                  .levels,
              4U);
    EXPECT_EQ(ReadTextShape("CREATE TABLE t (a, b AS (a), c AS (a))").levels, 2U);
}

TEST(TextShape, NamesWhatFollowsFrom) {
    EXPECT_EQ(Names("SELECT a, b FROM t AS x, main.u JOIN v ON p = q, w WHERE c IN (SELECT d FROM y)"),
              "t x main u v w y");
    EXPECT_EQ(Names("SELECT a FROM (b JOIN \"c d\") WHERE e IN f AND g IN main.h AND i"), "b c d f main h");
    EXPECT_EQ(Names("SELECT a FROM 'b' UNION SELECT c FROM [d]"), "b d");
    EXPECT_EQ(Names("PRAGMA table_xinfo(\"v\")"), "table_xinfo v");
    EXPECT_EQ(Names("SELECT a FROM t ORDER BY b LIMIT c"), "t");
}

/// A chain of views, the last one last.
SchemaCheck Chain(int count, bool from_the_end) {
    SchemaCheck check;
    const auto add = [&](int i) {
        const std::string name = "v" + std::to_string(i);
        check.Add(
            {"view", name, name, "CREATE VIEW " + name + " AS SELECT * FROM v" + std::to_string(i - 1)});
    };
    for (int i = 1; i <= count; ++i)
        add(from_the_end ? count + 1 - i : i);
    check.Finish();
    return check;
}

TEST(SchemaCheck, RefusesLongChainsOfViews) {
    for (const bool from_the_end : {false, true}) {
        EXPECT_TRUE(Chain(limits::kViewLevels, from_the_end).refused().empty());
        const SchemaCheck check = Chain(20000, from_the_end);
        EXPECT_EQ(check.refused().size(), 20000 - limits::kViewLevels);
        EXPECT_EQ(check.shortest_unread(), std::string_view::npos);
        EXPECT_EQ(check.Objection("SELECT * FROM main.\"V9\""), "");
        EXPECT_NE(check.Objection("SELECT * FROM main.\"V20000\"").find("view \"v20000\" is not read: "),
                  std::string::npos);
        EXPECT_NE(check.Objection("PRAGMA table_info(v20000)"), "");
        EXPECT_EQ(check.Objection("SELECT v20000 FROM t"), "") << "a column";
        // A view that may be read, but not by any statement.
        const std::string inner = Repeat("SELECT * FROM (", 251) + "SELECT * FROM v250" + Repeat(")", 251);
        EXPECT_EQ(check.Objection("SELECT * FROM (SELECT * FROM v250)"), "");
        EXPECT_NE(check.Objection(inner), "");
    }
}

TEST(SchemaCheck, RefusesViewsThatDouble) {
    SchemaCheck check;
    for (int i = 1; i <= 60; ++i) {
        const std::string name = "v" + std::to_string(i);
        const std::string base = "v" + std::to_string(i - 1);
        check.Add({"view", name, name, "CREATE VIEW " + name + " AS SELECT 1 FROM " + base + ", " + base});
    }
    check.Finish();
    ASSERT_FALSE(check.refused().empty());
    EXPECT_EQ(check.refused().size(), 60U - 12U);
    EXPECT_EQ(check.Objection("SELECT * FROM v12"), "");
    EXPECT_NE(check.Objection("SELECT * FROM v13"), "");
}

TEST(SchemaCheck, EndsWhereViewsStandInACircle) {
    SchemaCheck check;
    check.Add({"view", "a", "a", "CREATE VIEW a AS SELECT * FROM b"});
    check.Add({"view", "b", "b", "CREATE VIEW b AS SELECT * FROM a, b"});
    check.Finish();
    EXPECT_TRUE(check.refused().empty());
}

TEST(SchemaCheck, RefusesTextsThatSqliteMustNotParse) {
    SchemaCheck check;
    const std::string nested = "CREATE TABLE t(a, CHECK (a" + Repeat(" COLLATE nocase", 3000) + "))";
    check.Add({"table", "long", "long", "CREATE TABLE long(a" + Repeat(", b", 30000) + ")"});
    check.Add({"table", "t", "t", nested});
    check.Add({"table", "fine", "fine", "CREATE TABLE fine(a)"});
    check.Add({"table", "huge", "huge", "CREATE TABLE huge(" + Repeat(" ", 300000) + ")"});
    check.Finish();
    ASSERT_EQ(check.refused().size(), 3U);
    EXPECT_EQ(check.refused()[0].name, "t");
    EXPECT_EQ(check.refused()[1].name, "huge");
    EXPECT_EQ(check.refused()[2].name, "long") << "SQLite is told a length";
    EXPECT_EQ(check.shortest_unread(), nested.size());
    EXPECT_EQ(check.Objection("SELECT * FROM t"),
              "table \"t\" is not read: its text nests 3000 COLLATE operators, of 2000 at most");
    EXPECT_EQ(check.Objection("SELECT * FROM fine"), "");
}

TEST(SchemaCheck, RefusesStatementsThatNest) {
    const SchemaCheck check;
    EXPECT_EQ(check.Objection("SELECT " + Repeat("(", 500) + "1" + Repeat(")", 500)), "");
    EXPECT_NE(check.Objection("SELECT " + Repeat("(", 501) + "1" + Repeat(")", 501)), "");
    EXPECT_NE(check.Objection("SELECT 1" + Repeat(" COLLATE nocase", 2001)), "");
    EXPECT_NE(check.Objection(Repeat(" ", 1000001)), "");
    std::string chain = "WITH c0 AS (SELECT 1 AS a)";
    for (int i = 1; i <= 600; ++i)
        chain += ", c" + std::to_string(i) + " AS (SELECT * FROM c" + std::to_string(i - 1) + ")";
    EXPECT_NE(check.Objection(chain + " SELECT * FROM c600"), "");
}

/// Nothing that a text holds makes it take memory or time out of proportion, or read beyond its end.
TEST(TextShape, ReadsAnything) {
    std::mt19937 random(7);
    static constexpr const char* kPieces[] = {"(",         ")",      "'",    "\"",     "[",    "]", "`",
                                              "--",        "/*",     "*/",   "\n",     ",",    ";", ".",
                                              " COLLATE ", " FROM ", " AS ", " WITH ", " IN ", "x", "\xff"};
    for (int i = 0; i < 3000; ++i) {
        std::string sql;
        for (std::size_t n = random() % 40; n > 0; --n)
            sql += kPieces[random() % std::size(kPieces)];
        const TextShape shape = ReadTextShape(sql);
        EXPECT_LE(shape.levels, 2 * sql.size());
        EXPECT_LE(shape.names.size(), sql.size());
    }
}

}  // namespace
}  // namespace pgsqlite::sqlite
