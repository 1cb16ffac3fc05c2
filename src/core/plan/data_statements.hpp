// The statements of section data: how one table's rows are read and written.
#pragma once

#include <string>

#include "core/plan/design.hpp"

namespace pgsqlite::plan {

/// The temporary foreign table that reads a planned table's rows.
std::string ForeignTableName(const PlannedTable& table);
std::string CreateForeignTable(const PlannedTable& table);
std::string InsertSelect(const PlannedTable& table);
/// Sets the sequence behind the key past all rows and past what sqlite_sequence remembers; empty without one.
std::string SetSequence(const PlannedTable& table);

}  // namespace pgsqlite::plan
