// Dates and times in SQLite's usual spelling, read without the conversion that moves them.
#pragma once

#include "core/digest/canonical.hpp"
#include "core/value/cell.hpp"
#include "core/value/rule.hpp"

namespace pgsqlite::digest {

/// Reads YYYY-MM-DD, HH:MM:SS[.fraction] and the two with a blank or T between them, maybe with Z or ±HH:MM;
/// and integers in unix, unix_ms or unix_us where that is the column's only encoding.
/// @param form kDate, kTime or kTimestamp
/// @param moment as CanonicalRow::Moment takes it
/// @return false for any other spelling, excess digits, and what depends on a time zone
bool ReadMoment(Form form, const value::Rule& rule, const value::Cell& cell, std::int64_t* moment) noexcept;

}  // namespace pgsqlite::digest
