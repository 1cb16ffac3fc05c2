// Rows of a table in a file of their own: found by rowid or key, copied, and read back with every storage
// class.
#include "core/sqlite/rows_file.hpp"

#include <gtest/gtest.h>
#include <sqlite3.h>
#include <unistd.h>

#include "core/base/error.hpp"
#include "core/sqlite/row_finder.hpp"

namespace pgsqlite::sqlite {
namespace {

class RowsFileTest : public testing::Test {
  protected:
    RowsFileTest() {
        char folder[] = "/tmp/pg_sqlite_rows.XXXXXX";
        folder_ = mkdtemp(folder);
        source_ = folder_ + "/source.db";
        copy_ = folder_ + "/copy.db";
        fclose(fopen(copy_.c_str(), "w"));  // RowsFile wants an empty file
        sqlite3* db = nullptr;
        EXPECT_EQ(sqlite3_open(source_.c_str(), &db), SQLITE_OK);
        EXPECT_EQ(
            sqlite3_exec(db,
                         "CREATE TABLE t (id INTEGER PRIMARY KEY, \"a \"\"b\" NUMERIC, c);"
                         "INSERT INTO t VALUES (7, 'x', x''), (8, 1.5, 'a' || char(0) || 'b'), (9, NULL, -5);"
                         "CREATE TABLE w (k TEXT COLLATE NOCASE, n, v, PRIMARY KEY (k, n)) WITHOUT ROWID;"
                         "INSERT INTO w VALUES ('A', 1, 'one'), ('a', 1.5, 'two');",
                         nullptr, nullptr, nullptr),
            SQLITE_OK);
        sqlite3_close(db);
    }
    ~RowsFileTest() override {
        unlink(source_.c_str());
        unlink(copy_.c_str());
        rmdir(folder_.c_str());
    }
    static std::unique_ptr<Database> Open(const std::string& path) {
        OpenOptions options;
        options.path = path;
        auto db = Database::Open(options);
        db->BeginRead();
        return db;
    }

    std::string folder_, source_, copy_;
};

TEST_F(RowsFileTest, KeepsStorageClasses) {
    auto source = Open(source_);
    RowFinder finder(*source, "T", "rowid", {"C", "a \"b", "id"});
    RowsFile file(copy_, "t", {"c", "a \"b", "id"}, "rowid");
    for (const std::int64_t id : {7, 8, 9}) {
        ASSERT_TRUE(finder.FindRowid(id));
        finder.CopyTo(&file, id + 100);
    }
    EXPECT_EQ(
        finder.Json(),
        R"({"id": {"class": "integer", "value": 9}, "a \"b": {"class": "null"}, "c": {"class": "integer", "value": -5}})");
    EXPECT_FALSE(finder.FindRowid(10));
    file.Finish();

    auto copy = Open(copy_);
    Statement rows(
        *copy, "SELECT rowid, hex(c), typeof(c), \"a \"\"b\", typeof(\"a \"\"b\"), id FROM t ORDER BY rowid");
    ASSERT_TRUE(rows.Fetch());
    EXPECT_EQ(rows.Int(0), 107);
    EXPECT_EQ(rows.Text(2), "blob");
    EXPECT_EQ(rows.Text(3), "x");
    EXPECT_EQ(rows.Int(5), 7);
    ASSERT_TRUE(rows.Fetch());
    EXPECT_EQ(rows.Text(1), "610062");
    EXPECT_EQ(rows.Text(2), "text");
    EXPECT_EQ(rows.Text(4), "real");
    ASSERT_TRUE(rows.Fetch());
    EXPECT_EQ(rows.Text(2), "integer");
    EXPECT_EQ(rows.Text(4), "null");
    EXPECT_FALSE(rows.Fetch());
}

TEST_F(RowsFileTest, FindsKeys) {
    auto source = Open(source_);
    RowFinder finder(*source, "w", "", {"v"});
    EXPECT_TRUE(finder.FindKey(RejectedRow::ParseKey(R"({"k": "a", "n": 1.5})")));
    EXPECT_NE(finder.Json().find("two"), std::string::npos);
    EXPECT_TRUE(
        finder.FindKey(RejectedRow::ParseKey(R"({"n": {"class": "integer", "value": 1}, "k": "a"})")));
    EXPECT_NE(finder.Json().find("one"), std::string::npos);
    EXPECT_FALSE(finder.FindKey(RejectedRow::ParseKey(R"({"k": "a", "n": 2})")));
}

TEST_F(RowsFileTest, NamesWhatIsMissing) {
    auto source = Open(source_);
    RowFinder finder(*source, "t", "rowid", {"gone"});
    EXPECT_THROW((void)finder.FindRowid(7), Error);
    EXPECT_EQ(RowsFile(copy_, "t", {"RowID", "oid"}, "").rowid_name(), "_rowid_");
    EXPECT_THROW(RowsFile(copy_, "t", {"rowid", "_rowid_", "oid"}, ""), Error);
}

}  // namespace
}  // namespace pgsqlite::sqlite
