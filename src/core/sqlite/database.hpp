// Database: one SQLite connection, opened the way an untrusted file must be: read-only unless it is asked to
// write, no ATTACH, no extensions, defensive, an authorizer that lets through reading and a list of pragmas.
// Owns the transaction that gives its statements one snapshot of the file.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/sqlite/authorizer.hpp"
#include "core/sqlite/file.hpp"
#include "core/sqlite/schema_check.hpp"
#include "core/sqlite/snapshot.hpp"
#include "core/sqlite/statement_cache.hpp"
#include "core/sqlite/unknown_collation.hpp"

struct sqlite3;
struct sqlite3_file;

namespace pgsqlite::sqlite {

struct OpenOptions {
    std::string path;          ///< as ResolveDatabasePath gave it
    bool immutable = false;    ///< the user's word that nobody writes; refused beside a live -wal or -journal
    bool writable = false;     ///< open it for writing; not with `immutable` or `leader`
    bool foreign_keys = true;  ///< of a writable one: enforced by SQLite
    int busy_timeout_ms = 5000;  ///< how long a lock is waited for
    /// Asked while waiting for a lock; true ends the wait with SQLITE_BUSY. May be null.
    bool (*cancelled)() noexcept = nullptr;
    /// In a parallel worker: the snapshot to read, which the leader holds as long as this database is open.
    std::optional<Snapshot> leader = std::nullopt;
    /// With `leader`: what to do where its snapshot can't be read.
    const char* leader_hint = "Try again, or set max_parallel_workers_per_gather to 0.";
};

/// Of a database's text.
enum class TextEncoding : std::uint8_t { kUtf8, kUtf16le, kUtf16be };

class Database {
  public:
    /// Opens an existing regular file that holds a SQLite database (or nothing: an empty file is an empty
    /// database). Never creates one.
    /// @throws Error HV00N (no SQLite database: says which format where the magic is known; side files can't
    /// be
    ///   opened), 55000 (immutable beside a live -wal or -journal), 58P01 (gone), 53200
    static std::unique_ptr<Database> Open(const OpenOptions& options);
    ~Database();
    Database(const Database&) = delete;
    Database& operator=(const Database&) = delete;

    sqlite3* handle() const noexcept { return db_; }
    const std::shared_ptr<StatementCache>& statements() const noexcept { return statements_; }
    const std::string& path() const noexcept { return options_.path; }
    AccessMode access_mode() const noexcept { return mode_; }
    /// Whether the file's header said WAL when it was opened. SQLite itself does not tell of an immutable
    /// file.
    bool header_says_wal() const noexcept { return header_says_wal_; }
    /// True when text lies in the file as UTF-8, so that cells can point into its pages.
    bool utf8() const noexcept { return encoding_ == TextEncoding::kUtf8; }
    TextEncoding encoding() const noexcept { return encoding_; }

    /// Begins a read transaction and takes its snapshot at once (not at the first step). No effect inside
    /// one.
    /// @throws Error 55P03 when locked beyond busy_timeout, 55000 for a hot journal, 40001 when the file
    /// changed
    ///   under kAtRest or a worker would not see its leader's snapshot, XX001 when it is damaged
    void BeginRead();
    /// What of the schema is not given to SQLite; since BeginRead.
    const SchemaCheck& schema_check() const noexcept { return schema_check_; }
    /// Before a statement is prepared. @throws Error 54001 where SQLite would recurse too deep over it
    void CheckText(std::string_view sql) const;
    /// With true, SQLite prepares no SELECT: PRAGMA table_list would prepare one for each view.
    void DenySelect(bool deny) noexcept { authority_.deny_select = deny; }
    /// Around the preparing of a statement: whether it computes over values, see limits::kComputedBytes.
    void WatchComputing() noexcept { authority_.computes = false; }
    bool IsComputing(std::string_view sql) const {
        return authority_.computes || schema_check_.ReadsComputed(sql);
    }
    /// Before a statement runs: how large its values may be.
    void LimitValues(bool computes) noexcept {
        if (computes != values_limited_) SetValueLimit(computes);
    }

    /// Ends it. Never fails: what SQLite has to say then concerns nobody.
    void EndRead() noexcept;
    bool in_read() const noexcept { return in_read_; }

    /// Makes the transaction one that writes, or begins one; waits for other writers. The first time the file
    /// is closed and opened anew, as any application opens it; so no statement may be there any more: whoever
    /// still needs rows has read them. In a transaction that writes it looks whether SQLite still has all of
    /// it.
    /// @param continues rows have been read that count: the file must be as it was then, now and, where this
    ///   fails, until EndRead
    /// @throws Error 55P03 when locked beyond busy_timeout, 40001 where others have written since this
    ///   transaction began to read, 25006 where the file can't be written, 0A000 where not all of its schema
    ///   could be read, 40000 where SQLite has rolled back what was written, and as Open does
    void BeginWrite(bool continues);
    bool in_write() const noexcept { return in_write_; }
    /// Rolls back what a writer that died has left in a journal, as whoever writes does. Amid no transaction.
    /// @return whether there was something
    /// @throws Error as BeginRead and BeginWrite do
    bool RollBackHotJournal();
    /// Before any of several databases commits: whether this one's commit is known to fail. @throws Error
    /// 40000 where SQLite has rolled back what was written, 40001 where the path leads to another file by
    /// now, 23503 for deferred foreign keys
    void CheckCommit() const;
    /// Writes what the transaction did to the file, and ends it. After an error it goes on: EndRead rolls it
    /// back. @throws Error 55P03 when readers hold the file beyond busy_timeout, 23503, 40000, 53100, 58030
    void Commit();
    /// Savepoints within a transaction that writes, by number from 1: each is nested in those before.
    /// @throws Error 53200
    void BeginSavepoint(int number);
    void ReleaseSavepoint(int number);
    /// Undoes what was done since and ends it. Never fails: where it can't be done, nothing of the
    /// transaction is committed.
    void RollBackSavepoint(int number) noexcept;

    /// What BeginRead's transaction sees, for parallel workers. @throws Error 58030, 55000 where it has
    /// written
    Snapshot TakeSnapshot() const;
    bool writable() const noexcept { return mode_ == AccessMode::kWritable; }
    /// Whether this database reads the snapshot of that leader.
    bool Follows(const Snapshot& leader) const noexcept {
        return options_.leader && options_.leader->SameAs(leader);
    }
    /// Whether the path leads to another file by now, which a parallel worker would find.
    bool IsReplaced() const noexcept { return !Identify(path()).SameFile(file_); }

    /// False when the path now leads to another file, or (kAtRest, kImmutable) the file or its WAL changed
    /// since the connection was opened: close and open again. stat() only: it drops no lock.
    bool IsCurrent() const noexcept;
    /// kAtRest: rows read since BeginRead may mix two states of a file that changed meanwhile. Call before
    /// trusting what was read; no effect in other modes. @throws Error 40001
    void VerifyUnchanged() const;

    /// Of orders that only the application knows.
    UnknownCollations& unknown_collations() noexcept { return unknown_collations_; }
    const UnknownCollations& unknown_collations() const noexcept { return unknown_collations_; }

    /// Makes the running call return SQLITE_INTERRUPT. Safe in a signal handler.
    void Interrupt() noexcept;

    void set_busy_timeout(int milliseconds) noexcept { options_.busy_timeout_ms = milliseconds; }

    /// @throws Error with SQLite's extended code and message, e.g. "could not read table: database disk image
    /// is
    ///   malformed". `doing` reads as in "could not <doing>".
    [[noreturn]] void Throw(int code, std::string_view doing) const;

  private:
    explicit Database(OpenOptions options)
        : options_(std::move(options)),
          wal_path_(options_.path + "-wal"),
          shm_path_(options_.path + "-shm") {}
    void OpenHandle(const char* vfs, const std::string& uri_parameters);
    void OpenForLeader();
    void VerifyLeader() const;
    void Configure();
    /// Runs a statement of one row at most, prepared once. Gives SQLite's result code.
    int Run(const char* sql, bool* has_row = nullptr, int* number = nullptr) noexcept;
    void LoadSchema(bool* has_tables);
    int ResetSchema(bool tolerant) noexcept;
    void ReadTexts(SchemaCheck& check) const;
    void RequireRead(int code) const;
    void Begin(const char* sql);
    void EndStatements() noexcept;
    void OpenFile();
    void CloseFile() noexcept;
    void BecomeWritable();
    /// What a transaction sees, so far as another commit would change it.
    struct State {
        FileIdentity file;
        std::uint32_t change_counter = 0;  ///< with a rollback journal
        bool wal = false;
        std::uint32_t frames = 0;
        /// Of the wal-index header ("WAL-mode File Format" §2.1): from the page size to the salts.
        static constexpr std::size_t kFirst = 14, kLast = 40;
        std::array<unsigned char, kLast - kFirst> log{};
        bool SameAs(const State& other) const noexcept;
    };
    void EndTransaction() noexcept;
    void RequireWhole() const;
    State LookAtState() const;
    std::uint32_t ReadChangeCounter(sqlite3_file* file) const;
    void RollBack() noexcept;
    void SetValueLimit(bool computes) noexcept;
    int ReadEncoding() noexcept;
    bool ReadHeader();
    bool SnapshotIntact() const noexcept;
    void WaitUntilSettled() const noexcept;
    static int OnBusy(void* self, int count) noexcept;

    OpenOptions options_;
    const std::string wal_path_, shm_path_;  ///< kept, so that looking at these files can't fail
    sqlite3* db_ = nullptr;
    sqlite3_stmt* rollback_ = nullptr;  ///< made beforehand: a transaction must end without any memory, too
    std::shared_ptr<StatementCache> statements_ = std::make_shared<StatementCache>();
    AccessMode mode_ = AccessMode::kLocked;
    FileIdentity file_;  ///< the database when it was opened
    FileIdentity wal_;   ///< its -wal when it was opened
    std::int64_t busy_since_ms_ = 0;
    TextEncoding encoding_ = TextEncoding::kUtf8;
    bool encoding_known_ = false;
    bool header_says_wal_ = false;
    bool in_read_ = false;
    bool in_write_ = false;
    bool broken_ = false;            ///< the transaction that writes can't be committed any more
    std::optional<State> expected_;  ///< in which the file must be; empty: in any
    Authority authority_;
    UnknownCollations unknown_collations_;
    bool values_limited_ = false;
    SchemaCheck schema_check_;
    int schema_version_ = 0;     ///< the schema cookie of what was checked
    bool schema_known_ = false;  ///< it was
    bool tolerant_ = false;      ///< SQLite leaves out of the schema what it can't parse
};

/// Quotes an SQLite identifier: "a""b".
std::string QuoteIdentifier(std::string_view name);
/// Quotes an SQLite string literal: 'a''b'. The text must hold no NUL.
std::string QuoteLiteral(std::string_view text);

}  // namespace pgsqlite::sqlite
