// Two passes: the first counts the elements (for JSON after the validator has accepted the text, so that the
// walk here needs no checks), the second fills cells. All room is taken between the two, because growing the
// scratch buffer would move what earlier cells point to.
#include "core/value/array.hpp"

#include <charconv>
#include <limits>
#include <new>

#include "core/base/cancel.hpp"
#include "core/value/json/json.hpp"
#include "core/value/json/json_string.hpp"
#include "core/value/text/ascii.hpp"
#include "core/value/text/text.hpp"

namespace pgsqlite::value {
namespace {

constexpr bool IsJsonSpace(char c) noexcept {
    return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}

const char* SkipSpace(const char* p) noexcept {
    while (IsJsonSpace(*p))
        ++p;
    return p;
}

/// Behind a string of valid JSON; p stands at its opening quote.
const char* SkipString(const char* p, const char* end) noexcept {
    ++p;
    while (true) {
        p = FindStringStop(p, end);
        if (*p == '"') return p + 1;
        p += 2;  // whatever is escaped, its first character is neither a stop nor the end
    }
}

/// Behind a value of valid JSON, at the comma or bracket that follows (white space included for numbers and
/// literals is cut by the caller).
const char* SkipValue(const char* p, const char* end) noexcept {
    if (*p == '"') return SkipString(p, end);
    if (*p != '{' && *p != '[') {
        while (*p != ',' && *p != ']' && !IsJsonSpace(*p))
            ++p;
        return p;
    }
    std::size_t depth = 0;
    while (true) {
        if (*p == '"') {
            p = SkipString(p, end);
            continue;
        }
        if (*p == '{' || *p == '[') ++depth;
        if ((*p == '}' || *p == ']') && --depth == 0) return p + 1;
        ++p;
    }
}

/// @param as_spelled the elements are JSON themselves, where "5" and 5 differ
Cell ElementCell(Bytes spelling, bool as_spelled, char*& unescaped) noexcept {
    if (spelling == "null") return Cell::Null();
    if (as_spelled) return Cell::Text(spelling);
    if (spelling.front() == '"') {
        const Bytes body = spelling.substr(1, spelling.size() - 2);
        if (body.find('\\') == Bytes::npos) return Cell::Text(body);
        char* const start = unescaped;
        unescaped = UnescapeJson(body, unescaped);
        return Cell::Text(Bytes(start, static_cast<std::size_t>(unescaped - start)));
    }
    std::int64_t integer = 0;
    const char* const end = spelling.data() + spelling.size();
    const auto read = std::from_chars(spelling.data(), end, integer);
    // '-0' is left as spelled: no integer shows its sign.
    if (read.ec == std::errc() && read.ptr == end && spelling != "-0") return Cell::Integer(integer);
    return Cell::Text(spelling);
}

/// Calls visit(spelling) for each element of a valid JSON array. False when cancelled.
template <class Visit>
bool ForEachElement(Bytes text, Visit visit) noexcept {
    CancelTicks ticks;
    const char* const end = text.data() + text.size();
    const char* p = SkipSpace(SkipSpace(text.data()) + 1);
    while (*p != ']') {
        if (ticks.Cancelled()) return false;
        const char* const start = p;
        p = SkipValue(p, end);
        visit(Bytes(start, static_cast<std::size_t>(p - start)));
        p = SkipSpace(p);
        if (*p == ',') p = SkipSpace(p + 1);
    }
    return true;
}

/// Calls visit(piece) for each piece; an empty delimiter splits nothing. False when cancelled.
template <class Visit>
bool ForEachPiece(Bytes text, Bytes delimiter, Visit visit) noexcept {
    CancelTicks ticks;
    if (text.empty()) return true;
    while (true) {
        if (ticks.Cancelled()) return false;
        const std::size_t at = delimiter.empty() ? Bytes::npos : text.find(delimiter);
        visit(text.substr(0, at));
        if (at == Bytes::npos) return true;
        text.remove_prefix(at + delimiter.size());
    }
}

/// An element of PostgreSQL's own spelling of an array.
struct LiteralElement {
    Bytes spelling;  ///< between its quotes, or without white space around it
    bool quoted;
    bool escaped;  ///< it holds a backslash, which stands before a character that is meant as it is
};

/// Reads one element. Null where it is none: empty without quotes, with a quote or brace inside, without an
/// end.
/// @param p at its first character @return at the comma or brace behind it
const char* ReadLiteralElement(const char* p, const char* end, LiteralElement* element) noexcept {
    element->quoted = *p == '"';
    element->escaped = false;
    if (element->quoted) ++p;
    const char* const start = p;
    const char* last = p;  // behind the last character that counts
    for (; p < end; ++p) {
        if (*p == '\\') {
            if (++p == end) return nullptr;
            element->escaped = true;
        } else if (*p == '"') {
            if (!element->quoted) return nullptr;
            break;
        } else if (!element->quoted) {
            if (*p == ',' || *p == '}') break;
            if (*p == '{') return nullptr;
            if (IsSpace(*p)) continue;
        }
        last = p + 1;
    }
    if (p == end || (!element->quoted && last == start)) return nullptr;
    element->spelling = Bytes(start, static_cast<std::size_t>(last - start));
    if (!element->quoted) return p;
    ++p;
    while (p < end && IsSpace(*p))
        ++p;
    return p < end && (*p == ',' || *p == '}') ? p : nullptr;
}

/// Calls visit(element) for each element of {a,"b c",NULL}, the way PostgreSQL writes an array of one
/// dimension. False where the text is not written so.
template <class Visit>
bool ForEachLiteralElement(Bytes text, Visit visit) noexcept {
    text = TrimSpace(text);
    if (text.size() < 2 || text.front() != '{' || text.back() != '}') return false;
    const char* const end = text.data() + text.size();
    const char* p = text.data() + 1;
    if (TrimSpace(text.substr(1, text.size() - 2)).empty()) return true;
    while (true) {
        while (p < end && IsSpace(*p))
            ++p;
        LiteralElement element;
        if (p == end || (p = ReadLiteralElement(p, end, &element)) == nullptr) return false;
        visit(element);
        if (*p == '}') return p + 1 == end;
        ++p;
    }
}

Cell LiteralCell(const LiteralElement& element, char*& unescaped) noexcept {
    if (!element.quoted && !element.escaped && EqualsWord(element.spelling, "null")) return Cell::Null();
    if (!element.escaped) return Cell::Text(element.spelling);
    char* const start = unescaped;
    for (std::size_t i = 0; i < element.spelling.size(); ++i) {
        if (element.spelling[i] == '\\') ++i;
        *unescaped++ = element.spelling[i];
    }
    return Cell::Text(Bytes(start, static_cast<std::size_t>(unescaped - start)));
}

/// Room for the cells behind the text, when that lies in the scratch buffer, and for unescaped text behind
/// them.
struct Room {
    Cell* cells = nullptr;
    char* unescaped = nullptr;
};

Status TakeRoom(CheckedText& checked, std::size_t count, std::size_t unescaped_size, Scratch& scratch,
                Room& room) noexcept {
    if (count > std::numeric_limits<std::uint32_t>::max()) return Status::Refused(Code::kTooLarge);
    const std::size_t used = checked.in_scratch ? checked.text.size() : 0;
    const std::size_t cells_at = (used + alignof(Cell) - 1) / alignof(Cell) * alignof(Cell);
    const std::size_t cells_size = count * sizeof(Cell);
    // Never 0 bytes: an unused scratch buffer has no address to give, which would look like exhausted memory.
    char* const base = scratch.Grow(used, cells_at + cells_size + unescaped_size + 1);
    if (base == nullptr) return Status::Refused(Code::kOutOfMemory);
    if (checked.in_scratch) checked.text = Bytes(base, checked.text.size());
    room.cells = reinterpret_cast<Cell*>(base + cells_at);
    room.unescaped = base + cells_at + cells_size;
    return Status::Ok();
}

void SetElements(const Room& room, std::size_t count, Value& out) noexcept {
    out.elements = room.cells;
    out.element_count = static_cast<std::uint32_t>(count);
}

Status FromJson(CheckedText& checked, const Rule& rule, Scratch& scratch, Value& out) noexcept {
    Status status =
        ValidateJson(checked.text, JsonUse::kElements, rule.utf8_server, scratch, checked.in_scratch);
    if (!status.ok()) return status;
    if (*SkipSpace(checked.text.data()) != '[') return Status::Refused(Code::kInvalidSyntax);

    std::size_t count = 0;
    if (!ForEachElement(checked.text, [&count](Bytes) noexcept { ++count; }))
        return Status::Refused(Code::kOutOfMemory);
    Room room;
    status = TakeRoom(checked, count, checked.text.size(), scratch, room);
    if (!status.ok()) return status;
    std::size_t i = 0;
    char* unescaped = room.unescaped;
    const bool as_spelled =
        rule.element != nullptr && (rule.element->kind == Kind::kJson || rule.element->kind == Kind::kJsonb);
    if (!ForEachElement(checked.text, [&](Bytes spelling) noexcept {
            new (&room.cells[i++]) Cell(ElementCell(spelling, as_spelled, unescaped));
        }))
        return Status::Refused(Code::kOutOfMemory);
    SetElements(room, count, out);
    return Status::Ok();
}

Status FromLiteral(CheckedText& checked, Scratch& scratch, Value& out) noexcept {
    std::size_t count = 0;
    if (!ForEachLiteralElement(checked.text, [&count](const LiteralElement&) noexcept { ++count; }))
        return Status::Refused(Code::kInvalidSyntax);
    Room room;
    const Status status = TakeRoom(checked, count, checked.text.size(), scratch, room);
    if (!status.ok()) return status;
    std::size_t i = 0;
    char* unescaped = room.unescaped;
    (void)ForEachLiteralElement(checked.text, [&](const LiteralElement& element) noexcept {
        new (&room.cells[i++]) Cell(LiteralCell(element, unescaped));
    });
    SetElements(room, count, out);
    return Status::Ok();
}

Status FromPieces(CheckedText& checked, Bytes delimiter, Scratch& scratch, Value& out) noexcept {
    std::size_t count = 0;
    if (!ForEachPiece(checked.text, delimiter, [&count](Bytes) noexcept { ++count; }))
        return Status::Refused(Code::kOutOfMemory);
    Room room;
    const Status status = TakeRoom(checked, count, 0, scratch, room);
    if (!status.ok()) return status;
    std::size_t i = 0;
    if (!ForEachPiece(checked.text, delimiter,
                      [&](Bytes piece) noexcept { new (&room.cells[i++]) Cell(Cell::Text(piece)); }))
        return Status::Refused(Code::kOutOfMemory);
    SetElements(room, count, out);
    return Status::Ok();
}

}  // namespace

Status ConvertArray(const Rule& rule, const Cell& cell, Scratch& scratch, Value& out) noexcept {
    if (!HoldsText(rule, cell)) return Status::Refused(Code::kWrongClass);
    CheckedText checked = CheckText(rule, cell.view(), scratch);
    if (!checked.status.ok()) return checked.status;
    if (checked.is_null) {
        out.is_null = true;
        return checked.status;
    }

    // Encodings in their order; a delimiter takes any text, so nothing behind it is ever tried.
    Status status;
    bool tried = false, invalid_json = false;
    for (std::size_t i = 0; i < rule.encodings.count; ++i) {
        const Encoding encoding = rule.encodings.items[i];
        if (encoding == Encoding::kDelimiter) {
            status = FromPieces(checked, rule.encodings.delimiter, scratch, out);
        } else if (encoding == Encoding::kJson) {
            status = FromJson(checked, rule, scratch, out);
        } else if (encoding == Encoding::kPg) {
            status = FromLiteral(checked, scratch, out);
        } else {
            continue;
        }
        tried = true;
        invalid_json = invalid_json || status.code == Code::kInvalidJson;
        if (status.ok()) break;
    }
    if (!tried) {
        status = FromJson(checked, rule, scratch, out);
        invalid_json = status.code == Code::kInvalidJson;
    }

    if (!status.ok() && invalid_json && rule.policies.invalid_json == InvalidJson::kNull) {
        out.is_null = true;
        return Status::Ok(Applied::kInvalidJson);
    }
    if (!status.ok()) return status;
    return Status::Ok(checked.status.applied);
}

}  // namespace pgsqlite::value
