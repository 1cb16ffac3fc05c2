// ANALYZE: a random sample of a foreign table's rows, from which PostgreSQL makes its statistics.
#pragma once

#include "pg/seam.hpp"

namespace pgsqlite::pg::fdw {

/// Says who samples, and how many pages a heap table of the rows would have: by these PostgreSQL divides the
/// sample of a parent table among its children. Raises as opening the file does.
bool AnalyzeForeignTable(Relation relation, AcquireSampleRowsFunc* function, BlockNumber* total_pages);

}  // namespace pgsqlite::pg::fdw
