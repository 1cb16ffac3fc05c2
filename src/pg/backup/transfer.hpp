// Transfer: bytes from a file to another, or to nowhere, hashed on their way.
#pragma once

#include "core/backup/manifest.hpp"
#include "core/base/stream.hpp"
#include "pg/seam.hpp"

namespace pgsqlite::pg::backup {

/// What went through.
struct Passed {
    int64 bytes;
    char sha256[65];
};

/// Moves all bytes of `source` to `sink`, which may be null, and does not finish it. Can be cancelled.
/// @param most after more bytes than these nothing is moved any more
Passed Transfer(ByteSource* source, ByteSink* sink, int64 most = PG_INT64_MAX);

/// The digest of a file as it lies there.
Passed HashFile(const char* path);

}  // namespace pgsqlite::pg::backup
