// Stored default: what SQLite stores for a default that depends on nothing but its own functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/value/cell.hpp"

namespace pgsqlite::sqlite {

struct StoredValue {
    value::StorageClass storage_class = value::StorageClass::kNull;
    std::int64_t integer = 0;
    double real = 0;
    std::string bytes;

    /// Points into bytes.
    value::Cell cell() const noexcept;
};

/// Asks SQLite over a table in memory. Nothing where it takes no such default, or works on it for long.
/// @param default_sql an expression whose functions are known to be harmless
/// @param type the column's, by which values get its affinity
std::optional<StoredValue> StoredDefault(std::string_view default_sql, std::string_view type);

}  // namespace pgsqlite::sqlite
