// UTF-16 as SQLite stores it, turned into UTF-8 here: SQLite's own conversion makes other characters of what
// is not well-formed, and drops an odd byte.
#pragma once

#include <cstddef>

#include "core/base/bytes.hpp"

namespace pgsqlite::value {

/// Bytes of UTF-8 that so many bytes of UTF-16 become at most.
constexpr std::size_t Utf8SizeOf(std::size_t utf16_size) noexcept {
    return utf16_size / 2 * 3 + 3;
}

/// Writes the text as UTF-8 and returns the end of it. What is not well-formed stays so, and no two texts
/// become one: a surrogate without the other is written as if it were a character (ED A0 80 … ED BF BF), an
/// odd byte at the end as FF and its two halves (80 … 8F).
/// @param out room for Utf8SizeOf(text.size()) bytes
char* Utf16ToUtf8(Bytes text, bool big_endian, char* out) noexcept;

}  // namespace pgsqlite::value
