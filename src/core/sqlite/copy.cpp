#include "core/sqlite/copy.hpp"

#include <sqlite3.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "core/sqlite/sqlite_error.hpp"
#include "core/sqlite/statement.hpp"

namespace pgsqlite::sqlite {
namespace {

/// Read and written at once: more gains nothing, and stays within a processor's cache.
constexpr std::size_t kPieceBytes = 256 * 1024;
/// Of one Step: a few milliseconds.
constexpr std::int64_t kStepBytes = 4 * 1024 * 1024;

// "WAL-mode File Format" §1: the file's header, and that of a frame; salts stand in both.
constexpr std::int64_t kWalHeaderBytes = 32;
constexpr std::size_t kFrameHeaderBytes = 24;
constexpr std::size_t kFrameSalts = 8;
constexpr std::size_t kSaltBytes = 8;
// §2.1: the salts in the wal-index header.
constexpr std::size_t kIndexSalts = 32;

// SQLite file format §1.3: write version and read version; 1 is a rollback journal, 2 WAL.
constexpr std::int64_t kVersionOffset = 18;
constexpr char kRollbackVersion = 1;
constexpr char kWalVersion = 2;

std::uint32_t BigEndian(const char* bytes) noexcept {
    std::uint32_t value = 0;
    for (int i = 0; i < 4; ++i)
        value = value << 8 | static_cast<unsigned char>(bytes[i]);
    return value;
}

/// SQLite's own descriptor of the file (SQLITE_FCNTL_FILE_POINTER) or of its -wal (…_JOURNAL_POINTER).
sqlite3_file* FileOf(const Database& db, int which) {
    sqlite3_file* file = nullptr;
    if (sqlite3_file_control(db.handle(), "main", which, &file) != SQLITE_OK || file == nullptr ||
        file->pMethods == nullptr)
        throw Error(sqlstate::kIoError, "could not get at database file \"" + db.path() + "\"");
    return file;
}

/// Bytes behind the end are zeros, which is what SQLite takes them for.
void Read(const Database& db, sqlite3_file* file, char* buffer, std::size_t size, std::int64_t offset) {
    const int rc = file->pMethods->xRead(file, buffer, static_cast<int>(size), offset);
    if (rc != SQLITE_OK && rc != SQLITE_IOERR_SHORT_READ)
        throw MakeError(rc, "read database file \"" + db.path() + "\"", "", db.path());
}

bool IsZero(const char* bytes, std::size_t size) noexcept {
    return bytes[0] == 0 && std::memcmp(bytes, bytes + 1, size - 1) == 0;
}

std::int64_t Number(Database& db, const char* pragma) {
    Statement statement(db, pragma);
    return statement.Fetch() ? statement.Int(0) : 0;
}

bool SaysWal(Database& db) {
    Statement statement(db, "PRAGMA journal_mode");
    return statement.Fetch() && statement.Text(0) == "wal";
}

}  // namespace

void CheckIsNew(const std::string& path) {
    for (const char* suffix : {"", "-wal", "-journal"}) {
        const std::string name = path + suffix;
        struct stat st;
        if (lstat(name.c_str(), &st) != 0) continue;
        if (*suffix == '\0') throw Error(sqlstate::kDuplicateFile, "file \"" + path + "\" exists already");
        throw Error(sqlstate::kDuplicateFile, "file \"" + name + "\" exists already",
                    "SQLite would take what it holds for changes of \"" + path + "\".",
                    "Move it away, or choose another name.");
    }
}

FileCopy::FileCopy(Database& source, std::string path, std::int64_t max_bytes)
    : source_(source),
      snapshot_(source.TakeSnapshot()),
      buffer_(kPieceBytes),
      file_(Checked(std::move(path), max_bytes)) {
    if (snapshot_.wal.frames > 0)
        buffer_.resize(std::max(kPieceBytes, kFrameHeaderBytes + static_cast<std::size_t>(page_size_)));
}

/// Before the file is made: one that exists must not be made, nor deleted.
std::string FileCopy::Checked(std::string path, std::int64_t max_bytes) {
    CheckIsNew(path);
    Measure();
    CheckRoomFor(bytes(), "a copy of database file \"" + source_.path() + "\"", path, max_bytes,
                 "pg_sqlite.max_copy_size");
    return path;
}

void FileCopy::Measure() {
    page_size_ = Number(source_, "PRAGMA page_size");
    page_count_ = Number(source_, "PRAGMA page_count");
    const WalEnd& wal = snapshot_.wal;
    if (snapshot_.mode != AccessMode::kImmutable && !wal.in_use && SaysWal(source_))
        throw Error(sqlstate::kInternalError, "the -wal of \"" + source_.path() + "\" is read, but not seen");
    if (wal.frames > 0 && wal.page_size != page_size_)
        throw Error(sqlstate::kDataCorrupted, "the -wal of \"" + source_.path() + "\" has another page size");

    sqlite3_int64 size = 0;
    sqlite3_file* file = FileOf(source_, SQLITE_FCNTL_FILE_POINTER);
    const int rc = file->pMethods->xFileSize(file, &size);
    if (rc != SQLITE_OK) throw MakeError(rc, "look at the size of", "", source_.path());
    file_bytes_ = std::min<std::int64_t>(size, bytes());
    const std::int64_t frame_bytes = static_cast<std::int64_t>(kFrameHeaderBytes) + page_size_;
    total_ = file_bytes_ + wal.frames * frame_bytes;
}

FileCopy::~FileCopy() = default;

bool FileCopy::Step() {
    const std::int64_t until = done_ + kStepBytes;
    // Others write there, too.
    if (done_ < total_ && RoomIn(DirectoryOf(file_.path())) == 0)
        throw FileError(ENOSPC, "write to file", file_.path());
    while (done_ < until && done_ < total_) {
        if (done_ < file_bytes_)
            CopyPages();
        else
            CopyFrames();
    }
    return done_ < total_;
}

void FileCopy::CopyPages() {
    const auto size = static_cast<std::size_t>(
        std::min<std::int64_t>(file_bytes_ - done_, static_cast<std::int64_t>(kPieceBytes)));
    Read(source_, FileOf(source_, SQLITE_FCNTL_FILE_POINTER), buffer_.data(), size, done_);
    // What was never written takes no room in the copy either; Finish gives it its size.
    if (!IsZero(buffer_.data(), size)) file_.WriteAt(buffer_.data(), size, done_);
    done_ += static_cast<std::int64_t>(size);
}

/// The frames come in the order in which they were written, so the last one of a page stays.
void FileCopy::CopyFrames() {
    const WalEnd& wal = snapshot_.wal;
    const auto page_size = static_cast<std::size_t>(page_size_);
    const std::size_t frame_bytes = kFrameHeaderBytes + page_size;
    const std::size_t count = std::min<std::size_t>(buffer_.size() / frame_bytes, wal.frames - next_frame_);
    const std::int64_t offset =
        kWalHeaderBytes + static_cast<std::int64_t>(next_frame_) * static_cast<std::int64_t>(frame_bytes);
    Read(source_, FileOf(source_, SQLITE_FCNTL_JOURNAL_POINTER), buffer_.data(), count * frame_bytes, offset);
    for (std::size_t i = 0; i < count; ++i) {
        const char* frame = buffer_.data() + i * frame_bytes;
        if (std::memcmp(frame + kFrameSalts, wal.header.data() + kIndexSalts, kSaltBytes) != 0)
            throw Error(
                sqlstate::kDataCorrupted, "the -wal of \"" + source_.path() + "\" has been replaced",
                "Frame " + std::to_string(next_frame_ + i + 1) + " is not of the log that is being read.");
        const std::uint32_t page = BigEndian(frame);
        // The file may have become shorter after a page was written.
        if (page == 0 || page > page_count_) continue;
        file_.WriteAt(frame + kFrameHeaderBytes, page_size, (page - 1) * page_size_);
    }
    next_frame_ += static_cast<std::uint32_t>(count);
    done_ += static_cast<std::int64_t>(count * frame_bytes);
}

/// No -wal lies beside the copy, so it is one with a rollback journal.
void FileCopy::ClearWalMode() {
    std::array<char, 2> versions{};
    if (file_.ReadAt(versions.data(), versions.size(), kVersionOffset) != versions.size()) return;
    for (char& version : versions)
        if (version == kWalVersion) version = kRollbackVersion;
    file_.WriteAt(versions.data(), versions.size(), kVersionOffset);
}

void FileCopy::Finish(bool sync) {
    while (Step()) {
    }
    // Pages that are free and were never written, and what the application had attached to the file's end.
    file_.Resize(bytes());
    ClearWalMode();
    source_.VerifyUnchanged();
    const FileIdentity now = Identify(source_.path());
    if (snapshot_.mode == AccessMode::kImmutable && now.SameFile(snapshot_.file) && now != snapshot_.file)
        throw Error(sqlstate::kSerializationFailure,
                    "database file \"" + source_.path() + "\" changed while it was being copied",
                    "Server option immutable says that nobody writes to it.");
    file_.Keep(sync);
}

}  // namespace pgsqlite::sqlite
