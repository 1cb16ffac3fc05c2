// Transient errors: those that may be gone when the same is tried again a little later.
#pragma once

#include "pg/seam.hpp"

namespace pgsqlite::pg::jobs {

/// Deadlocks (40P01), serialization failures (40001), locks that are not available in time, be it
/// PostgreSQL's or a busy SQLite file's (55P03).
bool IsTransient(const ErrorData* error) noexcept;

/// Waits before the next attempt, twice as long each time: 0.1 s, 0.2 s, … Can be cancelled.
/// @param attempt how many there have been
void BackOff(int attempt);

}  // namespace pgsqlite::pg::jobs
