#include "core/sqlite/checkpoint.hpp"

#include <sqlite3.h>

#include "core/base/stack.hpp"

namespace pgsqlite::sqlite {
namespace {

sqlite3_mem_methods original;
bool installed = false;
bool stack_exhausted = false;
bool (*is_cancelled)() noexcept = nullptr;

StackRange& Stack() noexcept {
    static StackRange range = FindStack();
    return range;
}

/// Threads of other libraries have stacks of their own, and are none of our business.
bool MayAllocate() noexcept {
    const std::uintptr_t here = StackPointer();
    if (!Stack().Holds(here)) return true;
    if (here - Stack().end < kStackReserve) {
        stack_exhausted = true;
        return false;
    }
    return is_cancelled == nullptr || !is_cancelled();
}

void* Allocate(int size) noexcept {
    return MayAllocate() ? original.xMalloc(size) : nullptr;
}
void* Reallocate(void* memory, int size) noexcept {
    return MayAllocate() ? original.xRealloc(memory, size) : nullptr;
}

/// Whether nobody holds anything of SQLite's: no connection is open, and nothing is registered with each new
/// one. What it does not count can't be known.
bool IsIdle() noexcept {
    void* const something = sqlite3_malloc(1);
    const bool counts = something != nullptr && sqlite3_memory_used() > 0;
    sqlite3_free(something);
    return counts && sqlite3_memory_used() == 0;
}

}  // namespace

bool InstallCheckpoints(bool (*cancelled)() noexcept) noexcept {
    if (cancelled != nullptr) is_cancelled = cancelled;
    if (installed) return true;
    Stack();
    if (sqlite3_config(SQLITE_CONFIG_GETMALLOC, &original) != SQLITE_OK) {
        // Another library of this process has initialized SQLite. Often that is all it did so far.
        if (!IsIdle() || sqlite3_shutdown() != SQLITE_OK ||
            sqlite3_config(SQLITE_CONFIG_GETMALLOC, &original) != SQLITE_OK)
            return false;
    }
    sqlite3_mem_methods ours = original;
    ours.xMalloc = &Allocate;
    ours.xRealloc = &Reallocate;
    installed = sqlite3_config(SQLITE_CONFIG_MALLOC, &ours) == SQLITE_OK;
    return installed;
}

bool TakeStackExhausted() noexcept {
    const bool exhausted = stack_exhausted;
    stack_exhausted = false;
    return exhausted;
}

std::uintptr_t StackLeft() noexcept {
    const std::uintptr_t here = StackPointer();
    if (!Stack().Holds(here)) return kStackReserve;
    const std::uintptr_t left = here - Stack().end;
    return left > kStackReserve ? left - kStackReserve : 0;
}

std::uintptr_t StackBytes() noexcept {
    return Stack().base - Stack().end;
}

}  // namespace pgsqlite::sqlite
