// Files: finding the database file, telling why it can't be used, and noticing that it changed. Only stat()
// and access() are called here: open() and close() on a database file would drop this process's POSIX locks
// on it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace pgsqlite::sqlite {

/// Which state of which file: compared to notice a replaced or changed one.
struct FileIdentity {
    bool exists = false;
    std::uint64_t device = 0;
    std::uint64_t inode = 0;
    std::int64_t size = 0;
    std::int64_t mtime_ns = 0;

    friend bool operator==(const FileIdentity&, const FileIdentity&) = default;
    bool SameFile(const FileIdentity& other) const noexcept {
        return exists && other.exists && device == other.device && inode == other.inode;
    }
    bool HasContent() const noexcept { return exists && size > 0; }
};

/// stat() of a path; `exists` is false when there is no such file or it can't be reached.
FileIdentity Identify(const std::string& path) noexcept;

/// Resolves symlinks and ".." of an absolute path that leads to a readable regular file.
/// @throws Error 22023 (relative path), 58P01 (missing), 42809 (directory, FIFO, …), 42501 (names the
/// server's
///   operating-system user, the path and the permission it lacks)
std::string ResolveDatabasePath(const std::string& path);

/// Name of the format a file's first bytes belong to ("a DuckDB database"), or null where nothing is known.
/// @param head the file's first bytes, up to 100
const char* RecognizeFormat(std::string_view head, std::int64_t file_size) noexcept;

}  // namespace pgsqlite::sqlite
