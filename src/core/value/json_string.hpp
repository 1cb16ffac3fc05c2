// Strings inside JSON: finding their end, checking and decoding their escapes, hashing and comparing keys as
// they read once decoded.
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/base/bytes.hpp"
#include "core/value/json.hpp"
#include "core/value/status.hpp"

namespace pgsqlite::value {

/// First byte from p on that is a quote, a backslash or a control character (< 0x20); end when there is none.
const char* FindStringStop(const char* p, const char* end) noexcept;

/// Checks the escape sequence at p (a backslash) and steps behind it.
/// @return kOk; kInvalidJson, kJsonNulEscape, kUntranslatable with p where the fault is
Code SkipEscape(const char*& p, const char* end, JsonUse use, bool utf8_server) noexcept;

/// Decodes the escape sequence at p, which SkipEscape has accepted: writes it as UTF-8 (4 bytes at most) and
/// steps behind it.
char* DecodeEscape(const char*& p, char* out) noexcept;

/// Hash of a string body as it reads decoded: "a" and "\u0061" have the same.
std::uint64_t HashString(Bytes body, bool escaped) noexcept;

/// Three-way comparison of two bodies as they read decoded.
int CompareStrings(Bytes a, bool a_escaped, Bytes b, bool b_escaped) noexcept;

/// Size of a body once decoded.
std::size_t DecodedSize(Bytes body) noexcept;

}  // namespace pgsqlite::value
