#include "core/value/time/spelled_forms.hpp"

#include <cstdint>

#include "core/value/text/ascii.hpp"
#include "core/value/time/calendar_names.hpp"
#include "core/value/time/temporal.hpp"

namespace pgsqlite::value {
namespace {

bool TakeShortMonth(TextReader& reader, Written& written) noexcept {
    if (!TakeName(reader, kMonthNames, false, written.month)) return false;
    ++written.month;
    return true;
}

/// HH:MM[:SS[.f]]
bool TakeWholeClock(TextReader& reader, bool needs_seconds, Written& written) noexcept {
    if (!reader.TakeNumber(2, 2, written.hour) || !reader.Take(':') ||
        !reader.TakeNumber(2, 2, written.minute))
        return false;
    written.has_time = true;
    if (!reader.Take(':')) return !needs_seconds;
    if (!reader.TakeNumber(2, 2, written.second)) return false;
    if (!reader.Take('.')) return true;
    written.fraction = reader.TakeDigits(Bytes::npos);
    return !written.fraction.empty();
}

/// ±HHMM
bool TakeDigitOffset(TextReader& reader, Written& written) noexcept {
    const bool negative = reader.Take('-');
    std::int32_t hours = 0, minutes = 0;
    if ((!negative && !reader.Take('+')) || !reader.TakeNumber(2, 2, hours) ||
        !reader.TakeNumber(2, 2, minutes))
        return false;
    if (hours > kMaxZoneHour || minutes > 59) written.impossible = true;
    const std::int32_t offset = hours * 3600 + minutes * 60;
    written.has_zone = true;
    written.zone_seconds_east = negative ? -offset : offset;
    return true;
}

/// The names that RFC 5322 (§4.3) gives an offset; others say nothing that can be relied on.
bool TakeZoneName(TextReader& reader, Written& written) noexcept {
    struct Zone {
        Bytes name;
        std::int32_t hours;
    };
    static constexpr Zone kZones[] = {{"utc", 0},  {"ut", 0},   {"gmt", 0},  {"z", 0},
                                      {"est", -5}, {"edt", -4}, {"cst", -6}, {"cdt", -5},
                                      {"mst", -7}, {"mdt", -6}, {"pst", -8}, {"pdt", -7}};
    for (const Zone& zone : kZones) {
        if (!reader.TakeWord(zone.name)) continue;
        written.has_zone = true;
        written.zone_seconds_east = zone.hours * 3600;
        return true;
    }
    return false;
}

/// Blanks and a text in parentheses, which says nothing more.
bool TakeZoneComment(TextReader& reader) noexcept {
    if (!reader.TakeSpaces() || !reader.Take('(')) return false;
    while (!reader.AtEnd() && reader.Peek() != ')')
        reader.Take(reader.Peek());
    return reader.Take(')');
}

bool ReadRfc2822(TextReader& reader, Written& written) noexcept {
    std::int32_t weekday = -1;
    if (!reader.PeekDigit()) {
        if (!TakeName(reader, kWeekdayNames, false, weekday) || !reader.Take(',') || !reader.TakeSpaces())
            return false;
    }
    if (!reader.TakeNumber(1, 2, written.day) || !reader.TakeSpaces() || !TakeShortMonth(reader, written) ||
        !reader.TakeSpaces() || !reader.TakeNumber(4, 4, written.year) || !reader.TakeSpaces() ||
        !TakeWholeClock(reader, false, written) || !written.fraction.empty() || !reader.TakeSpaces())
        return false;
    written.has_date = true;
    const bool numeric = reader.Peek() == '+' || reader.Peek() == '-';
    if (numeric ? !TakeDigitOffset(reader, written) : !TakeZoneName(reader, written)) return false;
    CheckWeekday(weekday, written);
    return reader.AtEnd() || TakeZoneComment(reader);
}

bool ReadJsDate(TextReader& reader, Written& written) noexcept {
    std::int32_t weekday = -1;
    if (!TakeName(reader, kWeekdayNames, false, weekday) || !reader.Take(' ') ||
        !TakeShortMonth(reader, written) || !reader.Take(' ') || !reader.TakeNumber(2, 2, written.day) ||
        !reader.Take(' ') || !reader.TakeNumber(4, 6, written.year) || !reader.Take(' ') ||
        !TakeWholeClock(reader, true, written) || !written.fraction.empty() || !reader.TakeBytes(" GMT") ||
        !TakeDigitOffset(reader, written))
        return false;
    written.has_date = true;
    CheckWeekday(weekday, written);
    return reader.AtEnd() || TakeZoneComment(reader);
}

/// Letters, or a sign and digits where a zone has no name; then the monotonic clock's reading.
bool TakeGoEnd(TextReader& reader) noexcept {
    bool any = false;
    while (!reader.AtEnd() && reader.Peek() != ' ') {
        const char c = ToLower(reader.Peek());
        if ((c < 'a' || c > 'z') && !IsDigit(c) && c != '+' && c != '-') return false;
        any = reader.Take(reader.Peek());
    }
    if (!any) return false;
    if (reader.AtEnd()) return true;
    if (!reader.TakeBytes(" m=") || (!reader.Take('+') && !reader.Take('-')) ||
        reader.TakeDigits(Bytes::npos).empty() || !reader.Take('.'))
        return false;
    return !reader.TakeDigits(Bytes::npos).empty() && reader.AtEnd();
}

bool ReadGoTime(TextReader& reader, Written& written) noexcept {
    if (!reader.TakeNumber(4, 4, written.year) || !reader.Take('-') ||
        !reader.TakeNumber(2, 2, written.month) || !reader.Take('-') ||
        !reader.TakeNumber(2, 2, written.day) || !reader.Take(' ') ||
        !TakeWholeClock(reader, true, written) || !reader.Take(' ') || !TakeDigitOffset(reader, written) ||
        !reader.Take(' '))
        return false;
    written.has_date = true;
    return TakeGoEnd(reader);
}

bool ReadCtime(TextReader& reader, Written& written) noexcept {
    std::int32_t weekday = -1;
    if (!TakeName(reader, kWeekdayNames, false, weekday) || !reader.Take(' ') ||
        !TakeShortMonth(reader, written) || !reader.Take(' '))
        return false;
    const bool padded = reader.Take(' ');
    if (!reader.TakeNumber(padded ? 1 : 2, padded ? 1 : 2, written.day) || !reader.Take(' ') ||
        !TakeWholeClock(reader, true, written) || !written.fraction.empty() || !reader.Take(' '))
        return false;
    if (!reader.PeekDigit()) {
        if (!reader.TakeBytes("UTC ") && !reader.TakeBytes("GMT ")) return false;
        written.has_zone = true;
    }
    written.has_date = true;
    if (!reader.TakeNumber(4, 4, written.year)) return false;
    CheckWeekday(weekday, written);
    return reader.AtEnd();
}

}  // namespace

bool IsSpelledForm(Encoding encoding) noexcept {
    return encoding >= Encoding::kRfc2822 && encoding <= Encoding::kCtime;
}

Status ReadSpelledForm(Encoding encoding, Bytes trimmed, Written& written) noexcept {
    TextReader reader(trimmed);
    bool read = false;
    if (encoding == Encoding::kRfc2822)
        read = ReadRfc2822(reader, written);
    else if (encoding == Encoding::kJsDate)
        read = ReadJsDate(reader, written);
    else if (encoding == Encoding::kGoTime)
        read = ReadGoTime(reader, written);
    else if (encoding == Encoding::kCtime)
        read = ReadCtime(reader, written);
    return read ? Status::Ok() : Status::Refused(Code::kInvalidSyntax);
}

}  // namespace pgsqlite::value
