// How much memory SQLite may take in this process.
#pragma once

#include <cstdint>

namespace pgsqlite::sqlite {

/// Sets both limits of SQLite's heap, which all of its connections in this process share. In bytes; 0 is
/// none.
/// @param soft beyond it caches give pages back and sorts go to files; nothing fails
/// @param hard beyond it SQLite's calls fail with SQLITE_NOMEM (53200); a soft limit above it counts as it
/// (https://www.sqlite.org/c3ref/hard_heap_limit64.html)
void SetHeapLimits(std::int64_t soft, std::int64_t hard) noexcept;

}  // namespace pgsqlite::sqlite
