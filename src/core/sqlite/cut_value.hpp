// Cut value: what sqlite.rejects keeps of a value that is too long for it: its size, its beginning and a
// digest, by which the value is known again in the source. A JSON document takes up to six times a value, and
// jsonb holds no string of more than 256 MB.
#pragma once

#include <cstdint>
#include <string>

#include "core/value/cell.hpp"

namespace pgsqlite::sqlite {

/// Longer texts and blobs are cut.
inline constexpr std::size_t kWholeValueBytes = 1024 * 1024;
/// Of a row's JSON: behind that, whatever is longer than its beginning is cut.
inline constexpr std::size_t kWholeRowBytes = 16 * 1024 * 1024;
/// Of a value that is cut.
inline constexpr std::size_t kBeginningBytes = 200;

/// The longest value that a row takes as a whole, whose JSON has `used` bytes so far.
inline constexpr std::size_t WholeBytes(std::size_t used) noexcept {
    return used < kWholeRowBytes ? kWholeValueBytes : kBeginningBytes;
}

/// The beginning of a text: whole characters, valid UTF-8 without NUL. Empty where it begins with no such.
Bytes BeginningOf(Bytes text) noexcept;

/// Of a value's bytes; a text's are UTF-8. 32 hexadecimal digits.
std::string DigestText(Bytes bytes);

}  // namespace pgsqlite::sqlite
