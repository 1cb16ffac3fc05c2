#include "core/sqlite/snapshot.hpp"

#include <sqlite3.h>

#include <array>
#include <cstring>
#include <type_traits>

#include "core/base/error.hpp"
#include "core/sqlite/access_vfs.hpp"
#include "core/sqlite/database.hpp"
#include "core/sqlite/sqlite_error.hpp"

namespace pgsqlite::sqlite {
namespace {

static_assert(std::is_trivially_copyable_v<Snapshot>, "it lies in shared memory");

constexpr std::int64_t kWalHeaderBytes = 32;
constexpr std::int64_t kFrameHeaderBytes = 24;
constexpr sqlite3_int64 kChangeCounterOffset = 24;

template <class T>
T Native(const unsigned char* bytes) noexcept {
    T value;
    std::memcpy(&value, bytes, sizeof(value));
    return value;
}

}  // namespace

std::int64_t WalEnd::bytes() const noexcept {
    return frames == 0 ? 0 : kWalHeaderBytes + frames * (kFrameHeaderBytes + page_size);
}

bool WalEnd::SameAs(const WalEnd& other) const noexcept {
    // From the page size to the salts. What lies before counts changes of the index, and recovery starts
    // anew.
    constexpr std::size_t kFirst = 14, kLast = 40;
    return in_use == other.in_use && frames == other.frames &&
           std::memcmp(header.data() + kFirst, other.header.data() + kFirst, kLast - kFirst) == 0;
}

bool Snapshot::SameAs(const Snapshot& other) const noexcept {
    return mode == other.mode && file == other.file && change_counter == other.change_counter &&
           wal.SameAs(other.wal) &&
           (mode == AccessMode::kLocked ? !wal.in_use || wal_file.SameFile(other.wal_file)
                                        : wal_file == other.wal_file);
}

WalEnd ParseWalEnd(const unsigned char* header, int read_lock) noexcept {
    WalEnd end;
    end.in_use = true;
    // The wal-index is in the machine's byte order. A page size of 65,536 is kept as 1.
    const std::uint32_t frames = read_lock == 0 ? 0 : Native<std::uint32_t>(header + 16);
    if (frames == 0) return end;
    const std::uint16_t page_size = Native<std::uint16_t>(header + 14);
    end.frames = frames;
    end.page_size = page_size == 1 ? 65536 : page_size;
    std::memcpy(end.header.data(), header, end.header.size());
    return end;
}

/// SQLite file format §1.3.7. @throws Error
std::uint32_t Database::ReadChangeCounter(sqlite3_file* file) const {
    std::array<unsigned char, 4> bytes{};
    const int rc =
        file->pMethods->xRead(file, bytes.data(), static_cast<int>(bytes.size()), kChangeCounterOffset);
    if (rc != SQLITE_OK && rc != SQLITE_IOERR_SHORT_READ)
        throw MakeError(rc, "read the header of database file \"" + path() + "\"", "", path());
    return Native<std::uint32_t>(bytes.data());
}

Snapshot Database::TakeSnapshot() const {
    if (in_write_)
        throw Error(sqlstate::kObjectNotInPrerequisiteState,
                    "database file \"" + path() + "\" can't be read as others see it",
                    "This transaction has written to it.", "End the transaction first.");
    Snapshot snapshot;
    // Others read under these locks, whatever else they are for.
    snapshot.mode = mode_ == AccessMode::kWritable ? AccessMode::kLocked : mode_;
    snapshot.file = file_;
    snapshot.wal_file = wal_;
    sqlite3_file* file = nullptr;
    if (sqlite3_file_control(db_, "main", SQLITE_FCNTL_FILE_POINTER, &file) != SQLITE_OK || file == nullptr ||
        file->pMethods == nullptr)
        throw Error(sqlstate::kIoError, "could not look at the snapshot of database file \"" + path() + "\"");
    if (mode_ != AccessMode::kImmutable) {
        const WalView view = WalViewOf(file);
        if (view.read_lock >= 0) snapshot.wal = ParseWalEnd(view.header, view.read_lock);
        if (snapshot.mode == AccessMode::kLocked) snapshot.wal_file = Identify(path() + "-wal");
    }
    if (!snapshot.wal.in_use) {
        snapshot.change_counter = ReadChangeCounter(file);
    }
    return snapshot;
}

void Database::VerifyLeader() const {
    const Snapshot& leader = *options_.leader;
    const FileIdentity now = Identify(path());
    const char* difference = nullptr;
    if (!now.SameFile(leader.file)) {
        difference = "The path leads to another file than the one that the leader reads.";
    } else {
        VerifyUnchanged();
        if (mode_ == AccessMode::kImmutable && now != leader.file)
            difference = "The file changed.";
        else if (in_read_ && !TakeSnapshot().SameAs(leader))
            difference = "The file is in another state.";
    }
    if (difference != nullptr)
        throw Error(sqlstate::kSerializationFailure,
                    "parallel worker can't read the snapshot of database file \"" + path() + "\"", difference,
                    options_.leader_hint);
}

}  // namespace pgsqlite::sqlite
