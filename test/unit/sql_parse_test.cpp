// The parser of SQLite's DDL: what it takes is asked of SQLite itself, and what it reads is compared with
// SQLite's pragmas.
#include "core/schema/sql/parse.hpp"

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <string>

namespace pgsqlite::schema::sql {
namespace {

/// Whether SQLite's parser takes the text (names need not exist).
bool SqliteParses(const std::string& sql) {
    sqlite3* db = nullptr;
    sqlite3_open(":memory:", &db);
    sqlite3_stmt* statement = nullptr;
    const int code = sqlite3_prepare_v2(db, sql.c_str(), -1, &statement, nullptr);
    const std::string message = sqlite3_errmsg(db);
    sqlite3_finalize(statement);
    sqlite3_close(db);
    return code == SQLITE_OK || (message.find("syntax error") == std::string::npos &&
                                 message.find("unrecognized token") == std::string::npos &&
                                 message.find("incomplete input") == std::string::npos);
}

/// The value of a constant expression, with its class.
std::string Evaluate(const std::string& expression) {
    sqlite3* db = nullptr;
    sqlite3_open(":memory:", &db);
    sqlite3_stmt* statement = nullptr;
    const std::string sql = "SELECT quote(" + expression + ")";
    std::string value = "error";
    if (sqlite3_prepare_v2(db, sql.c_str(), -1, &statement, nullptr) == SQLITE_OK &&
        sqlite3_step(statement) == SQLITE_ROW)
        value = reinterpret_cast<const char*>(sqlite3_column_text(statement, 0));
    sqlite3_finalize(statement);
    sqlite3_close(db);
    return value;
}

/// The tree with every operator in parentheses, for operators on numbers.
std::string Parenthesised(const Expression& e) {
    using Kind = Expression::Kind;
    const auto operand = [&](std::size_t i) { return Parenthesised(*e.operands[i]); };
    switch (e.kind) {
        case Kind::kUnary:
            return "(" + e.text + " " + operand(0) + ")";
        case Kind::kBinary:
            return "(" + operand(0) + " " + e.text + " " + operand(1) + ")";
        case Kind::kBetween:
            return "(" + operand(0) + (e.negated ? " NOT" : "") + " BETWEEN " + operand(1) + " AND " +
                   operand(2) + ")";
        case Kind::kIsNull:
            return "(" + operand(0) + (e.negated ? " NOTNULL)" : " ISNULL)");
        case Kind::kLike:
            return "(" + operand(0) + (e.negated ? " NOT " : " ") + e.text + " " + operand(1) + ")";
        case Kind::kIn: {
            std::string list;
            for (std::size_t i = 1; i < e.operands.size(); ++i)
                list += (i > 1 ? "," : "") + operand(i);
            return "(" + operand(0) + (e.negated ? " NOT" : "") + " IN (" + list + "))";
        }
        default:
            return e.text;
    }
}

TEST(SqlParse, OperatorsBindAsInSqlite) {
    const char* const operators[] = {"||",
                                     "*",
                                     "/",
                                     "%",
                                     "+",
                                     "-",
                                     "<<",
                                     ">>",
                                     "&",
                                     "|",
                                     "<",
                                     "<=",
                                     ">",
                                     ">=",
                                     "=",
                                     "==",
                                     "<>",
                                     "!=",
                                     "IS",
                                     "IS NOT",
                                     "AND",
                                     "OR",
                                     "IS NOT DISTINCT FROM",
                                     "LIKE",
                                     "NOT LIKE",
                                     "GLOB"};
    int checked = 0;
    const auto check = [&](const std::string& text) {
        const auto parsed = ParseExpression(text);
        ASSERT_TRUE(parsed) << text << ": " << parsed.error;
        EXPECT_EQ(Evaluate(Parenthesised(**parsed)), Evaluate(text))
            << text << " as " << Parenthesised(**parsed);
        ++checked;
    };
    for (const std::string one : operators)
        for (const std::string two : operators)
            for (const char* values : {"123", "710", "052"}) {
                const std::string a(1, values[0]), b(1, values[1]), c(1, values[2]);
                check(a + " " + one + " " + b + " " + two + " " + c);
                check("NOT " + a + " " + one + " -" + b + " " + two + " ~" + c);
                check(a + " " + one + " " + b + " BETWEEN " + c + " " +
                      (two == "AND" || two == "OR" ? "+" : two) + " 1 AND 9");
                check(a + " " + one + " " + b + " ISNULL " + (two == "AND" ? "AND" : "OR") + " " + c +
                      " NOT NULL");
                check(a + " " + one + " " + b + " NOT IN (" + c + ", 1) " + two + " 1");
                check("(" + a + " " + two + " " + b + ") " + one + " NOT " + c);
            }
    EXPECT_GT(checked, 10000);
}

TEST(SqlParse, TakesWhatSqliteTakes) {
    const char* const texts[] = {
        "CREATE TABLE t(a)",
        "CREATE TABLE t(a, b,)",
        "CREATE TABLE t()",
        "CREATE TABLE 'quoted name'('a b' TEXT, [c d] INT, `e` \"ty pe\", \"f\"\"g\")",
        "CREATE TABLE t(abort, action, after, key, desc, asc, match, like, replace, temp, view, row, if, "
        "over, window)",
        "CREATE TABLE t(select)",
        "CREATE TABLE t(order INT)",
        "CREATE TABLE t(left INT, cross TEXT, indexed)",
        "CREATE TABLE t(a INTEGER CONSTRAINT pk PRIMARY KEY DESC ON CONFLICT REPLACE AUTOINCREMENT)",
        "CREATE TABLE t(a INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL ON CONFLICT FAIL UNIQUE ON CONFLICT "
        "IGNORE)",
        "CREATE TABLE t(a DEFAULT -1, b DEFAULT +1.5, c DEFAULT 'x', d DEFAULT (1+2), e DEFAULT word, f "
        "DEFAULT TRUE, "
        "g DEFAULT NULL, h DEFAULT CURRENT_TIMESTAMP, i DEFAULT x'00', j DEFAULT \"q\")",
        "CREATE TABLE t(a DEFAULT 1 + 2)",
        "CREATE TABLE t(a VARCHAR(10), b DECIMAL(10, 2), c VARYING CHARACTER(-5), d NUMERIC(+1,-2))",
        "CREATE TABLE t(a VARCHAR(max))",
        "CREATE TABLE t(a REFERENCES p, b REFERENCES p(x) ON DELETE SET NULL ON UPDATE CASCADE MATCH FULL "
        "NOT "
        "DEFERRABLE INITIALLY IMMEDIATE, c REFERENCES p ON DELETE NO ACTION DEFERRABLE INITIALLY DEFERRED)",
        "CREATE TABLE t(a, FOREIGN KEY (a) REFERENCES p ON DELETE RESTRICT ON UPDATE SET DEFAULT DEFERRABLE)",
        "CREATE TABLE t(a INT GENERATED ALWAYS AS (b + 1) STORED, b INT, c AS (a) VIRTUAL, d AS (1))",
        "CREATE TABLE t(a CHECK (a > 0) CHECK (a < 9), CONSTRAINT c CHECK (a <> 5) UNIQUE (a) PRIMARY KEY "
        "(a))",
        "CREATE TABLE t(a, PRIMARY KEY (a COLLATE NOCASE DESC) ON CONFLICT ROLLBACK) WITHOUT ROWID",
        "CREATE TABLE t(a INT PRIMARY KEY) STRICT, WITHOUT ROWID",
        "CREATE TABLE t(a INT PRIMARY KEY) WITHOUT",
        "CREATE TABLE t(a CONSTRAINT alone, b)",
        "CREATE TABLE t(a -- comment\n, b /* another */ INT /* unterminated",
        "CREATE TABLE t(a /* c */) -- end",
        "CREATE TABLE t(a INT, CHECK (a IN (1,2)), b)",
        "CREATE TABLE t(a CHECK (a LIKE 'x' ESCAPE '\\' AND a NOT GLOB '*' OR a REGEXP 'r'))",
        "CREATE TABLE t(a CHECK (CASE WHEN a THEN 1 ELSE 2 END), b CHECK (CASE b WHEN 1 THEN 2 END))",
        "CREATE TABLE t(a CHECK (CAST(a AS VARCHAR(5)) COLLATE nocase = \"x\"))",
        "CREATE TABLE t(a CHECK (a -> '$.x' ->> 1 IS NOT DISTINCT FROM b), b)",
        "CREATE TABLE t(a CHECK ((a, b) = (1, 2)), b)",
        "CREATE TABLE t(a CHECK (a ISNULL OR a NOTNULL OR a NOT NULL))",
        "CREATE TABLE t(a CHECK (a = 0x1F OR a = .5 OR a = 1. OR a = 1e+3 OR a = x'ab'))",
        "CREATE TABLE t(a CHECK (a = 1a))",
        "CREATE TABLE t(a CHECK (a = x'abc'))",
        "CREATE TABLE t(a CHECK (a = 'open))",
        "CREATE UNIQUE INDEX i ON t(a COLLATE NOCASE DESC, lower(b), c + 1 ASC) WHERE a IS NOT NULL",
        "CREATE INDEX i ON t(a) WHERE",
        "CREATE VIEW v(a, b) AS SELECT * FROM t, u AS x LEFT JOIN w USING (a) NATURAL JOIN z ORDER BY 1 "
        "LIMIT 2, 3",
        "CREATE VIEW v AS WITH RECURSIVE c(x) AS MATERIALIZED (VALUES (1) UNION ALL SELECT x + 1 FROM c) "
        "SELECT c.* FROM c",
        "CREATE VIEW v AS SELECT count(*) FILTER (WHERE a) OVER (PARTITION BY b ORDER BY c DESC NULLS LAST "
        "ROWS BETWEEN 1 "
        "PRECEDING AND CURRENT ROW) AS n, sum(DISTINCT a) over_ FROM t WINDOW w AS (ORDER BY a) ORDER BY 1",
        "CREATE VIEW v AS SELECT a b, c 'd', e AS [f], g \"h\" FROM (t JOIN u ON t.a = u.a) WHERE EXISTS "
        "(SELECT 1) AND NOT "
        "EXISTS (SELECT 2) AND a IN t AND b IN (SELECT 3) AND c NOT IN ()",
        "CREATE VIEW v AS SELECT 1 UNION SELECT 2 INTERSECT SELECT 3 EXCEPT VALUES (4) ORDER BY 1 OFFSET 2",
        "CREATE VIEW v AS SELECT FROM t",
        "CREATE VIEW v AS SELECT a FROM t INDEXED BY i WHERE b GROUP BY c HAVING d",
        "CREATE TRIGGER r AFTER UPDATE OF a, b ON t FOR EACH ROW WHEN new.a > CASE WHEN 1 THEN 2 END BEGIN "
        "SELECT "
        "CASE WHEN 1 THEN 2 END; END",
        "CREATE TRIGGER r INSTEAD OF DELETE ON v BEGIN DELETE FROM t; END;",
    };
    for (const std::string text : texts) {
        const bool ours = text.find("TABLE") == 7     ? static_cast<bool>(ParseCreateTable(text))
                          : text.find("VIEW") == 7    ? static_cast<bool>(ParseCreateView(text))
                          : text.find("TRIGGER") == 7 ? static_cast<bool>(ParseCreateTrigger(text))
                                                      : static_cast<bool>(ParseCreateIndex(text));
        EXPECT_EQ(ours, SqliteParses(text)) << text;
    }
}

TEST(SqlParse, ReadsConstraints) {
    const auto table = ParseCreateTable(
        "CREATE TABLE t(a INTEGER CONSTRAINT pk PRIMARY KEY AUTOINCREMENT, b TEXT NOT NULL ON CONFLICT "
        "IGNORE DEFAULT "
        "('x' || 'y') COLLATE nocase REFERENCES p(c) ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED, c AS "
        "(a + 1) "
        "STORED, CONSTRAINT positive CHECK (a > 0), UNIQUE (a, b DESC)) STRICT, WITHOUT ROWID");
    ASSERT_TRUE(table) << table.error;
    ASSERT_EQ(table->columns.size(), 3u);
    EXPECT_TRUE(table->strict && table->without_rowid);
    EXPECT_EQ(table->columns[0].constraints[0].name, "pk");
    EXPECT_TRUE(table->columns[0].constraints[0].autoincrement);
    const auto& b = table->columns[1].constraints;
    EXPECT_EQ(b[0].conflict, "IGNORE");
    EXPECT_EQ(b[1].text, "'x' || 'y'");
    EXPECT_EQ(b[2].text, "nocase");
    EXPECT_EQ(b[3].reference.on_delete, "SET NULL");
    EXPECT_TRUE(b[3].reference.deferrable == true && b[3].reference.initially_deferred);
    EXPECT_TRUE(table->columns[2].constraints[0].stored);
    EXPECT_EQ(table->constraints[0].name, "positive");
    EXPECT_EQ(table->constraints[0].source, "CONSTRAINT positive CHECK (a > 0)");
    EXPECT_TRUE(table->constraints[1].key[1].descending);
}

TEST(SqlParse, ReadsTriggersAndVirtualTables) {
    const auto trigger = ParseCreateTrigger(
        "CREATE TRIGGER \"r\" INSTEAD OF UPDATE OF a, b ON v WHEN new.a IS NOT old.a BEGIN SELECT 1; SELECT "
        "2; END");
    ASSERT_TRUE(trigger) << trigger.error;
    EXPECT_EQ(trigger->time, CreateTrigger::Time::kInsteadOf);
    EXPECT_EQ(trigger->columns.size(), 2u);
    EXPECT_EQ(trigger->when, "new.a IS NOT old.a");
    EXPECT_EQ(trigger->body, "SELECT 1; SELECT 2;");
    const auto table =
        ParseCreateVirtualTable("CREATE VIRTUAL TABLE t USING fts5(a, b, tokenize = 'x y', content=\"\")");
    ASSERT_TRUE(table) << table.error;
    EXPECT_EQ(table->module, "fts5");
    ASSERT_EQ(table->arguments.size(), 4u);
    EXPECT_EQ(table->arguments[2], "tokenize = 'x y'");
}

TEST(SqlParse, DepthIsBounded) {
    for (const char* part : {"(", "- ", "NOT ", "CASE WHEN ", "abs(", "(SELECT ", "a IN (", "CAST("}) {
        std::string text;
        for (int i = 0; i < 100000; ++i)
            text += part;
        const auto parsed = ParseExpression(text + "1");
        EXPECT_FALSE(parsed);
        EXPECT_EQ(parsed.error, "nested too deeply") << part;
    }
    std::string chain = "a";
    for (int i = 0; i < kMaxDepth - 1; ++i)
        chain += " + a";
    EXPECT_TRUE(ParseExpression(chain));
    EXPECT_EQ(ParseExpression(chain + " + a").error, "expression tree is too large");
}

TEST(SqlParse, ErrorsHaveAPlace) {
    const auto parsed = ParseCreateTable("CREATE TABLE t(a INT, b FROM)");
    ASSERT_FALSE(parsed);
    EXPECT_EQ(parsed.error, "syntax error near \"FROM\"");
    EXPECT_EQ(parsed.offset, 24u);
}

}  // namespace
}  // namespace pgsqlite::schema::sql
