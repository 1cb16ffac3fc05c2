// Table 3-7 of the Unicode standard as branches; the wide path tests 16 bytes a step for "none is NUL, none
// is above 0x7F" in plain 64-bit arithmetic, which needs no particular processor.
#include "core/value/text/utf8.hpp"

#include <cstring>

namespace pgsqlite::value {
namespace {

constexpr std::uint64_t kOnes = 0x0101010101010101;
constexpr std::uint64_t kHighs = 0x8080808080808080;

std::uint64_t Load8(const char* p) noexcept {
    std::uint64_t word;
    std::memcpy(&word, p, sizeof word);
    return word;
}

std::uint32_t Load4(const char* p) noexcept {
    std::uint32_t word;
    std::memcpy(&word, p, sizeof word);
    return word;
}

/// Nonzero unless all bytes are 0x01 to 0x7F: bytes above have their high bit set, and subtracting one from
/// each byte sets it for the lowest NUL.
std::uint64_t Suspicious(std::uint64_t word) noexcept {
    return (word | (word - kOnes)) & kHighs;
}

bool IsShortPlainAscii(const char* p, std::size_t size) noexcept {
    if (size >= 8) return (Suspicious(Load8(p)) | Suspicious(Load8(p + size - 8))) == 0;
    if (size >= 4) {
        const std::uint64_t both = (std::uint64_t{Load4(p)} << 32) | Load4(p + size - 4);
        return Suspicious(both) == 0;
    }
    for (std::size_t i = 0; i < size; ++i)
        if (static_cast<signed char>(p[i]) <= 0) return false;
    return true;
}

constexpr bool IsContinuation(unsigned char c) noexcept {
    return (c & 0xC0) == 0x80;
}

}  // namespace

std::size_t Utf8Step(const char* p, const char* end, bool& valid) noexcept {
    const auto* s = reinterpret_cast<const unsigned char*>(p);
    const auto left = static_cast<std::size_t>(end - p);
    const unsigned char lead = s[0];
    valid = true;
    if (lead < 0x80) return 1;

    std::size_t length;
    unsigned char low = 0x80;  // range of the second byte
    unsigned char high = 0xBF;
    if (lead >= 0xC2 && lead <= 0xDF) {
        length = 2;
    } else if (lead >= 0xE0 && lead <= 0xEF) {
        length = 3;
        if (lead == 0xE0) low = 0xA0;   // overlong
        if (lead == 0xED) high = 0x9F;  // surrogates
    } else if (lead >= 0xF0 && lead <= 0xF4) {
        length = 4;
        if (lead == 0xF0) low = 0x90;   // overlong
        if (lead == 0xF4) high = 0x8F;  // above U+10FFFF
    } else {
        valid = false;
        return 1;
    }
    if (left < 2 || s[1] < low || s[1] > high) {
        valid = false;
        return 1;
    }
    for (std::size_t i = 2; i < length; ++i) {
        if (i >= left || !IsContinuation(s[i])) {
            valid = false;
            return i;
        }
    }
    return length;
}

std::size_t FindTextFault(Bytes text) noexcept {
    const char* p = text.data();
    const char* const end = p + text.size();
    if (text.size() < 16 && IsShortPlainAscii(p, text.size())) return text.size();

    while (p < end) {
        while (end - p >= 16 && (Suspicious(Load8(p)) | Suspicious(Load8(p + 8))) == 0)
            p += 16;
        while (p<end&& static_cast<signed char>(*p)> 0)
            ++p;
        while (p < end && static_cast<signed char>(*p) < 0) {
            bool valid = false;
            const std::size_t length = Utf8Step(p, end, valid);
            if (!valid) return static_cast<std::size_t>(p - text.data());
            p += length;
        }
        if (p < end && *p == '\0') return static_cast<std::size_t>(p - text.data());
    }
    return text.size();
}

std::size_t CountCharacters(Bytes text) noexcept {
    const char* p = text.data();
    const char* const end = p + text.size();
    std::size_t continuations = 0;
    // High bit set, the next one not; summed byte by byte by the multiplication.
    for (; end - p >= 8; p += 8) {
        const std::uint64_t word = Load8(p);
        continuations += (((word >> 7) & (~word >> 6) & kOnes) * kOnes) >> 56;
    }
    for (; p < end; ++p)
        continuations += IsContinuation(static_cast<unsigned char>(*p));
    return text.size() - continuations;
}

Bytes FirstCharacters(Bytes text, std::size_t count) noexcept {
    std::size_t i = 0;
    for (; i < text.size(); ++i) {
        if (IsContinuation(static_cast<unsigned char>(text[i]))) continue;
        if (count-- == 0) break;
    }
    return text.substr(0, i);
}

char* AppendUtf8(std::uint32_t code_point, char* out) noexcept {
    if (code_point < 0x80) {
        *out++ = static_cast<char>(code_point);
        return out;
    }
    if (code_point < 0x800) {
        *out++ = static_cast<char>(0xC0 | (code_point >> 6));
    } else {
        if (code_point < 0x10000) {
            *out++ = static_cast<char>(0xE0 | (code_point >> 12));
        } else {
            *out++ = static_cast<char>(0xF0 | (code_point >> 18));
            *out++ = static_cast<char>(0x80 | ((code_point >> 12) & 0x3F));
        }
        *out++ = static_cast<char>(0x80 | ((code_point >> 6) & 0x3F));
    }
    *out++ = static_cast<char>(0x80 | (code_point & 0x3F));
    return out;
}

}  // namespace pgsqlite::value
