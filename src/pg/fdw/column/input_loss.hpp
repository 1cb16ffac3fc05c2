// Input functions of PostgreSQL that change a text without a word: name is cut, "char" keeps one byte, oid
// takes -1, money and interval round.
#pragma once

#include "core/value/rule.hpp"
#include "core/value/status.hpp"
#include "pg/pg.hpp"

extern "C" {
#include "utils/fmgroids.h"
}

namespace pgsqlite::pg::fdw {

/// What is lost when `input` reads `text`, unless a policy allows it; ok where nothing is known to be.
value::Status LossOfInput(Oid input, int32 typmod, const value::Policies& policies, Bytes text) noexcept;

/// A number as money, without the marks of lc_monetary between; as LossOfInput where it has more digits than
/// money keeps. Raises where it is out of money's range.
/// @param digits of an integer or real cell
value::Status MoneyOfNumber(Bytes digits, const value::Policies& policies, Datum* money);

/// Whether a type's modifier can change a value: `interval hour` drops minutes, `interval(0)` rounds 1500 ms.
inline bool ModifierMayChange(Oid input, int32 typmod) noexcept {
    return input == F_INTERVAL_IN && typmod >= 0;
}
/// What it has changed, as LossOfInput. @param unmodified the value without the modifier
value::Status LossOfModifier(Oid input, Datum value, Datum unmodified,
                             const value::Policies& policies) noexcept;

}  // namespace pgsqlite::pg::fdw
