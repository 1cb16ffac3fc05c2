// Rule: all that decides how the cells of one column become PostgreSQL values: the target, its modifiers, the
// encodings to try and the policies the user chose. Built once per column, read once per cell. Plain data.
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/base/bytes.hpp"

namespace pgsqlite::value {

/// PostgreSQL types core converts to by itself; kInput goes through the type's own input function.
enum class Kind : std::uint8_t {
    kBoolean,
    kInt2,
    kInt4,
    kInt8,
    kFloat4,
    kFloat8,
    kNumeric,
    kText,  ///< text, and varchar(n) / char(n) with max_chars
    kBytea,
    kDate,
    kTime,
    kTimetz,
    kTimestamp,
    kTimestamptz,
    kUuid,
    kJson,
    kJsonb,
    kArray,  ///< one-dimensional, of any element rule
    kInput,  ///< any other type: the cell's text, for its input function
};

/// What kInput knows of a type beyond its input function. A number goes to that function only where its
/// digits mean the number itself.
enum class InputType : std::uint8_t {
    kText,      ///< name, citext: a number is its digits, as in text
    kNumber,    ///< a number type of an extension: its digits
    kOid,       ///< 0 to 4294967295; xid and cid, too
    kXid8,      ///< 0 to 18446744073709551615
    kMoney,     ///< by way of numeric, whatever lc_monetary says
    kInterval,  ///< needs a unit
    kMacaddr,   ///< 6 bytes
    kMacaddr8,  ///< 8 bytes
    kInet,      ///< 4 or 16 bytes; inet and cidr
    kBits,      ///< bit(n), with n in max_chars
    kVaryingBits,
    kGeometry,  ///< PostGIS's: its text, or a blob under kGpkg or kSpatialite
    kOther,     ///< text only
};

/// Text-like targets keep '' as it is; all others see it as "no value".
constexpr bool IsTextLike(Kind kind) noexcept {
    return kind == Kind::kText || kind == Kind::kBytea;
}
constexpr bool IsTemporal(Kind kind) noexcept {
    return kind == Kind::kDate || kind == Kind::kTime || kind == Kind::kTimetz || kind == Kind::kTimestamp ||
           kind == Kind::kTimestamptz;
}

/// What a stored number or text means. Numeric encodings take integer, real and numeric text cells.
enum class Encoding : std::uint8_t {
    kIso,   ///< SQLite's own text formats; the default for dates and times
    kUnix,  ///< seconds since 1970-01-01 UTC; from here to kDotnetTicks by kNumberEncodings
    kUnixMs,
    kUnixUs,
    kUnixNs,
    kJulian,       ///< days since noon, 4714-11-24 BC proleptic Gregorian
    kExcel,        ///< days of the 1900 date system
    kWebkit,       ///< microseconds since 1601-01-01
    kCocoa,        ///< seconds since 2001-01-01
    kCocoaNs,      ///< nanoseconds since 2001-01-01
    kFiletime,     ///< 100 ns since 1601-01-01
    kDotnetTicks,  ///< 100 ns since 0001-01-01
    kPattern,      ///< a to_char-like pattern
    kRfc2822,      ///< Tue, 2 Jan 2024 03:04:05 +0100; from here to kCtime by spelled_forms.hpp
    kJsDate,       ///< Tue Jan 02 2024 03:04:05 GMT+0100 (Central European Standard Time)
    kGoTime,       ///< 2024-01-02 03:04:05.678 +0100 CET
    kCtime,        ///< Tue Jan  2 03:04:05 2024
    kUtf8,         ///< a blob that holds UTF-8 text
    kSeconds,      ///< a number of seconds as an interval
    kMilliseconds,
    kMicroseconds,
    kNanoseconds,
    kDotnetTimespan,  ///< .NET's TimeSpan: [-][d.]hh:mm:ss[.fffffff], or its ticks of 100 ns
    kIso8601,         ///< P1DT2H
    kInteger,         ///< a number as the bits of an address or a bit string
    kDecimalComma,    ///< a text with a decimal comma: 1.234,56
    kGrouped,         ///< a text with a decimal point and marks between thousands: 1,234.56
    kGuidLe,          ///< 16 bytes in .NET's order
    kJson,            ///< a JSON array
    kPg,              ///< as PostgreSQL writes it: an array {a,"b c",NULL}, an interval, an address
    kGpkg,            ///< a GeoPackage's geometry
    kSpatialite,      ///< SpatiaLite's geometry
    kDelimiter,       ///< text split at a delimiter
};

struct Pattern;  // compiled by encoding.hpp

/// Encodings in the order they are tried; empty means the kind's default.
struct EncodingList {
    static constexpr std::size_t kMax = 8;
    std::uint8_t count = 0;
    Encoding items[kMax] = {};
    const Pattern* patterns[kMax] = {};  ///< by place in items, for kPattern; owned by whoever built the list
    Bytes delimiter;                     ///< for kDelimiter

    bool Has(Encoding e) const noexcept {
        for (std::size_t i = 0; i < count; ++i)
            if (items[i] == e) return true;
        return false;
    }
};

enum class OnError : std::uint8_t { kError, kNull, kReject };
enum class ExcessDigits : std::uint8_t { kError, kRound, kTruncate };
enum class InvalidText : std::uint8_t { kError, kReplace, kNull };
enum class NulBytes : std::uint8_t { kError, kStrip, kNull };
enum class InvalidJson : std::uint8_t { kError, kNull, kString };
enum class TooLong : std::uint8_t { kError, kTruncate };
enum class AmbiguousTime : std::uint8_t { kError, kEarlier, kLater };

/// The value policies of one column. Defaults never change a value.
struct Policies {
    OnError on_error = OnError::kError;
    ExcessDigits excess_digits = ExcessDigits::kError;
    InvalidText invalid_text = InvalidText::kError;
    NulBytes nul_bytes = NulBytes::kError;
    InvalidJson invalid_json = InvalidJson::kError;
    TooLong too_long = TooLong::kError;
    bool empty_as_null = false;
    bool zero_date_as_null = false;
    AmbiguousTime ambiguous_time = AmbiguousTime::kError;

    friend bool operator==(const Policies&, const Policies&) = default;
};

/// The zone in which naive timestamps are read. Null functions mean UTC. Neither may throw or longjmp.
struct Zone {
    /// Seconds east of UTC in force at a local time (microseconds since 2000-01-01 00:00 local).
    /// @param offsets the one that makes the earlier instant of it, and the one that makes the later; equal
    ///   where there is one instant. Of a time that the zone skips, those after and before the gap
    /// @return how many instants have this local time: 0, 1 or 2
    int (*offsets_at_local)(const void* context, std::int64_t local_usec,
                            std::int32_t offsets[2]) noexcept = nullptr;
    /// Seconds east of UTC in force at an instant (microseconds since 2000-01-01 00:00 UTC).
    std::int32_t (*offset_at_instant)(const void* context, std::int64_t utc_usec) noexcept = nullptr;
    const void* context = nullptr;
};

struct Rule {
    Kind kind = Kind::kText;
    InputType input = InputType::kText;  ///< kInput
    bool constrained = false;            ///< numeric: precision and scale hold
    std::int16_t precision = 0;          ///< numeric(p,s)
    std::int16_t scale = 0;              ///< may be negative, or above precision
    std::int8_t fraction_digits = 6;     ///< time and timestamp types: 0 to 6
    std::int32_t max_chars = 0;          ///< text: limit in characters; 0 means none
    bool utf8_server = true;             ///< false: SQL_ASCII, where only NUL is refused
    EncodingList encodings;
    Policies policies;
    Zone zone;
    const Rule* element = nullptr;  ///< kArray
};

}  // namespace pgsqlite::value
