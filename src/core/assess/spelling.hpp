// Spellings: formats that no PostgreSQL type reads by itself, or that need a name beyond the type's: the
// variants of ISO dates, dates with slashes and dots, numbers with commas, e-mail addresses, URLs, base64.
#pragma once

#include "core/assess/formats.hpp"
#include "core/base/bytes.hpp"

namespace pgsqlite::assess {

/// kInteger, kPaddedInteger or kDecimal, for a text that is a finite number.
Format NumberFormat(Bytes number, bool fits_integer) noexcept;

/// Which variant of date and time an ISO text is.
Format DatetimeFormat(Bytes datetime) noexcept;

/// kFraction7 or kFraction9, of a date and time with seconds.
std::uint64_t FractionFormats(Bytes datetime) noexcept;
/// Whether a date and time names another offset than zero.
bool HasOffsetFromUtc(Bytes datetime) noexcept;

/// kDecimalComma, kGroupedNumber, and of these kBothMarks and kTwoDecimals.
std::uint64_t CommaNumberFormats(Bytes text) noexcept;
/// kCurrency or kPercent: a number, in any of these spellings, with the sign before or behind it.
std::uint64_t AmountFormats(Bytes text) noexcept;

/// HTML Living Standard, "valid email address"; with a point in the domain, and 254 bytes at most (RFC 5321).
bool IsEmail(Bytes text) noexcept;
/// http://, https:// or ftp://, a host's first character, no white space.
bool IsUrl(Bytes text) noexcept;
/// 0x or \x and an even number of hexadecimal digits, 8 at least.
bool IsPrefixedHex(Bytes text) noexcept;
/// @param text of base64's alphabet (RFC 4648 §4) and '='
bool IsBase64(Bytes text) noexcept;

}  // namespace pgsqlite::assess
