// ConvertTemporal: tries a column's encodings in their order and puts what a cell says into the column's
// type.
//
// Reading (temporal_iso, temporal_number, pattern) and placing are apart: a reader knows what was written,
// the code here knows what date, time and timestamp columns take, and is the same for every way of writing.
#include "core/value/time/temporal.hpp"

#include "core/value/format.hpp"
#include "core/value/time/pattern.hpp"
#include "core/value/time/spelled_forms.hpp"
#include "core/value/time/temporal_parts.hpp"

namespace pgsqlite::value {
namespace {

/// Takes a local time to its instant; where it has none or two, the policy chooses.
Status ToInstant(const Rule& rule, std::int64_t& usec) noexcept {
    if (rule.zone.offsets_at_local == nullptr) return Status::Ok();
    std::int32_t offsets[2] = {};
    const int count = rule.zone.offsets_at_local(rule.zone.context, usec, offsets);
    const AmbiguousTime policy = rule.policies.ambiguous_time;
    if (count != 1 && policy == AmbiguousTime::kError)
        return Status::Refused(count == 0 ? Code::kSkippedTime : Code::kRepeatedTime);
    usec -= offsets[policy == AmbiguousTime::kLater ? 1 : 0] * kMicrosPerSecond;
    return Status::Ok(count == 1 ? Applied::kNone : Applied::kAmbiguousTime);
}

std::int32_t OffsetAtInstant(const Zone& zone, std::int64_t utc_usec) noexcept {
    return zone.offset_at_instant == nullptr ? 0 : zone.offset_at_instant(zone.context, utc_usec);
}

void SetInteger(Value& out, std::int64_t integer) noexcept {
    out.is_null = false;
    out.integer = integer;
}

/// Microseconds since midnight into a time column; 24:00:00 is PostgreSQL's upper end.
Status PlaceTime(const Rule& rule, const Instant& since_midnight, std::int32_t zone_seconds_east,
                 Value& out) noexcept {
    std::int64_t usec = 0;
    const Status status =
        FitFraction(since_midnight, rule.fraction_digits, rule.policies.excess_digits, usec);
    if (!status.ok()) return status;
    SetInteger(out, usec);
    if (rule.kind == Kind::kTimetz) out.zone_seconds_east = zone_seconds_east;
    return status;
}

/// The zone of a time without one: the rule's offset on 2000-01-01, since a time alone has no day.
std::int32_t TimeZoneOffset(const Rule& rule) noexcept {
    if (rule.kind != Kind::kTimetz || rule.zone.offsets_at_local == nullptr) return 0;
    std::int32_t offsets[2] = {};
    rule.zone.offsets_at_local(rule.zone.context, 0, offsets);
    return offsets[1];
}

Status PlaceDate(const Instant& instant, Value& out) noexcept {
    const std::int64_t days = FloorDivide(instant.usec, kMicrosPerDay);
    if (instant.usec != days * kMicrosPerDay || instant.tail != Tail::kNone)
        return Status::Refused(Code::kTimeInDate);
    SetInteger(out, days);
    return Status::Ok();
}

/// Into a timestamp column, from an instant of UTC or from civil time that names no zone.
Status PlaceTimestamp(const Rule& rule, Instant instant, bool is_utc, Value& out) noexcept {
    const Status before = CheckTimestamp(instant.usec);
    if (!before.ok()) return before;
    Status placed = Status::Ok();
    if (is_utc && rule.kind == Kind::kTimestamp)
        instant.usec += OffsetAtInstant(rule.zone, instant.usec) * kMicrosPerSecond;
    else if (!is_utc && rule.kind == Kind::kTimestamptz)
        placed = ToInstant(rule, instant.usec);
    if (!placed.ok()) return placed;
    std::int64_t usec = 0;
    const Status status = FitFraction(instant, rule.fraction_digits, rule.policies.excess_digits, usec);
    if (!status.ok()) return status;
    const Status after = CheckTimestamp(usec);
    if (!after.ok()) return after;
    SetInteger(out, usec);
    return placed.applied == Applied::kNone ? status : placed;
}

Status PlaceNumber(const Rule& rule, Encoding encoding, const Cell& cell, Value& out) noexcept {
    Instant instant;
    if (rule.kind == Kind::kTime || rule.kind == Kind::kTimetz) {
        // Only seconds have a plain meaning without a day.
        if (!IsTimeOfDayEncoding(encoding)) return Status::Refused(Code::kWrongClass);
        const Status status = DecodeTimeOfDay(encoding, cell, instant);
        return status.ok() ? PlaceTime(rule, instant, TimeZoneOffset(rule), out) : status;
    }
    const Status status = DecodeInstant(encoding, cell, instant);
    if (!status.ok()) return status;
    if (rule.kind == Kind::kDate) return PlaceDate(instant, out);
    return PlaceTimestamp(rule, instant, !IsNaiveEncoding(encoding), out);
}

bool IsZeroTime(const Written& written) noexcept {
    return written.hour == 0 && written.minute == 0 && written.second == 0 &&
           written.fraction.find_first_not_of('0') == Bytes::npos;
}

/// 24:00:00 without anything after it is a time of PostgreSQL's, but no time of a day that has a date.
bool IsPossibleTime(const Written& written) noexcept {
    if (written.minute > 59 || written.second > 59) return false;
    if (written.hour < 24) return true;
    return written.hour == 24 && !written.has_date && written.minute == 0 && written.second == 0 &&
           written.fraction.find_first_not_of('0') == Bytes::npos;
}

Instant TimeOfDay(const Written& written) noexcept {
    Instant instant = FractionInstant(written.fraction);
    instant.usec += (written.hour * 3600 + written.minute * 60 + written.second) * kMicrosPerSecond;
    return instant;
}

Status PlaceWritten(const Rule& rule, const Written& written, Value& out) noexcept {
    if (rule.kind == Kind::kTime || rule.kind == Kind::kTimetz) {
        if (written.has_date || !written.has_time || (written.has_zone && rule.kind == Kind::kTime))
            return Status::Refused(Code::kInvalidSyntax);
        if (written.impossible || !IsPossibleTime(written)) return Status::Refused(Code::kInvalidDate);
        return PlaceTime(rule, TimeOfDay(written),
                         written.has_zone ? written.zone_seconds_east : TimeZoneOffset(rule), out);
    }

    if (!written.has_date) return Status::Refused(Code::kInvalidSyntax);
    if (written.impossible) return Status::Refused(Code::kInvalidDate);
    if (written.year == 0 && written.month == 0 && written.day == 0 && IsZeroTime(written)) {
        if (!rule.policies.zero_date_as_null) return Status::Refused(Code::kZeroDate);
        out.is_null = true;
        return Status::Ok(Applied::kZeroDateAsNull);
    }
    if (written.month < 1 || written.month > 12 || written.day < 1 ||
        written.day > DaysInMonth(written.year, written.month) || !IsPossibleTime(written))
        return Status::Refused(Code::kInvalidDate);

    // Within a day of the range, where no sum below leaves 64 bits; the exact bounds are checked when placed.
    const std::int64_t days = DaysFromCivil(written.year, written.month, written.day);
    if (days < kMinTimestamp / kMicrosPerDay - 1 || days > kEndTimestamp / kMicrosPerDay)
        return Status::Refused(Code::kOutOfRange);
    Instant instant = TimeOfDay(written);
    instant.usec += days * kMicrosPerDay;
    if (rule.kind == Kind::kDate) {
        // Midnight elsewhere is not midnight: with an offset that is not zero the day depends on the reader.
        if (written.has_zone && written.zone_seconds_east != 0) return Status::Refused(Code::kTimeInDate);
        const Status range = CheckTimestamp(instant.usec);
        return range.ok() ? PlaceDate(instant, out) : range;
    }
    if (written.has_zone) instant.usec -= written.zone_seconds_east * kMicrosPerSecond;
    return PlaceTimestamp(rule, instant, written.has_zone, out);
}

/// The digits of an integer under a pattern: 20240131 as YYYYMMDD, which a column of numbers makes of the
/// text.
Status PlaceDigits(const Rule& rule, const Pattern& pattern, std::int64_t integer, Value& out) noexcept {
    char digits[kNumberTextSize];
    const std::size_t size = FormatInteger(integer, digits);
    Written written;
    const Status status = MatchPattern(pattern, Bytes(digits, size), written);
    if (status.ok()) return PlaceWritten(rule, written, out);
    return status.code == Code::kInvalidSyntax ? Status::Refused(Code::kNeedsEncoding) : status;
}

/// A refusal that says more than "this is not how the encoding writes it".
bool IsTelling(Code code) noexcept {
    return code != Code::kInvalidSyntax && code != Code::kWrongClass && code != Code::kNeedsEncoding;
}

Status ConvertNumber(const Rule& rule, const Cell& cell, Value& out) noexcept {
    Status refusal = Status::Refused(Code::kNeedsEncoding);
    for (std::size_t i = 0; i < rule.encodings.count; ++i) {
        const Encoding encoding = rule.encodings.items[i];
        Status status;
        if (encoding == Encoding::kPattern && cell.storage_class == StorageClass::kInteger)
            status = PlaceDigits(rule, *rule.encodings.patterns[i], cell.integer, out);
        else if (IsNumericEncoding(encoding))
            status = PlaceNumber(rule, encoding, cell, out);
        else
            continue;
        if (status.ok()) return status;
        if (IsTelling(status.code) || !IsTelling(refusal.code)) refusal = status;
    }
    return refusal;
}

Status ConvertText(const Rule& rule, const Cell& cell, Value& out) noexcept {
    static constexpr Encoding kDefault[] = {Encoding::kIso};
    const Encoding* encodings = rule.encodings.count == 0 ? kDefault : rule.encodings.items;
    const std::size_t count = rule.encodings.count == 0 ? 1 : rule.encodings.count;

    const Bytes text = TrimSpace(cell.view());
    bool takes_numbers = false;
    Status refusal = Status::Refused(Code::kInvalidSyntax);
    for (std::size_t i = 0; i < count; ++i) {
        Status status;
        if (IsNumericEncoding(encodings[i])) {
            takes_numbers = true;
            // Not a number: DecodeInstant says kInvalidSyntax, except where the kind has no use for the
            // encoding.
            status = PlaceNumber(rule, encodings[i], cell, out);
            if (status.code == Code::kWrongClass && !IsPlainNumber(text)) status.code = Code::kInvalidSyntax;
        } else if (encodings[i] == Encoding::kIso) {
            Written written;
            status = ParseIso(text, written);
            if (status.ok()) status = PlaceWritten(rule, written, out);
        } else if (encodings[i] == Encoding::kPattern) {
            takes_numbers = true;
            Written written;
            status = MatchPattern(*rule.encodings.patterns[i], text, written);
            if (status.ok()) status = PlaceWritten(rule, written, out);
        } else if (IsSpelledForm(encodings[i])) {
            Written written;
            status = ReadSpelledForm(encodings[i], text, written);
            if (status.ok()) status = PlaceWritten(rule, written, out);
        } else {
            continue;
        }
        if (status.ok()) return status;
        if (IsTelling(status.code) || !IsTelling(refusal.code)) refusal = status;
    }
    if (!takes_numbers && IsPlainNumber(text)) return Status::Refused(Code::kNeedsEncoding);
    return refusal;
}

}  // namespace

Status ConvertTemporal(const Rule& rule, const Cell& cell, Scratch&, Value& out) noexcept {
    switch (cell.storage_class) {
        case StorageClass::kInteger:
        case StorageClass::kReal:
            return ConvertNumber(rule, cell, out);
        case StorageClass::kText:
            return ConvertText(rule, cell, out);
        case StorageClass::kNull:
            out.is_null = true;
            return Status::Ok();
        case StorageClass::kBlob:
            break;
    }
    return Status::Refused(Code::kWrongClass);
}

}  // namespace pgsqlite::value
