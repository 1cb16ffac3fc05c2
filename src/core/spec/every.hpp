// Every: the width of a partition as a spec writes it: '1 month', '2 weeks', '1000000'.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace pgsqlite::spec {

struct Every {
    /// A year is twelve months and a quarter three; a week is not seven days: it begins on Mondays.
    enum class Unit : std::uint8_t { kNumber, kMinute, kHour, kDay, kWeek, kMonth };
    std::int64_t count = 1;  ///< 1 or more
    Unit unit = Unit::kNumber;
};

/// A whole number above 0, alone or with minute, hour, day, week, month, quarter or year (in any case, with
/// or without an s); nothing else. A unit alone is one of it.
std::optional<Every> ParseEvery(std::string_view text) noexcept;

}  // namespace pgsqlite::spec
