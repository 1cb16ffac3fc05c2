// Column range: the lowest and highest value of a column once it is converted, for whatever must be laid out
// before rows are loaded.
#pragma once

#include "core/assess/misfits.hpp"
#include "core/plan/source.hpp"

namespace pgsqlite::assess {

/// One pass over the table. What the rule refuses is left out.
/// @param rule of an integer, a date or a timestamp
/// @throws Error as CountMisfits
plan::ColumnRange ReadColumnRange(sqlite::Database& db, const sqlite::Table& table, const ColumnRule& rule);

}  // namespace pgsqlite::assess
