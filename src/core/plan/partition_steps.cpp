// The arithmetic of partition steps: exact for every value that a type can hold.
#include "core/plan/partition_steps.hpp"

#include <cstdio>

#include "core/value/time/temporal.hpp"

namespace pgsqlite::plan {
namespace {

using spec::Every;
using value::Kind;

__extension__ using Wide = __int128;

constexpr std::int64_t kMicrosPerMinute = 60000000;
constexpr std::int64_t kFirstMonday = 2;  // days from 2000-01-01, a Saturday
// Years whose January lies in the types' range.
constexpr std::int64_t kFirstYear = -4712, kLastDateYear = 5874897, kLastTimestampYear = 294276;

constexpr std::int64_t FloorDivide(std::int64_t dividend, std::int64_t divisor) noexcept {
    return dividend / divisor - (dividend % divisor < 0 ? 1 : 0);
}
constexpr bool IsInteger(Kind kind) noexcept {
    return kind == Kind::kInt2 || kind == Kind::kInt4 || kind == Kind::kInt8;
}

template <class... Args>
std::string Format(const char* format, Args... args) {
    char buffer[64];
    const int length = std::snprintf(buffer, sizeof buffer, format, args...);
    return std::string(buffer, static_cast<std::size_t>(length));
}

}  // namespace

std::string PartitionSteps::Fault(const Every& every, Kind kind) {
    if (IsInteger(kind))
        return every.unit == Every::Unit::kNumber
                   ? std::string()
                   : "the column is an integer: its partitions have a plain number as width, as in 1000000";
    const bool has_time = kind == Kind::kTimestamp || kind == Kind::kTimestamptz;
    if (!has_time && kind != Kind::kDate)
        return "partitions are made by the values of a date, a timestamp or an integer";
    if (every.unit == Every::Unit::kNumber)
        return "the column is a date or a time: the width of its partitions has a unit, as in 1 month";
    if (!has_time && (every.unit == Every::Unit::kHour || every.unit == Every::Unit::kMinute))
        return "the column is a date: its partitions can't be shorter than a day";
    return {};
}

PartitionSteps::PartitionSteps(const Every& every, Kind kind) noexcept
    : kind_(kind),
      months_(every.unit == Every::Unit::kMonth),
      integer_(IsInteger(kind)),
      width_(every.count),
      unit_(every.unit) {
    if (months_ || integer_) return;
    const std::int64_t day = kind == Kind::kDate ? 1 : value::kMicrosPerDay;
    switch (every.unit) {
        case Every::Unit::kWeek:
            width_ *= 7 * day;
            origin_ = kFirstMonday * day;
            break;
        case Every::Unit::kDay:
            width_ *= day;
            break;
        case Every::Unit::kHour:
            width_ *= 60 * kMicrosPerMinute;
            break;
        default:
            width_ *= kMicrosPerMinute;
            break;
    }
}

std::int64_t PartitionSteps::StepOf(std::int64_t value) const noexcept {
    if (months_) {
        std::int64_t year;
        int month, day;
        value::CivilFromDays(kind_ == Kind::kDate ? value : FloorDivide(value, value::kMicrosPerDay), year,
                             month, day);
        return FloorDivide(year * 12 + month - 1, width_);
    }
    const Wide distance = static_cast<Wide>(value) - origin_;
    return static_cast<std::int64_t>(distance / width_ - (distance % width_ < 0 ? 1 : 0));
}

PartitionSteps::Start PartitionSteps::StartOf(std::int64_t step, int further) const noexcept {
    Start start;
    const std::int64_t last_year = kind_ == Kind::kDate ? kLastDateYear : kLastTimestampYear;
    const Wide at = (static_cast<Wide>(step) + further) * width_ + origin_;
    if (integer_) {
        const std::int64_t highest = kind_ == Kind::kInt2   ? INT16_MAX
                                     : kind_ == Kind::kInt4 ? INT32_MAX
                                                            : INT64_MAX;
        start.beyond = at > highest ? 1 : at < -static_cast<Wide>(highest) - 1 ? -1 : 0;
        if (start.beyond == 0) start.number = static_cast<std::int64_t>(at);
        return start;
    }
    const Wide unit = months_ ? 12 : kind_ == Kind::kDate ? 1 : value::kMicrosPerDay;
    // Roughly, before numbers are too large for a calendar.
    const Wide years = months_ ? at / 12 : at / unit / 365;
    if (years > 2 * kLastDateYear || years < 2 * kFirstYear) {
        start.beyond = years > 0 ? 1 : -1;
        return start;
    }
    if (months_) {
        const std::int64_t month = static_cast<std::int64_t>(at);
        start.year = FloorDivide(month, 12);
        start.month = static_cast<int>(month - start.year * 12) + 1;
    } else {
        const Wide day = at / unit - (at % unit < 0 ? 1 : 0);
        value::CivilFromDays(static_cast<std::int64_t>(day), start.year, start.month, start.day);
        start.minute = static_cast<int>((at - day * unit) / kMicrosPerMinute);
    }
    start.beyond = start.year > last_year ? 1 : start.year < kFirstYear ? -1 : 0;
    return start;
}

std::string PartitionSteps::Bound(const Start& start) const {
    if (start.beyond != 0) return start.beyond > 0 ? "MAXVALUE" : "MINVALUE";
    if (integer_) return std::to_string(start.number);
    const bool before_christ = start.year < 1;
    std::string text =
        Format("'%04lld-%02d-%02d", static_cast<long long>(before_christ ? 1 - start.year : start.year),
               start.month, start.day);
    if (start.minute != 0 || kind_ == Kind::kTimestamptz)
        text += Format(" %02d:%02d:00", start.minute / 60, start.minute % 60);
    if (kind_ == Kind::kTimestamptz) text += "+00";
    return text + (before_christ ? " BC'" : "'");
}

std::string PartitionSteps::Suffix(std::int64_t step) const {
    const Start start = StartOf(step, 0);
    if (start.beyond != 0) return start.beyond > 0 ? "_highest" : "_lowest";
    if (integer_) {
        if (start.number >= 0) return "_p" + std::to_string(start.number);
        return "_m" + std::to_string(start.number).substr(1);
    }
    std::string text = Format(start.year < 1 ? "_bc%04lld" : "_%04lld",
                              static_cast<long long>(start.year < 1 ? 1 - start.year : start.year));
    if (months_ && width_ % 12 == 0) return text;
    text += Format("_%02d", start.month);
    if (months_) return text;
    text += Format("_%02d", start.day);
    if (unit_ == Every::Unit::kHour) return text + Format("_%02d", start.minute / 60);
    if (unit_ == Every::Unit::kMinute)
        return text + Format("_%02d%02d", start.minute / 60, start.minute % 60);
    return text;
}

}  // namespace pgsqlite::plan
