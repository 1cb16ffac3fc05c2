// Temporary files of SQLite's: sorts and materialized views that outgrow its caches. Whoever embeds us says
// where they lie and how much they may take; without, they are SQLite's own, in the system's directory.
#pragma once

#include <cstdint>

struct sqlite3_file;

namespace pgsqlite::sqlite {

/// Files by number. None of its functions throws: a failure is told by the result, and its cause by
/// NoteTempFailure.
struct TempFileStore {
    int (*open)() noexcept;  ///< negative: failed
    /// Less than `size` at the end of the file; negative: failed.
    int (*read)(int file, void* data, int size, std::int64_t offset) noexcept;
    bool (*write)(int file, const void* data, int size, std::int64_t offset) noexcept;
    bool (*truncate)(int file, std::int64_t size) noexcept;
    std::int64_t (*size)(int file) noexcept;  ///< negative: failed
    void (*close)(int file) noexcept;         ///< the file is gone
};

/// For all connections of this process from now on.
void SetTempFileStore(const TempFileStore* store) noexcept;
bool HasTempFileStore() noexcept;

/// Opens one as a VFS does. @param file of at least TempFileBytes(). @return SQLite's result code
int OpenTempFile(sqlite3_file* file, int flags, int* out_flags) noexcept;
int TempFileBytes() noexcept;

/// Why a store failed: kept for the Error that SQLite's result code becomes (MakeError). Cut where it is too
/// long.
void NoteTempFailure(const char* sqlstate, const char* message, const char* hint) noexcept;

struct TempFailure {
    char sqlstate[6];
    char message[256];
    char hint[256];
};
/// What was noted since it was last asked for; null where nothing was.
const TempFailure* TakeTempFailure() noexcept;

}  // namespace pgsqlite::sqlite
