// Schemas that were made to overflow SQLite's stack, or to keep it busy for hours: the rest of the file is
// read, and what is not says so by its name.
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "core/base/error.hpp"
#include "core/sqlite/catalog.hpp"
#include "core/sqlite/checkpoint.hpp"
#include "core/sqlite/database.hpp"
#include "core/sqlite/statement.hpp"

namespace pgsqlite::sqlite {
namespace {

bool cancelled = false;
bool IsCancelled() noexcept {
    return cancelled;
}
/// Before a test opens SQLite.
const bool installed = InstallCheckpoints(&IsCancelled);

std::string Repeat(std::string_view text, std::size_t times) {
    std::string repeated;
    while (times-- > 0)
        repeated += text;
    return repeated;
}

class HostileSchema : public testing::Test {
  protected:
    void SetUp() override {
        ASSERT_TRUE(installed);
        std::string pattern = (std::filesystem::temp_directory_path() / "schemaXXXXXX").string();
        ASSERT_NE(mkdtemp(pattern.data()), nullptr);
        directory_ = std::filesystem::canonical(pattern).string();
        path_ = directory_ + "/hostile.db";
        ASSERT_EQ(sqlite3_open(path_.c_str(), &writer_), SQLITE_OK);
        Write(
            "CREATE TABLE fine(a); INSERT INTO fine VALUES (7); CREATE TABLE t(a); CREATE INDEX i ON fine(a);"
            "PRAGMA writable_schema = ON; BEGIN");
    }
    void TearDown() override {
        cancelled = false;
        sqlite3_close(writer_);
        std::filesystem::remove_all(directory_);
    }
    void Write(const std::string& sql) {
        ASSERT_EQ(sqlite3_exec(writer_, sql.c_str(), nullptr, nullptr, nullptr), SQLITE_OK)
            << sqlite3_errmsg(writer_);
    }
    void SetText(const std::string& name, const std::string& sql) {
        Write("UPDATE sqlite_master SET sql = " + QuoteLiteral(sql) + " WHERE name = '" + name + "'");
    }
    void AddView(const std::string& name, const std::string& select) {
        Write("INSERT INTO sqlite_master VALUES ('view', '" + name + "', '" + name + "', 0, " +
              QuoteLiteral("CREATE VIEW " + name + " AS " + select) + ")");
    }
    std::unique_ptr<Database> Open() {
        Write("COMMIT");
        OpenOptions options;
        options.path = path_;
        options.cancelled = &IsCancelled;
        return Database::Open(options);
    }
    /// Why each object is not read: "name: reason" by line. Proves that `fine` is.
    std::string Unreadable(Database& db) {
        CatalogOptions options;
        options.probe_readable = true;
        std::string all;
        for (const Table& table : Catalog::ReadTables(db, options))
            if (table.unreadable) all += table.name + ": " + *table.unreadable + "\n";
        db.BeginRead();
        Statement rows(db, "SELECT a FROM main.fine");
        EXPECT_TRUE(rows.Fetch());
        EXPECT_EQ(rows.Int(0), 7);
        return all;
    }

    std::string directory_, path_;
    sqlite3* writer_ = nullptr;
};

TEST_F(HostileSchema, DeepTexts) {
    const std::string collates = Repeat(" COLLATE nocase", 300000);
    const std::string fewer = Repeat(" COLLATE a", 15000);
    for (const std::string& deep : {collates, fewer}) {
        for (const std::string& text :
             {"CREATE TABLE t(a, CHECK (a" + deep + "))", "CREATE TABLE t(a DEFAULT (1" + deep + "))",
              "CREATE TABLE t(a, b AS (a" + deep + "))"}) {
            SetText("t", text);
            const auto db = Open();
            const std::string unreadable = Unreadable(*db);
            EXPECT_EQ(unreadable.substr(0, 12), "t: its text ") << unreadable;
            EXPECT_FALSE(Catalog::ReadTable(*db, "t")->unreadable.value_or("").empty());
            EXPECT_TRUE(Catalog::ReadTable(*db, "fine").has_value());
            try {
                Statement statement(*db, "SELECT * FROM main.t");
                ADD_FAILURE() << "it is read";
            } catch (const Error& error) {
                EXPECT_STREQ(error.sqlstate(), "54001");
                EXPECT_NE(error.message().find("table \"t\" is not read: its text "), std::string::npos)
                    << error.message();
            }
            db->EndRead();
            Write("BEGIN");
        }
    }
}

/// An index is not forgotten, and its table is read without it.
TEST_F(HostileSchema, DeepIndexes) {
    for (const std::string& text :
         {"CREATE INDEX i ON fine(a" + Repeat(" COLLATE nocase", 5000) + ")",
          "CREATE INDEX i ON fine(a) WHERE a" + Repeat(" COLLATE nocase", 5000) + " = 1"}) {
        SetText("i", text);
        const auto db = Open();
        EXPECT_EQ(Unreadable(*db), "");
        const auto table = Catalog::ReadTable(*db, "fine");
        ASSERT_EQ(table->indexes.size(), 1U);
        EXPECT_EQ(table->indexes[0].name, "i");
        EXPECT_TRUE(table->indexes[0].has_expression());
        db->EndRead();
        Write("BEGIN");
    }
}

TEST_F(HostileSchema, DeepViews) {
    int i = 0;
    for (const std::string& select : {"SELECT a" + Repeat(" COLLATE nocase", 5000) + " FROM t",
                                      Repeat("SELECT * FROM (", 5000) + "t" + Repeat(")", 5000),
                                      "SELECT " + Repeat("(", 5000) + "a" + Repeat(")", 5000) + " FROM t"})
        AddView("v" + std::to_string(i++), select);
    const auto db = Open();
    const std::string unreadable = Unreadable(*db);
    for (const char* name : {"v0: ", "v1: ", "v2: "})
        EXPECT_NE(unreadable.find(name), std::string::npos) << unreadable;
}

TEST_F(HostileSchema, ChainsOfViews) {
    for (const bool from_the_end : {false, true}) {
        Write("DELETE FROM sqlite_master WHERE type = 'view'");
        for (int i = 1; i <= 2000; ++i) {
            const int n = from_the_end ? 2001 - i : i;
            AddView("v" + std::to_string(n), "SELECT * FROM " + (n > 1 ? "v" + std::to_string(n - 1) : "t"));
        }
        const auto db = Open();
        const std::string unreadable = Unreadable(*db);
        EXPECT_EQ(unreadable.find("v250: "), std::string::npos);
        EXPECT_NE(unreadable.find("\nv1000: it stands on view \"v999\""), std::string::npos);
        db->EndRead();
        Write("BEGIN");
    }
}

TEST_F(HostileSchema, ViewsThatDouble) {
    for (int i = 1; i <= 60; ++i) {
        const std::string base = i > 1 ? "v" + std::to_string(i - 1) : "t";
        AddView("v" + std::to_string(i), "SELECT 1 FROM " + base + " AS x, " + base + " AS y");
    }
    const auto db = Open();
    EXPECT_NE(Unreadable(*db).find("v60: it stands on view \"v59\""), std::string::npos);
}

/// A schema with an error of another kind is still refused as a whole.
TEST_F(HostileSchema, MalformedTexts) {
    SetText("t", "CREATE TABLE t(a, CHECK (");
    const auto db = Open();
    try {
        db->BeginRead();
        ADD_FAILURE() << "it is read";
    } catch (const Error& error) {
        EXPECT_NE(error.message().find("malformed database schema (t)"), std::string::npos)
            << error.message();
    }
    // Whoever mends it finds it read.
    SetText("t", "CREATE TABLE t(a)");
    Write("PRAGMA schema_version = 99");
    db->BeginRead();
}

/// What no look at texts can know of: SQLite's own recursion ends where the stack does.
TEST_F(HostileSchema, StackExhausted) {
    Write("COMMIT");
    // Most of the stack is in use already.
    auto* taken = static_cast<volatile char*>(__builtin_alloca(StackLeft() - 512 * 1024));
    *taken = 0;
    std::string sql = "WITH c0 AS (SELECT 1 AS a)";
    for (int i = 1; i <= 5000; ++i)
        sql += ", c" + std::to_string(i) + " AS (SELECT * FROM c" + std::to_string(i - 1) + ")";
    sql += " SELECT * FROM c5000";
    sqlite3_stmt* statement = nullptr;
    TakeStackExhausted();
    EXPECT_EQ(sqlite3_prepare_v2(writer_, sql.c_str(), -1, &statement, nullptr), SQLITE_NOMEM);
    EXPECT_TRUE(TakeStackExhausted());
    EXPECT_EQ(sqlite3_prepare_v2(writer_, "SELECT 1", -1, &statement, nullptr), SQLITE_OK);
    sqlite3_finalize(statement);
}

TEST_F(HostileSchema, Cancelled) {
    Write("COMMIT");
    cancelled = true;
    sqlite3_stmt* statement = nullptr;
    EXPECT_EQ(sqlite3_prepare_v2(writer_, "SELECT a FROM fine", -1, &statement, nullptr), SQLITE_NOMEM);
    cancelled = false;
    EXPECT_FALSE(TakeStackExhausted());
    EXPECT_EQ(sqlite3_prepare_v2(writer_, "SELECT a FROM fine", -1, &statement, nullptr), SQLITE_OK);
    sqlite3_finalize(statement);
}

}  // namespace
}  // namespace pgsqlite::sqlite
