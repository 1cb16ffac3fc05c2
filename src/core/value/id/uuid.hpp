// uuid, from text in its usual spellings and from 16 bytes.
#pragma once

#include <cstdint>

#include "core/base/bytes.hpp"
#include "core/value/cell.hpp"
#include "core/value/rule.hpp"
#include "core/value/value.hpp"

namespace pgsqlite::value {

/// Reads 32 hexadecimal digits of any case, with a hyphen or without behind each four of them; around them
/// optionally {braces} or the prefix urn:uuid: (RFC 9562), not both; around all ASCII white space.
/// @return false when the text is no UUID; uuid is then unspecified
bool ParseUuid(Bytes text, std::uint8_t uuid[16]) noexcept;

/// kUuid: such texts, and blobs of 16 bytes, in .NET's order (first three fields little-endian) under
/// encoding guid_le.
Status ConvertUuid(const Rule& rule, const Cell& cell, Value& out) noexcept;

}  // namespace pgsqlite::value
