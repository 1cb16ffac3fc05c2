// Floating-point targets: float8 and float4.
#pragma once

#include "core/value/cell.hpp"
#include "core/value/number/number.hpp"
#include "core/value/rule.hpp"
#include "core/value/value.hpp"

namespace pgsqlite::value {

/// The double or float nearest to a scanned number.
/// @param keeps_digits whether it holds all digits of the text: printed again with as many digits it gives
/// the
///        same ones, or its shortest form does, or it is the very value
/// @return kOk, or kOutOfRange when the number is too large, or so small that only zero is left
Code RealFromText(const NumberText& number, double& value, bool& keeps_digits) noexcept;
Code RealFromText(const NumberText& number, float& value, bool& keeps_digits) noexcept;

/// kFloat8, kFloat4. What the type cannot hold exactly is refused with kInexact; excess_digits (round and
/// truncate alike) takes the nearest value instead.
Status ConvertReal(const Rule& rule, const Cell& cell, Value& out) noexcept;

}  // namespace pgsqlite::value
