// Numbers: which types hold them, and under which encodings they are dates.
#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <limits>
#include <vector>

#include "core/assess/recognise.hpp"
#include "core/assess/recognise_number.hpp"
#include "core/value/format.hpp"
#include "core/value/number/integer.hpp"
#include "core/value/time/temporal.hpp"

namespace pgsqlite::assess {

using value::Kind;

namespace {

constexpr std::uint32_t kEveryInteger = FitBit(Kind::kInt8) | FitBit(Kind::kNumeric) | FitBit(Kind::kText) |
                                        FitBit(Kind::kBytea) | FitBit(Kind::kJson) | FitBit(Kind::kJsonb);
constexpr std::uint32_t kEveryReal =
    FitBit(Kind::kFloat8) | FitBit(Kind::kNumeric) | FitBit(Kind::kText) | FitBit(Kind::kBytea);
constexpr std::int64_t kExactDouble = std::int64_t{1} << 53;

/// Numbers from `first` to before `end` are dates of the years that profiles look at.
struct Window {
    Format format;
    double first, end;
};

std::array<Window, value::kNumberEncodingCount> MakeWindows() noexcept {
    std::array<Window, value::kNumberEncodingCount> windows{};
    for (std::size_t i = 0; i < windows.size(); ++i) {
        const value::NumberEncoding& row = value::kNumberEncodings[i];
        const auto number = [&](int year) {
            double micros = static_cast<double>(value::DaysFromCivil(year, 1, 1) * value::kMicrosPerDay) -
                            static_cast<double>(row.epoch);
            // Excel's calendar has a 29 February 1900.
            if (row.encoding == value::Encoding::kExcel) micros += static_cast<double>(value::kMicrosPerDay);
            return micros * static_cast<double>(row.divisor) / static_cast<double>(row.multiplier);
        };
        windows[i] = {DateNumberFormat(i), number(row.first_year), number(row.end_year)};
    }
    return windows;
}

const std::array<Window, value::kNumberEncodingCount> kWindows = MakeWindows();

/// Integers that may be digits of a date, YYYYMMDD.
constexpr std::int64_t kFirstCompact = 19000101, kLastCompact = 20991231;

/// All bounds at which the traits of integers change, ascending.
std::vector<std::int64_t> MakeBounds() {
    std::vector<std::int64_t> bounds = {0,
                                        1,
                                        2,
                                        std::numeric_limits<std::int16_t>::min(),
                                        std::numeric_limits<std::int16_t>::max() + 1,
                                        std::numeric_limits<std::int32_t>::min(),
                                        std::numeric_limits<std::int32_t>::max() + std::int64_t{1},
                                        -kExactDouble,
                                        kExactDouble + 1,
                                        kFirstCompact,
                                        kLastCompact + 1};
    for (const Window& window : kWindows) {
        bounds.push_back(static_cast<std::int64_t>(std::ceil(window.first)));
        bounds.push_back(static_cast<std::int64_t>(std::ceil(window.end)));
    }
    std::sort(bounds.begin(), bounds.end());
    return bounds;
}

const std::vector<std::int64_t> kBounds = MakeBounds();

}  // namespace

std::uint64_t DateFormats(double number) noexcept {
    std::uint64_t formats = 0;
    for (const Window& window : kWindows)
        if (number >= window.first && number < window.end) formats |= FormatBit(window.format);
    return formats;
}

std::uint32_t FitsOfInteger(std::int64_t integer) noexcept {
    std::uint32_t fits = kEveryInteger;
    if (integer == static_cast<std::int16_t>(integer)) fits |= FitBit(Kind::kInt2);
    if (integer == static_cast<std::int32_t>(integer)) fits |= FitBit(Kind::kInt4);
    if (integer == 0 || integer == 1) fits |= FitBit(Kind::kBoolean);
    const auto raw = static_cast<std::uint64_t>(integer);
    const std::uint64_t magnitude = integer < 0 ? 0 - raw : raw;
    if (magnitude == 0 || (magnitude >> std::countr_zero(magnitude)) >> 53 == 0)
        fits |= FitBit(Kind::kFloat8);
    return fits;
}

IntegerTraits RecogniseInteger(std::int64_t integer) noexcept {
    IntegerTraits result;
    result.traits.fits = FitsOfInteger(integer);
    result.traits.formats = DateFormats(static_cast<double>(integer));
    if (integer == 0 || integer == 1) result.traits.Add(Format::kZeroOne);
    if (integer >= kFirstCompact && integer <= kLastCompact) {
        char digits[value::kNumberTextSize];
        const std::size_t size = value::FormatInteger(integer, digits);
        result.traits.written = ReadWrittenDate(Bytes(digits, size));
        result.first = result.last = integer;
        return result;
    }
    if (integer > kExactDouble || integer < -kExactDouble) {
        // Whether a double holds it depends on the very number.
        result.first = result.last = integer;
        return result;
    }
    const auto above = std::upper_bound(kBounds.begin(), kBounds.end(), integer);
    result.last = above == kBounds.end() ? kExactDouble : std::min(*above - 1, kExactDouble);
    result.first = above == kBounds.begin() ? -kExactDouble : std::max(above[-1], -kExactDouble);
    return result;
}

Traits RecogniseReal(double real, Scratch& scratch) noexcept {
    Traits traits;
    traits.fits = kEveryReal;
    if (!std::isfinite(real)) {
        value::Rule rule;
        rule.kind = Kind::kNumeric;
        value::Value out;
        if (!value::Convert(rule, value::Cell::Real(real), scratch, out).ok())
            traits.fits &= ~FitBit(Kind::kNumeric);
        return traits;
    }
    traits.fits |= FitBit(Kind::kJson) | FitBit(Kind::kJsonb);
    traits.formats = DateFormats(real);
    std::int64_t integer = 0;
    if (value::IntegerFromReal(real, integer) == value::Code::kOk)
        traits.fits |=
            FitsOfInteger(integer) & (FitBit(Kind::kInt2) | FitBit(Kind::kInt4) | FitBit(Kind::kInt8));
    return traits;
}

}  // namespace pgsqlite::assess
