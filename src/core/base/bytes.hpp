// Bytes: pointer plus length. SQLite text may hold NUL, so a C string is never a value here.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace pgsqlite {

/// A view of bytes owned by somebody else (a SQLite page, a scratch buffer).
using Bytes = std::string_view;

}  // namespace pgsqlite
