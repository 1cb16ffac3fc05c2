// The translation's own words: texts, notes and reasons. That the texts mean the same in PostgreSQL is tested
// on a server, by test/t/020_translate.pl.
#include "core/schema/sql/translate.hpp"

#include <gtest/gtest.h>

#include <string>

#include "core/schema/sql/parse.hpp"

namespace pgsqlite::schema::sql {
namespace {

ColumnTarget Column(const char* name, const char* declared, const char* collation = "BINARY") {
    ColumnTarget column;
    column.source_name = name;
    column.name = name;
    column.type = MapDeclaredType(declared);
    column.affinity = AffinityOf(declared);
    column.collation = collation;
    return column;
}

TableTarget Table() {
    TableTarget table;
    table.source_name = "T";
    table.name = "\"s\".\"t\"";
    table.columns = {Column("id", "INTEGER"),      Column("i", "INTEGER"),        Column("t", "TEXT"),
                     Column("b", "BOOLEAN"),       Column("d", "DATE"),           Column("j", "JSON"),
                     Column("n", "NUMERIC"),       Column("k", "TEXT", "NOCASE"), Column("g", "INTEGER"),
                     Column("c", "TEXT", "MYCOLL")};
    table.columns[0].rowid = table.columns[0].not_null = true;
    table.columns[8].generated = true;
    table.primary_key = {"id"};
    return table;
}

std::string Check(const std::string& condition) {
    const auto parsed = ParseExpression(condition);
    if (!parsed) return parsed.error;
    const Translation translation = TranslateCheck(**parsed, Table());
    return translation ? translation.text : "not: " + translation.reason;
}

std::string Generated(const std::string& expression, const char* declared) {
    const auto parsed = ParseExpression(expression);
    const Translation translation = TranslateGenerated(**parsed, Table(), Column("x", declared));
    return translation ? translation.text : "not: " + translation.reason;
}

std::string Default(const char* text, const char* declared) {
    const Translation translation = TranslateDefault(text, MapDeclaredType(declared));
    return translation ? translation.text : "not: " + translation.reason;
}

ViewTranslation View(const std::string& select) {
    const auto parsed = ParseCreateView("CREATE VIEW v AS " + select);
    static const TableTarget table = Table();
    return TranslateView(
        *parsed, [](std::string_view name) { return name == "t" || name == "T" ? &table : nullptr; },
        FoldCase::kLower);
}

TEST(SqlTranslate, Checks) {
    EXPECT_EQ(Check("i > 0"), "\"i\" > 0");
    EXPECT_EQ(Check("b = 1"), "\"b\"");
    EXPECT_EQ(Check("b IN (0, 1)"), "\"b\"::int IN (0, 1)");
    EXPECT_EQ(Check("t < \"x\""), "\"t\" COLLATE \"C\" < 'x'");
    EXPECT_EQ(Check("k = 'ABC'"), "lower(\"k\" COLLATE \"C\") = 'abc'");
    EXPECT_EQ(Check("t LIKE 'a%'"), "\"t\" COLLATE \"C\" ILIKE 'a%'");
    EXPECT_EQ(Check("typeof(i) = 'integer'"), "\"i\" IS NOT NULL");
    EXPECT_EQ(Check("[T].i IS NOT 5"), "\"i\" IS DISTINCT FROM 5");
}

TEST(SqlTranslate, Reasons) {
    EXPECT_EQ(Check("soundex(t) = 'x'"), "not: function soundex() has no equivalent");
    EXPECT_EQ(Check("i IN (SELECT 1)"), "not: a subquery");
    EXPECT_EQ(Check("i = t"), "not: a comparison of bigint with text");
    EXPECT_EQ(Check("c = 'x'"), "not: collation mycoll, which the application defines");
    EXPECT_EQ(Check("t REGEXP 'x'"), "not: REGEXP, which the application defines");
    EXPECT_EQ(Check("nowhere > 1"), "not: no such column: nowhere");
    EXPECT_EQ(Check("n / 2 > 1"),
              "not: a division whose operands may be integers or decimals: SQLite decides by each value");
    for (const char* constant :
         {"upper('ab') || i", "min(instr('10', 'A'), i)", "CASE WHEN 'a' < 'b' THEN i END"})
        EXPECT_EQ(Generated(constant, "TEXT"),
                  "not: a constant that PostgreSQL would have to compute from text");
    EXPECT_EQ(Generated("g + 1", "INTEGER"), "not: it refers to another generated column, g");
    EXPECT_EQ(Generated("strftime('%d.%m', d)", "TEXT"), "not: to_char() is not immutable in PostgreSQL");
    EXPECT_EQ(Generated("i * n", "DECIMAL(10,2)"), "not: a number that numeric(10,2) may have to round");
    EXPECT_EQ(Generated("i", "BOOLEAN"), "not: a value of type bigint in a column of type boolean");
    EXPECT_EQ(View("SELECT t, max(i) FROM t").reason, "column t stands outside of GROUP BY and aggregates");
}

TEST(SqlTranslate, GuaranteedByTheType) {
    const auto parsed = ParseExpression("json_valid(j)");
    const Translation translation = TranslateCheck(**parsed, Table());
    EXPECT_TRUE(translation.guaranteed);
    EXPECT_EQ(translation.notes[0], "json_valid() is guaranteed by the type jsonb");
    const auto negated = ParseExpression("NOT json_valid(j)");
    EXPECT_FALSE(TranslateCheck(**negated, Table()).guaranteed);
}

TEST(SqlTranslate, Defaults) {
    EXPECT_EQ(Default("'0'", "INTEGER"), "0");
    EXPECT_EQ(Default("5", "TEXT"), "'5'");
    EXPECT_EQ(Default("\"undefined\"", "TEXT"), "'undefined'");
    EXPECT_EQ(Default("'a\\b'", "TEXT"), "E'a\\\\b'");
    EXPECT_EQ(Default("2", "BOOLEAN"), "not: 2, which is not a value of type boolean");
    EXPECT_EQ(Default("'tomorrow'", "DATE"), "not: 'tomorrow', which is not a value of type date");
    EXPECT_EQ(Default("datetime('now')", "TIMESTAMPTZ"), "CURRENT_TIMESTAMP");
    EXPECT_EQ(Default("CURRENT_TIMESTAMP", "INTEGER"),
              "not: a value of type text in a column of type bigint");
    EXPECT_EQ(Default("lower(hex(randomblob(16)))", "UUID"), "gen_random_uuid()");
    EXPECT_EQ(Default("i + 1", "INTEGER"), "not: no such column: i");
}

TEST(SqlTranslate, ViewsNameWhatTheyRead) {
    const ViewTranslation view = View("SELECT Id, i + 1 AS Next FROM T ORDER BY t DESC LIMIT 5");
    EXPECT_EQ(
        view.text,
        "SELECT \"T\".\"id\" AS \"id\", \"T\".\"i\" + 1 AS \"next\"\nFROM \"s\".\"t\" AS \"T\"\nORDER BY "
        "\"T\".\"t\" COLLATE \"C\" DESC NULLS LAST\nLIMIT 5");
    EXPECT_EQ(view.depends_on, std::vector<std::string>{"T"});
    EXPECT_EQ(view.columns[1].type.sql, "bigint");
}

TEST(SqlTranslate, OutputIsBounded) {
    std::string text = "i";
    for (int n = 0; n < 60; ++n)
        text = "min(" + text + ", i)";
    EXPECT_EQ(Check(text), "not: the expression grows too long in PostgreSQL");
    std::string chain = "i";
    for (int n = 1; n < 200; ++n)
        chain += " - i";
    EXPECT_EQ(Check(chain).substr(0, 1), "(");
    EXPECT_EQ(Check(chain + " - i"), "not: an expression nested too deeply");
}

}  // namespace
}  // namespace pgsqlite::schema::sql
