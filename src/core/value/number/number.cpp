// The scanner behind number.hpp. One forward pass for the syntax; the significant digits are then found from
// both ends.
#include "core/value/number/number.hpp"

#include "core/value/text/ascii.hpp"

namespace pgsqlite::value {
namespace {

bool ScanSpecial(Bytes word, bool has_sign, NumberText& out) noexcept {
    if (EqualsWord(word, "nan")) {
        out.form = NumberText::Form::kNan;
        return !has_sign;  // as numeric_in and float8in
    }
    out.form = NumberText::Form::kInfinity;
    return EqualsWord(word, "infinity") || EqualsWord(word, "inf");
}

/// Reads what follows an 'e' up to the end. False when it is no whole number.
bool ScanExponent(const char* p, const char* end, std::int64_t& exponent) noexcept {
    bool negative = false;
    if (p < end && (*p == '+' || *p == '-')) negative = *p++ == '-';
    if (p == end) return false;
    std::int64_t value = 0;
    for (; p < end; ++p) {
        if (!IsDigit(*p)) return false;
        if (value < kExponentLimit) value = value * 10 + (*p - '0');
    }
    if (value > kExponentLimit) value = kExponentLimit;
    exponent = negative ? -value : value;
    return true;
}

}  // namespace

bool ScanNumber(Bytes text, NumberText& out) noexcept {
    out = NumberText();
    text = TrimSpace(text);
    const char* p = text.data();
    const char* const end = p + text.size();
    if (p == end) return false;

    const bool has_sign = *p == '+' || *p == '-';
    if (has_sign) out.negative = *p++ == '-';
    out.magnitude = Bytes(p, static_cast<std::size_t>(end - p));
    if (p == end) return false;
    if (!IsDigit(*p) && *p != '.') return ScanSpecial(out.magnitude, has_sign, out);

    const char* const whole = p;
    while (p < end && IsDigit(*p))
        ++p;
    const char* const point = p;
    const char* fraction = p;
    if (p < end && *p == '.') {
        fraction = ++p;
        while (p < end && IsDigit(*p))
            ++p;
    }
    const char* const digits_end = p;
    if (point == whole && digits_end == fraction) return false;
    if (p < end) {
        if (*p != 'e' && *p != 'E') return false;
        if (!ScanExponent(p + 1, end, out.written_exponent)) return false;
    }

    const std::int64_t scale = (digits_end - fraction) - out.written_exponent;
    out.display_scale = scale > 0 ? scale : 0;

    const char* first = whole;
    while (first < digits_end && (*first == '0' || *first == '.'))
        ++first;
    if (first == digits_end) return true;
    const char* last = digits_end;
    while (last[-1] == '0' || last[-1] == '.')
        --last;
    out.first = first;
    out.last = last;
    out.digit_count = static_cast<std::size_t>(last - first);
    if (first < point && point < last) --out.digit_count;
    out.exponent = (first < point ? point - first - 1 : fraction - first - 1) + out.written_exponent;
    return true;
}

}  // namespace pgsqlite::value
