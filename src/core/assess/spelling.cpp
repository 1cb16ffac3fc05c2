#include "core/assess/spelling.hpp"

#include "core/value/number/written_number.hpp"
#include "core/value/text/ascii.hpp"

namespace pgsqlite::assess {

using value::IsDigit;

namespace {

constexpr bool IsAlphanumeric(char c) noexcept {
    const char lower = value::ToLower(c);
    return IsDigit(c) || (lower >= 'a' && lower <= 'z');
}

/// Digits in groups of three behind the first one to three: 1,234,567. Gives what follows.
bool TakeGroups(Bytes& text, char separator) noexcept {
    std::size_t i = 0;
    while (i < text.size() && IsDigit(text[i]))
        ++i;
    if (i < 1 || i > 3) return false;
    bool any = false;
    while (i + 3 < text.size() && text[i] == separator && IsDigit(text[i + 1]) && IsDigit(text[i + 2]) &&
           IsDigit(text[i + 3])) {
        i += 4;
        any = true;
    }
    text.remove_prefix(i);
    return any;
}

/// Nothing, or the point and at least one digit.
bool IsFraction(Bytes text, char point) noexcept {
    if (text.empty()) return true;
    if (text.size() < 2 || text[0] != point) return false;
    for (const char c : text.substr(1))
        if (!IsDigit(c)) return false;
    return true;
}

}  // namespace

Format NumberFormat(Bytes number, bool fits_integer) noexcept {
    const bool sign = number.front() == '-' || number.front() == '+';
    const Bytes digits = number.substr(sign ? 1 : 0);
    for (const char c : digits)
        if (!IsDigit(c)) return Format::kDecimal;
    const bool padded = (digits.size() > 1 && digits[0] == '0') || number.front() == '+';
    if (padded) return Format::kPaddedInteger;
    return fits_integer ? Format::kInteger : Format::kDecimal;
}

Format DatetimeFormat(Bytes datetime) noexcept {
    const std::size_t colon = datetime.find(':');
    if (colon == Bytes::npos || colon < 3) return Format::kIsoDate;
    const bool t = value::ToLower(datetime[colon - 3]) == 't';
    const bool offset = datetime.find_first_of("+-zZuUgG", colon) != Bytes::npos;
    if (offset) return t ? Format::kIsoDatetimeTOffset : Format::kIsoDatetimeOffset;
    return t ? Format::kIsoDatetimeT : Format::kIsoDatetime;
}

std::uint64_t FractionFormats(Bytes datetime) noexcept {
    const std::size_t point = datetime.rfind('.');
    const std::size_t colon = datetime.rfind(':', point);
    if (point == Bytes::npos || colon == Bytes::npos) return 0;
    std::size_t digits = 0;
    while (point + 1 + digits < datetime.size() && IsDigit(datetime[point + 1 + digits]))
        ++digits;
    if (digits == 7) return FormatBit(Format::kFraction7);
    return digits == 8 || digits == 9 ? FormatBit(Format::kFraction9) : 0;
}

bool HasOffsetFromUtc(Bytes datetime) noexcept {
    const std::size_t sign = datetime.find_first_of("+-", datetime.find(':'));
    return sign != Bytes::npos && datetime.find_first_of("123456789", sign) != Bytes::npos;
}

std::uint64_t CommaNumberFormats(Bytes text) noexcept {
    if (text.front() == '-' || text.front() == '+') text.remove_prefix(1);
    // 007,50 has zeros that no number keeps.
    if (text.size() > 1 && text[0] == '0' && IsDigit(text[1])) return 0;
    const auto details = [](bool grouped, Bytes fraction) noexcept {
        return (grouped && !fraction.empty() ? FormatBit(Format::kBothMarks) : 0) |
               (fraction.size() == 3 ? FormatBit(Format::kTwoDecimals) : 0);
    };
    std::uint64_t formats = 0;
    Bytes rest = text;
    if (TakeGroups(rest, ',') && IsFraction(rest, '.'))
        formats |= FormatBit(Format::kGroupedNumber) | details(true, rest);
    rest = text;
    const bool grouped = TakeGroups(rest, '.');
    if (!grouped) {
        rest = text;
        while (!rest.empty() && IsDigit(rest.front()))
            rest.remove_prefix(1);
        if (rest.size() == text.size()) return formats;
    }
    if (!rest.empty() && IsFraction(rest, ','))
        formats |= FormatBit(Format::kDecimalComma) | details(grouped, rest);
    return formats;
}

std::uint64_t AmountFormats(Bytes text) noexcept {
    constexpr std::size_t kLongest = 40;
    if (text.size() > kLongest) return 0;
    Bytes rest = text;
    if (rest.starts_with('-')) rest.remove_prefix(1);
    bool currency = value::CurrencySize(rest) > 0, percent = false;
    const bool code = currency && IsAlphanumeric(rest.front());
    rest.remove_prefix(value::CurrencySize(rest));
    const std::size_t blank = currency ? value::BlankSize(rest) : 0;
    // RAW-017 and SKU1001 are numbers of articles.
    if (code && blank == 0) return 0;
    rest.remove_prefix(blank);
    if (rest.starts_with('-')) rest.remove_prefix(1);
    const std::size_t begin = rest.find_first_not_of("0123456789.,'");
    const Bytes number = rest.substr(0, begin);
    rest = begin == Bytes::npos ? Bytes() : rest.substr(begin);
    if (number.empty() || !IsDigit(number.front()) || !IsDigit(number.back())) return 0;
    if (number.size() > 1 && number[0] == '0' && IsDigit(number[1])) return 0;
    if (!rest.empty()) {
        if (currency) return 0;
        rest.remove_prefix(value::BlankSize(rest));
        percent = rest == "%";
        currency = !percent && value::CurrencySize(rest) == rest.size() && !rest.empty();
        if (!percent && !currency) return 0;
    }
    return currency ? FormatBit(Format::kCurrency) : percent ? FormatBit(Format::kPercent) : 0;
}

bool IsEmail(Bytes text) noexcept {
    constexpr std::size_t kMaxEmail = 254;
    constexpr std::size_t kMaxLabel = 63;
    const std::size_t at = text.find('@');
    if (at == 0 || at == Bytes::npos || text.size() > kMaxEmail) return false;
    for (const char c : text.substr(0, at))
        if (!IsAlphanumeric(c) && Bytes(".!#$%&'*+/=?^_`{|}~-").find(c) == Bytes::npos) return false;
    Bytes domain = text.substr(at + 1);
    for (bool dotted = false;;) {
        const std::size_t dot = domain.find('.');
        const Bytes label = domain.substr(0, dot);
        if (label.empty() || label.size() > kMaxLabel || label.front() == '-' || label.back() == '-')
            return false;
        for (const char c : label)
            if (!IsAlphanumeric(c) && c != '-') return false;
        if (dot == Bytes::npos) return dotted;
        dotted = true;
        domain.remove_prefix(dot + 1);
    }
}

bool IsUrl(Bytes text) noexcept {
    for (const Bytes scheme : {Bytes("https://"), Bytes("http://"), Bytes("ftp://")}) {
        if (!value::EqualsWord(text.substr(0, scheme.size()), scheme)) continue;
        if (text.size() == scheme.size()) return false;
        const char host = text[scheme.size()];
        if (!IsAlphanumeric(host) && host != '[' && static_cast<signed char>(host) >= 0) return false;
        for (const char c : text)
            if (value::IsSpace(c)) return false;
        return true;
    }
    return false;
}

bool IsPrefixedHex(Bytes text) noexcept {
    text.remove_prefix(2);
    if (text.size() < 8 || text.size() % 2 != 0) return false;
    for (const char c : text)
        if (value::HexDigit(c) < 0) return false;
    return true;
}

bool IsBase64(Bytes text) noexcept {
    if (text.size() < 16 || text.size() % 4 != 0) return false;
    const std::size_t padding = text.find('=');
    if (padding == Bytes::npos) return true;
    return padding + 2 >= text.size() && text.back() == '=';
}

}  // namespace pgsqlite::assess
