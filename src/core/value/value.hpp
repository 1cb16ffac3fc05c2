// Value and Convert: the one way from a stored cell to a PostgreSQL value, used by scans, loads, profiles and
// validation alike.
#pragma once

#include <cstdint>

#include "core/base/bytes.hpp"
#include "core/base/scratch.hpp"
#include "core/value/cell.hpp"
#include "core/value/rule.hpp"
#include "core/value/status.hpp"

namespace pgsqlite::value {

/// A decimal in PostgreSQL's own base (numeric.c, numeric_send): value = Σ digits[i] · 10000^(weight - i).
struct Decimal {
    enum class Form : std::uint8_t { kFinite, kNan, kInfinity, kNegativeInfinity };
    Form form = Form::kFinite;
    bool negative = false;
    std::int16_t weight = 0;               ///< exponent of digits[0] in base 10000
    std::uint16_t display_scale = 0;       ///< decimal digits after the point to show (dscale)
    std::uint16_t digit_count = 0;         ///< 0 for zero
    const std::int16_t* digits = nullptr;  ///< in the scratch buffer; no leading or trailing zero digits
};

/// A converted value; which member holds it follows from Rule::kind. Bytes and digits lie in the cell or in
/// the scratch buffer: use them before the next Convert or cursor step.
struct Value {
    bool is_null = false;
    union {
        bool boolean;           ///< kBoolean
        std::int64_t integer;   ///< kInt2/4/8; kDate: days since 2000-01-01; kTime, kTimestamp(tz):
                                ///< microseconds (since midnight, since 2000-01-01 local or UTC)
        double real;            ///< kFloat4, kFloat8
        std::uint8_t uuid[16];  ///< kUuid
    };
    std::int32_t zone_seconds_east = 0;  ///< kTimetz
    bool is_number = false;              ///< kInput: the bytes are the digits of a number cell
    Bytes bytes;                         ///< kText, kBytea, kJson, kJsonb, kInput: UTF-8 (or raw) bytes
    Decimal decimal;                     ///< kNumeric
    const Cell* elements = nullptr;      ///< kArray: element cells, to be converted with Rule::element
    std::uint32_t element_count = 0;

    Value() noexcept : integer(0) {}
};

/// Converts one cell by a rule.
///
/// The result arrives exactly, or the status says what is wrong and `out` is untouched but for is_null. A
/// NULL cell gives NULL. on_error is not applied here: what does not fit goes to the caller's sink.
/// @param scratch reused from call to call; holds whatever `out` points to that is not in the cell itself
Status Convert(const Rule& rule, const Cell& cell, Scratch& scratch, Value& out) noexcept;

}  // namespace pgsqlite::value
