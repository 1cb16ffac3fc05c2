// boolean, from the spellings applications left in SQLite files.
#pragma once

#include "core/base/bytes.hpp"
#include "core/value/cell.hpp"
#include "core/value/value.hpp"

namespace pgsqlite::value {

/// Reads 0/1, t/f, true/false, y/n, yes/no, on/off in any ASCII case, white space around it.
/// @return false when the text is none of them
bool ParseBoolean(Bytes text, bool& value) noexcept;

/// kBoolean: the texts above, the integers 0 and 1; no other number, real or blob.
Status ConvertBoolean(const Cell& cell, Value& out) noexcept;

}  // namespace pgsqlite::value
