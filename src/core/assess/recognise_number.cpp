// Numbers: which types hold them, and under which encodings they are dates.
#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <limits>
#include <vector>

#include "core/assess/recognise.hpp"
#include "core/assess/recognise_number.hpp"
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

/// One scale an encoding: units a day, and the day (from 2000-01-01) that is its zero.
struct Units {
    Format format;
    double per_day;
    double zero;
};

std::array<Window, 9> MakeWindows() noexcept {
    const auto day = [](int year) { return static_cast<double>(value::DaysFromCivil(year, 1, 1)); };
    // Julian days begin at noon; Excel's day 1 is 1900-01-01, and its calendar has a 29 February 1900.
    const Units units[] = {
        {Format::kUnix, 86400, day(1970)},
        {Format::kUnixMs, 86400e3, day(1970)},
        {Format::kUnixUs, 86400e6, day(1970)},
        {Format::kUnixNs, 86400e9, day(1970)},
        {Format::kJulian, 1, -2451544.5},
        {Format::kExcel, 1, static_cast<double>(value::DaysFromCivil(1899, 12, 30))},
        {Format::kWebkit, 86400e6, day(1601)},
        {Format::kCocoa, 86400, day(2001)},
        {Format::kDotnetTicks, 86400e7, day(1)},
    };
    std::array<Window, 9> windows{};
    for (std::size_t i = 0; i < windows.size(); ++i) {
        // Any small number is a moment shortly after an encoding's zero: its first year does not count.
        const double first = day(units[i].format == Format::kCocoa ? 2002 : 1971);
        windows[i] = {units[i].format, (first - units[i].zero) * units[i].per_day,
                      (day(2100) - units[i].zero) * units[i].per_day};
    }
    return windows;
}

const std::array<Window, 9> kWindows = MakeWindows();

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
                                        kExactDouble + 1};
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
