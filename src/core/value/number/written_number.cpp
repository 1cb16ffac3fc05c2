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
