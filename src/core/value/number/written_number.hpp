// Numbers as people write them: with a decimal comma, with marks between groups of thousands. They are
// brought into the plain spelling that every numeric target reads.
#pragma once

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

/// Longer numbers of these encodings are refused.
inline constexpr std::size_t kWrittenNumberSize = 512;

/// A text under encodings decimal_comma and grouped (the first that reads it) in plain spelling; other cells,
/// and all without such an encoding, stay as they are. Marks between thousands are a point (decimal_comma) or
/// a comma (grouped), or a blank, U+00A0, U+202F or an apostrophe.
/// @param buffer kWrittenNumberSize bytes, for the plain text @return as PlainNumber
Status ReadWrittenNumber(const EncodingList& encodings, const Cell& cell, char* buffer, Cell& plain) noexcept;

}  // namespace pgsqlite::value
