// Matching a text against a compiled pattern. Runs per row: nothing is allocated.
#include "core/value/time/pattern.hpp"
#include "core/value/time/temporal.hpp"
#include "core/value/time/temporal_parts.hpp"

namespace pgsqlite::value {
namespace {

// English, as to_char writes them whatever the locale; the first three letters are the short form.
constexpr Bytes kMonths[] = {"january", "february", "march",     "april",   "may",      "june",
                             "july",    "august",   "september", "october", "november", "december"};
constexpr Bytes kWeekdays[] = {"sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"};
constexpr std::int64_t kWeekdayOf2000 = 6;  // 2000-01-01 was a Saturday

// What has no place in Written, since it is settled once all fields are known.
struct Fields {
    std::int32_t year_of_century = -1;
    std::int32_t day_of_year = -1;
    std::int32_t weekday = -1;
    std::int32_t hour12 = -1;
    std::int32_t second_of_day = -1;
    bool afternoon = false;
    bool zone_negative = false;
    std::int32_t zone_hour = -1;
    std::int32_t zone_minute = 0;
};

template <std::size_t kCount>
bool TakeName(TextReader& reader, const Bytes (&names)[kCount], bool whole, std::int32_t& index) noexcept {
    for (std::size_t i = 0; i < kCount; ++i) {
        if (!reader.TakeWord(whole ? names[i] : names[i].substr(0, 3))) continue;
        index = static_cast<std::int32_t>(i);
        return true;
    }
    return false;
}

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
            if (!TakeName(reader, kMonths, token.field == PatternField::kMonthLong, index)) return false;
            written.month = index + 1;
            return true;
        }
        case PatternField::kDay:
            return reader.TakeNumber(min, max, written.day);
        case PatternField::kDayOfYear:
            return reader.TakeNumber(min, max, fields.day_of_year);
        case PatternField::kWeekdayShort:
        case PatternField::kWeekdayLong:
            return TakeName(reader, kWeekdays, token.field == PatternField::kWeekdayLong, fields.weekday);
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

void SettleDate(const Fields& fields, Written& written) noexcept {
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
    // A month that does not exist is the caller's to refuse; the weekday of such a date is no question.
    if (fields.weekday < 0 || written.month < 1 || written.month > 12) return;
    const std::int64_t days = DaysFromCivil(written.year, written.month, written.day) + kWeekdayOf2000;
    if (days - FloorDivide(days, 7) * 7 != fields.weekday) written.impossible = true;
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
