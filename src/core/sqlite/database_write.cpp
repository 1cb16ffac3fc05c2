// How a transaction writes. SQLite's own journal makes it whole or none; who waits for whom is told here.
#include <sqlite3.h>

#include <algorithm>
#include <cstring>
#include <string>

#include "core/base/error.hpp"
#include "core/sqlite/abandoned.hpp"
#include "core/sqlite/access_vfs.hpp"
#include "core/sqlite/database.hpp"
#include "core/sqlite/sqlite_error.hpp"

namespace pgsqlite::sqlite {
namespace {

std::string Savepoint(const char* verb, int number) {
    return std::string(verb) + " pg_sqlite_" + std::to_string(number);
}

}  // namespace

/// A statement in mid-scan would keep its lock beyond the transaction.
void Database::EndStatements() noexcept {
    for (sqlite3_stmt* s = sqlite3_next_stmt(db_, nullptr); s != nullptr; s = sqlite3_next_stmt(db_, s))
        if (sqlite3_stmt_busy(s)) sqlite3_reset(s);
}

/// Where the log is empty, the file can't be changed but by a commit.
bool Database::State::SameAs(const State& other) const noexcept {
    if (!file.SameFile(other.file) || wal != other.wal) return false;
    if (!wal) return change_counter == other.change_counter;
    return frames == other.frames && (frames == 0 ? file == other.file : log == other.log);
}

Database::State Database::LookAtState() const {
    State state;
    // At rest it is the file as it was opened that is read.
    state.file = mode_ == AccessMode::kAtRest ? file_ : Identify(path());
    sqlite3_file* file = nullptr;
    sqlite3_file_control(db_, "main", SQLITE_FCNTL_FILE_POINTER, &file);
    const WalView view = WalViewOf(file);
    state.wal = view.read_lock >= 0;
    if (!state.wal) {
        state.change_counter = ReadChangeCounter(file);
        return state;
    }
    std::memcpy(&state.frames, view.header + 16, sizeof(state.frames));
    std::copy(view.header + State::kFirst, view.header + State::kLast, state.log.begin());
    return state;
}

/// Closes the file and opens it as a writer does. One process has one wal-index of a file, which is for
/// reading alone as long as a reader has it.
void Database::BecomeWritable() {
    const AccessMode before = mode_;
    CloseFile();
    statements_ = std::make_shared<StatementCache>();
    schema_known_ = tolerant_ = values_limited_ = false;
    mode_ = AccessMode::kWritable;
    try {
        OpenFile();
    } catch (...) {
        CloseFile();
        mode_ = before;
        throw;
    }
}

/// SQLite rolls back all of a transaction after some errors (of the disk, of memory, a cancel), and where a
/// schema says so (ON CONFLICT ROLLBACK). What came then would stand for itself, and be committed at once.
void Database::RequireWhole() const {
    if (!broken_ && sqlite3_get_autocommit(db_) == 0) return;
    throw Error(sqlstate::kTransactionRollback,
                "what this transaction wrote to database file \"" + path() + "\" is lost",
                "SQLite has rolled it back after an error.", "Run the transaction again.");
}

void Database::BeginWrite(bool continues) {
    if (in_write_) return RequireWhole();
    // SQLite lets no transaction wait that reads already, since two of them would wait for each other. So it
    // ends, and the one that writes must find the file as it was.
    if (continues && in_read_ && !expected_) expected_ = LookAtState();
    EndTransaction();
    if (!writable()) BecomeWritable();
    if (sqlite3_db_readonly(db_, "main") == 1)
        throw Error(
            sqlstate::kReadOnly, "could not write to database file \"" + path() + "\": it is read-only", {},
            "Grant the server's operating-system user write permission on the file and on its directory, "
            "where SQLite makes its journal.");
    Begin("BEGIN IMMEDIATE");
    if (tolerant_) {
        EndTransaction();
        throw Error(
            sqlstate::kFeatureNotSupported, "could not write to database file \"" + path() + "\"",
            "Its schema has objects that nest too deep to be read, and may have to be kept up to date.");
    }
    in_write_ = true;
}

bool Database::RollBackHotJournal() {
    if (!Identify(path() + "-journal").HasContent()) return false;
    bool hot = false;
    try {
        BeginRead();
    } catch (const Error& error) {
        if (error.sqlite_code() != SQLITE_READONLY_ROLLBACK) throw;
        hot = true;
        BeginWrite(false);
    }
    EndRead();
    return hot;
}

void Database::CheckCommit() const {
    RequireWhole();
    if (IsReplaced())
        throw Error(sqlstate::kSerializationFailure,
                    "could not commit to database file \"" + path() + "\": it was replaced or removed",
                    "The path leads to another file than the one that was written to, or to none.",
                    "Run the transaction again.");
    int pending = 0, unused = 0;
    if (sqlite3_db_status(db_, SQLITE_DBSTATUS_DEFERRED_FKS, &pending, &unused, 0) == SQLITE_OK &&
        pending != 0)
        throw Error(
            "23503", "could not commit to database file \"" + path() + "\": a foreign key is broken",
            "A row that this transaction has written or deleted breaks a foreign key of SQLite that is "
            "deferred.",
            "PRAGMA foreign_key_list in the sqlite3 shell tells a table's foreign keys.");
}

void Database::Commit() {
    if (!in_write_) return;
    CheckCommit();
    EndStatements();
    const int rc = Run("COMMIT");
    if ((rc & 0xff) == SQLITE_BUSY)
        throw Error(sqlstate::kLockNotAvailable,
                    "could not commit to database file \"" + path() + "\": others are reading it", {},
                    "Try again later, or raise server option busy_timeout (milliseconds).");
    if (rc != SQLITE_OK)
        throw MakeError(rc, "commit to database file \"" + path() + "\"", sqlite3_errmsg(db_), path());
    in_read_ = in_write_ = false;
}

void Database::BeginSavepoint(int number) {
    const int rc = Run(Savepoint("SAVEPOINT", number).c_str());
    if (rc != SQLITE_OK) Throw(rc, "begin a savepoint");
}

void Database::ReleaseSavepoint(int number) {
    const int rc = Run(Savepoint("RELEASE", number).c_str());
    if (rc != SQLITE_OK) Throw(rc, "release a savepoint");
}

void Database::RollBackSavepoint(int number) noexcept {
    if (!in_write_ || abandoned) return;
    EndStatements();
    try {
        if (sqlite3_get_autocommit(db_) == 0 && Run(Savepoint("ROLLBACK TO", number).c_str()) == SQLITE_OK &&
            Run(Savepoint("RELEASE", number).c_str()) == SQLITE_OK)
            return;
    } catch (...) {
    }
    broken_ = true;
}

}  // namespace pgsqlite::sqlite
