// Query rows: rows of PostgreSQL's on their way into the record of rejected rows.
#pragma once

#include "pg/seam.hpp"

namespace pgsqlite::pg::load {

/// {"column": {"type": "numeric", "value": "text form"}, …}; "value" is missing for NULL. Palloc'd.
char* QueryRowAsJson(TupleDesc descriptor, const Datum* values, const bool* nulls);

/// The columns that an error of an INSERT names, itself or by its constraint; String nodes.
List* ColumnsToBlame(const ErrorData* error);

}  // namespace pgsqlite::pg::load
