// Snapshots: a follower reads what its leader reads, whatever has been committed since.
#include "core/sqlite/snapshot.hpp"

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>

#include "core/base/error.hpp"
#include "core/sqlite/database.hpp"
#include "core/sqlite/statement.hpp"

namespace pgsqlite::sqlite {
namespace {

class SnapshotTest : public testing::Test {
  protected:
    void SetUp() override {
        std::string pattern = (std::filesystem::temp_directory_path() / "snapshotXXXXXX").string();
        ASSERT_NE(mkdtemp(pattern.data()), nullptr);
        directory_ = std::filesystem::canonical(pattern).string();
        path_ = directory_ + "/a \"%?#&.db";  // every character that a URI may trip over
    }
    void TearDown() override {
        sqlite3_close(writer_);
        std::filesystem::remove_all(directory_);
    }

    /// A writer that stays, with 20,000 rows.
    void Fill(const char* journal_mode, int page_size = 1024) {
        Write("PRAGMA page_size = " + std::to_string(page_size));
        Write(std::string("PRAGMA journal_mode = ") + journal_mode);
        Write("PRAGMA synchronous = OFF; PRAGMA busy_timeout = 0");
        Write(
            "CREATE TABLE t (id INTEGER PRIMARY KEY, n INTEGER); WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL "
            "SELECT i + 1 FROM n WHERE i < 20000) INSERT INTO t SELECT i, 0 FROM n");
    }
    int TryWrite(const std::string& sql) {
        if (writer_ == nullptr) sqlite3_open(path_.c_str(), &writer_);
        return sqlite3_exec(writer_, sql.c_str(), nullptr, nullptr, nullptr);
    }
    void Write(const std::string& sql) {
        ASSERT_EQ(TryWrite(sql), SQLITE_OK) << sql << ": " << sqlite3_errmsg(writer_);
    }

    std::unique_ptr<Database> Lead(bool immutable = false) {
        OpenOptions options;
        options.path = path_;
        options.immutable = immutable;
        auto database = Database::Open(options);
        database->BeginRead();
        return database;
    }
    std::unique_ptr<Database> Follow(const Snapshot& leader) {
        OpenOptions options;
        options.path = path_;
        options.busy_timeout_ms = 0;
        options.leader = leader;
        auto database = Database::Open(options);
        database->BeginRead();
        return database;
    }
    static std::int64_t Sum(Database& database) {
        Statement statement(database, "SELECT sum(n) * 1000000 + count(*) FROM t");
        statement.Fetch();
        return statement.Int(0);
    }
    std::string StateOfError(const Snapshot& leader) {
        try {
            Follow(leader);
        } catch (const Error& error) {
            return error.sqlstate();
        }
        return "";
    }

    std::string directory_;
    std::string path_;
    sqlite3* writer_ = nullptr;
};

TEST_F(SnapshotTest, WalWithLaterCommits) {
    for (const int page_size : {512, 1024, 65536}) {
        Fill("wal", page_size);
        Write("UPDATE t SET n = 1");
        const auto leader = Lead();
        ASSERT_EQ(leader->access_mode(), AccessMode::kLocked);
        const Snapshot snapshot = leader->TakeSnapshot();
        EXPECT_GT(snapshot.wal.frames, 0u);
        EXPECT_EQ(snapshot.wal.page_size, static_cast<std::uint32_t>(page_size));
        for (int i = 0; i < 5; ++i) {
            Write("UPDATE t SET n = n + 1; DELETE FROM t WHERE id = (SELECT max(id) FROM t)");
            (void)TryWrite("PRAGMA wal_checkpoint(PASSIVE)");
            (void)TryWrite("PRAGMA wal_checkpoint(TRUNCATE)");
            const auto follower = Follow(snapshot);
            EXPECT_EQ(Sum(*follower), Sum(*leader));
            EXPECT_EQ(Sum(*follower), 20000 * 1000000LL + 20000);
            EXPECT_TRUE(follower->TakeSnapshot().SameAs(snapshot));
            EXPECT_TRUE(follower->Follows(snapshot));
        }
        EXPECT_NE(Sum(*Lead()), Sum(*leader));
        TearDown();
        writer_ = nullptr;
        SetUp();
    }
}

TEST_F(SnapshotTest, WalThatWasCopiedIntoTheFile) {
    Fill("wal");
    Write("PRAGMA wal_checkpoint(TRUNCATE)");
    const auto leader = Lead();
    const Snapshot snapshot = leader->TakeSnapshot();
    EXPECT_TRUE(snapshot.wal.in_use);
    EXPECT_EQ(snapshot.wal.frames, 0u);
    Write("UPDATE t SET n = 5");
    (void)TryWrite("PRAGMA wal_checkpoint(PASSIVE)");
    const auto follower = Follow(snapshot);
    EXPECT_EQ(Sum(*follower), 20000);
    EXPECT_EQ(Sum(*leader), 20000);
}

TEST_F(SnapshotTest, RollbackJournalWithAWriterThatWaits) {
    for (const char* mode : {"delete", "truncate", "persist"}) {
        Fill(mode);
        const auto leader = Lead();
        const Snapshot snapshot = leader->TakeSnapshot();
        EXPECT_FALSE(snapshot.wal.in_use);
        EXPECT_NE(snapshot.change_counter, 0u);
        Write("BEGIN IMMEDIATE; UPDATE t SET n = 1");
        EXPECT_EQ(TryWrite("COMMIT"), SQLITE_BUSY);  // keeps its PENDING lock, and its journal
        const auto follower = Follow(snapshot);
        EXPECT_EQ(Sum(*follower), 20000);
        EXPECT_TRUE(follower->TakeSnapshot().SameAs(snapshot));
        leader->EndRead();
        Write("COMMIT");
        EXPECT_EQ(StateOfError(snapshot), "40001");  // nobody holds it any more
        TearDown();
        writer_ = nullptr;
        SetUp();
    }
}

TEST_F(SnapshotTest, AtRestAndImmutable) {
    Fill("wal");
    sqlite3_close(writer_);
    writer_ = nullptr;
    const auto leader = Lead();
    ASSERT_EQ(leader->access_mode(), AccessMode::kAtRest);
    EXPECT_EQ(Sum(*Follow(leader->TakeSnapshot())), 20000);
    const auto immutable = Lead(true);
    const Snapshot snapshot = immutable->TakeSnapshot();
    EXPECT_EQ(Sum(*Follow(snapshot)), 20000);
    EXPECT_FALSE(std::filesystem::exists(path_ + "-wal"));
    // A commit into a new -wal is not seen at rest; one into the file is noticed.
    const auto before = leader->TakeSnapshot();
    Write("UPDATE t SET n = 9");
    EXPECT_EQ(Sum(*Follow(before)), 20000);
    EXPECT_EQ(Sum(*leader), 20000);
    (void)TryWrite("PRAGMA wal_checkpoint(PASSIVE)");
    EXPECT_EQ(StateOfError(before), "40001");
    EXPECT_EQ(StateOfError(snapshot), "40001");
}

TEST_F(SnapshotTest, ALeftWalIsReadToTheLeadersEnd) {
    Fill("wal");
    Write("UPDATE t SET n = 1");
    const std::string live = path_;
    path_ = directory_ + "/copy.db";
    std::filesystem::copy(live, path_);
    std::filesystem::copy(live + "-wal", path_ + "-wal");
    const auto leader = Lead();
    ASSERT_EQ(leader->access_mode(), AccessMode::kAtRest);
    const Snapshot snapshot = leader->TakeSnapshot();
    EXPECT_GT(snapshot.wal.frames, 0u);
    const auto follower = Follow(snapshot);
    EXPECT_EQ(Sum(*follower), 20000 * 1000000LL + 20000);
    EXPECT_FALSE(std::filesystem::exists(path_ + "-shm"));
}

TEST_F(SnapshotTest, AnotherFileIsRefused) {
    Fill("delete");
    const auto leader = Lead();
    const Snapshot snapshot = leader->TakeSnapshot();
    EXPECT_FALSE(leader->IsReplaced());
    std::filesystem::copy(path_, path_ + ".new");
    std::filesystem::rename(path_ + ".new", path_);
    EXPECT_TRUE(leader->IsReplaced());
    EXPECT_EQ(StateOfError(snapshot), "40001");
}

}  // namespace
}  // namespace pgsqlite::sqlite
