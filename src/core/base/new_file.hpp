// New file: a file that this process makes, and that is gone again unless it became complete. Never an
// existing one: SQLite's locks on a database file would be dropped by closing it here, and nobody's file is
// overwritten. Where the file system has files without a name (O_TMPFILE), it gets its name when it is
// complete, so that a process which is killed leaves nothing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "core/base/error.hpp"
#include "core/base/stream.hpp"

namespace pgsqlite {

namespace sqlstate {
inline constexpr const char* kDiskFull = "53100";
inline constexpr const char* kDuplicateFile = "58P02";
inline constexpr const char* kConfigurationLimitExceeded = "53400";
}  // namespace sqlstate

/// An Error for a failed system call: its reason and the file it concerns.
/// SQLSTATE 53100 (disk full), 25006 (read-only file system), 42501 (permission), 58P01 (no such directory),
/// 58P02 (exists), else 58030.
/// @param doing reads as in "could not <doing> "<path>": No space left on device"
Error FileError(int error_number, std::string_view doing, const std::string& path);

class NewFile {
  public:
    /// Makes it, readable and writable for the server's user alone.
    /// @param path whose directory is resolved: where a symbolic link has come into its way since, no file is
    ///   made. @throws Error as FileError, 40001
    explicit NewFile(std::string path);
    /// Deletes it unless Keep was called.
    ~NewFile();
    NewFile(const NewFile&) = delete;
    NewFile& operator=(const NewFile&) = delete;

    const std::string& path() const noexcept { return path_; }
    /// Appends. @throws Error as FileError
    void Write(const void* data, std::size_t size);
    /// Writes at an offset, which may lie behind the end. @throws Error
    void WriteAt(const void* data, std::size_t size, std::int64_t offset);
    /// What has been written there. @return how many bytes there were, up to `size`. @throws Error
    std::size_t ReadAt(void* data, std::size_t size, std::int64_t offset) const;
    /// Cuts or lengthens it (with zeros). @throws Error
    void Resize(std::int64_t size);
    /// Closes it and lets it stay, under its name. @param sync it and its entry in the directory survive a
    /// crash from now on. @throws Error as FileError; 58P02 where somebody has made a file of its name since
    void Keep(bool sync);

  private:
    const char* Name() const noexcept;
    /// -1 with errno.
    int Create() noexcept;
    void GiveName();
    std::string path_;
    int directory_ = -1;  ///< the one that it was made in, wherever it may be moved
    int descriptor_ = -1;
    std::int64_t end_ = 0;  ///< where Write goes on
    bool named_ = false;    ///< it has an entry in the directory
    bool kept_ = false;
};

/// A new file that is written from its beginning to its end.
class FileSink final : public ByteSink {
  public:
    /// @throws Error as NewFile
    explicit FileSink(std::string path) : file_(std::move(path)) {}
    void Write(const char* data, std::size_t size) override { file_.Write(data, size); }
    void Finish(bool sync) override { file_.Keep(sync); }

  private:
    NewFile file_;
};

/// A complete file that goes again, unless what follows succeeds too.
class Removal {
  public:
    explicit Removal(std::string path) : path_(std::move(path)) {}
    ~Removal();
    Removal(const Removal&) = delete;
    Removal& operator=(const Removal&) = delete;
    void Cancel() noexcept { path_.clear(); }

  private:
    std::string path_;
};

/// Whether a file may take so many bytes: within a limit, and without taking the last room of its file
/// system, of which 5 % or 256 MB stay free, whichever is less.
/// @param what reads as in "<what> is too large". @param path of the file that shall be made
/// @param limit in bytes; negative: none. @param setting that the limit comes from
/// @throws Error 53400 (the limit), 53100 (no room)
void CheckRoomFor(std::int64_t bytes, const std::string& what, const std::string& path, std::int64_t limit,
                  const char* setting);
/// Bytes that may still be written to the file system of a directory; negative where it does not tell.
std::int64_t RoomIn(const std::string& directory) noexcept;

/// Whether what a descriptor is of lies at that path, with no symbolic link on the way.
bool LiesAt(int descriptor, std::string_view path) noexcept;

/// Resolves the directory of an absolute path at which a file shall be made. Whether it exists is not asked.
/// @throws Error 22023 (relative, or no name at its end), 58P01 (no such directory), 42501
std::string ResolveNewPath(const std::string& path);

/// Makes the entries of a directory survive a crash. @throws Error as FileError
void SyncDirectory(const std::string& directory);
/// The directory that a path's file lies in.
std::string DirectoryOf(const std::string& path);

}  // namespace pgsqlite
