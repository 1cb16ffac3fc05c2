// Copy: the snapshot that a database's read transaction sees, as a new file that needs no file beside it.
//
// Under the locks of that transaction neither the file nor the frames of the -wal that belong to the snapshot
// change, but for pages that a checkpoint brings into the file and that those frames hold anyway ("WAL-mode
// File Format" §2.3; snapshot.hpp). So the file is copied as it lies there, in large pieces, and the frames
// are laid over it: as quick as cp, where sqlite3_backup goes through two page caches. A file without a
// -wal comes out byte by byte, so its SHA-256 is that of the source; of a WAL database only the two bytes
// differ that say WAL, since the copy is one with a rollback journal.
//
// Everything is read through SQLite's own descriptors: another one, once closed, would drop this process's
// locks on the file. What is damaged stays as it is; only what can't be read is an error.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/base/new_file.hpp"
#include "core/sqlite/database.hpp"

namespace pgsqlite::sqlite {

class FileCopy {
  public:
    /// Makes the new file; nothing is copied yet. @param source in a read transaction, and nobody ends it
    /// before Finish
    /// @param path the new file's, absolute
    /// @param max_bytes how large the copy may be; negative: as large as there is room
    /// @throws Error 58P02 when there is such a file, or one of the names that SQLite would take for a -wal
    ///   or -journal of it; 53400 or 53100 when it would be too large, and then there is none; 25006, 42501,
    ///   58P01, 58030
    FileCopy(Database& source, std::string path, std::int64_t max_bytes = -1);
    /// Deletes the new file unless Finish ended well.
    ~FileCopy();
    FileCopy(const FileCopy&) = delete;
    FileCopy& operator=(const FileCopy&) = delete;

    /// Copies a few megabytes, so that the caller can look for a cancel and show progress in between.
    /// @return whether there is more to do
    /// @throws Error as FileError, SQLite's own (58030), XX001 when the -wal is not the snapshot's any more
    bool Step();
    /// The copy is complete. @param sync it survives a crash from now on
    /// @throws Error as FileError; 40001 when a file that is read without locks changed meanwhile
    void Finish(bool sync);

    /// Bytes read so far, and those to be read: of the file and of the snapshot's part of the -wal.
    std::int64_t bytes_done() const noexcept { return done_; }
    std::int64_t bytes_total() const noexcept { return total_; }
    /// Size of the complete copy.
    std::int64_t bytes() const noexcept { return page_count_ * page_size_; }

  private:
    void Measure();
    std::string Checked(std::string path, std::int64_t max_bytes);
    void CopyPages();
    void CopyFrames();
    void ClearWalMode();

    Database& source_;
    Snapshot snapshot_;
    std::int64_t page_size_ = 0;
    std::int64_t page_count_ = 0;
    std::int64_t total_ = 0;
    std::int64_t done_ = 0;
    std::int64_t file_bytes_ = 0;  ///< what there is of the file itself
    std::uint32_t next_frame_ = 0;
    std::vector<char> buffer_;
    NewFile file_;
};

/// @throws Error 58P02 where `path` exists, or a file that SQLite would take for a journal of it
void CheckIsNew(const std::string& path);

}  // namespace pgsqlite::sqlite
