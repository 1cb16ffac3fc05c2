// Instants as text.
#pragma once

#include <cstdint>
#include <string>

namespace pgsqlite {

/// ISO 8601 in UTC, to the microsecond, as PostgreSQL writes timestamps into JSON:
/// 2024-02-29T12:34:56.000000Z.
/// @param ns since 1970-01-01 UTC
std::string IsoInstant(std::int64_t ns);

}  // namespace pgsqlite
