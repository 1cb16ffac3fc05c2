// Escapes and keys. Decoding is done byte by byte: strings with escapes are the exception.
#include "core/value/json/json_string.hpp"

#include <cstring>

#include "core/value/text/ascii.hpp"
#include "core/value/text/utf8.hpp"

namespace pgsqlite::value {
namespace {

/// Four hexadecimal digits, or -1.
int ReadHex4(const char* p, const char* end) noexcept {
    if (end - p < 4) return -1;
    int value = 0;
    for (int i = 0; i < 4; ++i) {
        const int digit = HexDigit(p[i]);
        if (digit < 0) return -1;
        value = value << 4 | digit;
    }
    return value;
}

constexpr bool IsHighSurrogate(int unit) noexcept {
    return unit >= 0xD800 && unit <= 0xDBFF;
}
constexpr bool IsLowSurrogate(int unit) noexcept {
    return unit >= 0xDC00 && unit <= 0xDFFF;
}

/// HashPlainString for bytes that come one by one.
class Hasher {
  public:
    void Add(char c) noexcept {
        buffer_[size_++ & 7] = c;
        if ((size_ & 7) == 0) Mix();
    }
    std::uint64_t Finish() noexcept {
        if ((size_ & 7) != 0) {
            std::memset(buffer_ + (size_ & 7), 0, sizeof buffer_ - (size_ & 7));
            Mix();
        }
        return hash_ ^ (size_ * kHashMultiplier);
    }

  private:
    void Mix() noexcept {
        std::uint64_t word;
        std::memcpy(&word, buffer_, sizeof word);
        hash_ = MixHash(hash_, word);
    }

    std::uint64_t hash_ = 0;
    std::uint64_t size_ = 0;
    char buffer_[8] = {};
};

/// Gives the decoded bytes of a body one by one.
class DecodedBytes {
  public:
    DecodedBytes(Bytes body, bool escaped) noexcept
        : next_(body.data()), end_(body.data() + body.size()), escaped_(escaped) {}
    /// The next byte as an unsigned value, or -1 at the end.
    int Next() noexcept {
        if (pending_ < pending_end_) return static_cast<unsigned char>(*pending_++);
        if (next_ == end_) return -1;
        if (!escaped_ || *next_ != '\\') return static_cast<unsigned char>(*next_++);
        pending_ = piece_;
        pending_end_ = DecodeEscape(next_, piece_);
        return static_cast<unsigned char>(*pending_++);
    }

  private:
    const char* next_;
    const char* end_;
    bool escaped_;
    char piece_[4];
    const char* pending_ = nullptr;
    const char* pending_end_ = nullptr;
};

}  // namespace

Code SkipEscape(const char*& p, const char* end, JsonUse use, bool utf8_server) noexcept {
    if (end - p < 2) return Code::kInvalidJson;
    if (p[1] != 'u') {
        if (std::memchr("\"\\/bfnrt", p[1], 8) == nullptr) return Code::kInvalidJson;
        p += 2;
        return Code::kOk;
    }
    const int unit = ReadHex4(p + 2, end);
    if (unit < 0) return Code::kInvalidJson;
    if (use == JsonUse::kJson) {
        p += 6;
        return Code::kOk;
    }
    if (use == JsonUse::kJsonb && unit == 0) return Code::kJsonNulEscape;
    if (IsLowSurrogate(unit)) return Code::kInvalidJson;
    if (IsHighSurrogate(unit)) {
        const char* const second = p + 6;
        if (end - second < 6 || second[0] != '\\' || second[1] != 'u') return Code::kInvalidJson;
        if (!IsLowSurrogate(ReadHex4(second + 2, end))) return Code::kInvalidJson;
    }
    if (use == JsonUse::kJsonb && unit > 0x7F && !utf8_server) return Code::kUntranslatable;
    p += IsHighSurrogate(unit) ? 12 : 6;
    return Code::kOk;
}

char* DecodeEscape(const char*& p, char* out) noexcept {
    const char kind = p[1];
    if (kind == 'u') {
        const int unit = ReadHex4(p + 2, p + 6);
        p += 6;
        auto code_point = static_cast<std::uint32_t>(unit);
        if (IsHighSurrogate(unit)) {
            const auto low = static_cast<std::uint32_t>(ReadHex4(p + 2, p + 6));
            code_point = 0x10000 + ((code_point - 0xD800) << 10) + (low - 0xDC00);
            p += 6;
        }
        return AppendUtf8(code_point, out);
    }
    p += 2;
    switch (kind) {
        case 'b':
            *out = '\b';
            break;
        case 'f':
            *out = '\f';
            break;
        case 'n':
            *out = '\n';
            break;
        case 'r':
            *out = '\r';
            break;
        case 't':
            *out = '\t';
            break;
        default:
            *out = kind;
            break;
    }
    return out + 1;
}

std::uint64_t HashEscapedString(Bytes body) noexcept {
    Hasher hasher;
    DecodedBytes bytes(body, true);
    for (int c = bytes.Next(); c >= 0; c = bytes.Next())
        hasher.Add(static_cast<char>(c));
    return hasher.Finish();
}

int CompareStrings(Bytes a, bool a_escaped, Bytes b, bool b_escaped) noexcept {
    if (!a_escaped && !b_escaped) return a.compare(b);
    DecodedBytes left(a, a_escaped);
    DecodedBytes right(b, b_escaped);
    while (true) {
        const int l = left.Next();
        const int r = right.Next();
        if (l != r) return l < r ? -1 : 1;
        if (l < 0) return 0;
    }
}

std::size_t DecodedSize(Bytes body) noexcept {
    DecodedBytes bytes(body, true);
    std::size_t size = 0;
    while (bytes.Next() >= 0)
        ++size;
    return size;
}

char* UnescapeJson(Bytes body, char* out) noexcept {
    const char* p = body.data();
    const char* const end = p + body.size();
    while (p < end) {
        const void* found = std::memchr(p, '\\', static_cast<std::size_t>(end - p));
        const char* const stop = found == nullptr ? end : static_cast<const char*>(found);
        std::memcpy(out, p, static_cast<std::size_t>(stop - p));
        out += stop - p;
        p = stop;
        if (p < end) out = DecodeEscape(p, out);
    }
    return out;
}

}  // namespace pgsqlite::value
