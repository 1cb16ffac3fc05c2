// Cancel: whether whoever runs core has been told to stop. One value may be a gigabyte, so a loop over its
// parts asks now and then, and gives up as it does where memory is at its end: that is no word on the value.
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/base/error.hpp"

namespace pgsqlite {

/// Set once by a process that can be told to stop. Must be cheap: a look at a flag.
inline bool (*cancel_asked)() noexcept = nullptr;

inline bool Cancelled() noexcept {
    return cancel_asked != nullptr && cancel_asked();
}

/// Where one value is looked at in several ways: whether to leave the rest of them. Asks only of values that
/// take milliseconds.
inline bool CancelledOver(std::size_t bytes) noexcept {
    constexpr std::size_t kLong = 1024 * 1024;
    return bytes > kLong && Cancelled();
}

/// Asks at every 65,536th turn of a loop, which is at least once in some milliseconds.
class CancelTicks {
  public:
    bool Cancelled() noexcept { return ++turns_ == 0 && pgsqlite::Cancelled(); }

  private:
    std::uint16_t turns_ = 0;
};

/// What a loop of the set-up calls at each turn, where a turn is no mere comparison: who wrote the spec or
/// the file decides how many there are.
/// @throws Error 57014
inline void StopIfCancelled() {
    if (Cancelled()) throw Error(sqlstate::kQueryCanceled, "the work was cancelled");
}

/// What a comparison throws to leave a sort.
struct SortCancelled {};

}  // namespace pgsqlite
