// Checked classes: what a table's CHECKs on typeof() prove of the storage classes in its columns.
#pragma once

#include <cstdint>
#include <vector>

#include "core/sqlite/catalog.hpp"
#include "core/value/cell.hpp"

namespace pgsqlite::schema {

/// A set of storage classes.
using ClassSet = std::uint8_t;
inline constexpr ClassSet kAnyClass = 0xff;
constexpr ClassSet ClassBit(value::StorageClass c) noexcept {
    return static_cast<ClassSet>(1U << static_cast<unsigned>(c));
}
/// Whether a set has no class but this one and NULL.
constexpr bool IsOnly(ClassSet set, value::StorageClass c) noexcept {
    return (set & ~(ClassBit(c) | ClassBit(value::StorageClass::kNull))) == 0;
}

/// By Table::columns, the classes that CHECKs of these forms leave, alone or joined by AND: typeof(a) =
/// 'integer', typeof(a) IN ('integer', 'null'), a IS NULL OR typeof(a) = 'integer'. kAnyClass where none
/// speaks of a column.
std::vector<ClassSet> CheckedClasses(const sqlite::Table& table);

}  // namespace pgsqlite::schema
