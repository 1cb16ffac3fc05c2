#include "core/digest/raw_time.hpp"

namespace pgsqlite::digest {
namespace {

constexpr std::int64_t kSecond = 1000000;
constexpr std::int64_t kDay = 86400 * kSecond;
/// 1970-01-01 to 2000-01-01.
constexpr std::int64_t kEpochDays = 10957;

/// Takes fixed numbers of digits and single characters from the front.
struct Reader {
    Bytes rest;

    bool Take(char c) noexcept {
        if (rest.empty() || rest[0] != c) return false;
        rest.remove_prefix(1);
        return true;
    }
    bool Digits(std::size_t count, int* value) noexcept {
        if (rest.size() < count) return false;
        *value = 0;
        for (std::size_t i = 0; i < count; ++i) {
            if (rest[i] < '0' || rest[i] > '9') return false;
            *value = *value * 10 + (rest[i] - '0');
        }
        rest.remove_prefix(count);
        return true;
    }
};

bool IsLeap(int year) noexcept {
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

/// Days since 2000-01-01 in the proleptic Gregorian calendar.
bool ReadDate(Reader* reader, std::int64_t* days) noexcept {
    static constexpr int kLengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    static constexpr int kBefore[] = {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334};
    int year, month, day;
    if (!reader->Digits(4, &year) || !reader->Take('-') || !reader->Digits(2, &month) || !reader->Take('-') ||
        !reader->Digits(2, &day))
        return false;
    if (year < 1 || month < 1 || month > 12) return false;
    if (day < 1 || day > kLengths[month - 1] + (month == 2 && IsLeap(year) ? 1 : 0)) return false;
    const int before = year - 1;
    // 730119 days from 0001-01-01 to 2000-01-01.
    *days = std::int64_t{before} * 365 + before / 4 - before / 100 + before / 400 - 730119 + day - 1;
    *days += kBefore[month - 1];
    if (month > 2 && IsLeap(year)) ++*days;
    return true;
}

/// Microseconds since midnight.
bool ReadTime(Reader* reader, std::int64_t* time) noexcept {
    int hour, minute, second = 0;
    if (!reader->Digits(2, &hour) || !reader->Take(':') || !reader->Digits(2, &minute)) return false;
    const bool seconds = reader->Take(':');
    if (seconds && !reader->Digits(2, &second)) return false;
    if (hour > 23 || minute > 59 || second > 59) return false;
    *time = ((hour * 60 + minute) * 60 + second) * kSecond;
    if (!seconds || !reader->Take('.')) return true;
    std::int64_t unit = kSecond / 10;
    int digit;
    if (!reader->Digits(1, &digit)) return false;
    do {
        if (unit == 0 && digit != 0) return false;
        *time += digit * unit;
        unit /= 10;
    } while (reader->Digits(1, &digit));
    return true;
}

/// Z or ±HH:MM, in microseconds east.
bool ReadOffset(Reader* reader, std::int64_t* offset) noexcept {
    *offset = 0;
    if (reader->Take('Z')) return true;
    const bool west = reader->Take('-');
    int hours, minutes;
    if ((!west && !reader->Take('+')) || !reader->Digits(2, &hours) || !reader->Take(':') ||
        !reader->Digits(2, &minutes) || hours > 14 || minutes > 59)
        return false;
    *offset = (west ? -1 : 1) * (hours * 60 + minutes) * 60 * kSecond;
    return true;
}

bool IsUtc(const value::Rule& rule) noexcept {
    return rule.zone.offsets_at_local == nullptr;
}

bool ReadTimestamp(const value::Rule& rule, Reader* reader, std::int64_t* moment) noexcept {
    std::int64_t days, time = 0, offset = 0;
    if (!ReadDate(reader, &days)) return false;
    const bool zoned = rule.kind == value::Kind::kTimestamptz;
    bool has_offset = false;
    if (!reader->rest.empty()) {
        if ((!reader->Take(' ') && !reader->Take('T')) || !ReadTime(reader, &time)) return false;
        has_offset = !reader->rest.empty();
        if (has_offset && !ReadOffset(reader, &offset)) return false;
    }
    // A local time in an instant, or an instant in a local time: the zone decides.
    if (zoned != has_offset && !IsUtc(rule)) return false;
    *moment = days * kDay + time - offset;
    return reader->rest.empty();
}

bool ReadUnix(const value::Rule& rule, std::int64_t number, std::int64_t* moment) noexcept {
    /// The years 1 to 9999, in seconds.
    constexpr std::int64_t kFirst = -62135596800, kLast = 253402300799;
    if (rule.kind == value::Kind::kTimestamp && !IsUtc(rule)) return false;
    const value::Encoding encoding = rule.encodings.items[0];
    const std::int64_t unit = encoding == value::Encoding::kUnix     ? kSecond
                              : encoding == value::Encoding::kUnixMs ? kSecond / 1000
                              : encoding == value::Encoding::kUnixUs ? 1
                                                                     : 0;
    if (unit == 0 || number > kLast * (kSecond / unit) || number < kFirst * (kSecond / unit)) return false;
    *moment = number * unit - kEpochDays * kDay;
    return true;
}

/// Whether it has no more digits than the column keeps.
bool Fits(const value::Rule& rule, std::int64_t moment) noexcept {
    std::int64_t unit = 1;
    for (int i = rule.fraction_digits; i < 6; ++i)
        unit *= 10;
    return moment % unit == 0;
}

}  // namespace

bool ReadMoment(Form form, const value::Rule& rule, const value::Cell& cell, std::int64_t* moment) noexcept {
    if (cell.storage_class == value::StorageClass::kInteger)
        return form == Form::kTimestamp && rule.encodings.count == 1 &&
               ReadUnix(rule, cell.integer, moment) && Fits(rule, *moment);
    if (cell.storage_class != value::StorageClass::kText || rule.encodings.count > 0) return false;
    Reader reader = {cell.view()};
    if (form == Form::kDate) return ReadDate(&reader, moment) && reader.rest.empty();
    if (form == Form::kTime) return ReadTime(&reader, moment) && reader.rest.empty() && Fits(rule, *moment);
    return ReadTimestamp(rule, &reader, moment) && Fits(rule, *moment);
}

}  // namespace pgsqlite::digest
