// Numbers written as text: one scanner for every numeric target, so that integer, float and numeric columns
// agree on what a number is. Nothing is computed here: digits stay text, hence nothing can be rounded.
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/base/bytes.hpp"

namespace pgsqlite::value {

/// A number as it was spelled: significant digits (without leading and trailing zeros) and a power of ten.
struct NumberText {
    enum class Form : std::uint8_t { kFinite, kNan, kInfinity };
    Form form = Form::kFinite;
    bool negative = false;
    const char* first = nullptr;        ///< first significant digit; the point may lie between first and last
    const char* last = nullptr;         ///< behind the last significant digit
    std::size_t digit_count = 0;        ///< significant digits; 0 for zero
    std::int64_t exponent = 0;          ///< power of ten of the first significant digit
    std::int64_t display_scale = 0;     ///< digits after the point as numeric_in counts them: '1e-3' has 3
    std::int64_t written_exponent = 0;  ///< what stands behind the e, held within ±kExponentLimit
    Bytes magnitude;                    ///< the number without sign and white space
};

/// Exponents are held within this bound. It lies far beyond every type's range, and beyond what the digits of
/// a value (1 GB at most) could bring back.
inline constexpr std::int64_t kExponentLimit = 1000000000000;

/// Reads a whole text as a number: PostgreSQL's numeric_in syntax without its newer underscores and radix
/// prefixes: [+-] digits [. digits] [e [+-] digits], at least one digit; 'NaN', '[+-]Infinity', '[+-]inf' in
/// any case; ASCII white space around it.
/// @return false when the text is no number; `out` is then unspecified
bool ScanNumber(Bytes text, NumberText& out) noexcept;

/// Walks the digits from `first` on, stepping over the point.
class DigitCursor {
  public:
    explicit DigitCursor(const char* first) noexcept : next_(first) {}
    /// The next digit's value. The caller counts: there is no end check.
    int Next() noexcept {
        if (*next_ == '.') ++next_;
        return *next_++ - '0';
    }

  private:
    const char* next_;
};

}  // namespace pgsqlite::value
