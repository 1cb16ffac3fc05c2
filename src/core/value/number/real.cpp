// A text such as '0.1' has no exact double, yet nothing is lost: the double's own digits give the text back.
// That is the test for "exact" here: up to 15 (float: 6) significant digits always survive (IEEE 754,
// DBL_DIG), 16 and 17 (float: up to 9) are compared with what the value prints, more only when the value is
// the text's very value. Subnormals have fewer digits and are always compared.
#include "core/value/number/real.hpp"

#include <bit>
#include <charconv>
#include <cmath>
#include <limits>

#include "core/value/format.hpp"

namespace pgsqlite::value {
namespace {

/// Significant digits of the longest exact decimal expansion of a double (2^-1074 has 751, the longest 767).
constexpr int kMaxExactDigits = 767;

/// Whether a value printed in scientific form has just the digits and exponent of a number text. Zeros at the
/// end of the print are no difference.
bool PrintsAs(const NumberText& number, const char* print, const char* print_end) noexcept {
    DigitCursor digits(number.first);
    std::size_t matched = 0;
    const char* p = print;
    for (; p < print_end && *p != 'e'; ++p) {
        if (*p == '.') continue;
        const int expected = matched < number.digit_count ? digits.Next() : 0;
        if (*p - '0' != expected) return false;
        ++matched;
    }
    if (matched < number.digit_count) return false;
    int exponent = 0;
    ++p;
    if (p < print_end && *p == '+') ++p;
    std::from_chars(p, print_end, exponent);
    return exponent == number.exponent;
}

template <class Real>
bool PrintsAs(const NumberText& number, Real value, int digits) noexcept {
    char print[kMaxExactDigits + 16];
    const auto end =
        std::to_chars(print, print + sizeof print, value, std::chars_format::scientific, digits - 1);
    return PrintsAs(number, print, end.ptr);
}

template <class Real>
bool KeepsDigits(const NumberText& number, Real magnitude) noexcept {
    using Limits = std::numeric_limits<Real>;
    const std::size_t n = number.digit_count;
    if (n <= static_cast<std::size_t>(Limits::digits10) && magnitude >= Limits::min()) return true;
    if (n <= static_cast<std::size_t>(Limits::max_digits10)) {
        if (PrintsAs(number, magnitude, static_cast<int>(n))) return true;
        char shortest[kNumberTextSize];
        const auto end =
            std::to_chars(shortest, shortest + sizeof shortest, magnitude, std::chars_format::scientific);
        return PrintsAs(number, shortest, end.ptr);
    }
    if (n > static_cast<std::size_t>(kMaxExactDigits)) return false;
    return PrintsAs(number, static_cast<double>(magnitude), kMaxExactDigits);
}

template <class Real>
Code FromText(const NumberText& number, Real& value, bool& keeps_digits) noexcept {
    using Limits = std::numeric_limits<Real>;
    keeps_digits = true;
    if (number.form == NumberText::Form::kNan) {
        value = Limits::quiet_NaN();
        return Code::kOk;
    }
    Real magnitude = 0;
    if (number.form == NumberText::Form::kInfinity) {
        magnitude = Limits::infinity();
    } else if (number.digit_count != 0) {
        const char* const end = number.magnitude.data() + number.magnitude.size();
        const auto read = std::from_chars(number.magnitude.data(), end, magnitude);
        // Libraries differ in whether they report underflow, so the value is looked at as well.
        if (read.ec != std::errc() || std::isinf(magnitude) || magnitude == 0) return Code::kOutOfRange;
        keeps_digits = KeepsDigits(number, magnitude);
    }
    value = number.negative ? -magnitude : magnitude;
    return Code::kOk;
}

/// Whether a type with so many bits of mantissa holds an integer exactly.
bool FitsMantissa(std::int64_t value, int bits) noexcept {
    if (value == 0) return true;
    const auto raw = static_cast<std::uint64_t>(value);
    const std::uint64_t magnitude = value < 0 ? 0 - raw : raw;
    return (magnitude >> std::countr_zero(magnitude)) >> bits == 0;
}

Code FromReal(bool single, double real, double& value, bool& exact) noexcept {
    value = real;
    exact = true;
    if (!single || std::isnan(real) || std::isinf(real)) return Code::kOk;
    if (std::fabs(real) > std::numeric_limits<float>::max()) return Code::kOutOfRange;
    const float narrow = static_cast<float>(real);
    if (narrow == 0 && real != 0) return Code::kOutOfRange;
    value = narrow;
    exact = value == real;
    return Code::kOk;
}

Code FromNumber(bool single, const NumberText& number, double& value, bool& exact) noexcept {
    if (!single) return FromText(number, value, exact);
    float narrow = 0;
    const Code code = FromText(number, narrow, exact);
    value = narrow;
    return code;
}

}  // namespace

Code RealFromText(const NumberText& number, double& value, bool& keeps_digits) noexcept {
    return FromText(number, value, keeps_digits);
}

Code RealFromText(const NumberText& number, float& value, bool& keeps_digits) noexcept {
    return FromText(number, value, keeps_digits);
}

Status ConvertReal(const Rule& rule, const Cell& cell, Value& out) noexcept {
    const bool single = rule.kind == Kind::kFloat4;
    double value = 0;
    bool exact = true;
    Code code = Code::kOk;
    switch (cell.storage_class) {
        case StorageClass::kInteger:
            value = single ? static_cast<double>(static_cast<float>(cell.integer))
                           : static_cast<double>(cell.integer);
            exact = FitsMantissa(cell.integer, single ? std::numeric_limits<float>::digits
                                                      : std::numeric_limits<double>::digits);
            break;
        case StorageClass::kReal:
            code = FromReal(single, cell.real, value, exact);
            break;
        case StorageClass::kText: {
            NumberText number;
            code = ScanNumber(cell.view(), number) ? FromNumber(single, number, value, exact)
                                                   : Code::kInvalidSyntax;
            break;
        }
        default:
            code = Code::kWrongClass;
            break;
    }
    if (code != Code::kOk) return Status::Refused(code);
    if (!exact && rule.policies.excess_digits == ExcessDigits::kError) return Status::Refused(Code::kInexact);
    out.real = value;
    return Status::Ok(exact ? Applied::kNone : Applied::kExcessDigits);
}

}  // namespace pgsqlite::value
