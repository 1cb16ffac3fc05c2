#include "core/digest/json_digest.hpp"

#include <charconv>
#include <cstring>

#include "core/value/text/utf8.hpp"

namespace pgsqlite::digest {
namespace {

/// Seeds: what kind of thing a hash is of.
enum Seed : std::uint64_t { kScalar = 11, kString, kNumber, kMember, kElement, kObject, kArray };

struct Pair {
    Digest first, second;
};

Digest HashPair(const Digest& first, const Digest& second, std::uint64_t seed) noexcept {
    const Pair pair = {first, second};
    return Hash(Bytes(reinterpret_cast<const char*>(&pair), sizeof(pair)), seed);
}

bool IsDigit(char c) noexcept {
    return c >= '0' && c <= '9';
}

}  // namespace

Digest JsonNull() noexcept {
    return Hash("n", kScalar);
}

Digest JsonBoolean(bool value) noexcept {
    return Hash(value ? "t" : "f", kScalar);
}

Digest JsonString(Bytes value) noexcept {
    return Hash(value, kString);
}

Digest JsonNumber(const CanonicalRow& number) noexcept {
    return Hash(number.bytes(), kNumber);
}

void JsonContainer::Add(const Digest& key, const Digest& value) noexcept {
    ++count_;
    if (is_object_)
        state_ += HashPair(key, value, kMember);
    else
        state_ = HashPair(state_, value, kElement);
}

Digest JsonContainer::Finish() const noexcept {
    return HashPair(state_, {0, count_}, is_object_ ? kObject : kArray);
}

bool JsonReader::Read(Bytes text, Digest* document) noexcept {
    if (value::FindTextFault(text) != text.size()) return false;
    at_ = text.data();
    end_ = at_ + text.size();
    if (!Value(0, document)) return false;
    SkipBlanks();
    return at_ == end_ && number_.ok();
}

void JsonReader::SkipBlanks() noexcept {
    while (at_ < end_ && (*at_ == ' ' || *at_ == '\t' || *at_ == '\n' || *at_ == '\r'))
        ++at_;
}

bool JsonReader::Take(char c) noexcept {
    if (at_ == end_ || *at_ != c) return false;
    ++at_;
    return true;
}

bool JsonReader::Word(Bytes word) noexcept {
    if (static_cast<std::size_t>(end_ - at_) < word.size() || Bytes(at_, word.size()) != word) return false;
    at_ += word.size();
    return true;
}

bool JsonReader::Value(int depth, Digest* value) noexcept {
    SkipBlanks();
    if (at_ == end_ || depth > kMaxDepth) return false;
    switch (*at_) {
        case '{':
            return Container(depth, true, value);
        case '[':
            return Container(depth, false, value);
        case '"':
            return String(value);
        case 't':
            *value = JsonBoolean(true);
            return Word("true");
        case 'f':
            *value = JsonBoolean(false);
            return Word("false");
        case 'n':
            *value = JsonNull();
            return Word("null");
        default:
            return Number(value);
    }
}

bool JsonReader::Container(int depth, bool is_object, Digest* value) noexcept {
    const char close = is_object ? '}' : ']';
    JsonContainer container(is_object);
    ++at_;
    SkipBlanks();
    if (!Take(close)) {
        do {
            Digest key, element;
            SkipBlanks();
            if (is_object) {
                if (at_ == end_ || *at_ != '"' || !String(&key)) return false;
                SkipBlanks();
                if (!Take(':')) return false;
            }
            if (!Value(depth + 1, &element)) return false;
            container.Add(key, element);
            SkipBlanks();
        } while (Take(','));
        if (!Take(close)) return false;
    }
    *value = container.Finish();
    return true;
}

bool JsonReader::String(Digest* value) noexcept {
    const char* start = ++at_;
    for (; at_ < end_; ++at_) {
        if (*at_ == '\\') return Escaped(start, value);
        if (*at_ == '"') {
            *value = JsonString(Bytes(start, static_cast<std::size_t>(at_ - start)));
            ++at_;
            return true;
        }
        if (static_cast<unsigned char>(*at_) < 0x20) return false;
    }
    return false;
}

/// From the first backslash on: what is written never takes more room than its escapes.
bool JsonReader::Escaped(const char* start, Digest* value) noexcept {
    char* text = text_.Reserve(static_cast<std::size_t>(end_ - start));
    if (text == nullptr) return false;
    char* out = text;
    std::memcpy(out, start, static_cast<std::size_t>(at_ - start));
    out += at_ - start;
    while (at_ < end_) {
        const char c = *at_++;
        if (c == '"') {
            *value = JsonString(Bytes(text, static_cast<std::size_t>(out - text)));
            return true;
        }
        if (static_cast<unsigned char>(c) < 0x20) return false;
        if (c != '\\')
            *out++ = c;
        else if (!Escape(&out))
            return false;
    }
    return false;
}

bool JsonReader::Escape(char** out) noexcept {
    static constexpr char kNames[] = "\"\\/bfnrt";
    static constexpr char kMeanings[] = "\"\\/\b\f\n\r\t";
    if (at_ == end_) return false;
    const char c = *at_++;
    if (c != 'u') {
        const void* name = std::memchr(kNames, c, sizeof(kNames) - 1);
        if (name == nullptr) return false;
        *(*out)++ = kMeanings[static_cast<const char*>(name) - kNames];
        return true;
    }
    std::uint32_t unit;
    if (!CodeUnit(&unit) || unit == 0) return false;
    if (unit >= 0xD800 && unit < 0xE000) {
        std::uint32_t second;
        if (unit >= 0xDC00 || !Take('\\') || !Take('u') || !CodeUnit(&second)) return false;
        if (second < 0xDC00 || second >= 0xE000) return false;
        unit = 0x10000 + ((unit - 0xD800) << 10) + (second - 0xDC00);
    }
    *out = value::AppendUtf8(unit, *out);
    return true;
}

bool JsonReader::CodeUnit(std::uint32_t* unit) noexcept {
    if (end_ - at_ < 4) return false;
    const auto parsed = std::from_chars(at_, at_ + 4, *unit, 16);
    if (parsed.ptr != at_ + 4) return false;
    at_ += 4;
    return true;
}

bool JsonReader::Number(Digest* value) noexcept {
    /// Numbers beyond this are beyond numeric's digits, or nearly so.
    constexpr int kMaxExponent = 10000;
    NumberDigits number;
    number.negative = Take('-');
    number.digits = at_;
    while (at_ < end_ && IsDigit(*at_))
        ++at_;
    number.point = at_ - number.digits;
    if (number.point == 0 || (number.point > 1 && *number.digits == '0')) return false;
    if (Take('.')) {
        const char* fraction = at_;
        while (at_ < end_ && IsDigit(*at_))
            ++at_;
        if (at_ == fraction) return false;
    }
    number.size = static_cast<std::size_t>(at_ - number.digits);
    if (at_ < end_ && (*at_ == 'e' || *at_ == 'E')) {
        ++at_;
        const bool negative = Take('-');
        if (!negative) Take('+');
        int exponent = 0;
        const auto parsed = std::from_chars(at_, end_, exponent);
        if (parsed.ptr == at_ || parsed.ec != std::errc() || *at_ == '-' || exponent > kMaxExponent)
            return false;
        at_ = parsed.ptr;
        number.point += negative ? -exponent : exponent;
    }
    number_.Clear();
    number_.Number(number);
    *value = JsonNumber(number_);
    return true;
}

}  // namespace pgsqlite::digest
