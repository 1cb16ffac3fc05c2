// Integers from any cell without a detour over floating point: '9007199254740993' must not become …992.
#include "core/value/number/integer.hpp"

#include <cmath>
#include <limits>

#include "core/value/text/ascii.hpp"

namespace pgsqlite::value {
namespace {

constexpr double kTwoTo63 = 9223372036854775808.0;

bool InRange(Kind kind, std::int64_t value) noexcept {
    if (kind == Kind::kInt8) return true;
    if (kind == Kind::kInt4) return value == static_cast<std::int32_t>(value);
    return value == static_cast<std::int16_t>(value);
}

/// Plain digits with an optional sign, up to 18 of them: what nearly every number text is. False: look
/// closer.
bool ReadPlain(Bytes text, std::int64_t& value) noexcept {
    const bool negative = !text.empty() && text[0] == '-';
    if (negative) text.remove_prefix(1);
    if (text.empty() || text.size() > 18) return false;
    std::int64_t sum = 0;
    for (const char c : text) {
        if (!IsDigit(c)) return false;
        sum = sum * 10 + (c - '0');
    }
    value = negative ? -sum : sum;
    return true;
}

}  // namespace

Code IntegerFromText(const NumberText& number, std::int64_t& value) noexcept {
    constexpr std::int64_t kMaxExponent = 18;  // 2^63 has 19 digits
    value = 0;
    if (number.form != NumberText::Form::kFinite) return Code::kOutOfRange;
    if (number.digit_count == 0) return Code::kOk;
    if (number.exponent > kMaxExponent) return Code::kOutOfRange;
    const std::int64_t places = number.exponent + 1;  // digits before the point
    if (static_cast<std::int64_t>(number.digit_count) > places) return Code::kNotIntegral;

    std::uint64_t magnitude = 0;  // 19 digits fit
    DigitCursor digits(number.first);
    for (std::int64_t i = 0; i < places; ++i) {
        const bool has_digit = i < static_cast<std::int64_t>(number.digit_count);
        magnitude = magnitude * 10 + static_cast<std::uint64_t>(has_digit ? digits.Next() : 0);
    }
    constexpr auto kMax = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
    if (magnitude > kMax + (number.negative ? 1 : 0)) return Code::kOutOfRange;
    value = static_cast<std::int64_t>(number.negative ? 0 - magnitude : magnitude);
    return Code::kOk;
}

Code IntegerFromReal(double real, std::int64_t& value) noexcept {
    if (!(real >= -kTwoTo63 && real < kTwoTo63)) return Code::kOutOfRange;
    if (real != std::trunc(real)) return Code::kNotIntegral;
    value = static_cast<std::int64_t>(real);
    return Code::kOk;
}

Status ConvertInteger(const Rule& rule, const Cell& cell, Value& out) noexcept {
    std::int64_t value = 0;
    Code code = Code::kOk;
    switch (cell.storage_class) {
        case StorageClass::kInteger:
            value = cell.integer;
            break;
        case StorageClass::kReal:
            code = IntegerFromReal(cell.real, value);
            break;
        case StorageClass::kText: {
            if (ReadPlain(cell.view(), value)) break;
            NumberText number;
            // 'NaN' is no integer's text, unlike a number that is merely too large.
            const bool is_number =
                ScanNumber(cell.view(), number) && number.form == NumberText::Form::kFinite;
            code = is_number ? IntegerFromText(number, value) : Code::kInvalidSyntax;
            break;
        }
        default:
            code = Code::kWrongClass;
            break;
    }
    if (code != Code::kOk) return Status::Refused(code);
    if (!InRange(rule.kind, value)) return Status::Refused(Code::kOutOfRange);
    out.integer = value;
    return Status::Ok();
}

}  // namespace pgsqlite::value
