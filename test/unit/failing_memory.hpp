// Allocations that fail on demand: operator new, the C functions that core calls (by the linker's --wrap) and
// SQLite's allocator. It replaces the program's operators, so one file of a program includes it.
#pragma once

#include <sqlite3.h>

#include <cstdlib>
#include <new>

namespace failing_memory {

/// Of the operation that is tried; outside of one nothing fails.
struct Faults {
    bool armed = false;
    bool lasting = false;  ///< all further ones fail as well
    bool hit = false;
    long left = 0;   ///< allocations before the one that fails
    long count = 0;  ///< so far

    bool Fail() noexcept {
        if (!armed) return false;
        ++count;
        if (hit) return lasting;
        return hit = left-- == 0;
    }
};
inline Faults faults;

/// While it lives nothing fails. For documents of nlohmann/json, whose destructors allocate (a stack for the
/// values within, up to 3.12 at least): out of memory there, a program ends (docs/reliability.md).
class WithMemory {
  public:
    WithMemory() noexcept : armed_(faults.armed) { faults.armed = false; }
    ~WithMemory() { faults.armed = armed_; }
    WithMemory(const WithMemory&) = delete;
    WithMemory& operator=(const WithMemory&) = delete;

  private:
    const bool armed_;
};

inline sqlite3_mem_methods sqlite_memory;

inline void* SqliteMalloc(int size) noexcept {
    return faults.Fail() ? nullptr : sqlite_memory.xMalloc(size);
}
inline void* SqliteRealloc(void* memory, int size) noexcept {
    return faults.Fail() ? nullptr : sqlite_memory.xRealloc(memory, size);
}

/// Before anything else opens SQLite.
inline const bool sqlite_is_configured = [] {
    sqlite3_config(SQLITE_CONFIG_GETMALLOC, &sqlite_memory);
    sqlite3_mem_methods ours = sqlite_memory;
    ours.xMalloc = SqliteMalloc;
    ours.xRealloc = SqliteRealloc;
    // Without it small allocations come from a store of each connection, and can't fail.
    return sqlite3_config(SQLITE_CONFIG_MALLOC, &ours) == SQLITE_OK &&
           sqlite3_config(SQLITE_CONFIG_LOOKASIDE, 0, 0) == SQLITE_OK;
}();

}  // namespace failing_memory

extern "C" {
void* __real_malloc(std::size_t size);
void* __real_calloc(std::size_t count, std::size_t size);
void* __real_realloc(void* memory, std::size_t size);
void* __wrap_malloc(std::size_t size) {
    return failing_memory::faults.Fail() ? nullptr : __real_malloc(size);
}
void* __wrap_calloc(std::size_t count, std::size_t size) {
    return failing_memory::faults.Fail() ? nullptr : __real_calloc(count, size);
}
void* __wrap_realloc(void* memory, std::size_t size) {
    return failing_memory::faults.Fail() ? nullptr : __real_realloc(memory, size);
}
}

void* operator new(std::size_t size) {
    void* memory = failing_memory::faults.Fail() ? nullptr : __real_malloc(size != 0 ? size : 1);
    if (memory == nullptr) throw std::bad_alloc();
    return memory;
}
void* operator new[](std::size_t size) {
    return operator new(size);
}
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
    return failing_memory::faults.Fail() ? nullptr : __real_malloc(size != 0 ? size : 1);
}
void* operator new[](std::size_t size, const std::nothrow_t& nothrow) noexcept {
    return operator new(size, nothrow);
}
void operator delete(void* memory) noexcept {
    std::free(memory);
}
void operator delete[](void* memory) noexcept {
    std::free(memory);
}
void operator delete(void* memory, const std::nothrow_t&) noexcept {
    std::free(memory);
}
void operator delete[](void* memory, const std::nothrow_t&) noexcept {
    std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
    std::free(memory);
}
void operator delete[](void* memory, std::size_t) noexcept {
    std::free(memory);
}
