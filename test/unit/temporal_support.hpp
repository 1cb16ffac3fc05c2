// Shared by the date and time tests: one conversion in, one short text out, so that a table of cases can be
// read.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <optional>
#include <random>
#include <string>
#include <string_view>

#include "core/base/scratch.hpp"
#include "core/value/encoding.hpp"
#include "core/value/time/temporal.hpp"

namespace pgsqlite::value {

inline const char* CodeName(Code code) {
    switch (code) {
        case Code::kOk:
            return "ok";
        case Code::kWrongClass:
            return "wrong class";
        case Code::kInvalidSyntax:
            return "syntax";
        case Code::kEmptyText:
            return "empty";
        case Code::kOutOfRange:
            return "range";
        case Code::kExcessDigits:
            return "excess";
        case Code::kInvalidDate:
            return "no such date";
        case Code::kZeroDate:
            return "zero date";
        case Code::kTimeInDate:
            return "time in date";
        case Code::kNeedsEncoding:
            return "needs encoding";
        case Code::kSkippedTime:
            return "skipped";
        case Code::kRepeatedTime:
            return "repeated";
        default:
            return "another code";
    }
}

/// A zone of one offset.
inline std::int32_t FixedOffset(const void* context, std::int64_t) noexcept {
    return *static_cast<const std::int32_t*>(context);
}
inline int FixedOffsets(const void* context, std::int64_t, std::int32_t offsets[2]) noexcept {
    offsets[0] = offsets[1] = FixedOffset(context, 0);
    return 1;
}
inline Zone FixedZone(const std::int32_t& seconds_east) {
    return Zone{FixedOffsets, FixedOffset, &seconds_east};
}

/// A column, and what it makes of cells. The text of a result: "2024-02-29 12:00:00" for timestamps,
/// "2024-02-29" for dates, "12:00:00+3600" for times, "null"; "~" before it when a policy changed the value;
/// the code's name for a refusal.
class Column {
  public:
    explicit Column(Kind kind, std::string_view encoding = {}) {
        rule_.kind = kind;
        if (encoding.empty()) return;
        encodings_ = Encodings::Parse(encoding, kind);
        rule_.encodings = encodings_.list();
    }

    Rule& rule() { return rule_; }
    Column& Digits(int digits) {
        rule_.fraction_digits = static_cast<std::int8_t>(digits);
        return *this;
    }
    Column& Excess(ExcessDigits policy) {
        rule_.policies.excess_digits = policy;
        return *this;
    }
    Column& In(const std::int32_t& seconds_east) {
        rule_.zone = FixedZone(seconds_east);
        return *this;
    }

    Status Convert(const Cell& cell, Value& value) { return ConvertTemporal(rule_, cell, scratch_, value); }

    std::string operator()(const Cell& cell) {
        Value value;
        value.integer = 4242;
        value.zone_seconds_east = 17;
        const Status status = Convert(cell, value);
        if (!status.ok()) {
            if (value.integer != 4242 || value.zone_seconds_east != 17) return "output touched";
            return CodeName(status.code);
        }
        const std::string mark = status.applied == Applied::kNone ? "" : "~";
        if (value.is_null) return mark + "null";
        char buffer[48];
        switch (rule_.kind) {
            case Kind::kDate:
                return mark + std::string(buffer, FormatTimestamp(value.integer * kMicrosPerDay, buffer))
                                  .substr(0, DateSize(buffer));
            case Kind::kTime:
            case Kind::kTimetz: {
                std::string text =
                    value.integer == kMicrosPerDay
                        ? "24:00:00"
                        : std::string(buffer, FormatTimestamp(value.integer, buffer)).substr(11);
                if (rule_.kind == Kind::kTimetz)
                    text +=
                        (value.zone_seconds_east < 0 ? "" : "+") + std::to_string(value.zone_seconds_east);
                return mark + text;
            }
            default:
                return mark + std::string(buffer, FormatTimestamp(value.integer, buffer));
        }
    }
    std::string operator()(std::string_view text) { return (*this)(Cell::Text(text)); }
    std::string operator()(const char* text) { return (*this)(Cell::Text(text)); }
    std::string operator()(int number) { return (*this)(Cell::Integer(number)); }
    std::string operator()(std::int64_t number) { return (*this)(Cell::Integer(number)); }
    std::string operator()(double number) { return (*this)(Cell::Real(number)); }

  private:
    static std::size_t DateSize(const char* text) { return std::string_view(text, 20).find(' '); }

    Rule rule_;
    Encodings encodings_;
    Scratch scratch_;
};

/// A generator whose seed is told with every failure (SCOPED_TRACE(seed)); PG_SQLITE_TEST_SEED repeats a run.
inline std::uint64_t TestSeed() {
    if (const char* given = std::getenv("PG_SQLITE_TEST_SEED")) return std::strtoull(given, nullptr, 10);
    return std::random_device{}();
}

}  // namespace pgsqlite::value
