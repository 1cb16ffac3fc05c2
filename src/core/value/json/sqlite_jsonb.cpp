// The text is made twice: once to measure it, then into the buffer. Nesting lies in an array as deep as
// SQLite itself makes it, so no blob reaches the end of the stack.
#include "core/value/json/sqlite_jsonb.hpp"

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "core/value/format.hpp"
#include "core/value/text/ascii.hpp"
#include "core/value/text/text.hpp"

namespace pgsqlite::value {
namespace {

/// Types of elements (§3.1).
enum ElementType : unsigned {
    kNullElement,
    kTrueElement,
    kFalseElement,
    kIntElement,
    kInt5Element,
    kFloatElement,
    kFloat5Element,
    kTextElement,
    kTextJElement,
    kText5Element,
    kTextRawElement,
    kArrayElement,
    kObjectElement,
};

/// JSON_MAX_DEPTH of SQLite's json.c.
constexpr std::size_t kMostLevels = 1000;

struct Element {
    unsigned type = 0;
    Bytes payload;
};

/// Takes one element from the front of `rest`.
bool TakeElement(Bytes& rest, Element& element) noexcept {
    if (rest.empty()) return false;
    const auto first = static_cast<unsigned char>(rest[0]);
    element.type = first & 15;
    std::uint64_t size = first >> 4;
    std::size_t header = 1;
    if (size >= 12) {
        const std::size_t bytes = std::size_t{1} << (size - 12);
        if (rest.size() < 1 + bytes) return false;
        size = 0;
        for (std::size_t i = 0; i < bytes; ++i)
            size = size << 8 | static_cast<unsigned char>(rest[1 + i]);
        header = 1 + bytes;
    }
    if (size > rest.size() - header) return false;
    element.payload = rest.substr(header, static_cast<std::size_t>(size));
    rest.remove_prefix(header + static_cast<std::size_t>(size));
    return true;
}

/// Counts what is put out, and writes it where there is room to write.
class Output {
  public:
    explicit Output(char* out) noexcept : out_(out) {}
    void Put(Bytes bytes) noexcept {
        if (out_ != nullptr) std::memcpy(out_ + size_, bytes.data(), bytes.size());
        size_ += bytes.size();
    }
    void Put(char c) noexcept { Put(Bytes(&c, 1)); }
    std::size_t size() const noexcept { return size_; }

  private:
    char* out_;
    std::size_t size_ = 0;
};

/// -?digits[.digits][e[+-]digits], with the digits on one side of the point left out where `loose`.
bool IsNumber(Bytes text, bool loose) noexcept {
    std::size_t i = text.empty() || text[0] != '-' ? 0 : 1;
    const auto digits = [&]() noexcept {
        const std::size_t begin = i;
        while (i < text.size() && IsDigit(text[i]))
            ++i;
        return i - begin;
    };
    const std::size_t begin = i;
    const std::size_t whole = digits();
    if ((whole == 0 && !loose) || (whole > 1 && text[begin] == '0')) return false;
    if (i < text.size() && text[i] == '.') {
        ++i;
        if (digits() == 0 && (!loose || whole == 0)) return false;
    } else if (whole == 0) {
        return false;
    }
    if (i < text.size() && ToLower(text[i]) == 'e') {
        ++i;
        if (i < text.size() && (text[i] == '+' || text[i] == '-')) ++i;
        if (digits() == 0) return false;
    }
    return i == text.size();
}

Bytes WithoutPlus(Bytes number) noexcept {
    return !number.empty() && number[0] == '+' ? number.substr(1) : number;
}

Code PutHexadecimal(Bytes text, Output& output) noexcept {
    text = WithoutPlus(text);
    const bool negative = !text.empty() && text[0] == '-';
    if (negative) text.remove_prefix(1);
    if (text.size() < 3 || text[0] != '0' || ToLower(text[1]) != 'x') return Code::kWrongClass;
    std::uint64_t number = 0;
    for (const char c : text.substr(2)) {
        if (HexDigit(c) < 0) return Code::kWrongClass;
        if (number >> 60 != 0) return Code::kOutOfRange;
        number = number << 4 | static_cast<unsigned>(HexDigit(c));
    }
    char digits[24];
    if (negative) output.Put('-');
    output.Put(Bytes(digits, static_cast<std::size_t>(WritePadded(digits, number, 1) - digits)));
    return Code::kOk;
}

/// .5 and 5. with their zeros.
Code PutFloat5(Bytes text, Output& output) noexcept {
    text = WithoutPlus(text);
    if (!IsNumber(text, true)) return Code::kWrongClass;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '.' && (i == 0 || !IsDigit(text[i - 1]))) output.Put('0');
        output.Put(text[i]);
        if (text[i] == '.' && (i + 1 == text.size() || !IsDigit(text[i + 1]))) output.Put('0');
    }
    return Code::kOk;
}

void PutEscaped(char c, Output& output) noexcept {
    static constexpr char kHex[] = "0123456789abcdef";
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
        output.Put('\\');
        output.Put(c);
    } else if (byte < 0x20) {
        output.Put("\\u00");
        output.Put(kHex[byte >> 4]);
        output.Put(kHex[byte & 15]);
    } else {
        output.Put(c);
    }
}

/// A string with JSON5's escapes (json.c, jsonTranslateBlobToText).
Code PutText5(Bytes text, Output& output) noexcept {
    while (!text.empty()) {
        if (text[0] != '\\') {
            PutEscaped(text[0], output);
            text.remove_prefix(1);
            continue;
        }
        if (text.size() < 2) return Code::kWrongClass;
        std::size_t taken = 2;
        switch (text[1]) {
            case '\'':
                output.Put('\'');
                break;
            case 'v':
                output.Put("\\u000b");
                break;
            case 'x':
                if (text.size() < 4 || HexDigit(text[2]) < 0 || HexDigit(text[3]) < 0)
                    return Code::kWrongClass;
                output.Put("\\u00");
                output.Put(text.substr(2, 2));
                taken = 4;
                break;
            case '0':
                output.Put("\\u0000");
                break;
            case '\r':
                if (text.size() > 2 && text[2] == '\n') taken = 3;
                break;
            case '\n':
                break;
            case '\xE2':  // U+2028 and U+2029 end a line, too
                if (text.size() < 4 || text[2] != '\x80' || (text[3] != '\xA8' && text[3] != '\xA9'))
                    return Code::kWrongClass;
                taken = 4;
                break;
            default:
                output.Put(text.substr(0, 2));
                break;
        }
        text.remove_prefix(taken);
    }
    return Code::kOk;
}

bool IsText(unsigned type) noexcept {
    return type >= kTextElement && type <= kTextRawElement;
}

Code PutScalar(const Element& element, Output& output) noexcept {
    const Bytes payload = element.payload;
    switch (element.type) {
        case kNullElement:
        case kTrueElement:
        case kFalseElement: {
            // One with a payload is kept for later versions of the format.
            if (!payload.empty()) return Code::kWrongClass;
            static constexpr Bytes kWords[] = {"null", "true", "false"};
            output.Put(kWords[element.type]);
            return Code::kOk;
        }
        case kIntElement:
        case kFloatElement:
            if (!IsNumber(payload, false)) return Code::kWrongClass;
            output.Put(payload);
            return Code::kOk;
        case kInt5Element:
            return PutHexadecimal(payload, output);
        case kFloat5Element:
            return PutFloat5(payload, output);
        default:
            break;
    }
    Code code = Code::kOk;
    output.Put('"');
    if (element.type == kText5Element)
        code = PutText5(payload, output);
    else if (element.type == kTextRawElement)
        for (const char c : payload)
            PutEscaped(c, output);
    else
        output.Put(payload);
    output.Put('"');
    return code;
}

/// A text without escapes that ends nowhere else, which whoever reads the JSON would not see.
bool IsClosed(const Element& element) noexcept {
    if (element.type != kTextElement && element.type != kTextJElement) return true;
    const Bytes text = element.payload;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '"') return false;
        if (text[i] == '\\' && (element.type == kTextElement || ++i == text.size())) return false;
    }
    return true;
}

/// Puts out the whole document, level by level.
Code PutDocument(Bytes blob, Output& output) noexcept {
    struct Level {
        Bytes rest;
        bool is_object;
        bool is_key;
        bool is_first;
    };
    Level levels[kMostLevels];
    std::size_t depth = 0;
    Bytes outer = blob;
    do {
        Bytes& rest = depth == 0 ? outer : levels[depth - 1].rest;
        Level* const level = depth == 0 ? nullptr : &levels[depth - 1];
        if (level != nullptr && rest.empty()) {
            // An object's last key has a value.
            if (level->is_object && !level->is_key) return Code::kWrongClass;
            output.Put(level->is_object ? '}' : ']');
            --depth;
            continue;
        }
        Element element;
        if (!TakeElement(rest, element) || element.type > kObjectElement || !IsClosed(element))
            return Code::kWrongClass;
        if (level != nullptr) {
            if (level->is_object && level->is_key && !IsText(element.type)) return Code::kWrongClass;
            if (level->is_object && !level->is_key)
                output.Put(':');
            else if (!level->is_first)
                output.Put(',');
            level->is_first = false;
            level->is_key = !level->is_key;
        }
        if (element.type < kArrayElement) {
            if (const Code code = PutScalar(element, output); code != Code::kOk) return code;
            continue;
        }
        if (depth == kMostLevels) return Code::kWrongClass;
        output.Put(element.type == kObjectElement ? '{' : '[');
        levels[depth++] = {element.payload, element.type == kObjectElement, true, true};
    } while (depth > 0);
    return outer.empty() ? Code::kOk : Code::kWrongClass;
}

}  // namespace

Status TextOfSqliteJsonb(Bytes blob, Scratch& scratch, Bytes& text) noexcept {
    Output measured(nullptr);
    if (const Code code = PutDocument(blob, measured); code != Code::kOk) return Status::Refused(code);
    if (measured.size() > kMaxValueSize) return Status::Refused(Code::kTooLarge);
    char* const out = scratch.Reserve(measured.size());
    if (out == nullptr) return Status::Refused(Code::kOutOfMemory);
    Output written(out);
    (void)PutDocument(blob, written);
    text = Bytes(out, written.size());
    return Status::Ok();
}

bool IsSqliteJsonbContainer(Bytes blob) noexcept {
    if (blob.empty()) return false;
    const unsigned type = static_cast<unsigned char>(blob[0]) & 15;
    if (type != kArrayElement && type != kObjectElement) return false;
    Output measured(nullptr);
    return PutDocument(blob, measured) == Code::kOk;
}

}  // namespace pgsqlite::value
