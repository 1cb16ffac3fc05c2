// Integer targets: int2, int4, int8.
#pragma once

#include "core/value/cell.hpp"
#include "core/value/number/number.hpp"
#include "core/value/rule.hpp"
#include "core/value/value.hpp"

namespace pgsqlite::value {

/// The value of a scanned number as a 64-bit integer.
/// @return kOk; kOutOfRange beyond 64 bits and for infinities and NaN; kNotIntegral for a fraction
Code IntegerFromText(const NumberText& number, std::int64_t& value) noexcept;

/// The value of a real as a 64-bit integer; results as above.
Code IntegerFromReal(double real, std::int64_t& value) noexcept;

/// kInt2, kInt4, kInt8: integers in range, reals that are integral and in range, texts that are such a number
/// as a whole ('12', '12.0', '1e3').
Status ConvertInteger(const Rule& rule, const Cell& cell, Value& out) noexcept;

}  // namespace pgsqlite::value
