// Copying the file of a server: core's FileCopy, cancellable and with progress.
#pragma once

#include "pg/fdw/connect/connection.hpp"

namespace pgsqlite::pg::fdw {

/// Told now and then; may raise.
struct CopyProgress {
    void (*report)(int64 bytes_done, int64 bytes_total, void* context) = nullptr;
    void* context = nullptr;
};

/// Copies the snapshot that `pin` reads to a new file; a failure leaves none behind. Raises as FileCopy does
/// (core/sqlite/copy.hpp), and 57014.
/// @param path absolute, in UTF-8 as the file system has it
/// @param sync the copy survives a crash
/// @return its size in bytes
int64 CopyDatabase(const Pin* pin, const char* path, bool sync, const CopyProgress& progress);

}  // namespace pgsqlite::pg::fdw
