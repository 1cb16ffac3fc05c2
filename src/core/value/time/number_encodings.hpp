// Number encodings: the one table of the ways in which a number counts time. A new one is a row here, a
// member of Encoding and of assess::Format (both in the table's order), and its place in
// docs/reference/types.md.
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/value/rule.hpp"
#include "core/value/time/temporal.hpp"

namespace pgsqlite::value {

/// One unit is multiplier / divisor microseconds; a divisor is even or 1, so that half of it is exact.
struct NumberEncoding {
    Encoding encoding;
    const char* name;  ///< the option's word
    std::int64_t multiplier;
    std::int64_t divisor;
    std::int64_t epoch;       ///< zero, in microseconds since 2000-01-01
    std::int16_t first_year;  ///< of the years that tell: a number of such a date could be one by its size
    std::int16_t end_year;    ///< behind the last of them
    bool naive;               ///< counts civil time without a zone; the others from an instant of UTC
    bool since_midnight;      ///< also a time of day
};

inline constexpr std::int64_t kUnixEpoch = -10957 * kMicrosPerDay;     // 1970-01-01
inline constexpr std::int64_t kWebkitEpoch = -145731 * kMicrosPerDay;  // 1601-01-01
inline constexpr std::int64_t kCocoaEpoch = 366 * kMicrosPerDay;       // 2001-01-01
inline constexpr std::int64_t kDotnetEpoch = -730119 * kMicrosPerDay;  // 0001-01-01
inline constexpr std::int64_t kJulianEpoch = kMinTimestamp + kMicrosPerDay / 2;
/// Serial 1 is 1900-01-01. Lotus 1-2-3 took 1900 for a leap year and Excel kept it: serial 60 is a day that
/// never was, and the serials after it are one too high.
inline constexpr std::int64_t kExcelEpoch = -36525 * kMicrosPerDay;  // 1899-12-31

/// Any small number is a moment shortly after a zero: the first year after it does not tell. What Apple
/// counts from 2001 are moments that have been, so those numbers say little beyond 2037: as unix they are of
/// 2006.
inline constexpr NumberEncoding kNumberEncodings[] = {
    {Encoding::kUnix, "unix", 1000000, 1, kUnixEpoch, 1971, 2100, false, true},
    {Encoding::kUnixMs, "unix_ms", 1000, 1, kUnixEpoch, 1971, 2100, false, true},
    {Encoding::kUnixUs, "unix_us", 1, 1, kUnixEpoch, 1971, 2100, false, true},
    {Encoding::kUnixNs, "unix_ns", 1, 1000, kUnixEpoch, 1971, 2100, false, true},
    {Encoding::kJulian, "julian", kMicrosPerDay, 1, kJulianEpoch, 1971, 2100, false, false},
    {Encoding::kExcel, "excel", kMicrosPerDay, 1, kExcelEpoch, 1971, 2100, true, false},
    {Encoding::kWebkit, "webkit", 1, 1, kWebkitEpoch, 1971, 2100, false, false},
    {Encoding::kCocoa, "cocoa", 1000000, 1, kCocoaEpoch, 2002, 2038, false, false},
    {Encoding::kCocoaNs, "cocoa_ns", 1, 1000, kCocoaEpoch, 2002, 2038, false, false},
    {Encoding::kFiletime, "filetime", 1, 10, kWebkitEpoch, 1971, 2100, false, false},
    {Encoding::kDotnetTicks, "dotnet_ticks", 1, 10, kDotnetEpoch, 1971, 2100, true, false},
};
inline constexpr std::size_t kNumberEncodingCount = sizeof(kNumberEncodings) / sizeof(kNumberEncodings[0]);

/// Place in the table, or kNumberEncodingCount.
constexpr std::size_t NumberEncodingIndex(Encoding encoding) noexcept {
    const auto place = static_cast<std::size_t>(encoding) - static_cast<std::size_t>(Encoding::kUnix);
    return encoding >= Encoding::kUnix && place < kNumberEncodingCount ? place : kNumberEncodingCount;
}

namespace internal {
constexpr bool IsInOrder() noexcept {
    for (std::size_t i = 0; i < kNumberEncodingCount; ++i)
        if (NumberEncodingIndex(kNumberEncodings[i].encoding) != i) return false;
    return true;
}
static_assert(IsInOrder());
}  // namespace internal

/// The row of an encoding; null for those of texts and blobs.
constexpr const NumberEncoding* FindNumberEncoding(Encoding encoding) noexcept {
    const std::size_t index = NumberEncodingIndex(encoding);
    return index < kNumberEncodingCount ? &kNumberEncodings[index] : nullptr;
}

}  // namespace pgsqlite::value
