// Checkpoints: SQLite's allocator as the place where a call of it can be stopped.
//
// While SQLite prepares a statement or runs one function it asks nobody whether it should go on: it recurses
// over views, subqueries and expressions as deep as they are, and it expands a view as often as it is named.
// All of that takes memory, at every level and all the time, and SQLite copes with any allocation that fails.
// So an allocation fails where the stack comes to its end, and when the statement is cancelled.
#pragma once

#include <cstdint>

namespace pgsqlite::sqlite {

/// Stack that is left untouched: what SQLite may take between two allocations, which is an expression as
/// deep as limits::kExpressionDepth (up to 910 bytes a level, from 3.37 to 3.54), and what PostgreSQL's
/// signal handlers need.
inline constexpr std::uintptr_t kStackReserve = 1536 * 1024;

/// Puts the checkpoints into SQLite, once a process, from its first thread. Has to come before anything in
/// the process initializes SQLite, or while nothing of it is in use.
/// @param cancelled asked at each allocation; true lets it fail. May be null
/// @return false where it came too late
bool InstallCheckpoints(bool (*cancelled)() noexcept) noexcept;

/// Whether an allocation failed for want of stack since this was last asked.
bool TakeStackExhausted() noexcept;
/// Bytes of the stack above kStackReserve; on another thread than the first, the reserve.
std::uintptr_t StackLeft() noexcept;
/// Bytes of the whole stack of the first thread.
std::uintptr_t StackBytes() noexcept;

}  // namespace pgsqlite::sqlite
