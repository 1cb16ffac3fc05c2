// CommonType: the type of a column that several databases fill.
#pragma once

#include <optional>

#include "core/schema/declared_type.hpp"

namespace pgsqlite::schema {

/// The type that holds all values of both: the wider one, or numeric over what neither holds alone.
/// nullopt where values of one would not fit the other's, or would mean something else.
std::optional<MappedType> CommonType(const MappedType& a, const MappedType& b);

}  // namespace pgsqlite::schema
