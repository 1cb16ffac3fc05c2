// Added default: what a column holds in rows that are older than it, so that their records end before it.
// SQLite gives the column's default there, if that is a constant, under the column's affinity; and NULL
// otherwise.
#pragma once

#include <string>

#include "core/value/cell.hpp"

namespace pgsqlite::sqlite {

struct Column;

struct AddedDefault {
    value::Cell cell;  ///< of text and blobs: points into bytes
    std::string bytes;
};

/// Asks SQLite, by ALTER TABLE ADD COLUMN over a table of one row in memory: no row of the file has a part in
/// it, which may be damaged.
/// @param strict whether the column's table is STRICT
/// @throws Error what SQLite says, but for a default that it takes for no constant
void LearnAddedDefault(const Column& column, bool strict, AddedDefault* learned);

}  // namespace pgsqlite::sqlite
