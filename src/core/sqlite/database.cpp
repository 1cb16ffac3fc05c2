#include "core/sqlite/database.hpp"

#include <sqlite3.h>

#include <climits>
#include <utility>

#include "core/base/error.hpp"
#include "core/sqlite/abandoned.hpp"
#include "core/sqlite/limits.hpp"
#include "core/sqlite/side_file.hpp"
#include "core/sqlite/sqlite_error.hpp"

namespace pgsqlite::sqlite {
namespace {

std::string Quote(std::string_view text, char quote) {
    std::string quoted(1, quote);
    for (const char c : text) {
        if (c == quote) quoted += quote;
        quoted += c;
    }
    quoted += quote;
    return quoted;
}

}  // namespace

std::string QuoteIdentifier(std::string_view name) {
    return Quote(name, '"');
}
std::string QuoteLiteral(std::string_view text) {
    return Quote(text, '\'');
}

void Database::CloseFile() noexcept {
    statements_->Close();
    sqlite3_finalize(std::exchange(rollback_, nullptr));
    if (db_ != nullptr) sqlite3_close_v2(std::exchange(db_, nullptr));
}

Database::~Database() {
    if (!abandoned) CloseFile();
}

void Database::SetValueLimit(bool computes) noexcept {
    // SQLite takes what it was built with for anything larger.
    sqlite3_limit(db_, SQLITE_LIMIT_LENGTH, computes ? limits::kComputedBytes : INT_MAX);
    values_limited_ = computes;
}

int Database::Run(const char* sql, bool* has_row, int* number) noexcept {
    LimitValues(false);
    sqlite3_stmt* statement = statements_->Take(sql);
    int rc = SQLITE_OK;
    if (statement == nullptr)
        rc = sqlite3_prepare_v3(db_, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
    if (rc != SQLITE_OK) return rc;
    rc = sqlite3_step(statement);
    if (has_row != nullptr) *has_row = rc == SQLITE_ROW;
    if (number != nullptr && rc == SQLITE_ROW) *number = sqlite3_column_int(statement, 0);
    if (rc == SQLITE_ROW || rc == SQLITE_DONE) rc = SQLITE_OK;
    if (rc == SQLITE_OK)
        statements_->Give(statement);
    else
        sqlite3_finalize(statement);  // leaves the error's message where it is
    return rc;
}

void Database::RollBack() noexcept {
    if (sqlite3_get_autocommit(db_)) return;
    sqlite3_step(rollback_);
    sqlite3_reset(rollback_);
}

/// Read again until there is a table: the encoding of an empty file is not decided yet.
int Database::ReadEncoding() noexcept {
    sqlite3_stmt* statement = nullptr;
    int rc = sqlite3_prepare_v2(db_, "PRAGMA encoding", -1, &statement, nullptr);
    if (rc == SQLITE_OK && sqlite3_step(statement) == SQLITE_ROW) {
        const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement, 0));
        const std::string_view name = text != nullptr ? text : "";
        encoding_ = name == "UTF-16le"   ? TextEncoding::kUtf16le
                    : name == "UTF-16be" ? TextEncoding::kUtf16be
                                         : TextEncoding::kUtf8;
        if (text == nullptr) rc = SQLITE_NOMEM;
    }
    const int finished = sqlite3_finalize(statement);  // what the step had to say
    return rc == SQLITE_OK ? finished : rc;
}

void Database::BeginRead() {
    if (!in_read_) Begin("BEGIN");
}

/// @param sql BEGIN, or BEGIN IMMEDIATE
void Database::Begin(const char* sql) {
    if (db_ == nullptr) OpenFile();
    // Behind the error's message, whose making may itself fail.
    struct RollBackUnlessBegun {
        Database* database;
        ~RollBackUnlessBegun() {
            if (!database->in_read_) database->RollBack();
        }
    } const unless_begun{this};
    RollBack();  // newer SQLite (3.46) needs memory for it, and there may have been none the last time
    const int rc = Run(sql);
    if (rc != SQLITE_OK) Throw(rc, "begin a transaction");
    bool has_tables = false;
    LoadSchema(&has_tables);
    if (!encoding_known_) {
        RequireRead(ReadEncoding());
        encoding_known_ = has_tables;
    }
    in_read_ = true;
    if (!SnapshotIntact()) {
        EndRead();
        VerifyUnchanged();
    }
    if (expected_ && !expected_->SameAs(LookAtState())) {
        EndTransaction();
        throw Error(sqlstate::kSerializationFailure,
                    "could not go on with database file \"" + path() +
                        "\": it has changed since this transaction began",
                    "The transaction has read a state of the file to which others have committed since.",
                    "Run the transaction again.");
    }
    if (!options_.leader) return;
    try {
        VerifyLeader();
    } catch (...) {
        EndRead();
        throw;
    }
}

void Database::EndRead() noexcept {
    expected_.reset();
    EndTransaction();
}

void Database::EndTransaction() noexcept {
    if (!in_read_ || abandoned) return;
    in_read_ = in_write_ = broken_ = false;
    EndStatements();
    RollBack();
}

bool Database::SnapshotIntact() const noexcept {
    if (mode_ != AccessMode::kAtRest) return true;
    // A -wal that had no frames for us is not part of the snapshot: only a checkpoint into the file matters
    // then.
    return Identify(path()) == file_ && (!wal_.HasContent() || Identify(wal_path_) == wal_);
}

bool Database::IsCurrent() const noexcept {
    const FileIdentity now = Identify(path());
    if (!now.SameFile(file_)) return false;
    if (mode_ == AccessMode::kLocked || mode_ == AccessMode::kWritable) return true;
    return now == file_ && Identify(wal_path_) == wal_ &&
           (mode_ != AccessMode::kAtRest || !(wal_.exists && Identify(shm_path_).exists));
}

void Database::VerifyUnchanged() const {
    if (SnapshotIntact()) return;
    throw Error(
        sqlstate::kSerializationFailure, "database file \"" + path() + "\" changed while it was being read",
        Identify(shm_path_).exists && !IsReadableFile(shm_path_)
            ? "The server's operating-system user may not read its -shm file, so it could not be locked."
            : "It is a WAL database that nobody had open when reading began, and its -wal and -shm files "
              "belong to the application, so none were made to lock it.",
        "Try again, or let the application keep the database open while it is read.");
}

void Database::Interrupt() noexcept {
    if (db_ != nullptr) sqlite3_interrupt(db_);
}

void Database::Throw(int code, std::string_view doing) const {
    throw MakeError(code, doing, sqlite3_errcode(db_) == SQLITE_OK ? "" : sqlite3_errmsg(db_), path());
}

}  // namespace pgsqlite::sqlite
