#pragma once

#include <cstddef>

namespace pgsqlite::value {

/// Longest bytea, text or json value: PostgreSQL's MaxAllocSize (0x3fffffff) less the varlena header and a
/// terminating NUL.
inline constexpr std::size_t kMaxValueSize = 0x3fffffff - 5;

}  // namespace pgsqlite::value
