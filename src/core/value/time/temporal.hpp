// Dates and times: SQLite's text formats, numeric encodings and patterns, to PostgreSQL's days and
// microseconds. Integer arithmetic only; a date that does not exist is refused, never rolled over.
#pragma once

#include <cstdint>

#include "core/base/scratch.hpp"
#include "core/value/cell.hpp"
#include "core/value/rule.hpp"
#include "core/value/value.hpp"

namespace pgsqlite::value {

/// Limits of PostgreSQL's timestamp (datatype/timestamp.h), in microseconds and days since 2000-01-01.
inline constexpr std::int64_t kMinTimestamp = -211813488000000000;  // 4714-11-24 BC
inline constexpr std::int64_t kEndTimestamp = 9223371331200000000;  // 294277-01-01, not included
inline constexpr std::int64_t kMicrosPerDay = 86400000000;

/// Converts a cell for rule.kind kDate, kTime, kTimetz, kTimestamp or kTimestamptz. NULL and '' are the
/// caller's (Convert's) business. out.integer (and zone_seconds_east) as in Value.
Status ConvertTemporal(const Rule& rule, const Cell& cell, Scratch& scratch, Value& out) noexcept;

/// Days since 2000-01-01 of a proleptic Gregorian date (astronomical year); no check.
std::int64_t DaysFromCivil(std::int64_t year, int month, int day) noexcept;
void CivilFromDays(std::int64_t days, std::int64_t& year, int& month, int& day) noexcept;

/// Microseconds since 2000-01-01 UTC that a number means under a numeric encoding, to the nearest microsecond
/// for reals. Used by profiles too. Refuses what lies outside PostgreSQL's range. Excel's and .NET's numbers
/// name no zone: they give local microseconds.
/// @param number  an integer, real or numeric text cell
/// @param excess  what to do with digits below the microsecond (integers and text: unix_ns, dotnet_ticks …)
/// @param applied set with usec when the status is Ok
Status DecodeNumber(Encoding encoding, const Cell& number, ExcessDigits excess, std::int64_t& usec,
                    Applied& applied) noexcept;

/// ISO text of a timestamp for messages: "2024-02-29 12:00:00.5". Returns the length written (buffer ≥ 48).
std::size_t FormatTimestamp(std::int64_t usec, char* buffer) noexcept;

}  // namespace pgsqlite::value
