// Query rows: rows of PostgreSQL's on their way into the record of rejected rows.
#pragma once

#include "core/job/load_task.hpp"
#include "pg/seam.hpp"

namespace pgsqlite::pg::load {

/// {"column": {"type": "numeric", "value": "text form"}, …}; "value" is missing for NULL. Palloc'd.
char* QueryRowAsJson(TupleDesc descriptor, const Datum* values, const bool* nulls);

/// The columns that an error of an INSERT names, itself or by its constraint; String nodes.
List* ColumnsToBlame(const ErrorData* error);

/// Columns of the target by the names that SQLite has for them, which are those of the row's JSON.
List* NamesInSource(const plan::LoadTask& task, const List* columns);

}  // namespace pgsqlite::pg::load
