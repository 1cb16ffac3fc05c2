// Stack: how much of the program's stack is left. Libraries that recurse over what others wrote are stopped
// by it, since running into its end ends the process.
#pragma once

#include <cstdint>

namespace pgsqlite {

/// The stack of the program's first thread.
struct StackRange {
    std::uintptr_t end = 0;   ///< its lowest address, which it may grow down to (RLIMIT_STACK)
    std::uintptr_t base = 0;  ///< where it began

    bool Holds(std::uintptr_t address) const noexcept { return address >= end && address < base; }
};

/// Looks at the stack of the calling thread, which must be the first one.
StackRange FindStack() noexcept;

/// Where the calling function stands on its stack.
inline std::uintptr_t StackPointer() noexcept {
    return reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0));
}

}  // namespace pgsqlite
