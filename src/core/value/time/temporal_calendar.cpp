// The proleptic Gregorian calendar, fractions of a second, and the text of a timestamp.
#include <cstddef>
#include <cstdint>

#include "core/value/format.hpp"
#include "core/value/time/temporal.hpp"
#include "core/value/time/temporal_parts.hpp"

namespace pgsqlite::value {
namespace {

constexpr std::int64_t kDaysPer400Years = 146097;
constexpr std::int64_t kDaysPer100Years = 36524;
constexpr std::int64_t kDaysPer4Years = 1461;
// From 0001-01-01, where whole cycles of 400 years start, to 2000-01-01.
constexpr std::int64_t kDaysFromYear1To2000 = 730119;

constexpr int kDaysBeforeMonth[2][13] = {{0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365},
                                         {0, 31, 60, 91, 121, 152, 182, 213, 244, 274, 305, 335, 366}};

constexpr std::int64_t kPowersOfTen[7] = {1, 10, 100, 1000, 10000, 100000, 1000000};

}  // namespace

bool IsLeapYear(std::int64_t year) noexcept {
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

int DaysInMonth(std::int64_t year, int month) noexcept {
    const int* before = kDaysBeforeMonth[IsLeapYear(year) ? 1 : 0];
    return before[month] - before[month - 1];
}

std::int64_t DaysFromCivil(std::int64_t year, int month, int day) noexcept {
    const std::int64_t past = year - 1;
    return past * 365 + FloorDivide(past, 4) - FloorDivide(past, 100) + FloorDivide(past, 400) +
           kDaysBeforeMonth[IsLeapYear(year) ? 1 : 0][month - 1] + day - 1 - kDaysFromYear1To2000;
}

void CivilFromDays(std::int64_t days, std::int64_t& year, int& month, int& day) noexcept {
    const std::int64_t since_year_1 = days + kDaysFromYear1To2000;
    const std::int64_t cycles = FloorDivide(since_year_1, kDaysPer400Years);
    std::int64_t rest = since_year_1 - cycles * kDaysPer400Years;
    // The last day of a leap year (and of a cycle) would open a fourth (fifth) part: it belongs to the last
    // one.
    std::int64_t centuries = rest / kDaysPer100Years;
    if (centuries > 3) centuries = 3;
    rest -= centuries * kDaysPer100Years;
    const std::int64_t quads = rest / kDaysPer4Years;
    rest -= quads * kDaysPer4Years;
    std::int64_t years = rest / 365;
    if (years > 3) years = 3;
    rest -= years * 365;

    year = cycles * 400 + centuries * 100 + quads * 4 + years + 1;
    const int* before = kDaysBeforeMonth[IsLeapYear(year) ? 1 : 0];
    // No month is longer than 31 days, so this is the month or the one before it.
    month = static_cast<int>(rest / 31) + 1;
    if (rest >= before[month]) ++month;
    day = static_cast<int>(rest) - before[month - 1] + 1;
}

std::size_t FormatTimestamp(std::int64_t usec, char* buffer) noexcept {
    const std::int64_t days = FloorDivide(usec, kMicrosPerDay);
    // Unsigned, since days * kMicrosPerDay itself can lie below the smallest 64-bit integer.
    const std::uint64_t rest = static_cast<std::uint64_t>(usec) -
                               static_cast<std::uint64_t>(days) * static_cast<std::uint64_t>(kMicrosPerDay);
    std::int64_t year = 0;
    int month = 0;
    int day = 0;
    CivilFromDays(days, year, month, day);

    const std::uint64_t seconds = rest / kMicrosPerSecond;
    char* out = buffer;
    if (year < 0) *out++ = '-';
    out = WritePadded(out, static_cast<std::uint64_t>(year < 0 ? -year : year), 4);
    *out++ = '-';
    out = WritePadded(out, static_cast<std::uint64_t>(month), 2);
    *out++ = '-';
    out = WritePadded(out, static_cast<std::uint64_t>(day), 2);
    *out++ = ' ';
    out = WritePadded(out, seconds / 3600, 2);
    *out++ = ':';
    out = WritePadded(out, seconds / 60 % 60, 2);
    *out++ = ':';
    out = WritePadded(out, seconds % 60, 2);
    const std::uint64_t fraction = rest % kMicrosPerSecond;
    if (fraction != 0) {
        *out++ = '.';
        out = WritePadded(out, fraction, 6);
        while (out[-1] == '0')
            --out;
    }
    return static_cast<std::size_t>(out - buffer);
}

Status CheckTimestamp(std::int64_t usec) noexcept {
    return usec >= kMinTimestamp && usec < kEndTimestamp ? Status::Ok() : Status::Refused(Code::kOutOfRange);
}

Instant FractionInstant(Bytes digits) noexcept {
    Instant instant;
    for (std::size_t i = 0; i < 6; ++i)
        instant.usec = instant.usec * 10 + (i < digits.size() ? digits[i] - '0' : 0);
    if (digits.size() <= 6) return instant;
    const Bytes below = digits.substr(6);
    const bool more = below.find_first_not_of('0', 1) != Bytes::npos;
    if (below[0] > '5' || (below[0] == '5' && more))
        instant.tail = Tail::kAboveHalf;
    else if (below[0] == '5')
        instant.tail = Tail::kHalf;
    else if (below[0] != '0' || more)
        instant.tail = Tail::kBelowHalf;
    return instant;
}

Status FitFraction(const Instant& instant, int digits, ExcessDigits policy, std::int64_t& usec) noexcept {
    const std::int64_t unit = kPowersOfTen[6 - (digits < 0 ? 0 : digits > 6 ? 6 : digits)];
    const std::int64_t excess = instant.usec - FloorDivide(instant.usec, unit) * unit;
    if (excess == 0 && instant.tail == Tail::kNone) {
        usec = instant.usec;
        return Status::Ok();
    }
    if (policy == ExcessDigits::kError) return Status::Refused(Code::kExcessDigits);
    const std::int64_t floor = instant.usec - excess;
    bool up = false;
    if (policy == ExcessDigits::kRound) {
        // Compared in half units; below the microsecond the tail decides.
        const bool tie =
            unit == 1 ? instant.tail == Tail::kHalf : excess * 2 == unit && instant.tail == Tail::kNone;
        const bool above = unit == 1 ? instant.tail == Tail::kAboveHalf : excess * 2 >= unit && !tie;
        up = above || (tie && instant.usec >= 0);
    }
    usec = up ? floor + unit : floor;
    return Status::Ok(Applied::kExcessDigits);
}

}  // namespace pgsqlite::value
