#include "core/assess/formats.hpp"

#include <iterator>

namespace pgsqlite::assess {
namespace {

// In the order of Format, without the numbers that are dates: these have the encodings' names.
constexpr const char* kNames[] = {
    "iso_date",
    "iso_time",
    "iso_datetime",
    "iso_datetime_t",
    "iso_datetime_offset",
    "iso_datetime_t_offset",
    "time_without_seconds",
    "offset_from_utc",
    "fraction_7_digits",
    "fraction_9_digits",
    "fine_fraction",
    "zero_date",
    "uuid",
    "uuid_text",
    "json_object",
    "json_array",
    "integer",
    "padded_integer",
    "decimal",
    "decimal_comma",
    "grouped_number",
    "both_marks",
    "two_decimals",
    "currency_number",
    "percent_number",
    "boolean_word",
    "true_false",
    "t_f",
    "email",
    "url",
    "hex",
    "base64",
    "zero_one",
    "uuid_bytes",
    "guid_bytes",
    "utf8_bytes",
    "jsonb_bytes",
    "geopackage_geometry",
    "spatialite_geometry",
};
static_assert(std::size(kNames) + value::kNumberEncodingCount == kFormatCount);

}  // namespace

const char* FormatName(Format format) noexcept {
    if (const std::size_t place = DateNumberIndex(format); place < value::kNumberEncodingCount)
        return value::kNumberEncodings[place].name;
    const std::size_t index =
        static_cast<std::size_t>(format) - (format < Format::kZeroOne ? 0 : value::kNumberEncodingCount);
    return index < std::size(kNames) ? kNames[index] : "";
}

}  // namespace pgsqlite::assess
