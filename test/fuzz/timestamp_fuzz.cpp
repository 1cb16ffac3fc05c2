// Dates and times from any bytes: ISO text, numbers under every encoding, and patterns that come from the
// input too. What is accepted must lie in PostgreSQL's range, must be what its own text says, and what is
// refused must leave the output as it was.
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>

#include "core/base/error.hpp"
#include "core/base/scratch.hpp"
#include "core/value/encoding.hpp"
#include "core/value/time/temporal.hpp"

namespace {

using namespace pgsqlite;
using namespace pgsqlite::value;

#define REQUIRE(condition) \
    if (!(condition)) std::abort()

constexpr Kind kKinds[] = {Kind::kDate, Kind::kTime, Kind::kTimetz, Kind::kTimestamp, Kind::kTimestamptz};
constexpr Encoding kNumeric[] = {Encoding::kUnix,   Encoding::kUnixMs, Encoding::kUnixUs,
                                 Encoding::kUnixNs, Encoding::kJulian, Encoding::kExcel,
                                 Encoding::kWebkit, Encoding::kCocoa,  Encoding::kDotnetTicks};
constexpr std::int64_t kUntouched = 0x5a5a5a5a5a5a5a5a;

std::int32_t FixedOffset(const void* context, std::int64_t usec) noexcept {
    // The contract of a zone: it is asked about times in range only.
    REQUIRE(usec >= kMinTimestamp && usec < kEndTimestamp);
    return *static_cast<const std::int32_t*>(context);
}

bool InRange(Kind kind, const Value& value) {
    switch (kind) {
        case Kind::kDate:
            return value.integer >= kMinTimestamp / kMicrosPerDay &&
                   value.integer < kEndTimestamp / kMicrosPerDay;
        case Kind::kTime:
        case Kind::kTimetz:
            return value.integer >= 0 && value.integer <= kMicrosPerDay;
        default:
            return value.integer >= kMinTimestamp && value.integer < kEndTimestamp;
    }
}

Status ConvertChecked(const Rule& rule, const Cell& cell, Value& value) {
    static Scratch scratch;
    value.integer = kUntouched;
    value.zone_seconds_east = 4242;
    const Status status = ConvertTemporal(rule, cell, scratch, value);
    if (!status.ok() || value.is_null) {
        REQUIRE(value.integer == kUntouched && value.zone_seconds_east == 4242);
        REQUIRE(status.applied == (status.ok() ? Applied::kZeroDateAsNull : Applied::kNone));
        return status;
    }
    REQUIRE(InRange(rule.kind, value));
    if (rule.kind == Kind::kTimetz)
        REQUIRE(value.zone_seconds_east > -57600 && value.zone_seconds_east < 57600);
    if (rule.kind != Kind::kDate) {
        std::int64_t unit = 1;
        for (int i = rule.fraction_digits; i < 6; ++i)
            unit *= 10;
        REQUIRE(value.integer % unit == 0);
    }
    REQUIRE(status.applied == Applied::kNone || rule.policies.excess_digits != ExcessDigits::kError);
    return status;
}

/// Without a policy's help a value is accepted the same way, or refused for its digits, under every policy.
void CheckPolicies(Rule rule, const Cell& cell) {
    Value exact;
    Value rounded;
    Value truncated;
    rule.policies.excess_digits = ExcessDigits::kError;
    const Status plain = ConvertChecked(rule, cell, exact);
    rule.policies.excess_digits = ExcessDigits::kTruncate;
    const Status cut = ConvertChecked(rule, cell, truncated);
    rule.policies.excess_digits = ExcessDigits::kRound;
    const Status near = ConvertChecked(rule, cell, rounded);
    if (plain.ok() && !exact.is_null) {
        REQUIRE(cut.ok() && near.ok());
        // A list may find another encoding under a policy: the first one that accepts wins.
        if (rule.encodings.count <= 1)
            REQUIRE(exact.integer == truncated.integer && exact.integer == rounded.integer);
    } else if (rule.encodings.count <= 1 && cut.ok() && near.ok() && !truncated.is_null) {
        REQUIRE(plain.code == Code::kExcessDigits);
        REQUIRE(rounded.integer >= truncated.integer);
    }
}

void CheckText(const Rule& rule, const Value& value) {
    if (rule.kind != Kind::kTimestamp && rule.kind != Kind::kTimestamptz) return;
    char text[48];
    const std::size_t size = FormatTimestamp(value.integer, text);
    REQUIRE(size <= sizeof text);
    Rule plain;
    plain.kind = Kind::kTimestamp;
    Value again;
    const Status status = ConvertChecked(plain, Cell::Text(std::string_view(text, size)), again);
    REQUIRE(status.ok() && status.applied == Applied::kNone && again.integer == value.integer);
}

void CheckNumber(const char* bytes) {
    std::int64_t integer = 0;
    double real = 0;
    std::memcpy(&integer, bytes, sizeof integer);
    std::memcpy(&real, bytes, sizeof real);
    const std::string digits = std::to_string(integer);
    for (const Encoding encoding : kNumeric) {
        std::int64_t from_integer = 0;
        std::int64_t from_text = 0;
        std::int64_t from_real = 0;
        Applied applied = Applied::kNone;
        const Status a =
            DecodeNumber(encoding, Cell::Integer(integer), ExcessDigits::kRound, from_integer, applied);
        const Status b = DecodeNumber(encoding, Cell::Text(digits), ExcessDigits::kRound, from_text, applied);
        REQUIRE(a.code == b.code && from_integer == from_text);
        REQUIRE(!a.ok() || (from_integer >= kMinTimestamp && from_integer < kEndTimestamp));
        const Status c = DecodeNumber(encoding, Cell::Real(real), ExcessDigits::kError, from_real, applied);
        REQUIRE(!c.ok() || (from_real >= kMinTimestamp && from_real < kEndTimestamp));
        REQUIRE(c.code != Code::kExcessDigits);
        if (real > -9007199254740992.0 && real < 9007199254740992.0 &&
            real == static_cast<double>(static_cast<std::int64_t>(real))) {
            std::int64_t whole = 0;
            const Status d = DecodeNumber(encoding, Cell::Integer(static_cast<std::int64_t>(real)),
                                          ExcessDigits::kError, whole, applied);
            REQUIRE(d.ok() ? c.ok() && whole == from_real
                           : d.code == Code::kExcessDigits || d.code == c.code);
        }
    }
}

/// "kind-and-policies, zone, option" from the first bytes; the option ends at a line feed.
void CheckAll(std::string_view input) {
    const auto choice = static_cast<unsigned char>(input[0]);
    const std::int32_t offset = static_cast<signed char>(input[1]) * 450;  // within ±16 hours
    input.remove_prefix(2);
    Rule rule;
    rule.kind = kKinds[choice % 5];
    rule.fraction_digits = static_cast<std::int8_t>(choice / 5 % 7);
    rule.policies.zero_date_as_null = choice % 2 != 0;
    if (offset != 0)
        rule.zone = Zone{[](const void* context, std::int64_t usec, std::int32_t offsets[2]) noexcept {
                             offsets[0] = offsets[1] = FixedOffset(context, usec);
                             return 1;
                         },
                         FixedOffset, &offset};

    const std::size_t end = input.find('\n');
    Encodings encodings;
    if (end != std::string_view::npos) {
        try {
            encodings = Encodings::Parse(input.substr(0, end), rule.kind);
            rule.encodings = encodings.list();
        } catch (const Error& error) {
            REQUIRE(std::strcmp(error.sqlstate(), sqlstate::kInvalidAttributeValue) == 0 &&
                    !error.hint().empty());
        }
        input.remove_prefix(end + 1);
    }

    Value value;
    const Status status = ConvertChecked(rule, Cell::Text(input), value);
    if (status.ok() && !value.is_null) CheckText(rule, value);
    CheckPolicies(rule, Cell::Text(input));
    if (input.size() < 8) return;
    std::int64_t integer = 0;
    double real = 0;
    std::memcpy(&integer, input.data(), sizeof integer);
    std::memcpy(&real, input.data(), sizeof real);
    CheckPolicies(rule, Cell::Integer(integer));
    CheckPolicies(rule, Cell::Real(real));
    CheckNumber(input.data());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 2) return 0;
    CheckAll(std::string_view(reinterpret_cast<const char*>(data), size));
    return 0;
}
