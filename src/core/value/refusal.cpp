// The refusal table: one row a code, so that SQLSTATE, words and remedy are told in one place. SQLSTATEs are
// those PostgreSQL's own input functions raise for the same trouble (errcodes appendix, class 22), wherever
// there is one.
#include <array>
#include <cstddef>
#include <iterator>
#include <string_view>

#include "core/value/status.hpp"
#include "core/value/time/number_encodings.hpp"

namespace pgsqlite::value {
namespace {

/// "encoding 'unix|unix_ms|…'": every way in which a number counts time.
constexpr auto kNumberEncodingChoice = [] {
    constexpr std::size_t kSize = [] {
        std::size_t size = sizeof("encoding '");  // each name brings a bar, or the closing quote
        for (const NumberEncoding& row : kNumberEncodings)
            size += std::string_view(row.name).size() + 1;
        return size;
    }();
    std::array<char, kSize> text{};
    std::size_t at = 0;
    for (const char c : std::string_view("encoding '"))
        text[at++] = c;
    for (const NumberEncoding& row : kNumberEncodings) {
        for (const char c : std::string_view(row.name))
            text[at++] = c;
        text[at++] = '|';
    }
    text[at - 1] = '\'';
    return text;
}();

// In the order of Code.
constexpr Refusal kRefusals[] = {
    {"00000", "is accepted", nullptr, false},
    {"42804", "has a storage class this type does not take", nullptr, false},
    {"22P02", "is not a valid value of this type", nullptr, false},
    {"22P02", "is an empty text in a column that is not text", "empty_as_null 'true'", false},
    {"22003", "is out of range", nullptr, false},
    {"22003", "has a fraction, which an integer type does not keep", nullptr, false},
    {"22003", "cannot be represented exactly in floating point", "excess_digits 'round'", false},
    {"22003", "has more digits after the point than the type keeps", "excess_digits 'round'", false},
    {"22021", "is not valid UTF-8", "invalid_text 'replace'", true},
    {"22021", "holds a NUL character", "nul_bytes 'strip'", true},
    {"22P05", "holds a character the server encoding lacks", nullptr, true},
    {"22001", "is longer than the type allows", "too_long 'truncate'", false},
    {"54000", "is larger than the server can hold", nullptr, false},
    {"22P02", "is not valid JSON", "invalid_json 'string'", true},
    {"22030", "has an object with a duplicate key, one of which jsonb would drop", nullptr, true},
    {"22P05", "holds \\u0000, which jsonb does not take", nullptr, true},
    {"54001", "is JSON nested too deeply", nullptr, true},
    {"22008", "is a date or time that does not exist", nullptr, false},
    {"22008", "is a zero date", "zero_date_as_null 'true'", false},
    {"22007", "has a time of day, which a date does not keep", nullptr, false},
    // The choice is the user's: naming one encoding would be a guess at what the number means.
    {"22007", "is a number, which needs an encoding to become a date or time", kNumberEncodingChoice.data(),
     false},
    {"22008", "is a local time that the time zone skips", "ambiguous_time 'earlier|later'", false},
    {"22008", "is a local time that the time zone has twice", "ambiguous_time 'earlier|later'", false},
    {"22007", "is a number, which needs an encoding to become an interval",
     "encoding 's|ms|us|ns|dotnet_timespan'", false},
    {"22P02", "is a number, which needs an encoding to become a value of this type", "encoding 'integer'",
     false},
    {"53200", "could not be converted: out of memory", nullptr, false},
    {"22P02", "is refused by the type's input function", nullptr, false},
};
static_assert(std::size(kRefusals) == static_cast<std::size_t>(Code::kCodeCount));

// In the order of Code.
constexpr const char* kFaultNames[] = {
    "ok",
    "wrong_class",
    "invalid_syntax",
    "empty_text",
    "out_of_range",
    "not_integral",
    "inexact",
    "excess_digits",
    "invalid_text",
    "nul_byte",
    "untranslatable",
    "too_long",
    "too_large",
    "invalid_json",
    "json_duplicate_key",
    "json_nul_escape",
    "json_too_deep",
    "invalid_date",
    "zero_date",
    "time_in_date",
    "needs_encoding",
    "skipped_time",
    "repeated_time",
    "needs_unit",
    "needs_integer",
    "out_of_memory",
    "input_function",
};
static_assert(std::size(kFaultNames) == static_cast<std::size_t>(Code::kCodeCount));

// In the order of Applied.
constexpr const char* kAppliedNames[] = {
    "none",         "on_error",  "empty_as_null", "zero_date_as_null", "excess_digits",
    "invalid_text", "nul_bytes", "invalid_json",  "too_long",          "ambiguous_time",
};
static_assert(std::size(kAppliedNames) == static_cast<std::size_t>(Applied::kAppliedCount));

}  // namespace

const Refusal& Explain(Code code) noexcept {
    const auto index = static_cast<std::size_t>(code);
    return kRefusals[index < std::size(kRefusals) ? index : static_cast<std::size_t>(Code::kInvalidSyntax)];
}

const char* FaultName(Code code) noexcept {
    const auto index = static_cast<std::size_t>(code);
    return kFaultNames[index < std::size(kFaultNames) ? index
                                                      : static_cast<std::size_t>(Code::kInvalidSyntax)];
}

const char* AppliedName(Applied applied) noexcept {
    const auto index = static_cast<std::size_t>(applied);
    return kAppliedNames[index < std::size(kAppliedNames) ? index : 0];
}

}  // namespace pgsqlite::value
