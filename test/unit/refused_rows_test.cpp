// Rows that a table's columns refuse together, and types by what is stored: against SQLite's own counts over
// a table of random cells.
#include <gtest/gtest.h>
#include <sqlite3.h>
#include <stdlib.h>

#include <filesystem>
#include <string>

#include "core/assess/profile_cache.hpp"
#include "core/sqlite/statement.hpp"

namespace pgsqlite::assess {
namespace {

class RefusedRowsTest : public ::testing::Test {
  protected:
    void SetUp() override {
        std::string pattern = (std::filesystem::temp_directory_path() / "pg_sqlite_refused_XXXXXX").string();
        ASSERT_NE(mkdtemp(pattern.data()), nullptr);
        directory_ = pattern;
        Run("CREATE TABLE t (a INTEGER, b INTEGER, c INTEGER);"
            "WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 5000) "
            "INSERT INTO t SELECT CASE abs(random()) % 4 WHEN 0 THEN 'x' WHEN 1 THEN NULL ELSE i END, "
            "CASE abs(random()) % 5 WHEN 0 THEN 'y' ELSE i END, i FROM n");
    }
    void TearDown() override {
        db_.reset();
        std::filesystem::remove_all(directory_);
    }
    void Run(const std::string& sql) {
        db_.reset();
        const std::string path = (directory_ / "test.db").string();
        sqlite3* raw = nullptr;
        ASSERT_EQ(sqlite3_open(path.c_str(), &raw), SQLITE_OK);
        EXPECT_EQ(sqlite3_exec(raw, sql.c_str(), nullptr, nullptr, nullptr), SQLITE_OK)
            << sqlite3_errmsg(raw);
        sqlite3_close(raw);
        sqlite::OpenOptions options;
        options.path = path;
        db_ = sqlite::Database::Open(options);
    }
    std::uint64_t Count(const std::string& where) {
        sqlite::Statement statement(*db_, "SELECT count(*) FROM t WHERE " + where);
        EXPECT_TRUE(statement.Fetch());
        return static_cast<std::uint64_t>(statement.Int(0));
    }
    std::uint64_t Refused(const std::vector<RowCondition>& conditions) {
        const std::uint64_t refused = cache_.RefusedRows(*db_, Table(), conditions);
        EXPECT_EQ(CountRefusedRows(*db_, Table(), conditions), refused);
        EXPECT_EQ(cache_.RefusedRows(*db_, Table(), conditions), refused);
        return refused;
    }
    sqlite::Table Table() { return *sqlite::Catalog::ReadTable(*db_, "t"); }
    static RowCondition Condition(const char* column, bool misfits, bool nulls) {
        RowCondition condition;
        condition.rule.column = column;
        condition.rule.type = schema::PlainType(value::Kind::kInt8);
        condition.refuses_misfits = misfits;
        condition.refuses_nulls = nulls;
        return condition;
    }

    std::filesystem::path directory_;
    std::unique_ptr<sqlite::Database> db_;
    ProfileCache cache_;
};

TEST_F(RefusedRowsTest, CountsEachRowOnce) {
    EXPECT_EQ(Refused({Condition("a", true, false), Condition("b", true, false), Condition("c", true, true)}),
              Count("typeof(a) = 'text' OR typeof(b) = 'text'"));
    EXPECT_EQ(Refused({Condition("a", true, true), Condition("b", true, false)}),
              Count("a IS NULL OR typeof(a) = 'text' OR typeof(b) = 'text'"));
    EXPECT_EQ(Refused({Condition("a", true, false), Condition("c", true, true)}),
              Count("typeof(a) = 'text'"));
    // A misfit that becomes NULL takes its row along only where NULL does.
    EXPECT_EQ(Refused({Condition("a", false, true), Condition("b", false, false)}),
              Count("a IS NULL OR typeof(a) = 'text'"));
    EXPECT_EQ(Refused({Condition("a", false, false), Condition("b", false, false)}), 0u);
    EXPECT_EQ(Refused({}), 0u);
}

TEST_F(RefusedRowsTest, FollowsTheFileAndItsConditions) {
    const std::vector<RowCondition> both{Condition("a", true, false), Condition("b", true, false)};
    const std::uint64_t before = Refused(both);
    Run("INSERT INTO t VALUES ('x', 'y', 1), ('x', 1, 1)");
    EXPECT_EQ(Refused(both), before + 2);
    EXPECT_EQ(Refused({Condition("a", true, true), Condition("b", true, false)}),
              Count("a IS NULL OR typeof(a) = 'text' OR typeof(b) = 'text'"));
}

TEST_F(RefusedRowsTest, NullsAreToldByRule) {
    ColumnRule rule = Condition("a", true, true).rule;
    EXPECT_EQ(CountMisfits(*db_, Table(), {rule})[0].nulls, Count("a IS NULL"));
    Run("UPDATE t SET a = '' WHERE a = 'x'");
    rule.policies.empty_as_null = true;
    const ColumnMisfits misfits = CountMisfits(*db_, Table(), {rule})[0];
    EXPECT_EQ(misfits.nulls, Count("a IS NULL OR a = ''"));
    EXPECT_EQ(misfits.refused, 0u);
    EXPECT_TRUE(misfits.first_null.any());
}

TEST_F(RefusedRowsTest, StoredTypesHoldEveryRow) {
    StoredRule rule;
    rule.policies.resize(3);
    const auto types = cache_.Stored(*db_, Table(), rule);
    ASSERT_EQ(types->size(), 3u);
    EXPECT_EQ((*types)[0].type.sql, "text");
    EXPECT_EQ((*types)[2].type.sql, "bigint");
    EXPECT_EQ(cache_.Stored(*db_, Table(), rule), types);
    std::vector<RowCondition> conditions;
    for (std::size_t i = 0; i < types->size(); ++i) {
        conditions.push_back(Condition(i == 0 ? "a" : i == 1 ? "b" : "c", true, false));
        conditions.back().rule.type = (*types)[i].type;
    }
    EXPECT_EQ(Refused(conditions), 0u);
    Run("UPDATE t SET c = x'ff'");
    EXPECT_EQ((*cache_.Stored(*db_, Table(), rule))[2].type.sql, "bytea");
}

}  // namespace
}  // namespace pgsqlite::assess
