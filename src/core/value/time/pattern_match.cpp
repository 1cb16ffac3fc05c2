// Matching a text against a compiled pattern. Runs per row: nothing is allocated.
#include "core/value/time/calendar_names.hpp"
#include "core/value/time/pattern.hpp"
#include "core/value/time/temporal.hpp"
#include "core/value/time/temporal_parts.hpp"

namespace pgsqlite::value {
namespace {

// What has no place in Written, since it is settled once all fields are known.
struct Fields {
    std::int32_t year_of_century = -1;
    std::int32_t day_of_year = -1;
    std::int32_t weekday = -1;
    std::int32_t iso_year = -1;
    std::int32_t iso_week = 0;
    std::int32_t iso_day = 0;
    std::int32_t hour12 = -1;
    std::int32_t second_of_day = -1;
    bool afternoon = false;
    bool zone_negative = false;
    std::int32_t zone_hour = -1;
    std::int32_t zone_minute = 0;
};

bool TakeMeridiem(TextReader& reader, bool dots, bool& afternoon) noexcept {
    afternoon = reader.TakeWord(dots ? "p.m." : "pm");
    return afternoon || reader.TakeWord(dots ? "a.m." : "am");
}

bool TakeSign(TextReader& reader, bool& negative) noexcept {
    negative = reader.Take('-');
    return negative || reader.Take('+');
}

// ±HH[:MM]
bool TakeOffset(TextReader& reader, Fields& fields) noexcept {
    if (!TakeSign(reader, fields.zone_negative) || !reader.TakeNumber(2, 2, fields.zone_hour)) return false;
    return !reader.Take(':') || reader.TakeNumber(2, 2, fields.zone_minute);
}

bool TakeField(const Pattern& pattern, const PatternToken& token, TextReader& reader, Written& written,
               Fields& fields) noexcept {
    const int min = token.min_digits;
    const int max = token.max_digits;
    switch (token.field) {
        case PatternField::kLiteral:
            return reader.TakeBytes(Bytes(pattern.literals).substr(token.literal_begin, token.literal_size));
        case PatternField::kYear:
            return reader.TakeNumber(min, max, written.year);
        case PatternField::kYearOfCentury:
            return reader.TakeNumber(min, max, fields.year_of_century);
        case PatternField::kMonth:
            return reader.TakeNumber(min, max, written.month);
        case PatternField::kMonthShort:
        case PatternField::kMonthLong: {
            std::int32_t index = 0;
            if (!TakeName(reader, kMonthNames, token.field == PatternField::kMonthLong, index)) return false;
            written.month = index + 1;
            return true;
        }
        case PatternField::kDay:
            return reader.TakeNumber(min, max, written.day);
        case PatternField::kDayOfYear:
            return reader.TakeNumber(min, max, fields.day_of_year);
        case PatternField::kWeekdayShort:
        case PatternField::kWeekdayLong:
            return TakeName(reader, kWeekdayNames, token.field == PatternField::kWeekdayLong, fields.weekday);
        case PatternField::kIsoYear:
            return reader.TakeNumber(min, max, fields.iso_year);
        case PatternField::kIsoWeek:
            return reader.TakeNumber(min, max, fields.iso_week);
        case PatternField::kIsoDay:
            return reader.TakeNumber(min, max, fields.iso_day);
        case PatternField::kHour:
            return reader.TakeNumber(min, max, written.hour);
        case PatternField::kHour12:
            return reader.TakeNumber(min, max, fields.hour12);
        case PatternField::kMinute:
            return reader.TakeNumber(min, max, written.minute);
        case PatternField::kSecond:
            return reader.TakeNumber(min, max, written.second);
        case PatternField::kSecondOfDay:
            return reader.TakeNumber(min, max, fields.second_of_day);
        case PatternField::kFraction:
            written.fraction = reader.TakeDigits(max == 255 ? Bytes::npos : static_cast<std::size_t>(max));
            return written.fraction.size() >= static_cast<std::size_t>(min);
        case PatternField::kMeridiem:
        case PatternField::kMeridiemDots:
            return TakeMeridiem(reader, token.field == PatternField::kMeridiemDots, fields.afternoon);
        case PatternField::kZone:
            return TakeZone(reader, written);
        case PatternField::kZoneOffset:
            return TakeOffset(reader, fields);
        case PatternField::kZoneHour:
            return TakeSign(reader, fields.zone_negative) && reader.TakeNumber(2, 2, fields.zone_hour);
        case PatternField::kZoneMinute:
            return reader.TakeNumber(2, 2, fields.zone_minute);
    }
    return false;
}

/// ISO 8601: weeks begin on Mondays, and a week belongs to the year that has its Thursday.
void SettleIsoWeek(const Fields& fields, Written& written) noexcept {
    constexpr std::int64_t kMondayBefore2000 = -5;  // 1999-12-27
    const std::int64_t fourth = DaysFromCivil(fields.iso_year, 1, 4);
    const std::int64_t first =
        fourth - (fourth - kMondayBefore2000 - FloorDivide(fourth - kMondayBefore2000, 7) * 7);
    const std::int64_t monday = first + (fields.iso_week - 1) * 7;
    std::int64_t year = 0;
    CivilFromDays(monday + 3, year, written.month, written.day);
    if (fields.iso_week < 1 || fields.iso_day < 1 || fields.iso_day > 7 || year != fields.iso_year) {
        written.impossible = true;
        return;
    }
    CivilFromDays(monday + fields.iso_day - 1, year, written.month, written.day);
    written.year = static_cast<std::int32_t>(year);
}

void SettleDate(const Fields& fields, Written& written) noexcept {
    if (fields.iso_year >= 0) {
        SettleIsoWeek(fields, written);
        if (written.impossible) return;
    }
    if (fields.year_of_century >= 0)
        written.year = fields.year_of_century + (fields.year_of_century < 70 ? 2000 : 1900);
    if (fields.day_of_year >= 0) {
        if (fields.day_of_year < 1 || fields.day_of_year > (IsLeapYear(written.year) ? 366 : 365)) {
            written.impossible = true;
            return;
        }
        std::int64_t year = 0;
        CivilFromDays(DaysFromCivil(written.year, 1, 1) + fields.day_of_year - 1, year, written.month,
                      written.day);
    }
    CheckWeekday(fields.weekday, written);
}

void SettleTime(const Fields& fields, Written& written) noexcept {
    if (fields.hour12 >= 0) {
        if (fields.hour12 < 1 || fields.hour12 > 12) written.impossible = true;
        written.hour = fields.hour12 % 12 + (fields.afternoon ? 12 : 0);
    }
    if (fields.second_of_day >= 0) {
        if (fields.second_of_day > 86399) written.impossible = true;
        written.hour = fields.second_of_day / 3600;
        written.minute = fields.second_of_day / 60 % 60;
        written.second = fields.second_of_day % 60;
    }
    if (fields.zone_hour < 0) return;
    if (fields.zone_hour > kMaxZoneHour || fields.zone_minute > 59) written.impossible = true;
    const std::int32_t offset = fields.zone_hour * 3600 + fields.zone_minute * 60;
    written.has_zone = true;
    written.zone_seconds_east = fields.zone_negative ? -offset : offset;
}

}  // namespace

Status MatchPattern(const Pattern& pattern, Bytes text, Written& written) noexcept {
    TextReader reader(text);
    Fields fields;
    for (const PatternToken& token : pattern.tokens)
        if (!TakeField(pattern, token, reader, written, fields)) return Status::Refused(Code::kInvalidSyntax);
    if (!reader.AtEnd()) return Status::Refused(Code::kInvalidSyntax);
    written.has_date = pattern.has_date;
    written.has_time = pattern.has_time;
    if (pattern.has_date) SettleDate(fields, written);
    SettleTime(fields, written);
    return Status::Ok();
}

}  // namespace pgsqlite::value
