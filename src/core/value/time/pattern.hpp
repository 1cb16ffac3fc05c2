// Pattern: a to_timestamp-like description of how a column writes its dates ('DD/MM/YYYY HH24:MI'), compiled
// once. Stricter than PostgreSQL's to_timestamp, which skips separators and leftovers and fills in what is
// missing: here the whole text matches or is refused, and a pattern names a whole date.
//
// Fields (any case): YYYY YY IYYY IW ID MM Mon Month DD DDD Dy Day HH24 HH12 HH MI SS SSSSS MS US FF1…FF6 AM
// PM A.M. P.M. TZ OF TZH TZM, with FM before a field for a variable width, and "quoted text". All other
// characters stand for themselves; a letter must be quoted, except the T between date and time.
//
// Widths: a number has as many digits as its field (a year exactly), or fewer where no digit stands beside it
// (1/2/2024 under DD/MM/YYYY); digits of a fraction count from the point (.5 under .MS is half a second).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/value/rule.hpp"
#include "core/value/status.hpp"
#include "core/value/time/temporal_parts.hpp"

namespace pgsqlite::value {

enum class PatternField : std::uint8_t {
    kLiteral,
    kYear,
    kYearOfCentury,  ///< 70–99 are 19xx, 00–69 are 20xx, as in PostgreSQL
    kMonth,
    kMonthShort,
    kMonthLong,
    kDay,
    kDayOfYear,
    kWeekdayShort,  ///< checked against the date
    kWeekdayLong,
    kIsoYear,  ///< of ISO 8601's weeks, with kIsoWeek and kIsoDay
    kIsoWeek,
    kIsoDay,
    kHour,
    kHour12,
    kMinute,
    kSecond,
    kSecondOfDay,
    kFraction,
    kMeridiem,
    kMeridiemDots,
    kZone,        ///< whatever the ISO format takes: Z, UTC, ±HH:MM …
    kZoneOffset,  ///< ±HH[:MM]
    kZoneHour,    ///< ±HH
    kZoneMinute,
};

struct PatternToken {
    PatternField field = PatternField::kLiteral;
    std::uint8_t min_digits = 0;
    std::uint8_t max_digits = 0;      ///< kFraction: 255 means any number
    std::uint16_t literal_begin = 0;  ///< kLiteral: slice of Pattern::literals
    std::uint16_t literal_size = 0;
};

struct Pattern {
    std::vector<PatternToken> tokens;
    std::string literals;
    bool has_date = false;
    bool has_time = false;
};

/// What a word of the option `encoding` holds, read as a pattern.
struct PatternShape {
    bool has_field = false;
    bool has_letter = false;  ///< a letter that is in no field and not quoted
};
PatternShape ReadPatternShape(std::string_view text) noexcept;

/// @param target a temporal kind: says which fields must be there
/// @throws Error HV024: no field, a field twice or at odds with another one, a part missing, an unquoted
/// letter
Pattern CompilePattern(std::string_view text, Kind target);

/// Matches the whole text. kInvalidSyntax when it is written otherwise; a field beyond its range or a weekday
/// that is not the date's sets Written::impossible.
Status MatchPattern(const Pattern& pattern, Bytes text, Written& written) noexcept;

}  // namespace pgsqlite::value
