// UTF-8 as PostgreSQL takes it (RFC 3629: no surrogates, no overlong forms, nothing above U+10FFFF), with a
// wide path for ASCII: most text of most databases is ASCII, and every byte of a migration passes here.
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/base/bytes.hpp"

namespace pgsqlite::value {

/// Byte offset of the first NUL or ill-formed byte sequence, or text.size() when there is none.
std::size_t FindTextFault(Bytes text) noexcept;

/// One step at p < end: the length of the well-formed sequence there (valid = true; NUL counts as such), or
/// of the maximal subpart of an ill-formed one (valid = false; Unicode 15, section 3.9, table 3-7).
std::size_t Utf8Step(const char* p, const char* end, bool& valid) noexcept;

/// Characters of well-formed UTF-8.
std::size_t CountCharacters(Bytes text) noexcept;

/// The first `count` characters of well-formed UTF-8, or all of it when it has fewer.
Bytes FirstCharacters(Bytes text, std::size_t count) noexcept;

/// Writes a code point (not a surrogate, at most 0x10FFFF) and returns the end of it; 4 bytes at most.
char* AppendUtf8(std::uint32_t code_point, char* out) noexcept;

}  // namespace pgsqlite::value
