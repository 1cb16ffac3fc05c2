// Recognises the UUIDs that default clauses put together from randomblob().
#pragma once

#include "core/schema/sql/ast.hpp"

namespace pgsqlite::schema::sql {

enum class RandomUuid { kNone, kBytes, kHex, kUpperHex, kText, kUpperText };

/// What the expression gives: 16 random bytes, 32 random digits, or a text of 36 characters such as
/// lower(hex(randomblob(4))) || '-' || lower(hex(randomblob(2))) || '-4' || …
RandomUuid RandomUuidOf(const Expression& expression);

}  // namespace pgsqlite::schema::sql
