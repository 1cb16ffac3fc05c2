// numeric: decimals in PostgreSQL's own base, built from digits without any arithmetic that could round.
#pragma once

#include "core/base/scratch.hpp"
#include "core/value/cell.hpp"
#include "core/value/rule.hpp"
#include "core/value/value.hpp"

namespace pgsqlite::value {

/// Limits of PostgreSQL's numeric (numeric.c, make_result): digits before and after the point.
inline constexpr int kMaxNumericWholeDigits = 131072;
inline constexpr int kMaxNumericScale = 16383;

/// A decimal number as digits and a power of ten; `first` and `last` are significant digits, not zeros.
struct DecimalDigits {
    bool negative = false;
    const char* first = nullptr;     ///< ASCII digits; one point may lie among them
    std::size_t count = 0;           ///< digits, without the point; 0 for zero
    std::int64_t exponent = 0;       ///< power of ten of the first digit
    std::int64_t display_scale = 0;  ///< digits after the point to show when the column has no scale
};

/// Fits digits to rule's precision and scale (when constrained; else to numeric's own limits) and writes them
/// base 10000. Non-zero digits beyond the scale: kExcessDigits, or excess_digits rounds half away from zero,
/// as PostgreSQL does, or truncates. Too many digits before the point: kOutOfRange.
Status BuildDecimal(const DecimalDigits& digits, const Rule& rule, Scratch& scratch, Decimal& out) noexcept;

/// kNumeric: integers, texts exactly; reals as their shortest decimal.
Status ConvertNumeric(const Rule& rule, const Cell& cell, Scratch& scratch, Value& out) noexcept;

/// Bytes FormatDecimal needs at most.
std::size_t DecimalTextSize(const Decimal& decimal) noexcept;

/// Writes a decimal as PostgreSQL's numeric_out does: plain notation with display_scale digits after the
/// point.
/// @param buffer at least DecimalTextSize bytes; not terminated
/// @return bytes written
std::size_t FormatDecimal(const Decimal& decimal, char* buffer) noexcept;

}  // namespace pgsqlite::value
