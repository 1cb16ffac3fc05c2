// File gate: what SQLite opens for us is looked at first, and for a reader opened for reading alone.
//
// The paths of a database and of the files beside it are known beforehand, but what lies there may be changed
// at any moment by whoever can write the directory: a FIFO that nobody writes to would hold the process for
// ever, a device may act on being opened, and a symbolic link, or a directory that has been exchanged for
// one, leads to a file that nobody has allowed. So the unix VFS's own system calls go through here while one
// of our VFS calls it: the file is looked at by a descriptor that can't be read (O_PATH), which waits for
// nothing and whose closing drops no lock; its real path must be the one that was asked for; and just that
// file is then opened, whatever lies at the path by now. For a reader never for writing, never a new one, and
// its mode is not set. Nobody's owner is.
#pragma once

#include <cstdint>

struct sqlite3_vfs;

namespace pgsqlite::sqlite {

/// Puts the gate before the system calls of SQLite's unix VFS, once a process. Other users of that VFS pass
/// as before. @return false where that VFS has none to be replaced
bool BuildGate(sqlite3_vfs* unix_vfs) noexcept;

/// Who calls the unix VFS.
enum class Pass : std::uint8_t {
    kOthers,  ///< not through a VFS of ours
    kReader,
    kWriter,  ///< may write, and make what isn't there
};

/// The gate is closed but for that pass as long as one of these lives.
class GateClosed {
  public:
    explicit GateClosed(Pass pass = Pass::kReader) noexcept;
    ~GateClosed();
    GateClosed(const GateClosed&) = delete;
    GateClosed& operator=(const GateClosed&) = delete;

  private:
    Pass before_;
};

/// Why the gate let the last file that was asked for not pass.
enum class Refusal : std::uint8_t {
    kNone,        ///< it did, or the system call failed
    kNotRegular,  ///< a FIFO, a device, a symbolic link, …
    kElsewhere,   ///< a symbolic link stands on the way, which was none when the path was resolved
};
Refusal LastRefusal() noexcept;

}  // namespace pgsqlite::sqlite
