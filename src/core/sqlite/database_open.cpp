// Opening: which way a file is opened by its state and by who has it open, and what every connection is set
// to.
#include <poll.h>
#include <sqlite3.h>
#include <time.h>

#include <algorithm>
#include <array>
#include <utility>

#include "core/base/error.hpp"
#include "core/sqlite/access_vfs.hpp"
#include "core/sqlite/authorizer.hpp"
#include "core/sqlite/bounded_format.hpp"
#include "core/sqlite/checkpoint.hpp"
#include "core/sqlite/database.hpp"
#include "core/sqlite/full_text.hpp"
#include "core/sqlite/functions.hpp"
#include "core/sqlite/guarded.hpp"
#include "core/sqlite/interruptible.hpp"
#include "core/sqlite/limits.hpp"
#include "core/sqlite/side_file.hpp"
#include "core/sqlite/sqlite_error.hpp"

namespace pgsqlite::sqlite {
namespace {

/// Waits sleep in slices of this length, so that a cancel acts at once.
constexpr int kSliceMs = 25;
/// Kernels stamp files with a clock that ticks every 10 ms at worst; a change within one tick keeps its
/// mtime.
constexpr std::int64_t kMtimeTickNs = 20 * 1000 * 1000;
constexpr std::size_t kHeaderBytes = 100;
constexpr char kImmutable[] = "immutable=1";
/// Without, SQLite makes a -shm, writes its read marks into it, and starts one anew that nobody has open.
constexpr char kReadOnlyIndex[] = "readonly_shm=1";
/// Of the wal-index, which is mapped in pieces of this size ("WAL-mode File Format" §2.2).
constexpr int kIndexRegionBytes = 32768;

std::int64_t NowNs(clockid_t clock) noexcept {
    struct timespec now;
    clock_gettime(clock, &now);
    return static_cast<std::int64_t>(now.tv_sec) * 1000000000 + now.tv_nsec;
}
std::int64_t MonotonicMs() noexcept {
    return NowNs(CLOCK_MONOTONIC) / 1000000;
}
void SleepMs(int milliseconds) noexcept {
    poll(nullptr, 0, milliseconds);
}

/// A path in a "file:" URI: all but unreserved characters percent-encoded (SQLite, "URI Filenames" §3).
std::string EncodeUri(const std::string& path) {
    static constexpr char kHex[] = "0123456789ABCDEF";
    std::string uri = "file:";
    for (const char c : path) {
        const auto u = static_cast<unsigned char>(c);
        const bool plain = (u >= 'a' && u <= 'z') || (u >= 'A' && u <= 'Z') || (u >= '0' && u <= '9') ||
                           u == '/' || u == '-' || u == '_' || u == '.' || u == '~';
        if (plain) {
            uri += c;
        } else {
            uri += '%';
            uri += kHex[u >> 4];
            uri += kHex[u & 15];
        }
    }
    return uri;
}

template <std::size_t N>
std::string Hex(const std::array<unsigned char, N>& bytes) {
    static constexpr char kHex[] = "0123456789abcdef";
    std::string hex;
    for (const unsigned char byte : bytes) {
        hex += kHex[byte >> 4];
        hex += kHex[byte & 15];
    }
    return hex;
}

/// Whether a writer has the WAL open: then a wal-index is shared that can be trusted, with locks in it. Only
/// SQLite's own VFS may open a -shm (closing it elsewhere would drop locks), and it tells. Where the server
/// may not read it, the files are watched instead.
bool HasLiveIndex(sqlite3* db, const std::string& wal_path, const std::string& shm_path) {
    if (!Identify(wal_path).exists || !IsReadableFile(shm_path)) return false;
    sqlite3_file* file = nullptr;
    if (sqlite3_file_control(db, "main", SQLITE_FCNTL_FILE_POINTER, &file) != SQLITE_OK) return false;
    void volatile* region = nullptr;
    const int rc = file->pMethods->xShmMap(file, 0, kIndexRegionBytes, 0, &region);
    file->pMethods->xShmUnmap(file, 0);
    if (rc == SQLITE_NOMEM || rc == SQLITE_IOERR_NOMEM)
        throw MakeError(rc, "look at file \"" + shm_path + "\"", "", shm_path);
    return (rc & 0xff) != SQLITE_CANTOPEN;
}

void RequireStack(const std::string& path) {
    if (StackLeft() > 0) return;
    const auto kilobytes = [](std::uintptr_t bytes) { return std::to_string(bytes / 1024) + " kB"; };
    throw Error(
        "54001", "could not open database file \"" + path + "\": too little of the server's stack is left",
        "SQLite is not given its last " + kilobytes(kStackReserve) + ", and the process has " +
            kilobytes(StackBytes()) + " in all.",
        "Raise the system's limit of the stack (ulimit -s) for the server to 8 MB, or make calls within each "
        "other fewer.");
}

/// Whether a file has not been changed within the last tick of its clock, so that the next change shows.
bool IsSettled(const FileIdentity& file, const FileIdentity& wal) noexcept {
    const std::int64_t newest = std::max(file.mtime_ns, wal.mtime_ns);
    const std::int64_t age = NowNs(CLOCK_REALTIME) - newest;
    return age < 0 || age > kMtimeTickNs;
}

}  // namespace

std::unique_ptr<Database> Database::Open(const OpenOptions& options) {
    InstallCheckpoints(nullptr);
    RequireStack(options.path);
    std::unique_ptr<Database> database(new Database(options));
    database->OpenFile();
    return database;
}

void Database::OpenFile() {
    file_ = Identify(path());
    if (!file_.exists)
        throw Error(sqlstate::kUndefinedFile, "database file \"" + path() + "\" does not exist");
    wal_ = Identify(wal_path_);

    if (options_.leader) {
        OpenForLeader();
    } else if (writable()) {
        OpenHandle(GetAccessVfs().writer, "");
        ReadHeader();
    } else if (options_.immutable) {
        const char* live = wal_.HasContent()                            ? "-wal"
                           : Identify(path() + "-journal").HasContent() ? "-journal"
                                                                        : nullptr;
        if (live != nullptr)
            throw Error(sqlstate::kObjectNotInPrerequisiteState,
                        "database file \"" + path() + "\" can't be read as immutable",
                        "A " + std::string(live) +
                            " file that is not empty stands beside it: the database is in use "
                            "or was not closed properly.",
                        "Close the application properly, or set server option immutable to false.");
        mode_ = AccessMode::kImmutable;
        OpenHandle(GetAccessVfs().shared_index, kImmutable);
        ReadHeader();
    } else {
        mode_ = AccessMode::kLocked;
        OpenHandle(GetAccessVfs().shared_index, kReadOnlyIndex);
        // SQLite reads a -wal that holds something whatever the file's header says.
        if ((ReadHeader() || wal_.HasContent()) && !HasLiveIndex(db_, wal_path_, shm_path_)) {
            sqlite3_close_v2(std::exchange(db_, nullptr));
            WaitUntilSettled();
            file_ = Identify(path());
            wal_ = Identify(wal_path_);
            mode_ = AccessMode::kAtRest;
            if (!IsSettled(file_, wal_))
                throw Error(
                    sqlstate::kSerializationFailure, "database file \"" + path() + "\" is being written to",
                    "It is a WAL database whose locks the server's operating-system user can't use.",
                    "Try again, or grant that user read permission on the -wal and -shm files beside it.");
            OpenHandle(GetAccessVfs().private_index, "");
        }
    }
    Configure();
}

/// As a parallel worker: in the leader's way, but without locks and with its end of the -wal.
void Database::OpenForLeader() {
    const Snapshot& leader = *options_.leader;
    mode_ = leader.mode;
    file_ = leader.file;
    wal_ = leader.wal_file;
    VerifyLeader();
    if (mode_ == AccessMode::kImmutable) {
        OpenHandle(GetAccessVfs().shared_index, kImmutable);
    } else {
        std::string parameters =
            std::string(kReadOnlyIndex) + "&" + kWalBytesParameter + "=" + std::to_string(leader.wal.bytes());
        if (mode_ == AccessMode::kLocked && leader.wal.frames > 0)
            parameters += std::string("&") + kIndexHeaderParameter + "=" + Hex(leader.wal.header);
        OpenHandle(GetAccessVfs().follower, parameters);
    }
    ReadHeader();
}

/// @param uri_parameters "name=value&…", or empty
void Database::OpenHandle(const char* vfs, const std::string& uri_parameters) {
    if (vfs == nullptr) throw Error(sqlstate::kOutOfMemory, "could not register the SQLite VFS");
    int flags = (writable() ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY) | SQLITE_OPEN_NOMUTEX |
                SQLITE_OPEN_EXRESCODE | SQLITE_OPEN_NOFOLLOW;
    std::string name = options_.path;
    if (!uri_parameters.empty()) {
        flags |= SQLITE_OPEN_URI;
        name = EncodeUri(options_.path) + "?" + uri_parameters;
    }
    const int rc = sqlite3_open_v2(name.c_str(), &db_, flags, vfs);
    if (rc == SQLITE_OK) return;
    if ((rc & 0xff) == SQLITE_CANTOPEN) CheckGate(path());
    Error error = MakeError(rc, "open database file \"" + options_.path + "\"",
                            db_ != nullptr ? sqlite3_errmsg(db_) : "", options_.path);
    sqlite3_close_v2(std::exchange(db_, nullptr));
    throw error;
}

/// Reads the file's first bytes through SQLite's own descriptor (another open() would drop this process's
/// locks). Returns whether the header says WAL; throws where the file is no SQLite 3 database. An empty file
/// is one.
bool Database::ReadHeader() {
    sqlite3_file* file = nullptr;
    if (sqlite3_file_control(db_, "main", SQLITE_FCNTL_FILE_POINTER, &file) != SQLITE_OK || file == nullptr ||
        file->pMethods == nullptr)
        throw Error(sqlstate::kUnableToEstablishConnection,
                    "could not open database file \"" + path() + "\"");

    std::array<char, kHeaderBytes> bytes{};
    sqlite3_int64 size = 0;
    int rc = file->pMethods->xFileSize(file, &size);
    if (rc == SQLITE_OK && size == 0) return false;
    if (rc == SQLITE_OK) rc = file->pMethods->xRead(file, bytes.data(), kHeaderBytes, 0);
    if (rc != SQLITE_OK && rc != SQLITE_IOERR_SHORT_READ)
        throw MakeError(rc, "read the header of database file \"" + path() + "\"", "", path());

    const std::string_view head(bytes.data(), size < static_cast<sqlite3_int64>(kHeaderBytes)
                                                  ? static_cast<std::size_t>(size)
                                                  : kHeaderBytes);
    using namespace std::string_view_literals;
    constexpr std::string_view kMagic = "SQLite format 3\0"sv;
    if (!head.starts_with(kMagic)) {
        const char* format = RecognizeFormat(head, size);
        throw Error(sqlstate::kUnableToEstablishConnection, "\"" + path() + "\" is not a SQLite database",
                    format != nullptr ? "It looks like " + std::string(format) + "."
                                      : "It does not begin with SQLite's file header.",
                    "Server option database takes the path of a SQLite 3 file.");
    }
    // SQLite file format §1.3.3: read version 2 means WAL.
    header_says_wal_ = bytes[18] == 2 || bytes[19] == 2;
    return header_says_wal_;
}

void Database::Configure() {
    // A connection's own store of small pieces of memory would pass by the allocator (checkpoint.hpp).
    sqlite3_db_config(db_, SQLITE_DBCONFIG_LOOKASIDE, nullptr, 0, 0);
    sqlite3_busy_handler(db_, &Database::OnBusy, this);
    limits::SetLimits(db_);
    sqlite3_db_config(db_, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
    // Off, it would refuse files whose generated columns or indexes use SQLite's JSON functions, which are
    // not marked innocuous. No function or module but SQLite's own is here to be misused; those that could do
    // harm are refused by the authorizer wherever they stand.
    sqlite3_db_config(db_, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 1, nullptr);
    // Views of many files write 'texts' "so". A library may be built to refuse that (SQLITE_DQS=0).
    sqlite3_db_config(db_, SQLITE_DBCONFIG_DQS_DML, 1, nullptr);
    sqlite3_db_config(db_, SQLITE_DBCONFIG_DQS_DDL, 1, nullptr);
    sqlite3_db_config(db_, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0, nullptr);
    sqlite3_db_config(db_, SQLITE_DBCONFIG_ENABLE_FTS3_TOKENIZER, 0, nullptr);
    sqlite3_db_config(db_, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, writable() ? 0 : 1, nullptr);
    authority_.may_write = writable();
    if (writable()) {
        sqlite3_limit(db_, SQLITE_LIMIT_TRIGGER_DEPTH, limits::kTriggerDepth);
        sqlite3_db_config(db_, SQLITE_DBCONFIG_ENABLE_FKEY, options_.foreign_keys ? 1 : 0, nullptr);
    }

    constexpr char kPragmas[] = "PRAGMA cell_size_check=ON; PRAGMA mmap_size=0; PRAGMA query_only=ON";
    constexpr char kWriterPragmas[] = "PRAGMA cell_size_check=ON; PRAGMA mmap_size=0";
    int rc = sqlite3_exec(db_, writable() ? kWriterPragmas : kPragmas, nullptr, nullptr, nullptr);
    if (rc == SQLITE_OK) rc = RegisterFunctions(db_);
    if (rc == SQLITE_OK) rc = RegisterInterruptible(db_, options_.cancelled);
    if (rc == SQLITE_OK) rc = RegisterGuarded(db_);
    if (rc == SQLITE_OK) rc = RegisterBoundedFormat(db_);
    if (rc == SQLITE_OK) rc = BoundFullText(db_);
    if (rc == SQLITE_OK) rc = unknown_collations_.Register(db_);
    if (rc != SQLITE_OK) Throw(rc, "configure the connection");
    sqlite3_set_authorizer(db_, &AuthorizeReading, &authority_);
    rc = sqlite3_prepare_v3(db_, "ROLLBACK", -1, SQLITE_PREPARE_PERSISTENT, &rollback_, nullptr);
    if (rc != SQLITE_OK) Throw(rc, "configure the connection");
}

/// Lets a file that was changed just now grow older than a tick of its clock, unless it is being written to
/// all the time.
void Database::WaitUntilSettled() const noexcept {
    constexpr int kSlices = 1000 / kSliceMs;
    for (int slices = 0; slices < kSlices; ++slices) {
        if (IsSettled(Identify(path()), Identify(wal_path_))) return;
        if (options_.cancelled != nullptr && options_.cancelled()) return;
        SleepMs(kSliceMs);
    }
}

int Database::OnBusy(void* context, int count) noexcept {
    Database* self = static_cast<Database*>(context);
    if (count == 0) self->busy_since_ms_ = MonotonicMs();
    if (self->options_.cancelled != nullptr && self->options_.cancelled()) return 0;
    const std::int64_t left = self->options_.busy_timeout_ms - (MonotonicMs() - self->busy_since_ms_);
    if (left <= 0) return 0;
    // The first waits are short: most locks last a few milliseconds.
    const int slice = count < 5 ? 1 << count : kSliceMs;
    SleepMs(static_cast<int>(left < slice ? left : slice));
    return 1;
}

}  // namespace pgsqlite::sqlite
