// Digits are grouped by four, aligned at the decimal point (numeric.c: NBASE 10000), so that numeric_recv's
// wire fields can be filled straight from the result.
#include "core/value/number/decimal.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "core/value/format.hpp"
#include "core/value/number/number.hpp"

namespace pgsqlite::value {
namespace {

constexpr int kBase = 10000;
constexpr int kGroupDigits = 4;
constexpr int kPowers[] = {1, 10, 100, 1000};

constexpr std::int64_t FloorDiv4(std::int64_t n) noexcept {
    return n >= 0 ? n / kGroupDigits : -((-n + kGroupDigits - 1) / kGroupDigits);
}

/// Base-10000 digits under construction.
struct Groups {
    std::int16_t* digits;  ///< one free slot lies before it, for a carry
    std::int64_t count;
    std::int64_t weight;
};

/// Adds `unit` to the last group and carries.
void RoundUp(Groups& groups, int unit) noexcept {
    std::int64_t i = groups.count - 1;
    int sum = groups.digits[i] + unit;
    while (sum >= kBase) {
        groups.digits[i] = static_cast<std::int16_t>(sum - kBase);
        if (i == 0) {
            --groups.digits;
            ++groups.count;
            ++groups.weight;
            groups.digits[0] = 1;
            return;
        }
        --i;
        sum = groups.digits[i] + 1;
    }
    groups.digits[i] = static_cast<std::int16_t>(sum);
}

/// Power of ten of the first decimal digit.
std::int64_t TopExponent(const Groups& groups) noexcept {
    const int top = groups.digits[0];
    const int within = top >= 1000 ? 3 : top >= 100 ? 2 : top >= 10 ? 1 : 0;
    return groups.weight * kGroupDigits + within;
}

/// Writes `count` digits, the first with power of ten `exponent`, into groups.
void FillGroups(const char* first, std::int64_t count, std::int64_t exponent, Groups& groups) noexcept {
    groups.weight = FloorDiv4(exponent);
    int room = static_cast<int>(exponent - groups.weight * kGroupDigits) + 1;
    groups.count = 0;
    DigitCursor digits(first);
    while (count > 0) {
        int value = 0;
        for (; room > 0; --room, --count)
            value = value * 10 + (count > 0 ? digits.Next() : 0);
        groups.digits[groups.count++] = static_cast<std::int16_t>(value);
        room = kGroupDigits;
    }
}

void SetZero(std::int64_t display_scale, Decimal& out) noexcept {
    out = Decimal();
    out.display_scale = static_cast<std::uint16_t>(display_scale);
}

DecimalDigits FromShortest(const ShortDigits& shortest) noexcept {
    DecimalDigits digits;
    if (shortest.digits[0] == '0') return digits;
    digits.negative = shortest.negative;
    digits.first = shortest.digits;
    digits.count = shortest.count;
    digits.exponent = shortest.exponent;
    digits.display_scale = std::max(0, shortest.count - 1 - shortest.exponent);
    return digits;
}

DecimalDigits FromText(const NumberText& number) noexcept {
    return {number.negative, number.first, number.digit_count, number.exponent, number.display_scale};
}

DecimalDigits FromInteger(const char* text, std::size_t size) noexcept {
    DecimalDigits digits;
    digits.negative = text[0] == '-';
    digits.first = text + (digits.negative ? 1 : 0);
    digits.count = size - (digits.negative ? 1 : 0);
    digits.exponent = static_cast<std::int64_t>(digits.count) - 1;
    while (digits.count > 0 && digits.first[digits.count - 1] == '0')
        --digits.count;
    return digits;
}

Status FromSpecial(Decimal::Form form, const Rule& rule, Decimal& out) noexcept {
    if (form != Decimal::Form::kNan && rule.constrained) return Status::Refused(Code::kOutOfRange);
    out = Decimal();
    out.form = form;
    return Status::Ok();
}

Decimal::Form InfinityOf(bool negative) noexcept {
    return negative ? Decimal::Form::kNegativeInfinity : Decimal::Form::kInfinity;
}

}  // namespace

Status BuildDecimal(const DecimalDigits& digits, const Rule& rule, Scratch& scratch, Decimal& out) noexcept {
    const std::int64_t scale = rule.constrained ? rule.scale : kMaxNumericScale;
    const std::int64_t whole_limit = rule.constrained ? rule.precision - rule.scale : kMaxNumericWholeDigits;
    const std::int64_t display_scale = rule.constrained
                                           ? std::max<std::int64_t>(rule.scale, 0)
                                           : std::min<std::int64_t>(digits.display_scale, kMaxNumericScale);
    if (digits.count == 0) {
        SetZero(display_scale, out);
        return Status::Ok();
    }
    if (digits.exponent >= whole_limit) return Status::Refused(Code::kOutOfRange);

    auto count = static_cast<std::int64_t>(digits.count);
    const std::int64_t keep = digits.exponent + 1 + scale;
    Applied applied = Applied::kNone;
    bool round_up = false;
    if (count > keep) {
        if (rule.policies.excess_digits == ExcessDigits::kError) return Status::Refused(Code::kExcessDigits);
        applied = Applied::kExcessDigits;
        if (rule.policies.excess_digits == ExcessDigits::kRound && keep >= 0) {
            DigitCursor cursor(digits.first);
            for (std::int64_t i = 0; i < keep; ++i)
                cursor.Next();
            round_up = cursor.Next() >= 5;
        }
        count = std::max<std::int64_t>(keep, 0);
        if (count == 0 && !round_up) {
            SetZero(display_scale, out);
            return Status::Ok(applied);
        }
    }

    // One slot for a carry, one for a first group that is not full.
    const std::size_t slots = static_cast<std::size_t>(count) / kGroupDigits + 3;
    char* buffer = scratch.Reserve(slots * sizeof(std::int16_t));
    if (buffer == nullptr) return Status::Refused(Code::kOutOfMemory);
    Groups groups{reinterpret_cast<std::int16_t*>(buffer) + 1, 0, 0};
    if (count == 0) {
        // Rounded up to one unit of the last place kept.
        FillGroups("1", 1, -scale, groups);
    } else {
        FillGroups(digits.first, count, digits.exponent, groups);
        if (round_up) {
            const std::int64_t last_place = digits.exponent - count + 1;
            RoundUp(groups, kPowers[last_place - FloorDiv4(last_place) * kGroupDigits]);
        }
    }
    if (TopExponent(groups) >= whole_limit) return Status::Refused(Code::kOutOfRange);
    while (groups.digits[groups.count - 1] == 0)
        --groups.count;

    out.form = Decimal::Form::kFinite;
    out.negative = digits.negative;
    out.weight = static_cast<std::int16_t>(groups.weight);
    out.display_scale = static_cast<std::uint16_t>(display_scale);
    out.digit_count = static_cast<std::uint16_t>(groups.count);
    out.digits = groups.digits;
    return Status::Ok(applied);
}

namespace {

/// A number of units of 10000^-fraction_groups, below 10^18, as base-10000 digits. The short way for numbers
/// whose digits all fit one machine word.
bool FromUnits(std::int64_t units, int fraction_groups, int display_scale, Scratch& scratch,
               Decimal& out) noexcept {
    constexpr int kMostGroups = 5;
    char* buffer = scratch.Reserve(kMostGroups * sizeof(std::int16_t));
    if (buffer == nullptr) return false;
    auto* const groups = reinterpret_cast<std::int16_t*>(buffer);
    std::int64_t left = units < 0 ? -units : units;
    int begin = kMostGroups;
    int weight = -fraction_groups - 1;
    for (; left > 0; left /= kBase, ++weight)
        groups[--begin] = static_cast<std::int16_t>(left % kBase);
    int end = kMostGroups;
    while (end > begin && groups[end - 1] == 0)
        --end;
    out = Decimal();
    out.negative = units < 0;
    out.weight = static_cast<std::int16_t>(begin == end ? 0 : weight);
    out.display_scale = static_cast<std::uint16_t>(display_scale);
    out.digit_count = static_cast<std::uint16_t>(end - begin);
    out.digits = groups + begin;
    return true;
}

constexpr std::int64_t kPowersOfTen[] = {1,
                                         10,
                                         100,
                                         1000,
                                         10000,
                                         100000,
                                         1000000,
                                         10000000,
                                         100000000,
                                         1000000000,
                                         10000000000,
                                         100000000000,
                                         1000000000000,
                                         10000000000000,
                                         100000000000000,
                                         1000000000000000};

/// Money as applications store it: a real that is a whole number of 10^-scale, of at most 15 digits. Two
/// decimals of so few digits never share a double (DBL_DIG), so the one that the scale leads to is the
/// shortest decimal of this double, and nothing needs to be searched. False for every other real.
bool FromFewDigits(double real, const Rule& rule, Scratch& scratch, Decimal& out) noexcept {
    constexpr int kMostScale = 8;
    constexpr double kLimit = 1e15;
    if (!rule.constrained || rule.scale < 0 || rule.scale > kMostScale || rule.precision < rule.scale)
        return false;
    const double power = static_cast<double>(kPowersOfTen[rule.scale]);
    const double scaled = real * power;
    if (!(scaled > -kLimit && scaled < kLimit)) return false;
    const std::int64_t units = std::llrint(scaled);
    if (static_cast<double>(units) / power != real) return false;
    if (rule.precision < 15 && std::abs(units) >= kPowersOfTen[rule.precision]) return false;
    const int fraction_groups = (rule.scale + kGroupDigits - 1) / kGroupDigits;
    return FromUnits(units * kPowers[fraction_groups * kGroupDigits - rule.scale], fraction_groups,
                     rule.scale, scratch, out);
}

}  // namespace

Status ConvertNumeric(const Rule& rule, const Cell& cell, Scratch& scratch, Value& out) noexcept {
    switch (cell.storage_class) {
        case StorageClass::kInteger: {
            char text[kNumberTextSize];
            const std::size_t size = FormatInteger(cell.integer, text);
            return BuildDecimal(FromInteger(text, size), rule, scratch, out.decimal);
        }
        case StorageClass::kReal: {
            if (FromFewDigits(cell.real, rule, scratch, out.decimal)) return Status::Ok();
            if (std::isnan(cell.real)) return FromSpecial(Decimal::Form::kNan, rule, out.decimal);
            if (std::isinf(cell.real)) return FromSpecial(InfinityOf(cell.real < 0), rule, out.decimal);
            const ShortDigits shortest = ShortestDigits(cell.real);
            return BuildDecimal(FromShortest(shortest), rule, scratch, out.decimal);
        }
        case StorageClass::kText: {
            NumberText number;
            if (!ScanNumber(cell.view(), number)) return Status::Refused(Code::kInvalidSyntax);
            if (number.form == NumberText::Form::kNan)
                return FromSpecial(Decimal::Form::kNan, rule, out.decimal);
            if (number.form == NumberText::Form::kInfinity)
                return FromSpecial(InfinityOf(number.negative), rule, out.decimal);
            return BuildDecimal(FromText(number), rule, scratch, out.decimal);
        }
        default:
            return Status::Refused(Code::kWrongClass);
    }
}

std::size_t DecimalTextSize(const Decimal& decimal) noexcept {
    const std::int64_t whole = decimal.weight >= 0 ? (decimal.weight + 1) * std::int64_t{kGroupDigits} : 1;
    // Sign, point, and at least room for "-Infinity".
    return static_cast<std::size_t>(std::max<std::int64_t>(whole + decimal.display_scale + 2, 9));
}

std::size_t FormatDecimal(const Decimal& decimal, char* buffer) noexcept {
    const auto word = [buffer](Bytes text) noexcept { return text.copy(buffer, text.size()); };
    if (decimal.form == Decimal::Form::kNan) return word("NaN");
    if (decimal.form == Decimal::Form::kInfinity) return word("Infinity");
    if (decimal.form == Decimal::Form::kNegativeInfinity) return word("-Infinity");

    // Decimal digit with a given power of ten.
    const auto digit_at = [&decimal](std::int64_t power) noexcept {
        const std::int64_t group = FloorDiv4(power);
        const std::int64_t index = decimal.weight - group;
        if (decimal.digit_count == 0 || index < 0 || index >= decimal.digit_count) return 0;
        return decimal.digits[index] / kPowers[power - group * kGroupDigits] % 10;
    };
    char* out = buffer;
    if (decimal.negative) *out++ = '-';
    std::int64_t power = 0;
    if (decimal.digit_count > 0 && decimal.weight >= 0) {
        power = decimal.weight * std::int64_t{kGroupDigits} + kGroupDigits - 1;
        while (power > 0 && digit_at(power) == 0)
            --power;
    }
    for (; power >= 0; --power)
        *out++ = static_cast<char>('0' + digit_at(power));
    if (decimal.display_scale > 0) *out++ = '.';
    for (std::int64_t place = 1; place <= decimal.display_scale; ++place)
        *out++ = static_cast<char>('0' + digit_at(-place));
    return static_cast<std::size_t>(out - buffer);
}

}  // namespace pgsqlite::value
