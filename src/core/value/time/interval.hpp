// Interval: what PostgreSQL's input function would round in an interval's text without a word.
#pragma once

#include "core/base/bytes.hpp"

namespace pgsqlite::value {

/// Whether each fraction in the text is exact: of years a number of months, of other units one of
/// microseconds ("1.5 years", "0.5 ms"), and of seconds so many digits at most. A text that is no interval
/// may be either: PostgreSQL refuses it.
/// @param second_digits 0 to 6, those that the type keeps
bool IsExactInterval(Bytes text, int second_digits) noexcept;

}  // namespace pgsqlite::value
