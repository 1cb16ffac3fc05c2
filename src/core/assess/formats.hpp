// Formats: what the text, number or blob of one cell looks like beyond its storage class. Told cell by cell
// and exactly; which of them are worth a user's attention is judged when all rows are known (suggest.hpp).
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/value/time/number_encodings.hpp"

namespace pgsqlite::assess {

/// A cell may have several: '03/04/2024' is a US and a European date.
enum class Format : std::uint8_t {
    // Texts. Dates and times count when they exist; '2024-02-30' is none.
    kIsoDate,             ///< 2024-01-31
    kIsoTime,             ///< 12:00, 12:00:00.5
    kIsoDatetime,         ///< 2024-01-31 12:00, with seconds and fraction or without
    kIsoDatetimeT,        ///< 2024-01-31T12:00:00
    kIsoDatetimeOffset,   ///< 2024-01-31 12:00:00+01:00, Z, UTC
    kIsoDatetimeTOffset,  ///< 2024-01-31T12:00:00Z
    kTimeWithoutSeconds,  ///< 12:00: the time of a day, or minutes and seconds
    kOffsetFromUtc,       ///< of dates with an offset: it is not zero
    kFraction7,           ///< of dates with a time: seven digits behind the second, as .NET writes them
    kFraction9,           ///< eight or nine digits, as Go and Java write them
    kFineFraction,        ///< something below the microsecond
    kZeroDate,            ///< 0000-00-00, with a time or without
    kUuid,                ///< any spelling that uuid takes
    kUuidText,            ///< as uuid writes it: lower case, with hyphens
    kJsonObject,          ///< what jsonb takes
    kJsonArray,           ///< what jsonb takes
    kInteger,             ///< '42': as bigint, and back the same digits
    kPaddedInteger,       ///< '007': as bigint it would lose its zeros
    kDecimal,             ///< '42.50', '1e3': as numeric
    kDecimalComma,        ///< '42,5', '1.234,50'
    kGroupedNumber,       ///< '1,234', '1,234.50'
    kBothMarks,           ///< of these two: marks between thousands and a decimal mark
    kTwoDecimals,         ///< of these two: two digits behind the decimal mark
    kCurrency,            ///< '$1,234.50', '12,50 €', 'CHF 12'
    kPercent,             ///< '12 %', '12.5%'
    kBooleanWord,         ///< t/f, true/false, y/n, yes/no, on/off in any case
    kTrueFalse,           ///< true or false, as boolean's text is
    kTF,                  ///< t or f, as boolean is shown
    kEmail,
    kUrl,     ///< http, https or ftp, and a host
    kHex,     ///< an even number of hexadecimal digits, 8 or more; 0x or \x in front or not
    kBase64,  ///< 16 characters or more, a multiple of 4
    // Numbers, as integer, real or text, that are a moment of the years that tell: one for each row of
    // value::kNumberEncodings.
    kFirstDateNumber,
    kZeroOne = kFirstDateNumber + value::kNumberEncodingCount,  ///< integer 0 or 1
    // Blobs.
    kUuidBytes,   ///< 16 bytes that say variant 10 and a version from 1 to 8
    kGuidBytes,   ///< the same in .NET's byte order
    kUtf8Bytes,   ///< UTF-8 text without NUL
    kJsonbBytes,  ///< SQLite's own binary JSON, an object or array
    kGeoPackage,  ///< GeoPackage's header and a geometry
    kSpatiaLite,  ///< SpatiaLite's
    kFormatCount
};
inline constexpr std::size_t kFormatCount = static_cast<std::size_t>(Format::kFormatCount);

/// "iso_date", "unix_ms", … as sqlite.profile shows them.
const char* FormatName(Format format) noexcept;

/// Bit of a format in a set of them.
constexpr std::uint64_t FormatBit(Format format) noexcept {
    return std::uint64_t{1} << static_cast<unsigned>(format);
}

/// The format of numbers that are dates under an encoding of value::kNumberEncodings, by its place.
constexpr Format DateNumberFormat(std::size_t encoding) noexcept {
    return static_cast<Format>(static_cast<std::size_t>(Format::kFirstDateNumber) + encoding);
}
/// Place in value::kNumberEncodings, or value::kNumberEncodingCount.
constexpr std::size_t DateNumberIndex(Format format) noexcept {
    return format >= Format::kFirstDateNumber && format < Format::kZeroOne
               ? static_cast<std::size_t>(format) - static_cast<std::size_t>(Format::kFirstDateNumber)
               : value::kNumberEncodingCount;
}
static_assert(kFormatCount <= 64);

}  // namespace pgsqlite::assess
