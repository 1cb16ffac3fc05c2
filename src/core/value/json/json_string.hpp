// Strings inside JSON: finding their end, checking and decoding their escapes, hashing and comparing keys as
// they read once decoded.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "core/base/bytes.hpp"
#include "core/value/json/json.hpp"
#include "core/value/status.hpp"

namespace pgsqlite::value {

/// High bit set at least for the lowest zero byte of a word; none when no byte is zero.
constexpr std::uint64_t ZeroBytes(std::uint64_t word) noexcept {
    return (word - 0x0101010101010101) & ~word & 0x8080808080808080;
}

/// First byte from p on that is a quote, a backslash or a control character (< 0x20); end when there is none.
/// Eight bytes a step in plain 64-bit arithmetic.
inline const char* FindStringStop(const char* p, const char* end) noexcept {
    constexpr std::uint64_t kOnes = 0x0101010101010101;
    while (end - p >= 8) {
        std::uint64_t word;
        std::memcpy(&word, p, sizeof word);
        const std::uint64_t controls = (word - kOnes * 0x20) & ~word & 0x8080808080808080;
        const std::uint64_t stops =
            ZeroBytes(word ^ (kOnes * '"')) | ZeroBytes(word ^ (kOnes * '\\')) | controls;
        if (stops != 0) {
            // The lowest mark is exact; a borrow can only leave false ones above it.
            if constexpr (std::endian::native == std::endian::little) return p + std::countr_zero(stops) / 8;
            break;
        }
        p += 8;
    }
    while (p < end && *p != '"' && *p != '\\' && static_cast<unsigned char>(*p) >= 0x20)
        ++p;
    return p;
}

/// Checks the escape sequence at p (a backslash) and steps behind it.
/// @return kOk; kInvalidJson, kJsonNulEscape, kUntranslatable with p where the fault is
Code SkipEscape(const char*& p, const char* end, JsonUse use, bool utf8_server) noexcept;

/// Decodes the escape sequence at p, which SkipEscape has accepted: writes it as UTF-8 (4 bytes at most) and
/// steps behind it.
char* DecodeEscape(const char*& p, char* out) noexcept;

inline constexpr std::uint64_t kHashMultiplier = 0x9E3779B97F4A7C15;  // 2^64 / golden ratio

constexpr std::uint64_t MixHash(std::uint64_t hash, std::uint64_t word) noexcept {
    hash = (hash ^ word) * kHashMultiplier;
    return hash ^ (hash >> 32);
}

/// Hash of a body without escapes, eight bytes a step, the last ones filled up with zeros.
inline std::uint64_t HashPlainString(Bytes body) noexcept {
    std::uint64_t hash = 0;
    std::uint64_t word = 0;
    std::size_t i = 0;
    for (; i + sizeof word <= body.size(); i += sizeof word) {
        std::memcpy(&word, body.data() + i, sizeof word);
        hash = MixHash(hash, word);
    }
    if (i < body.size()) {
        word = 0;
        std::memcpy(&word, body.data() + i, body.size() - i);
        hash = MixHash(hash, word);
    }
    return hash ^ (body.size() * kHashMultiplier);
}

/// The same of a body with escapes, as it reads decoded.
std::uint64_t HashEscapedString(Bytes body) noexcept;

/// Hash of a string body as it reads decoded: "a" and "\u0061" have the same.
inline std::uint64_t HashString(Bytes body, bool escaped) noexcept {
    return escaped ? HashEscapedString(body) : HashPlainString(body);
}

/// Three-way comparison of two bodies as they read decoded.
int CompareStrings(Bytes a, bool a_escaped, Bytes b, bool b_escaped) noexcept;

/// Size of a body once decoded.
std::size_t DecodedSize(Bytes body) noexcept;

}  // namespace pgsqlite::value
