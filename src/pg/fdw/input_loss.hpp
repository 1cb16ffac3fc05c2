// Input functions of PostgreSQL that change a text without a word: name is cut, "char" keeps one byte, oid
// takes -1, money and interval round.
#pragma once

#include "core/value/rule.hpp"
#include "core/value/status.hpp"
#include "pg/pg.hpp"

namespace pgsqlite::pg::fdw {

/// What is lost when `input` reads `text`, unless a policy allows it; ok where nothing is known to be.
value::Status LossOfInput(Oid input, int32 typmod, const value::Policies& policies, Bytes text) noexcept;

}  // namespace pgsqlite::pg::fdw
