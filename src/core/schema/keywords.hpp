// Keywords: the words that PostgreSQL does not take as a name everywhere without quotes.
#pragma once

#include <string>
#include <string_view>

#include "core/schema/names.hpp"

namespace pgsqlite::schema {

/// Whether a lower-case word is reserved in PostgreSQL 14 to 18, in all places or in some.
bool IsPgKeyword(std::string_view word) noexcept;

/// Why a table or column can't be called so without quotes: "is a reserved word", "has capital letters",
/// "has odd characters"; null where it can. Words that PostgreSQL takes as such names are none: time, values.
const char* FaultWithoutQuotes(std::string_view name) noexcept;

/// The name, quoted only where PostgreSQL needs it: for statements that people read.
std::string QuotePgIdentifierIfNeeded(std::string_view name);

}  // namespace pgsqlite::schema
