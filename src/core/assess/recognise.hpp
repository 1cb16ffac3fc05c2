// Recognise: what one cell is. Every cell of a table passes here, so cheap tests go first (length, first
// byte, which classes of bytes occur) and the exact ones, value/'s own parsers, see only what may pass them.
#pragma once

#include <cstdint>

#include "core/assess/formats.hpp"
#include "core/assess/profile.hpp"
#include "core/assess/written_dates.hpp"
#include "core/base/scratch.hpp"
#include "core/value/cell.hpp"

namespace pgsqlite::assess {

/// What one cell is: a set of formats and the set of candidates (kCandidates) that take it.
struct Traits {
    std::uint64_t formats = 0;
    std::uint32_t fits = 0;        ///< bit i: Convert with a plain kCandidates[i] rule accepts the cell
    bool invalid_text = false;     ///< a text that is not UTF-8
    bool nul = false;              ///< a text that holds U+0000
    std::uint64_t characters = 0;  ///< of a text
    WrittenDate written;           ///< a text, or an integer of the digits YYYYMMDD

    void Add(Format format) noexcept { formats |= FormatBit(format); }
};

/// Bit of a candidate in Traits::fits.
constexpr std::uint32_t FitBit(value::Kind kind) noexcept {
    return std::uint32_t{1} << CandidateOf(kind);
}
inline constexpr std::uint32_t kAllFit = (std::uint32_t{1} << kCandidateCount) - 1;

/// The integers from `first` to `last` have the same traits.
struct IntegerTraits {
    std::int64_t first = 1, last = 0;
    Traits traits;

    bool Covers(std::int64_t integer) const noexcept { return first <= integer && integer <= last; }
};
IntegerTraits RecogniseInteger(std::int64_t integer) noexcept;
Traits RecogniseReal(double real, Scratch& scratch) noexcept;
Traits RecogniseText(Bytes text, Scratch& scratch) noexcept;
Traits RecogniseBlob(Bytes blob, Scratch& scratch) noexcept;

}  // namespace pgsqlite::assess
