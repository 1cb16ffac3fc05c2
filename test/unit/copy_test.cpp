// Copies of a snapshot: complete, of one state while others write, and never in anybody's way.
#include "core/sqlite/copy.hpp"

#include <gtest/gtest.h>
#include <sqlite3.h>
#include <sys/resource.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "core/sqlite/fingerprint.hpp"
#include "core/sqlite/statement.hpp"

namespace pgsqlite::sqlite {
namespace {

std::string Slurp(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(file), {});
}

class CopyTest : public testing::Test {
  protected:
    void SetUp() override {
        std::string pattern = (std::filesystem::temp_directory_path() / "copyXXXXXX").string();
        ASSERT_NE(mkdtemp(pattern.data()), nullptr);
        directory_ = std::filesystem::canonical(pattern).string();
        path_ = directory_ + "/live.db";
        copy_ = directory_ + "/copy.db";
    }
    void TearDown() override {
        sqlite3_close(writer_);
        writer_ = nullptr;
        std::filesystem::remove_all(directory_);
    }
    void StartAnew() {
        TearDown();
        SetUp();
    }

    int TryWrite(const std::string& sql) {
        if (writer_ == nullptr) sqlite3_open(path_.c_str(), &writer_);
        return sqlite3_exec(writer_, sql.c_str(), nullptr, nullptr, nullptr);
    }
    void Write(const std::string& sql) {
        ASSERT_EQ(TryWrite(sql), SQLITE_OK) << sql << ": " << sqlite3_errmsg(writer_);
    }
    /// A writer that stays, with 20,000 rows of 500 bytes: several steps of a copy.
    void Fill(const char* journal_mode, int page_size = 4096, const char* encoding = "UTF-8") {
        Write("PRAGMA encoding = '" + std::string(encoding) +
              "'; PRAGMA page_size = " + std::to_string(page_size));
        Write(std::string("PRAGMA journal_mode = ") + journal_mode);
        Write("PRAGMA synchronous = OFF; PRAGMA busy_timeout = 0");
        Write(
            "CREATE TABLE t (id INTEGER PRIMARY KEY, n INTEGER, pad TEXT); WITH RECURSIVE n(i) AS (SELECT 1 "
            "UNION ALL SELECT i + 1 FROM n WHERE i < 20000) INSERT INTO t SELECT i, 0, hex(zeroblob(250)) "
            "FROM n; CREATE INDEX t_n ON t (n)");
    }
    std::unique_ptr<Database> Open(const std::string& path, bool immutable = false) {
        OpenOptions options;
        options.path = path;
        options.immutable = immutable;
        auto database = Database::Open(options);
        database->BeginRead();
        return database;
    }
    void Copy(Database& source) {
        std::filesystem::remove(copy_);
        FileCopy copy(source, copy_);
        copy.Finish(false);
        EXPECT_EQ(copy.bytes_done(), copy.bytes_total());
        EXPECT_EQ(static_cast<std::uintmax_t>(copy.bytes()), std::filesystem::file_size(copy_));
    }
    /// What a plain connection makes of the copy; it must need no file beside it.
    std::string AskCopy(const std::string& sql) {
        sqlite3* db = nullptr;
        sqlite3_open_v2(copy_.c_str(), &db, SQLITE_OPEN_READONLY, nullptr);
        sqlite3_stmt* statement = nullptr;
        sqlite3_prepare_v2(db, sql.c_str(), -1, &statement, nullptr);
        std::string text = sqlite3_step(statement) == SQLITE_ROW
                               ? reinterpret_cast<const char*>(sqlite3_column_text(statement, 0))
                               : sqlite3_errmsg(db);
        sqlite3_finalize(statement);
        sqlite3_close(db);
        EXPECT_FALSE(std::filesystem::exists(copy_ + "-wal"));
        EXPECT_FALSE(std::filesystem::exists(copy_ + "-shm"));
        return text;
    }
    void ExpectSum(const std::string& sum) {
        EXPECT_EQ(AskCopy("PRAGMA integrity_check"), "ok");
        EXPECT_EQ(AskCopy("PRAGMA journal_mode"), "delete");
        EXPECT_EQ(AskCopy("SELECT count(*) || ' ' || sum(n) FROM t"), sum);
    }
    std::string StateOfError(Database& source, const std::string& path) {
        try {
            FileCopy(source, path).Finish(true);
        } catch (const Error& error) {
            return error.sqlstate() + (": " + error.message());
        }
        return "";
    }

    std::string directory_, path_, copy_;
    sqlite3* writer_ = nullptr;
};

TEST_F(CopyTest, RollbackJournalByteByByte) {
    struct Form {
        int page_size;
        const char* encoding;
    };
    for (const Form& form : {Form{512, "UTF-8"}, Form{4096, "UTF-16le"}, Form{65536, "UTF-16be"}}) {
        Fill("delete", form.page_size, form.encoding);
        const auto source = Open(path_);
        Copy(*source);
        EXPECT_EQ(Slurp(copy_), Slurp(path_));
        ExpectSum("20000 0");
        StartAnew();
    }
}

TEST_F(CopyTest, WalWhileAnotherCommitsAndCheckpoints) {
    for (const int page_size : {512, 4096, 65536}) {
        Fill("wal", page_size);
        Write(
            "PRAGMA wal_checkpoint(TRUNCATE); UPDATE t SET n = 1 WHERE id % 3 = 0; DELETE FROM t WHERE id > "
            "19000");
        const auto source = Open(path_);
        FileCopy copy(*source, copy_);
        int steps = 0;
        while (copy.Step()) {
            ++steps;
            Write("UPDATE t SET n = n + 1; INSERT INTO t (n, pad) SELECT 7, pad FROM t LIMIT 500");
            (void)TryWrite("PRAGMA wal_checkpoint(PASSIVE)");
        }
        copy.Finish(true);
        EXPECT_GT(steps, 1);
        ExpectSum("19000 6333");
        StartAnew();
    }
}

TEST_F(CopyTest, WalWithoutFramesAndAShrunkenFile) {
    Fill("wal");
    Write("PRAGMA wal_checkpoint(TRUNCATE)");
    auto source = Open(path_);
    FileCopy first(*source, copy_);
    EXPECT_TRUE(first.Step());
    Write("UPDATE t SET n = 5");
    (void)TryWrite("PRAGMA wal_checkpoint(PASSIVE)");
    first.Finish(false);
    ExpectSum("20000 0");

    // VACUUM writes frames of fewer pages than the file has.
    Write("DELETE FROM t WHERE id > 100");
    Write("VACUUM");
    source->EndRead();
    source->BeginRead();
    Copy(*source);
    ExpectSum("100 500");
    EXPECT_LT(std::filesystem::file_size(copy_), 200000u);
}

TEST_F(CopyTest, AtRestImmutableAndEmpty) {
    Fill("wal");
    Write("UPDATE t SET n = 1");
    std::filesystem::copy(path_, directory_ + "/left.db");
    std::filesystem::copy(path_ + "-wal", directory_ + "/left.db-wal");
    sqlite3_close(writer_);
    writer_ = nullptr;
    auto source = Open(path_);
    ASSERT_EQ(source->access_mode(), AccessMode::kAtRest);
    Copy(*source);
    ExpectSum("20000 20000");

    const auto left = Open(directory_ + "/left.db");
    ASSERT_EQ(left->access_mode(), AccessMode::kAtRest);
    Copy(*left);
    ExpectSum("20000 20000");

    const auto immutable = Open(path_, true);
    Copy(*immutable);
    ExpectSum("20000 20000");

    std::ofstream(directory_ + "/empty.db").close();
    Copy(*Open(directory_ + "/empty.db"));
    EXPECT_EQ(std::filesystem::file_size(copy_), 0u);

    // Nobody had it open, and somebody writes before the copy is complete.
    std::filesystem::remove(copy_);
    FileCopy copy(*source, copy_);
    EXPECT_TRUE(copy.Step());
    Write("UPDATE t SET n = 2; PRAGMA wal_checkpoint(PASSIVE)");
    EXPECT_THROW(copy.Finish(false), Error);
}

TEST_F(CopyTest, NeverOverwritesAndLeavesNothingBehind) {
    Fill("delete");
    const auto source = Open(path_);
    std::ofstream(copy_) << "somebody's";
    EXPECT_EQ(StateOfError(*source, copy_), "58P02: file \"" + copy_ + "\" exists already");
    EXPECT_EQ(Slurp(copy_), "somebody's");
    EXPECT_EQ(StateOfError(*source, path_), "58P02: file \"" + path_ + "\" exists already");
    std::filesystem::remove(copy_);
    for (const char* suffix : {"-wal", "-journal"}) {
        std::filesystem::create_symlink("/nowhere", copy_ + suffix);
        EXPECT_EQ(StateOfError(*source, copy_), "58P02: file \"" + copy_ + suffix + "\" exists already");
        std::filesystem::remove(copy_ + suffix);
    }
    EXPECT_EQ(StateOfError(*source, directory_ + "/no/copy.db").substr(0, 5), "58P01");
    {
        FileCopy copy(*source, copy_);
        EXPECT_TRUE(copy.Step());
    }
    EXPECT_FALSE(std::filesystem::exists(copy_));

    // As on a disk that is full.
    struct rlimit before, tight;
    getrlimit(RLIMIT_FSIZE, &before);
    tight = before;
    tight.rlim_cur = 5 * 1024 * 1024;
    const auto handler = std::signal(SIGXFSZ, SIG_IGN);
    setrlimit(RLIMIT_FSIZE, &tight);
    const std::string state = StateOfError(*source, copy_);
    setrlimit(RLIMIT_FSIZE, &before);
    std::signal(SIGXFSZ, handler);
    EXPECT_EQ(state, "53100: could not write to file \"" + copy_ + "\": File too large");
    EXPECT_FALSE(std::filesystem::exists(copy_));
}

TEST_F(CopyTest, DamagedPagesAreKept) {
    Fill("delete");
    sqlite3_close(writer_);
    writer_ = nullptr;
    std::fstream file(path_, std::ios::binary | std::ios::in | std::ios::out);
    file.seekp(100 * 4096);
    file << std::string(4096, 'x');
    file.close();
    Copy(*Open(path_));
    EXPECT_EQ(Slurp(copy_), Slurp(path_));
    EXPECT_NE(AskCopy("PRAGMA integrity_check"), "ok");
}

TEST_F(CopyTest, Fingerprints) {
    for (const char* mode : {"delete", "wal"}) {
        Fill(mode);
        const auto source = Open(path_);
        const std::string before = Fingerprint(*source);
        EXPECT_EQ(Fingerprint(*Open(path_)), before);
        source->EndRead();
        Write("UPDATE t SET n = 3 WHERE id = 7");
        source->BeginRead();
        EXPECT_NE(FingerprintChange(before, Fingerprint(*source)), nullptr) << before;
        const std::string after = Fingerprint(*source);
        std::filesystem::copy(path_, path_ + ".other");
        source->EndRead();
        std::filesystem::rename(path_ + ".other", path_);
        if (std::string_view(mode) == "delete") {
            EXPECT_STREQ(FingerprintChange(after, Fingerprint(*Open(path_))), "another file");
        }
        StartAnew();
    }
    EXPECT_EQ(FingerprintChange("a", "a"), nullptr);
    EXPECT_NE(FingerprintChange("", "file=1:2"), nullptr);
}

}  // namespace
}  // namespace pgsqlite::sqlite
