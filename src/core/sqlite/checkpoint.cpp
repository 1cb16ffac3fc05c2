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

}  // namespace

bool InstallCheckpoints(bool (*cancelled)() noexcept) noexcept {
    if (cancelled != nullptr) is_cancelled = cancelled;
    if (installed) return true;
    Stack();
    if (sqlite3_config(SQLITE_CONFIG_GETMALLOC, &original) != SQLITE_OK) return false;
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

}  // namespace pgsqlite::sqlite
