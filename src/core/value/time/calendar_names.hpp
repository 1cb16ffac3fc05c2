// Names of months and weekdays, in English, as to_char, RFC 5322, Go and JavaScript write them whatever the
// locale. The first three letters are the short form.
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/base/bytes.hpp"
#include "core/value/time/temporal.hpp"
#include "core/value/time/temporal_parts.hpp"

namespace pgsqlite::value {

inline constexpr Bytes kMonthNames[] = {"january",   "february", "march",    "april",
                                        "may",       "june",     "july",     "august",
                                        "september", "october",  "november", "december"};
/// From Sunday on.
inline constexpr Bytes kWeekdayNames[] = {"sunday",   "monday", "tuesday", "wednesday",
                                          "thursday", "friday", "saturday"};

/// Takes one of the names in any case, whole or its first three letters. @param index set with its place
template <std::size_t kCount>
bool TakeName(TextReader& reader, const Bytes (&names)[kCount], bool whole, std::int32_t& index) noexcept {
    for (std::size_t i = 0; i < kCount; ++i) {
        if (!reader.TakeWord(whole ? names[i] : names[i].substr(0, 3))) continue;
        index = static_cast<std::int32_t>(i);
        return true;
    }
    return false;
}

/// Compares a written weekday with the date. A month that does not exist is the caller's to refuse; the
/// weekday of such a date is no question.
/// @param weekday place in kWeekdayNames, or -1
inline void CheckWeekday(std::int32_t weekday, Written& written) noexcept {
    constexpr std::int64_t kWeekdayOf2000 = 6;  // 2000-01-01 was a Saturday
    if (weekday < 0 || written.month < 1 || written.month > 12) return;
    const std::int64_t days = DaysFromCivil(written.year, written.month, written.day) + kWeekdayOf2000;
    if (days - FloorDivide(days, 7) * 7 != weekday) written.impossible = true;
}

}  // namespace pgsqlite::value
