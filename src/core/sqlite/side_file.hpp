// Side files: what stands beside a database where SQLite keeps its -journal, -wal and -shm, and why a file
// can't be opened.
#pragma once

#include <string>

namespace pgsqlite::sqlite {

/// Whether there is a regular file, no symbolic link, that the server may read.
bool IsReadableFile(const std::string& path) noexcept;

/// Tells why a file that stands beside a database can't be opened; nothing where it can or is not there.
/// @param path of the -journal, -wal or -shm. @param database the path it is named after
/// @throws Error 42809 (a FIFO, a device, a symbolic link, …), 42501 (names user, path and permission)
void CheckSideFile(const std::string& path, const std::string& database);

/// After a file could not be opened: tells whether the gate kept it (file_gate.hpp).
/// @throws Error 42809 (no regular file), 40001 (the path leads elsewhere than when it was resolved)
void CheckGate(const std::string& path);

}  // namespace pgsqlite::sqlite
