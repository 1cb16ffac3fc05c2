// Full-text queries: bounded ones give FTS5's own answers, and what nests deeper is refused, whichever way it
// comes in.
#include "core/sqlite/full_text.hpp"

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <array>
#include <memory>
#include <random>
#include <string>
#include <vector>

namespace pgsqlite::sqlite {
namespace {

class Connection {
  public:
    explicit Connection(bool bounded) {
        sqlite3_open(":memory:", &db_);
        if (bounded) {
            EXPECT_EQ(BoundFullText(db_), SQLITE_OK);
        }
        Ask("CREATE VIRTUAL TABLE f USING fts5(a, b, prefix = '2')");
        Ask("CREATE VIRTUAL TABLE p USING fts5(a, tokenize = 'porter ascii')");
        Ask("CREATE VIRTUAL TABLE none USING fts5(a, content = '')");
        Ask("INSERT INTO f VALUES ('one two three', 'two'), ('two NOT three', 'one'), ('four', NULL)");
        Ask("INSERT INTO p SELECT a FROM f");
    }
    ~Connection() { sqlite3_close_v2(db_); }
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    /// All rows, or the error.
    std::string Ask(const std::string& sql) const {
        sqlite3_stmt* statement = nullptr;
        std::string answer;
        int rc = sqlite3_prepare_v2(db_, sql.c_str(), -1, &statement, nullptr);
        while (rc == SQLITE_OK && sqlite3_step(statement) == SQLITE_ROW) {
            for (int i = 0; i < sqlite3_column_count(statement); ++i) {
                const unsigned char* text = sqlite3_column_text(statement, i);
                answer += text != nullptr ? reinterpret_cast<const char*>(text) : "NULL";
                answer += '|';
            }
            answer += '\n';
        }
        rc = rc == SQLITE_OK ? sqlite3_finalize(statement) : rc;
        return rc == SQLITE_OK ? answer : answer + "error " + sqlite3_errmsg(db_);
    }
    sqlite3* handle() const { return db_; }

  private:
    sqlite3* db_ = nullptr;
};

const std::array kTerms = {"one",     "two",         "\"two three\"", "thr*",    "NEAR(one three, 2)",
                           "a : two", "{a b} : one", "four",          "nothing", "\"\"",
                           "^two",    "-b : two"};
const std::array kJoins = {" AND ", " OR ", " NOT ", " "};
const std::array kSelects = {
    "SELECT rowid, * FROM f WHERE f MATCH ",
    "SELECT a, bm25(f) FROM f WHERE f = ",
    "SELECT highlight(f, 0, '<', '>'), snippet(f, -1, '<', '>', '…', 2) FROM f WHERE f MATCH ",
    "SELECT rowid FROM p WHERE p MATCH ",
    "SELECT count(*) FROM none WHERE none MATCH ",
    "SELECT rowid FROM f WHERE rowid > 1 AND rank MATCH 'bm25(2.0)' AND f MATCH ",
    "SELECT x.rowid, y.rowid FROM f AS x, p AS y WHERE y.p MATCH x.a AND x.f MATCH "};

TEST(FullText, AnswersAreFts5s) {
    const Connection plain(false);
    const Connection bounded(true);
    std::mt19937 random(41);
    const auto one = [&](const auto& of) { return std::string(of[random() % of.size()]); };
    for (int i = 0; i < 3000; ++i) {
        std::string query = one(kTerms);
        for (unsigned more = random() % 4; more > 0; --more)
            query += one(kJoins) +
                     (random() % 4 == 0 ? "(" + one(kTerms) + one(kJoins) + one(kTerms) + ")" : one(kTerms));
        const std::string sql =
            one(kSelects) + "'" + query + "' ORDER BY " + (random() % 2 == 0 ? "1" : "rank, 1");
        ASSERT_EQ(bounded.Ask(sql), plain.Ask(sql)) << sql;
    }
}

TEST(FullText, WhatNestsTooDeepIsRefused) {
    const Connection bounded(true);
    for (const char* const from : {"f WHERE f MATCH ", "f WHERE f = ", "f WHERE a MATCH ", "p WHERE p MATCH ",
                                   "none WHERE none = ", "none WHERE none MATCH 'x' AND none MATCH "}) {
        const std::string select = std::string("SELECT count(*) FROM ") + from;
        EXPECT_EQ(bounded.Ask(select + "'x' || replace(hex(zeroblob(200)), '00', ' NOT y')"), "0|\n") << from;
        for (const char* const depth : {"300", "300000"})
            EXPECT_NE(bounded.Ask(select + "'x' || replace(hex(zeroblob(" + depth + ")), '00', ' NOT y')")
                          .find("fts5 expression tree is too large"),
                      std::string::npos)
                << from << depth;
        EXPECT_NE(
            bounded.Ask(select + "CAST('\"\"' || replace(hex(zeroblob(300000)), '00', 'NOT\"\"') AS BLOB)")
                .find("error"),
            std::string::npos)
            << from;
    }
    EXPECT_NE(
        bounded.Ask("SELECT * FROM f('x' || replace(hex(zeroblob(300000)), '00', ' NOT y'))").find("error"),
        std::string::npos);
}

// What FTS5 keeps for a connection is one for all here: they come and go in any order, with cursors open.
TEST(FullText, ConnectionsComeAndGo) {
    std::mt19937 random(43);
    std::vector<std::unique_ptr<Connection>> open;
    std::vector<sqlite3_stmt*> statements;
    for (int i = 0; i < 200; ++i) {
        switch (random() % 4) {
            case 0:
                open.push_back(std::make_unique<Connection>(true));
                break;
            case 1:
                if (!open.empty())
                    open.erase(open.begin() + static_cast<std::ptrdiff_t>(random() % open.size()));
                break;
            case 2:
                if (!statements.empty()) {
                    sqlite3_finalize(statements.back());
                    statements.pop_back();
                }
                break;
            default:
                if (open.empty()) break;
                sqlite3_stmt* statement = nullptr;
                ASSERT_EQ(sqlite3_prepare_v2(
                              open[random() % open.size()]->handle(),
                              "SELECT snippet(f, 0, '', '', '', 3) FROM f WHERE f MATCH 'one OR two'", -1,
                              &statement, nullptr),
                          SQLITE_OK);
                EXPECT_EQ(sqlite3_step(statement), SQLITE_ROW);
                statements.push_back(statement);
        }
        for (sqlite3_stmt* const statement : statements)
            if (sqlite3_step(statement) == SQLITE_ROW) {
                EXPECT_EQ(sqlite3_column_type(statement, 0), SQLITE_TEXT);
            }
    }
    for (sqlite3_stmt* const statement : statements)
        sqlite3_finalize(statement);
}

}  // namespace
}  // namespace pgsqlite::sqlite
