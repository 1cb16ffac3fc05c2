// Snapshot: which state of a file a read transaction sees, as plain data that can lie in shared memory, so
// that a parallel worker reads just that state and no later one.
//
// The worker takes no lock of its own (a writer that waits for readers to go would refuse it) and no
// wal-index (it would show later commits): the leader's locks, which last longer than any worker, keep every
// byte of the snapshot in place, and the worker reads under them. With a rollback journal the leader's SHARED
// lock keeps writers out of the file. With a WAL, the leader's read mark keeps its frames in the -wal, and
// what a checkpoint may copy into the file meanwhile are pages that those frames hold ("WAL-mode File Format"
// §2.3); so the worker reads the file and as much of the -wal as the leader does.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "core/sqlite/file.hpp"

namespace pgsqlite::sqlite {

/// How a file is read; follows from its journal mode and side files (docs/architecture.md).
enum class AccessMode : std::uint8_t {
    kLocked,  ///< SQLite's own locks: rollback journal, or a WAL whose side files exist
    kAtRest,  ///< WAL database nobody has open: no side files are made, every change is noticed and refused
    kImmutable,  ///< option immutable
    kWritable,   ///< as any application opens it, for writing
};

/// What is read of a -wal: up to which frame, as a wal-index header says ("WAL-mode File Format" §2.1).
struct WalEnd {
    static constexpr std::size_t kHeaderBytes = 48;

    bool in_use = false;       ///< false with a rollback journal and for immutable files
    std::uint32_t frames = 0;  ///< 0: no frame is read, and the rest stays empty
    std::uint32_t page_size = 0;
    std::array<unsigned char, kHeaderBytes> header{};

    /// Whether both end with the same frame of the same log.
    bool SameAs(const WalEnd& other) const noexcept;
    /// Length of the -wal up to there.
    std::int64_t bytes() const noexcept;
};

/// @param header a wal-index header
/// @param read_lock the read mark that was locked then; 0 means that no frame is read
WalEnd ParseWalEnd(const unsigned char* header, int read_lock) noexcept;

struct Snapshot {
    AccessMode mode = AccessMode::kLocked;
    FileIdentity file;                 ///< when the leader opened it
    FileIdentity wal_file;             ///< its -wal then; with kLocked, when the snapshot was taken
    std::uint32_t change_counter = 0;  ///< where no WAL is in use; it can't change under the leader's lock
    WalEnd wal;

    bool SameAs(const Snapshot& other) const noexcept;
};

}  // namespace pgsqlite::sqlite
