// Text of single values, without allocation and without the locale: numbers as they go into text columns, and
// cells as they are shown in error messages.
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/value/cell.hpp"

namespace pgsqlite::value {

/// Size of a buffer that takes any number's text.
inline constexpr std::size_t kNumberTextSize = 32;

/// Writes the shortest text that reads back to the same double, laid out as by PostgreSQL's float8out (which
/// writes one digit more for some integers above 2^53: its d2s.c avoids digits exactly between two doubles):
/// plain notation for powers of ten from -4 to 14, else 1e+20; but always with a point or an exponent, so
/// that 58.0 stays recognisable as a real. Infinity, -Infinity, NaN by name.
/// @param buffer at least kNumberTextSize bytes; not terminated
/// @return bytes written
std::size_t FormatReal(double value, char* buffer) noexcept;

/// Writes decimal digits with a sign where needed; buffer and result as for FormatReal.
std::size_t FormatInteger(std::int64_t value, char* buffer) noexcept;

/// Writes decimal digits, with zeros in front up to `width`. Returns the end of what was written.
char* WritePadded(char* out, std::uint64_t number, int width) noexcept;

/// The shortest decimal digits that read back to a finite double.
struct ShortDigits {
    char digits[17];  ///< ASCII, no leading or trailing zeros; "0" for zero
    std::uint8_t count = 0;
    std::int16_t exponent = 0;  ///< power of ten of the first digit
    bool negative = false;      ///< sign bit, of zero too
};
ShortDigits ShortestDigits(double value) noexcept;
/// The shortest digits that read back to the same float.
ShortDigits ShortestDigits(float value) noexcept;

/// Renders a cell for an error message: numbers plain, text in single quotes (quote and backslash doubled,
/// control characters and invalid bytes as \xHH, so the result is valid UTF-8 without NUL), blobs as
/// x'0102…'(length), NULL as NULL. What is left out is marked by "…".
/// @param buffer receives at most size bytes, with a terminating NUL; too small a buffer shortens the value
/// @param size at least 64
/// @param max_chars characters of the text, or hexadecimal digits of the blob, to show
/// @return bytes written, without the NUL
std::size_t DescribeCell(const Cell& cell, char* buffer, std::size_t size, std::size_t max_chars) noexcept;

}  // namespace pgsqlite::value
