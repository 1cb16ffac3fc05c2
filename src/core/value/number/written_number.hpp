// Numbers as people write them: with a decimal comma, with marks between groups of thousands. They are
// brought into the plain spelling that every numeric target reads.
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/base/bytes.hpp"
#include "core/base/scratch.hpp"
#include "core/value/cell.hpp"
#include "core/value/rule.hpp"
#include "core/value/status.hpp"

namespace pgsqlite::value {

/// How a number is written. Both marks are compared as bytes, so that a mark may be any character (U+00A0,
/// U+202F).
struct NumberMarks {
    Bytes decimal = ".";
    Bytes grouping;  ///< empty: none
};

/// Why a pair of marks can't be used, in words for a message, or null: each one character that is no digit,
/// letter, sign or (decimal only) white space; and not both the same.
const char* FaultOf(const NumberMarks& marks) noexcept;

/// The number in plain spelling (digits and a point), in the scratch buffer. An exponent stays as it is, NaN
/// and Infinity too.
///
/// Grouping marks may stand in the whole part only; where there is one, every group but the first has exactly
/// three digits. Otherwise "1.5" read with grouping "." would silently become 15. A number without any is
/// fine.
/// @return kInvalidSyntax when the marks stand where they cannot, or kOutOfMemory
Status PlainNumber(Bytes text, const NumberMarks& marks, Scratch& scratch, Bytes& plain) noexcept;

/// What may stand beside a number.
enum class Percent : std::uint8_t {
    kError,     ///< a percent sign is no part of a number
    kNumber,    ///< 12 % is 12
    kFraction,  ///< 12 % is 0.12
};
struct AmountSigns {
    Bytes currency;  ///< a sign or code as it is written, "*" for any; empty: none
    Percent percent = Percent::kError;
};
inline constexpr Bytes kAnyCurrency = "*";

/// Bytes of the currency sign (¢ £ ¤ ¥, $, U+20A0 to U+20BF) or code of three capitals that a text begins
/// with, 0 for none.
std::size_t CurrencySize(Bytes text) noexcept;
/// Bytes of the blank (also U+00A0, U+202F) that a text begins with, 0 for none.
std::size_t BlankSize(Bytes text) noexcept;

/// PlainNumber of a text with a currency before or behind the number, or a percent sign behind it, blanks
/// between them, and a sign before the number or before the currency: -$ 1,234.50, 12,5 %.
Status PlainAmount(Bytes text, const NumberMarks& marks, const AmountSigns& signs, Scratch& scratch,
                   Bytes& plain) noexcept;

/// Longer numbers of these encodings are refused.
inline constexpr std::size_t kWrittenNumberSize = 512;

/// A text under encodings decimal_comma and grouped (the first that reads it) in plain spelling; other cells,
/// and all without such an encoding, stay as they are. Marks between thousands are a point (decimal_comma) or
/// a comma (grouped), or a blank, U+00A0, U+202F or an apostrophe.
/// @param buffer kWrittenNumberSize bytes, for the plain text @return as PlainNumber
Status ReadWrittenNumber(const EncodingList& encodings, const Cell& cell, char* buffer, Cell& plain) noexcept;

}  // namespace pgsqlite::value
