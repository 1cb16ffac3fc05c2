// What the parts of the date and time conversion share: what a text says (Written), an exact point in time
// with what lies below its last microsecond (Instant), and a reader of text. Internal to temporal*.cpp and
// pattern.cpp.
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/base/bytes.hpp"
#include "core/value/cell.hpp"
#include "core/value/rule.hpp"
#include "core/value/status.hpp"
#include "core/value/text/ascii.hpp"

namespace pgsqlite::value {

inline constexpr std::int64_t kMicrosPerSecond = 1000000;
inline constexpr std::int32_t kMaxZoneHour = 15;  ///< PostgreSQL's MAX_TZDISP_HOUR

__extension__ using Int128 = __int128;

/// Quotient rounded down; `divisor` is positive.
constexpr std::int64_t FloorDivide(std::int64_t dividend, std::int64_t divisor) noexcept {
    return dividend / divisor - (dividend % divisor < 0 ? 1 : 0);
}

/// Days of a month of the proleptic Gregorian calendar; `month` is 1 to 12.
int DaysInMonth(std::int64_t year, int month) noexcept;
bool IsLeapYear(std::int64_t year) noexcept;

/// The fields that a text in SQLite's format or under a pattern states, as written and not yet checked
/// against the calendar.
struct Written {
    bool has_date = false;
    bool has_time = false;
    bool has_zone = false;
    bool impossible = false;  ///< some field is beyond its range already: a date or time that does not exist
    std::int32_t year = 0;    ///< astronomical: 0 is 1 BC
    std::int32_t month = 0;
    std::int32_t day = 0;
    std::int32_t hour = 0;
    std::int32_t minute = 0;
    std::int32_t second = 0;
    Bytes fraction;  ///< digits after the second's point, any number of them
    std::int32_t zone_seconds_east = 0;
};

/// What lies below a whole microsecond, compared with half of one.
enum class Tail : std::uint8_t { kNone, kBelowHalf, kHalf, kAboveHalf };

/// Exact up to the question whether, and to which side, something is left over: usec is rounded down.
struct Instant {
    std::int64_t usec = 0;
    Tail tail = Tail::kNone;
};

/// Microseconds of a fraction's digits.
Instant FractionInstant(Bytes digits) noexcept;

/// Brings an instant to `digits` (0 to 6) fractional digits under a policy. A tie goes away from zero, that
/// is from 2000-01-01 for a timestamp: what PostgreSQL's timestamp(p) does (AdjustTimestampForTypmod).
/// Truncation cuts the digits as they are shown, towards the past.
/// @param usec set only when the status is Ok; Status::applied says whether the policy had to act
Status FitFraction(const Instant& instant, int digits, ExcessDigits policy, std::int64_t& usec) noexcept;

/// kOk, or kOutOfRange outside what PostgreSQL's timestamp holds.
Status CheckTimestamp(std::int64_t usec) noexcept;

/// True for the encodings that give a number a meaning (kUnix … kDotnetTicks).
bool IsNumericEncoding(Encoding encoding) noexcept;
/// True where the number counts civil time without a zone (Excel's serials, .NET's DateTime.Ticks); the
/// others count from an instant of UTC.
bool IsNaiveEncoding(Encoding encoding) noexcept;
/// True where the number may count from midnight (unix …).
bool IsTimeOfDayEncoding(Encoding encoding) noexcept;

/// Sign, digits, and optionally a point and more digits; nothing else.
bool IsPlainNumber(Bytes text) noexcept;

/// The instant (or civil time) of a number, exact for integers and text, to the nearest microsecond for
/// reals.
Status DecodeInstant(Encoding encoding, const Cell& number, Instant& instant) noexcept;
/// A number under a unix encoding as time since midnight, from 0 to one whole day.
Status DecodeTimeOfDay(Encoding encoding, const Cell& number, Instant& instant) noexcept;

/// A number of units (kSeconds … kNanoseconds, ticks for kDotnetTimespan), within ±2^62 microseconds.
Status DecodeDuration(Encoding unit, const Cell& number, Instant& span) noexcept;

/// Walks over a text; every Take… moves on only when it finds what it looks for.
class TextReader {
  public:
    explicit TextReader(Bytes text) noexcept : at_(text.data()), end_(text.data() + text.size()) {}

    bool AtEnd() const noexcept { return at_ == end_; }
    char Peek() const noexcept { return at_ == end_ ? '\0' : *at_; }
    bool PeekDigit() const noexcept { return at_ != end_ && IsDigit(*at_); }

    bool Take(char c) noexcept {
        if (at_ == end_ || *at_ != c) return false;
        ++at_;
        return true;
    }
    bool TakeSpaces() noexcept {
        const char* begin = at_;
        while (at_ != end_ && IsSpace(*at_))
            ++at_;
        return at_ != begin;
    }
    bool TakeBytes(Bytes bytes) noexcept {
        if (Rest().substr(0, bytes.size()) != bytes) return false;
        at_ += bytes.size();
        return true;
    }
    /// @param lower the word in lower case; matches in any case
    bool TakeWord(Bytes lower) noexcept {
        if (!EqualsWord(Rest().substr(0, lower.size()), lower)) return false;
        at_ += lower.size();
        return true;
    }
    /// As many digits as there are, up to `max` (at most 9); false when they are fewer than `min`.
    bool TakeNumber(int min, int max, std::int32_t& number) noexcept {
        const char* p = at_;
        std::int32_t value = 0;
        while (p != end_ && p - at_ < max && IsDigit(*p))
            value = value * 10 + (*p++ - '0');
        if (p - at_ < min) return false;
        at_ = p;
        number = value;
        return true;
    }
    Bytes TakeDigits(std::size_t max) noexcept {
        const char* begin = at_;
        while (at_ != end_ && static_cast<std::size_t>(at_ - begin) < max && IsDigit(*at_))
            ++at_;
        return Bytes(begin, static_cast<std::size_t>(at_ - begin));
    }

  private:
    Bytes Rest() const noexcept { return Bytes(at_, static_cast<std::size_t>(end_ - at_)); }

    const char* at_;
    const char* end_;
};

/// SQLite's text formats (values.md); only the shape is checked here.
Status ParseIso(Bytes trimmed, Written& written) noexcept;
/// Z, UTC, GMT, ±HH, ±HHMM, ±HH:MM, ±HH:MM:SS.
bool TakeZone(TextReader& reader, Written& written) noexcept;

}  // namespace pgsqlite::value
