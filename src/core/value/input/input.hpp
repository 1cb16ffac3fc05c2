// Input: the text that a type's own input function gets (Kind::kInput). What such a function would take for
// something else than it says is told apart before: 1500000 is 416 hours to an interval, 123456789012 a
// hardware address, 10 a network.
#pragma once

#include <string_view>

#include "core/base/scratch.hpp"
#include "core/value/cell.hpp"
#include "core/value/rule.hpp"
#include "core/value/status.hpp"
#include "core/value/value.hpp"

namespace pgsqlite::value {

/// Which of PostgreSQL's own types a name is, as format_type spells it, with modifiers: "interval day",
/// "bit(8)". kText for a name that is not one of them.
InputType InputTypeOfName(std::string_view name) noexcept;
/// The length in "bit(8)"; 0 without one.
std::int32_t LengthOfName(std::string_view name) noexcept;

/// Whether a number of no encoding becomes a value of the type.
constexpr bool TakesNumbers(InputType type) noexcept {
    return type == InputType::kText || type == InputType::kNumber || type == InputType::kOid ||
           type == InputType::kXid8 || type == InputType::kMoney;
}

/// kInput: text for the type's input function, in the cell or in the scratch buffer.
Status ConvertInput(const Rule& rule, const Cell& cell, Scratch& scratch, Value& out) noexcept;

/// A number as an interval, under kSeconds … kNanoseconds or kDotnetTimespan (ticks); or a text as .NET
/// writes a TimeSpan. `buffer` gets the text that interval's input function reads the same under every
/// setting.
/// @param buffer at least kIntervalTextSize bytes @param size set when the status is Ok
inline constexpr std::size_t kIntervalTextSize = 64;
Status FormatDuration(Encoding encoding, const Rule& rule, const Cell& cell, char* buffer,
                      std::size_t& size) noexcept;

/// Whether interval's input function reads a text as it was meant, under every IntervalStyle: each number has
/// a unit, a time its hours and minutes. kNeedsUnit for a number alone, kInvalidSyntax for what has two
/// readings.
Code CheckIntervalText(Bytes text) noexcept;
/// Whether it is an ISO 8601 duration: P, and numbers with designators.
bool IsIso8601Duration(Bytes text) noexcept;

/// Addresses and bit strings: bytes, numbers under kInteger, and texts that mean what they say.
Status ConvertAddress(const Rule& rule, const Cell& cell, Scratch& scratch, Value& out) noexcept;

}  // namespace pgsqlite::value
