// One pass over the whole part, where the groups are checked; what follows the decimal mark is copied and
// left to the number scanner, which refuses what is no number.
#include "core/value/number/written_number.hpp"

#include <cstring>

#include "core/value/text/ascii.hpp"
#include "core/value/text/utf8.hpp"

namespace pgsqlite::value {
namespace {

constexpr std::size_t kBetweenSeparators = 3;

bool IsOneCharacter(Bytes mark) noexcept {
    if (mark.empty()) return false;
    bool valid = false;
    return Utf8Step(mark.data(), mark.data() + mark.size(), valid) == mark.size() && valid;
}

/// What numbers themselves are written with: digits, signs, letters (exponent, NaN, Infinity).
bool IsPartOfNumbers(Bytes mark) noexcept {
    const char c = ToLower(mark.front());
    return IsDigit(c) || (c >= 'a' && c <= 'z') || c == '+' || c == '-' || c == '\0';
}

}  // namespace

const char* FaultOf(const NumberMarks& marks) noexcept {
    if (!IsOneCharacter(marks.decimal)) return "The decimal mark is one character.";
    if (IsPartOfNumbers(marks.decimal) || IsSpace(marks.decimal.front()))
        return "A digit, a letter, a sign or a blank is not a decimal mark.";
    if (marks.grouping.empty()) return nullptr;
    if (!IsOneCharacter(marks.grouping)) return "The grouping mark is one character, or empty for none.";
    if (IsPartOfNumbers(marks.grouping)) return "A digit, a letter or a sign is not a grouping mark.";
    return marks.decimal == marks.grouping ? "Decimal and grouping mark are the same." : nullptr;
}

namespace {

/// @param begin room for the text and a byte
Status WritePlain(Bytes text, const NumberMarks& marks, char* begin, Bytes& plain) noexcept {
    char* out = begin;
    const char* p = text.data();
    const char* const end = p + text.size();
    const auto at_mark = [&](Bytes mark) noexcept {
        return !mark.empty() && static_cast<std::size_t>(end - p) >= mark.size() &&
               std::memcmp(p, mark.data(), mark.size()) == 0;
    };

    if (p < end && (*p == '-' || *p == '+')) *out++ = *p++;
    std::size_t group = 0;  // digits since the last mark
    bool grouped = false;
    while (p < end) {
        if (IsDigit(*p)) {
            ++group;
            *out++ = *p++;
        } else if (at_mark(marks.grouping)) {
            if (group == 0 || group > kBetweenSeparators || (grouped && group != kBetweenSeparators))
                return Status::Refused(Code::kInvalidSyntax);
            grouped = true;
            group = 0;
            p += marks.grouping.size();
        } else {
            break;
        }
    }
    if (grouped && group != kBetweenSeparators) return Status::Refused(Code::kInvalidSyntax);
    if (at_mark(marks.decimal)) {
        *out++ = '.';
        p += marks.decimal.size();
    }
    // A point that is not the decimal mark must not be taken for one further on.
    const Bytes rest(p, static_cast<std::size_t>(end - p));
    if (rest.find('.') != Bytes::npos) return Status::Refused(Code::kInvalidSyntax);
    std::memcpy(out, rest.data(), rest.size());
    out += rest.size();
    plain = Bytes(begin, static_cast<std::size_t>(out - begin));
    return Status::Ok();
}

}  // namespace

Status PlainNumber(Bytes text, const NumberMarks& marks, Scratch& scratch, Bytes& plain) noexcept {
    text = TrimSpace(text);
    char* const begin = scratch.Reserve(text.size() + 1);
    if (begin == nullptr) return Status::Refused(Code::kOutOfMemory);
    return WritePlain(text, marks, begin, plain);
}

std::size_t CurrencySize(Bytes text) noexcept {
    if (text.starts_with('$')) return 1;
    if (text.size() >= 2 && text[0] == '\xC2' && text[1] >= '\xA2' && text[1] <= '\xA5') return 2;
    if (text.size() >= 3 && text[0] == '\xE2' && text[1] == '\x82' && text[2] >= '\xA0' && text[2] <= '\xBF')
        return 3;
    if (text.size() < 3) return 0;
    for (const char c : text.substr(0, 3))
        if (c < 'A' || c > 'Z') return 0;
    return 3;
}

std::size_t BlankSize(Bytes text) noexcept {
    if (!text.empty() && IsSpace(text.front())) return 1;
    if (text.starts_with("\xC2\xA0")) return 2;
    return text.starts_with("\xE2\x80\xAF") ? 3 : 0;
}

namespace {

void SkipBlanks(Bytes& text) noexcept {
    while (const std::size_t size = BlankSize(text))
        text.remove_prefix(size);
}

/// Takes the currency from the front, with the blanks behind it.
bool TakeCurrency(Bytes& text, Bytes currency) noexcept {
    const std::size_t size = currency == kAnyCurrency                      ? CurrencySize(text)
                             : text.substr(0, currency.size()) == currency ? currency.size()
                                                                           : 0;
    if (size == 0) return false;
    text.remove_prefix(size);
    SkipBlanks(text);
    return true;
}

bool TakeSign(Bytes& text, bool& negative) noexcept {
    if (text.empty() || (text[0] != '-' && text[0] != '+')) return false;
    negative = text[0] == '-';
    text.remove_prefix(1);
    SkipBlanks(text);
    return true;
}

}  // namespace

Status PlainAmount(Bytes text, const NumberMarks& marks, const AmountSigns& signs, Scratch& scratch,
                   Bytes& plain) noexcept {
    constexpr Bytes kHundredth = "e-2";
    const Status refused = Status::Refused(Code::kInvalidSyntax);
    text = TrimSpace(text);
    bool negative = false;
    const bool signed_first = TakeSign(text, negative);
    const bool has_currency = TakeCurrency(text, signs.currency);
    if (!signed_first) TakeSign(text, negative);
    // The number reaches to its last digit.
    const std::size_t end = text.find_last_of("0123456789");
    if (end == Bytes::npos || !IsDigit(text.front())) return refused;
    Bytes rest = text.substr(end + 1);
    text = text.substr(0, end + 1);
    SkipBlanks(rest);
    const bool percent = rest == "%";
    if (!rest.empty() && !percent && (has_currency || !TakeCurrency(rest, signs.currency) || !rest.empty()))
        return refused;
    if (percent && (signs.percent == Percent::kError || has_currency)) return refused;

    char* const begin = scratch.Reserve(text.size() + 2 + kHundredth.size());
    if (begin == nullptr) return Status::Refused(Code::kOutOfMemory);
    begin[0] = negative ? '-' : '+';
    const Status status = WritePlain(text, marks, begin + 1, plain);
    if (!status.ok()) return status;
    std::size_t size = plain.size() + 1;
    if (percent && signs.percent == Percent::kFraction) {
        if (plain.find_first_of("eE") != Bytes::npos) return refused;
        std::memcpy(begin + size, kHundredth.data(), kHundredth.size());
        size += kHundredth.size();
    }
    plain = Bytes(begin, size);
    return Status::Ok();
}

namespace {

/// The mark between thousands that a text has; none where there is none of those that a list knows.
Bytes GroupingOf(Bytes text, Bytes usual) noexcept {
    for (const Bytes mark : {usual, Bytes(" "), Bytes("\xC2\xA0"), Bytes("\xE2\x80\xAF"), Bytes("'")})
        if (text.find(mark) != Bytes::npos) return mark;
    return {};
}

}  // namespace

Status ReadWrittenNumber(const EncodingList& encodings, const Cell& cell, char* buffer,
                         Cell& plain) noexcept {
    plain = cell;
    if (encodings.count == 0 || cell.storage_class != StorageClass::kText) return Status::Ok();
    const Bytes text = TrimSpace(cell.view());
    if (text.size() >= kWrittenNumberSize) return Status::Refused(Code::kInvalidSyntax);
    Status status = Status::Refused(Code::kInvalidSyntax);
    for (std::size_t i = 0; i < encodings.count; ++i) {
        const bool comma = encodings.items[i] == Encoding::kDecimalComma;
        const NumberMarks marks = {comma ? "," : ".", GroupingOf(text, comma ? "." : ",")};
        Bytes digits;
        status = WritePlain(text, marks, buffer, digits);
        if (!status.ok()) continue;
        plain = Cell::Text(digits);
        return status;
    }
    return status;
}

}  // namespace pgsqlite::value
