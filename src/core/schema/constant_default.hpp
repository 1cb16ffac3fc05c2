// Constant defaults: what SQLite itself would store for a default that depends on nothing, by its own
// functions and the column's affinity, as a literal of PostgreSQL's.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/schema/declared_type.hpp"
#include "core/schema/sql/translate.hpp"

namespace pgsqlite::schema {

/// @param default_sql the default's text as PRAGMA table_xinfo gives it
/// @param affinity the column's
/// @param rule how the column's cells become values
/// @return the literal; nothing where the default is not constant, or its value does not arrive exactly
std::optional<std::string> ConstantDefault(std::string_view default_sql, Affinity affinity,
                                           const value::Rule& rule);

/// TranslateDefault, where it has an answer: and what SQLite stores, where it has none, or where SQLite has
/// its own way of writing the number that a text column gets.
sql::Translation TranslateColumnDefault(std::string_view default_sql, std::string_view declared_type,
                                        const MappedType& type);

}  // namespace pgsqlite::schema
