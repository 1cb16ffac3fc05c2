// MeasureExpression: what it says fits, SQLite takes; tried with random expressions of the kinds that are
// deparsed.
#include "core/sqlite/statement_size.hpp"

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <random>
#include <string>

namespace pgsqlite::sqlite {
namespace {

class StatementSize : public ::testing::Test {
  protected:
    void SetUp() override {
        ASSERT_EQ(sqlite3_open(":memory:", &db_), SQLITE_OK);
        ASSERT_EQ(sqlite3_exec(db_, "CREATE TABLE t(a INTEGER, b TEXT)", nullptr, nullptr, nullptr),
                  SQLITE_OK);
    }
    void TearDown() override { sqlite3_close(db_); }

    /// SQLite's complaint about a condition in a statement as wide as ours are; empty if there is none.
    std::string Refusal(const std::string& condition) {
        const std::string sql =
            "EXPLAIN QUERY PLAN SELECT r.a FROM main.\"t\" AS r LEFT JOIN main.\"t\" AS q ON (q.a = 1) AND " +
            condition + " WHERE (r.a = 1) AND " + condition +
            " AND r.rowid BETWEEN ?1 AND ?2 ORDER BY r.a, " + condition;
        sqlite3_stmt* statement = nullptr;
        const bool taken = sqlite3_prepare_v2(db_, sql.c_str(), -1, &statement, nullptr) == SQLITE_OK;
        sqlite3_finalize(statement);
        return taken ? "" : sqlite3_errmsg(db_);
    }

    sqlite3* db_ = nullptr;
};

class Generator {
  public:
    explicit Generator(unsigned seed) : random_(seed) {}
    std::string Boolean(int depth) {
        if (depth <= 0) return Pick(2) != 0 ? "(r.\"a\" = 1)" : "(r.\"b\" IS NOT NULL)";
        switch (Pick(11)) {
            case 0:
                return "(NOT " + Boolean(depth - 1) + ")";
            case 1:
                return Chain(depth, " AND ");
            case 2:
                return Chain(depth, " OR ");
            case 3:
                return "(" + Number(depth - 1) + " <> " + Number(depth - 1) + ")";
            case 4:
                return "(" + Number(depth - 1) + " IN (1, 2, " + std::to_string(Pick(100)) + "))";
            case 5:
                return "(" + Text(depth - 1) + " IN (SELECT value FROM json_each(?7)))";
            case 6:
                return "(" + Boolean(depth - 1) + " IS NOT TRUE)";
            case 7:
                return "(" + Number(depth - 1) + " IS NOT " + Number(depth - 1) + ")";
            case 8:
                return "(" + Text(depth - 1) + " NOT GLOB '*(''x*')";
            case 9:
                return "(NOT EXISTS (SELECT 1 FROM main.\"t\" AS s WHERE " + Boolean(depth - 1) + "))";
            default:
                return "(" + Boolean(depth - 1) + " OR typeof(" + Number(depth - 1) + ") = 'real' OR " +
                       Number(depth - 1) + " NOT BETWEEN -32768 AND 32767)";
        }
    }

  private:
    unsigned Pick(unsigned n) { return std::uniform_int_distribution<unsigned>(0, n - 1)(random_); }
    /// Mostly one deep side: full trees would be too long before they are deep.
    int Side(int depth) { return Pick(4) == 0 ? depth : static_cast<int>(Pick(2)); }
    std::string Chain(int depth, const char* word) {
        std::string out = "(" + Boolean(Side(depth - 1));
        const unsigned deep = Pick(3);
        for (unsigned i = 0; i < 3; ++i)
            out += word + Boolean(i == deep ? depth - 1 : Side(0));
        return out + ")";
    }
    std::string Number(int depth) {
        if (depth <= 0) return Pick(2) != 0 ? "r.\"a\"" : "-5";
        switch (Pick(6)) {
            case 0:
                return "(" + Number(depth - 1) + " + " + Number(Side(0)) + ")";
            case 1:
                return "(" + Number(Side(0)) + " % " + Number(depth - 1) + ")";
            case 2:
                return "length(" + Text(depth - 1) + ")";
            case 3:
                return "(CASE WHEN " + Boolean(Side(depth - 1)) + " THEN " + Number(depth - 1) + " ELSE " +
                       Number(Side(0)) + " END)";
            case 4:
                return "coalesce(" + Number(Side(0)) + ", " + Number(depth - 1) + ")";
            default:
                return "CAST(" + Number(depth - 1) + " AS REAL)";
        }
    }
    std::string Text(int depth) {
        if (depth <= 0) return Pick(2) != 0 ? "r.\"b\" COLLATE BINARY" : "'it''s \"('";
        switch (Pick(3)) {
            case 0:
                return "(" + Text(depth - 1) + " || " + Text(Side(0)) + ")";
            case 1:
                return "replace(" + Text(Side(0)) + ", 'a', " + Text(depth - 1) + ")";
            default:
                return "substr(" + Text(depth - 1) + ", 1, " + Number(Side(0)) + ")";
        }
    }

    std::mt19937 random_;
};

constexpr int kStackForConditions = StatementLimits::kParserStack - 20;

TEST_F(StatementSize, WhatFitsIsTaken) {
    int fitted = 0;
    int refused = 0;
    int close = 0;
    for (unsigned seed = 1; seed <= 2000; ++seed) {
        const std::string condition = Generator(seed).Boolean(static_cast<int>(seed % 40));
        if (condition.size() > 200000) continue;
        const ExpressionSize needs = MeasureExpression(condition);
        if (needs.stack > kStackForConditions) {
            ++refused;
            continue;
        }
        ++fitted;
        if (needs.stack > kStackForConditions - 20) ++close;
        ASSERT_EQ(Refusal(condition), "")
            << "seed " << seed << ", stack " << needs.stack << ": " << condition;
    }
    // Neither everything nor nothing.
    EXPECT_GT(fitted, 300);
    EXPECT_GT(refused, 150);
    EXPECT_GT(close, 30);
}

TEST_F(StatementSize, DepthIsNeverTooLow) {
    for (unsigned seed = 1; seed <= 2000; ++seed) {
        const std::string condition = Generator(seed).Boolean(static_cast<int>(seed % 12));
        if (condition.size() > 20000) continue;
        const ExpressionSize needs = MeasureExpression(condition);
        if (needs.stack > kStackForConditions) continue;
        sqlite3_limit(db_, SQLITE_LIMIT_EXPR_DEPTH, needs.depth + 4);  // of the statement around it
        ASSERT_EQ(Refusal(condition), "")
            << "seed " << seed << ", depth " << needs.depth << ": " << condition;
    }
}

TEST_F(StatementSize, LongChainsAreDeep) {
    std::string chain = "(r.\"a\" = 0)";
    for (int i = 1; i < 3000; ++i)
        chain += " OR (r.\"a\" = 1)";
    EXPECT_GE(MeasureExpression(chain).depth, 3000);
    EXPECT_LT(MeasureExpression(chain).stack, 20);
    EXPECT_NE(Refusal(chain), "");
}

TEST_F(StatementSize, ListsAreFlat) {
    std::string list = "(r.\"a\" IN (0";
    for (int i = 1; i < 3000; ++i)
        list += ", " + std::to_string(i);
    EXPECT_LT(MeasureExpression(list + "))").depth, 10);
}

TEST_F(StatementSize, DeepNestingAndHalfTextsFitNowhere) {
    EXPECT_GT(MeasureExpression(std::string(100000, '(')).stack, StatementLimits::kParserStack);
    EXPECT_GT(MeasureExpression(std::string(300, '(') + "1" + std::string(300, ')')).stack,
              StatementLimits::kParserStack);
    EXPECT_GT(MeasureExpression("1))").stack, StatementLimits::kParserStack);
    EXPECT_GT(MeasureExpression("(1").stack, StatementLimits::kParserStack);
    EXPECT_LT(MeasureExpression("").stack, 10);
    EXPECT_LT(MeasureExpression("'an open text").stack, 10);
}

TEST_F(StatementSize, LimitsAreTheConnections) {
    sqlite3_limit(db_, SQLITE_LIMIT_EXPR_DEPTH, 77);
    sqlite3_limit(db_, SQLITE_LIMIT_VARIABLE_NUMBER, 55);
    const StatementLimits limits = StatementLimits::Of(db_);
    EXPECT_EQ(limits.depth, 77);
    EXPECT_EQ(limits.parameters, 55);
}

}  // namespace
}  // namespace pgsqlite::sqlite
