#include "core/assess/formats.hpp"

#include <iterator>

namespace pgsqlite::assess {
namespace {

// In the order of Format.
constexpr const char* kNames[] = {
    "iso_date",
    "iso_time",
    "iso_datetime",
    "iso_datetime_t",
    "iso_datetime_offset",
    "iso_datetime_t_offset",
    "zero_date",
    "us_date",
    "eu_date",
    "dotted_date",
    "ymd_date",
    "uuid",
    "json_object",
    "json_array",
    "integer",
    "padded_integer",
    "decimal",
    "decimal_comma",
    "grouped_number",
    "boolean_word",
    "email",
    "url",
    "hex",
    "base64",
    "unix",
    "unix_ms",
    "unix_us",
    "unix_ns",
    "julian",
    "excel",
    "webkit",
    "cocoa",
    "dotnet_ticks",
    "zero_one",
    "uuid_bytes",
    "utf8_bytes",
};
static_assert(std::size(kNames) == kFormatCount);

}  // namespace

const char* FormatName(Format format) noexcept {
    const auto index = static_cast<std::size_t>(format);
    return index < kFormatCount ? kNames[index] : "";
}

value::Encoding EncodingOf(Format format) noexcept {
    using value::Encoding;
    switch (format) {
        case Format::kUnix:
            return Encoding::kUnix;
        case Format::kUnixMs:
            return Encoding::kUnixMs;
        case Format::kUnixUs:
            return Encoding::kUnixUs;
        case Format::kUnixNs:
            return Encoding::kUnixNs;
        case Format::kJulian:
            return Encoding::kJulian;
        case Format::kExcel:
            return Encoding::kExcel;
        case Format::kWebkit:
            return Encoding::kWebkit;
        case Format::kCocoa:
            return Encoding::kCocoa;
        case Format::kDotnetTicks:
            return Encoding::kDotnetTicks;
        default:
            return Encoding::kIso;
    }
}

}  // namespace pgsqlite::assess
