// Writing: what a transaction may count on, with another connection at the same file.
#include <gtest/gtest.h>
#include <sqlite3.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>

#include "core/base/error.hpp"
#include "core/sqlite/database.hpp"
#include "core/sqlite/statement.hpp"

namespace pgsqlite::sqlite {
namespace {

class DatabaseWriteTest : public testing::TestWithParam<const char*> {
  protected:
    void SetUp() override {
        std::string pattern = (std::filesystem::temp_directory_path() / "writeXXXXXX").string();
        ASSERT_NE(mkdtemp(pattern.data()), nullptr);
        directory_ = std::filesystem::canonical(pattern).string();
        path_ = directory_ + "/w.db";
        Other(std::string("PRAGMA journal_mode = ") + GetParam() +
              "; CREATE TABLE t (a INTEGER UNIQUE ON CONFLICT ROLLBACK)");
        OpenOptions options;
        options.path = path_;
        options.busy_timeout_ms = 0;
        database_ = Database::Open(options);
    }
    void TearDown() override {
        database_.reset();
        std::filesystem::remove_all(directory_);
    }

    /// By an application that comes and goes. @return SQLite's result code
    int Other(const std::string& sql) {
        sqlite3* other = nullptr;
        sqlite3_open(path_.c_str(), &other);
        const int rc = sqlite3_exec(other, sql.c_str(), nullptr, nullptr, nullptr);
        sqlite3_close(other);
        return rc;
    }
    bool Insert(int a) {
        Statement statement(*database_, "INSERT INTO t VALUES (" + std::to_string(a) + ")");
        return statement.Next() == Step::kDone;
    }
    /// Leaves the file as a writer does that dies in mid-transaction, with a hot journal.
    void LeaveJournal() {
        sqlite3* other = nullptr;
        sqlite3_open(path_.c_str(), &other);
        const std::string file = directory_ + "/torn", journal = path_ + "-journal";
        sqlite3_exec(other,
                     "PRAGMA cache_size = 1; BEGIN; WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 "
                     "FROM n WHERE i < 5000) INSERT INTO t SELECT i FROM n",
                     nullptr, nullptr, nullptr);
        std::filesystem::copy_file(path_, file);
        std::filesystem::copy_file(journal, file + "-journal");
        sqlite3_close(other);  // rolls back
        std::filesystem::rename(file, path_);
        std::filesystem::rename(file + "-journal", journal);
    }
    std::int64_t Rows() {
        Statement statement(*database_, "SELECT count(*) FROM t");
        statement.Fetch();
        return statement.Int(0);
    }
    std::string SqlstateOf(bool continues) {
        try {
            database_->BeginWrite(continues);
            return "";
        } catch (const Error& error) {
            return error.sqlstate();
        }
    }

    std::string directory_, path_;
    std::unique_ptr<Database> database_;
};

TEST_P(DatabaseWriteTest, CommitsAndRollsBack) {
    database_->BeginWrite(false);
    EXPECT_TRUE(Insert(1));
    EXPECT_EQ(Other("BEGIN IMMEDIATE"), SQLITE_BUSY);
    database_->BeginSavepoint(2);
    EXPECT_TRUE(Insert(2));
    database_->BeginSavepoint(3);
    EXPECT_TRUE(Insert(3));
    database_->ReleaseSavepoint(3);
    database_->RollBackSavepoint(2);
    EXPECT_EQ(Rows(), 1);
    database_->Commit();
    EXPECT_FALSE(database_->in_write());
    database_->BeginWrite(false);
    EXPECT_TRUE(Insert(4));
    database_->EndRead();
    database_->BeginRead();
    EXPECT_EQ(Rows(), 1);
}

// Also where the first attempt fails: what is read next must be what was read before.
TEST_P(DatabaseWriteTest, GoesOnFromWhatItHasRead) {
    database_->BeginRead();
    EXPECT_EQ(Rows(), 0);
    EXPECT_EQ(SqlstateOf(true), "");
    database_->EndRead();

    database_->BeginRead();
    EXPECT_EQ(Rows(), 0);
    sqlite3* other = nullptr;
    sqlite3_open(path_.c_str(), &other);
    ASSERT_EQ(sqlite3_exec(other, "BEGIN IMMEDIATE; INSERT INTO t VALUES (7)", nullptr, nullptr, nullptr),
              SQLITE_OK);
    EXPECT_EQ(SqlstateOf(true), "55P03");
    ASSERT_EQ(sqlite3_exec(other, "COMMIT", nullptr, nullptr, nullptr), SQLITE_OK);
    EXPECT_THROW(database_->BeginRead(), Error);
    EXPECT_EQ(SqlstateOf(true), "40001");
    database_->EndRead();
    EXPECT_EQ(SqlstateOf(true), "");
    EXPECT_EQ(Rows(), 1);
    database_->EndRead();

    // What was only looked at may have changed.
    database_->BeginRead();
    database_->EndRead();
    database_->BeginRead();
    sqlite3_exec(other, "INSERT INTO t VALUES (8)", nullptr, nullptr, nullptr);
    EXPECT_EQ(SqlstateOf(false), "");
    sqlite3_close(other);
}

TEST_P(DatabaseWriteTest, WhatSqliteHasRolledBackIsLost) {
    database_->BeginWrite(false);
    EXPECT_TRUE(Insert(1));
    database_->BeginSavepoint(2);
    EXPECT_FALSE(Insert(1));
    database_->RollBackSavepoint(2);
    EXPECT_EQ(SqlstateOf(false), "40000");
    EXPECT_THROW(database_->Commit(), Error);
    database_->EndRead();
    database_->BeginWrite(false);
    EXPECT_EQ(Rows(), 0);
}

TEST_P(DatabaseWriteTest, LeavesNothingBeside) {
    database_->BeginWrite(false);
    EXPECT_TRUE(Insert(1));
    database_->Commit();
    database_.reset();
    for (const auto& entry : std::filesystem::directory_iterator(directory_))
        EXPECT_EQ(entry.path(), path_);
}

TEST_P(DatabaseWriteTest, RollsBackWhatItsOwnUserHasLeft) {
    if (GetParam() != std::string("delete")) GTEST_SKIP() << "a WAL has no journal";
    database_.reset();
    LeaveJournal();
    OpenOptions options;
    options.path = path_;
    database_ = Database::Open(options);
    EXPECT_THROW(database_->BeginRead(), Error);
    EXPECT_TRUE(database_->RollBackHotJournal());
    EXPECT_FALSE(database_->RollBackHotJournal());
    database_->BeginRead();
    EXPECT_EQ(Rows(), 0);
    EXPECT_FALSE(std::filesystem::exists(path_ + "-journal"));
}

TEST_P(DatabaseWriteTest, LeavesAloneJournalsOfStrangers) {
    if (GetParam() != std::string("delete")) GTEST_SKIP() << "a WAL has no journal";
    if (geteuid() != 0) GTEST_SKIP() << "only root gives files away";
    constexpr uid_t kNobody = 65534;
    for (const bool open_already : {false, true}) {
        database_.reset();
        OpenOptions options;
        options.path = path_;
        database_ = Database::Open(options);
        if (open_already) {
            database_->BeginWrite(false);
            database_->EndRead();
        }
        LeaveJournal();
        const std::string journal = path_ + "-journal";
        ASSERT_EQ(chown(journal.c_str(), kNobody, kNobody), 0);
        EXPECT_EQ(SqlstateOf(false), sqlstate::kObjectNotInPrerequisiteState);
        EXPECT_TRUE(std::filesystem::exists(journal));
        // The database's owner may have left it.
        ASSERT_EQ(chown(path_.c_str(), kNobody, kNobody), 0);
        EXPECT_EQ(SqlstateOf(false), "");
        EXPECT_EQ(Rows(), 0);
        database_->EndRead();
        ASSERT_EQ(chown(path_.c_str(), 0, 0), 0);
    }
}

INSTANTIATE_TEST_SUITE_P(Journals, DatabaseWriteTest, testing::Values("wal", "delete"));

}  // namespace
}  // namespace pgsqlite::sqlite
