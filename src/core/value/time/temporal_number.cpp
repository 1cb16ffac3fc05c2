// Numbers as dates: seconds, milliseconds, days … since somebody's epoch. All arithmetic is exact in 128
// bits; a real is taken apart into mantissa and exponent and rounded once, half to even, to the nearest
// microsecond.
#include <bit>
#include <cmath>

#include "core/value/time/number_encodings.hpp"
#include "core/value/time/temporal.hpp"
#include "core/value/time/temporal_parts.hpp"

namespace pgsqlite::value {
namespace {

/// A row of kNumberEncodings, or a plain unit, while it is applied to one number.
struct Scale {
    std::int64_t multiplier;
    std::int64_t divisor;
    std::int64_t epoch;
};

constexpr std::int64_t kExcelGhostDay = 60;
// DateTime.MaxValue, 9999-12-31 23:59:59.9999999. DateTime.ToBinary() keeps the kind in higher bits: such a
// number is no count of ticks, and would look like a year past 14,000.
constexpr std::int64_t kMaxTicks = 3155378975999999999;

// Beyond these a number is out of range under every encoding (the widest, unix_ns, ends below 10^22), and
// below them no product leaves 128 bits.
constexpr std::size_t kMaxWholeDigits = 24;
constexpr int kMaxRealExponent = 30;

Scale ScaleOf(Encoding encoding) noexcept {
    if (const NumberEncoding* row = FindNumberEncoding(encoding))
        return {row->multiplier, row->divisor, row->epoch};
    switch (encoding) {
        case Encoding::kSeconds:
            return {kMicrosPerSecond, 1, 0};
        case Encoding::kMilliseconds:
            return {1000, 1, 0};
        case Encoding::kMicroseconds:
            return {1, 1, 0};
        case Encoding::kNanoseconds:
            return {1, 1000, 0};
        default:
            return {1, 10, 0};  // kDotnetTimespan
    }
}

/// A number as magnitude: whole part, digits after the point (text only), sign.
struct Decimal128 {
    Int128 whole = 0;
    Bytes fraction;
    bool negative = false;
};

bool SplitText(Bytes text, Decimal128& number) noexcept {
    text = TrimSpace(text);
    if (!text.empty() && (text[0] == '-' || text[0] == '+')) {
        number.negative = text[0] == '-';
        text.remove_prefix(1);
    }
    const std::size_t point = text.find('.');
    Bytes whole = text.substr(0, point);
    if (point != Bytes::npos) number.fraction = text.substr(point + 1);
    while (!whole.empty() && whole.front() == '0')
        whole.remove_prefix(1);
    while (!number.fraction.empty() && number.fraction.back() == '0')
        number.fraction.remove_suffix(1);
    if (whole.size() > kMaxWholeDigits) return false;
    for (const char c : whole)
        number.whole = number.whole * 10 + (c - '0');
    return true;
}

/// floor(number * multiplier / divisor) and what is left below it.
void ScaleDecimal(const Decimal128& number, const Scale& scale, Int128& usec, Tail& tail) noexcept {
    // Schoolbook multiplication of the digits after the point, from the right: what is carried out of the
    // first digit is whole; of the product's own digits only the first one, and whether others are zero,
    // matter.
    std::int64_t carry = 0;
    int first = 0;
    bool others = false;
    for (std::size_t i = number.fraction.size(); i-- > 0;) {
        others = others || first != 0;
        const std::int64_t product = (number.fraction[i] - '0') * scale.multiplier + carry;
        first = static_cast<int>(product % 10);
        carry = product / 10;
    }
    const Int128 total = number.whole * scale.multiplier + carry;
    usec = total / scale.divisor;
    // In tenths of 1 / divisor microseconds, against half of a microsecond.
    const Int128 left = total % scale.divisor * 10 + first;
    const Int128 half = Int128{scale.divisor} * 5;
    if (left > half || (left == half && others))
        tail = Tail::kAboveHalf;
    else if (left == half)
        tail = Tail::kHalf;
    else
        tail = left != 0 || others ? Tail::kBelowHalf : Tail::kNone;
    if (!number.negative) return;
    usec = -usec;
    if (tail == Tail::kNone) return;
    --usec;
    if (tail == Tail::kBelowHalf)
        tail = Tail::kAboveHalf;
    else if (tail == Tail::kAboveHalf)
        tail = Tail::kBelowHalf;
}

/// real * multiplier / divisor to the nearest integer, half to even. False when out of every range.
bool ScaleReal(double real, const Scale& scale, Int128& usec) noexcept {
    if (!std::isfinite(real)) return false;
    const auto bits = std::bit_cast<std::uint64_t>(real);
    const int biased = static_cast<int>(bits >> 52 & 0x7ff);
    const std::uint64_t stored = bits & ((std::uint64_t{1} << 52) - 1);
    const std::uint64_t mantissa = biased == 0 ? stored : stored | std::uint64_t{1} << 52;
    const int exponent = (biased == 0 ? 1 : biased) - 1075;
    if (exponent > kMaxRealExponent) return false;

    Int128 dividend = Int128{mantissa} * scale.multiplier;  // below 2^53 · 2^37
    Int128 divisor = scale.divisor;
    if (exponent >= 0) {
        dividend <<= exponent;
    } else if (exponent < -100) {
        usec = 0;  // under 2^90 / 2^101
        return true;
    } else {
        divisor <<= -exponent;
    }
    Int128 quotient = dividend / divisor;
    const Int128 twice = dividend % divisor * 2;
    if (twice > divisor || (twice == divisor && (quotient & 1) != 0)) ++quotient;
    usec = std::signbit(real) ? -quotient : quotient;
    return true;
}

/// Range rules of single encodings; moves the scale of Excel's days past the ghost day.
Code CheckSpecial(Encoding encoding, Int128 whole, bool negative, bool fractional, Scale& scale) noexcept {
    if (encoding == Encoding::kExcel) {
        if (negative || whole < 1) return Code::kOutOfRange;
        if (whole == kExcelGhostDay) return Code::kInvalidDate;
        if (whole > kExcelGhostDay) scale.epoch -= kMicrosPerDay;
    } else if (encoding == Encoding::kDotnetTicks) {
        if ((negative && (whole != 0 || fractional)) || whole > kMaxTicks) return Code::kOutOfRange;
    }
    return Code::kOk;
}

/// Microseconds a number stands for, counted from its encoding's zero.
Status Decode(Encoding encoding, const Cell& cell, Scale& scale, Int128& usec, Tail& tail) noexcept {
    if (cell.storage_class == StorageClass::kReal) {
        const double real = cell.real;
        // A double of this size is far outside, and the cast below is safe within.
        if (!(std::fabs(real) < 0x1p83)) return Status::Refused(Code::kOutOfRange);
        const double whole = std::trunc(std::fabs(real));
        const Code code =
            CheckSpecial(encoding, static_cast<Int128>(whole), real < 0, whole != std::fabs(real), scale);
        if (code != Code::kOk) return Status::Refused(code);
        tail = Tail::kNone;
        return ScaleReal(real, scale, usec) ? Status::Ok() : Status::Refused(Code::kOutOfRange);
    }
    Decimal128 number;
    if (cell.storage_class == StorageClass::kInteger) {
        number.negative = cell.integer < 0;
        number.whole = number.negative ? -Int128{cell.integer} : Int128{cell.integer};
    } else if (cell.storage_class != StorageClass::kText) {
        return Status::Refused(Code::kWrongClass);
    } else if (!IsPlainNumber(TrimSpace(cell.view()))) {
        return Status::Refused(Code::kInvalidSyntax);
    } else if (!SplitText(cell.view(), number)) {
        return Status::Refused(Code::kOutOfRange);
    }
    const Code code = CheckSpecial(encoding, number.whole, number.negative, !number.fraction.empty(), scale);
    if (code != Code::kOk) return Status::Refused(code);
    ScaleDecimal(number, scale, usec, tail);
    return Status::Ok();
}

}  // namespace

bool IsTimeOfDayEncoding(Encoding encoding) noexcept {
    const NumberEncoding* row = FindNumberEncoding(encoding);
    return row != nullptr && row->since_midnight;
}

bool IsNaiveEncoding(Encoding encoding) noexcept {
    const NumberEncoding* row = FindNumberEncoding(encoding);
    return row != nullptr && row->naive;
}

bool IsNumericEncoding(Encoding encoding) noexcept {
    return FindNumberEncoding(encoding) != nullptr;
}

bool IsPlainNumber(Bytes text) noexcept {
    TextReader reader(text);
    if (!reader.Take('-')) reader.Take('+');
    if (reader.TakeDigits(Bytes::npos).empty()) return false;
    if (reader.Take('.') && reader.TakeDigits(Bytes::npos).empty()) return false;
    return reader.AtEnd();
}

Status DecodeInstant(Encoding encoding, const Cell& number, Instant& instant) noexcept {
    Scale scale = ScaleOf(encoding);
    Int128 usec = 0;
    Tail tail = Tail::kNone;
    const Status status = Decode(encoding, number, scale, usec, tail);
    if (!status.ok()) return status;
    usec += scale.epoch;
    if (usec < kMinTimestamp || usec >= kEndTimestamp) return Status::Refused(Code::kOutOfRange);
    instant = {static_cast<std::int64_t>(usec), tail};
    return Status::Ok();
}

Status DecodeTimeOfDay(Encoding encoding, const Cell& number, Instant& instant) noexcept {
    Scale scale = ScaleOf(encoding);
    Int128 usec = 0;
    Tail tail = Tail::kNone;
    const Status status = Decode(encoding, number, scale, usec, tail);
    if (!status.ok()) return status;
    if (usec < 0 || usec > kMicrosPerDay || (usec == kMicrosPerDay && tail != Tail::kNone))
        return Status::Refused(Code::kOutOfRange);
    instant = {static_cast<std::int64_t>(usec), tail};
    return Status::Ok();
}

Status DecodeDuration(Encoding unit, const Cell& number, Instant& span) noexcept {
    Scale scale = ScaleOf(unit);
    Int128 usec = 0;
    Tail tail = Tail::kNone;
    const Status status = Decode(unit, number, scale, usec, tail);
    if (!status.ok()) return status;
    constexpr Int128 kLimit = Int128{1} << 62;  // where no rounding leaves 64 bits; 146,000 years
    if (usec <= -kLimit || usec >= kLimit) return Status::Refused(Code::kOutOfRange);
    span = {static_cast<std::int64_t>(usec), tail};
    return Status::Ok();
}

Status DecodeNumber(Encoding encoding, const Cell& number, ExcessDigits excess, std::int64_t& usec,
                    Applied& applied) noexcept {
    if (!IsNumericEncoding(encoding)) return Status::Refused(Code::kWrongClass);
    Instant instant;
    Status status = DecodeInstant(encoding, number, instant);
    if (!status.ok()) return status;
    std::int64_t fitted = 0;
    status = FitFraction(instant, 6, excess, fitted);
    if (!status.ok()) return status;
    const Status range = CheckTimestamp(fitted);
    if (!range.ok()) return range;
    usec = fitted;
    applied = status.applied;
    return status;
}

}  // namespace pgsqlite::value
