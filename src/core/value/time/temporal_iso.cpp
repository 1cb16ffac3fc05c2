// The text formats of SQLite's date and time functions (https://www.sqlite.org/lang_datefunc.html, time
// values 1 to 10 without 'now' and Julian days), widened by what applications store beside them: years of 5
// and 6 digits, fractions of any length, offsets without a colon or with seconds, UTC, GMT, and what Go's
// time.String() makes of a time: "2024-03-01 10:20:30.5 +0100 CET m=+0.0123".
//
// Stricter than SQLite in two places, since its answers there are another value than the one written: no hour
// 24 of a date, and a blank or 'T' must part date and time.
#include "core/value/time/temporal_parts.hpp"

namespace pgsqlite::value {
namespace {

// HH:MM[:SS[.f+]]
bool TakeTime(TextReader& reader, Written& written) noexcept {
    if (!reader.TakeNumber(2, 2, written.hour) || !reader.Take(':')) return false;
    if (!reader.TakeNumber(2, 2, written.minute)) return false;
    written.has_time = true;
    if (!reader.Take(':')) return true;
    if (!reader.TakeNumber(2, 2, written.second)) return false;
    if (!reader.Take('.')) return true;
    written.fraction = reader.TakeDigits(Bytes::npos);
    return !written.fraction.empty();
}

// [-+]Y{4,6}-MM-DD
bool TakeDate(TextReader& reader, Written& written) noexcept {
    const bool negative = reader.Take('-');
    if (!negative) reader.Take('+');
    if (!reader.TakeNumber(4, 6, written.year) || !reader.Take('-')) return false;
    if (negative) written.year = -written.year;
    if (!reader.TakeNumber(2, 2, written.month) || !reader.Take('-')) return false;
    written.has_date = true;
    return reader.TakeNumber(2, 2, written.day);
}

/// What Go's time.String() writes behind the offset, which alone says which instant it is: the zone's name,
/// or its offset once more where it has none, and, of a time that the process itself has read, its monotonic
/// clock. UTC's name can be held against the offset.
bool TakeGoTail(TextReader& reader, const Written& written) noexcept {
    if (!reader.TakeSpaces()) return false;
    if (reader.TakeWord("utc") || reader.TakeWord("gmt")) {
        if (written.zone_seconds_east != 0) return false;
    } else if (reader.Peek() == '+' || reader.Peek() == '-') {
        Written again;
        if (!TakeZone(reader, again) || again.zone_seconds_east != written.zone_seconds_east) return false;
    } else {
        const auto is_capital = [&] { return reader.Peek() >= 'A' && reader.Peek() <= 'Z'; };
        int letters = 0;
        for (; is_capital(); ++letters)
            reader.Take(reader.Peek());
        if (letters < 3 || letters > 5) return false;
    }
    if (reader.AtEnd()) return true;
    if (!reader.TakeSpaces() || !reader.TakeWord("m=")) return false;
    if (!reader.Take('+') && !reader.Take('-')) return false;
    if (reader.TakeDigits(Bytes::npos).empty()) return false;
    return !reader.Take('.') || !reader.TakeDigits(Bytes::npos).empty();
}

bool StartsWithTime(Bytes text) noexcept {
    return text.size() > 2 && text[2] == ':';
}

/// The spelling nearly all stored timestamps have, read without looking for any other: YYYY-MM-DD HH:MM:SS.
bool ReadPlain(Bytes text, Written& written) noexcept {
    constexpr std::size_t kLength = 19;
    if (text.size() != kLength) return false;
    const char* const p = text.data();
    if (p[4] != '-' || p[7] != '-' || (p[10] != ' ' && p[10] != 'T') || p[13] != ':' || p[16] != ':')
        return false;
    unsigned beyond = 0;
    const auto digit = [&](int i) noexcept {
        const auto value = static_cast<unsigned>(p[i] - '0');
        beyond |= value > 9;
        return static_cast<std::int32_t>(value);
    };
    const auto two = [&](int i) noexcept { return digit(i) * 10 + digit(i + 1); };
    Written plain;
    plain.year = two(0) * 100 + two(2);
    plain.month = two(5);
    plain.day = two(8);
    plain.hour = two(11);
    plain.minute = two(14);
    plain.second = two(17);
    if (beyond != 0) return false;
    plain.has_date = plain.has_time = true;
    written = plain;
    return true;
}

}  // namespace

bool TakeZone(TextReader& reader, Written& written) noexcept {
    if (reader.TakeWord("z") || reader.TakeWord("utc") || reader.TakeWord("gmt")) {
        written.has_zone = true;
        written.zone_seconds_east = 0;
        return true;
    }
    const bool negative = reader.Take('-');
    if (!negative && !reader.Take('+')) return false;
    std::int32_t hours = 0;
    std::int32_t minutes = 0;
    std::int32_t seconds = 0;
    if (!reader.TakeNumber(2, 2, hours)) return false;
    if (reader.Take(':')) {
        if (!reader.TakeNumber(2, 2, minutes)) return false;
        if (reader.Take(':') && !reader.TakeNumber(2, 2, seconds)) return false;
    } else if (reader.PeekDigit() && !reader.TakeNumber(2, 2, minutes)) {
        return false;
    }
    if (hours > kMaxZoneHour || minutes > 59 || seconds > 59) written.impossible = true;
    const std::int32_t offset = hours * 3600 + minutes * 60 + seconds;
    written.has_zone = true;
    written.zone_seconds_east = negative ? -offset : offset;
    return true;
}

Status ParseIso(Bytes trimmed, Written& written) noexcept {
    if (ReadPlain(trimmed, written)) return Status::Ok();
    const Status refused = Status::Refused(Code::kInvalidSyntax);
    TextReader reader(trimmed);
    if (!StartsWithTime(trimmed)) {
        if (!TakeDate(reader, written)) return refused;
        if (reader.AtEnd()) return Status::Ok();
        if (!reader.Take('T') && !reader.Take('t') && !reader.TakeSpaces()) return refused;
    }
    if (!TakeTime(reader, written)) return refused;
    reader.TakeSpaces();
    if (reader.AtEnd()) return Status::Ok();
    const bool numeric = reader.Peek() == '+' || reader.Peek() == '-';
    if (!TakeZone(reader, written)) return refused;
    if (numeric && !reader.AtEnd() && !TakeGoTail(reader, written)) return refused;
    return reader.AtEnd() ? Status::Ok() : refused;
}

}  // namespace pgsqlite::value
