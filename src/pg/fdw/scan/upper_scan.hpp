// Execution of upper plans: SQLite's rows are kept until the last one has come, because only then is it known
// whether they stand; otherwise PostgreSQL's own plan runs.
#pragma once

#include "pg/seam.hpp"

namespace pgsqlite::pg::fdw {

void BeginUpperScan(ForeignScanState* node, int eflags);
TupleTableSlot* IterateUpperScan(ForeignScanState* node);
void ReScanUpperScan(ForeignScanState* node);
void EndUpperScan(ForeignScanState* node);
void ExplainUpperScan(ForeignScanState* node, ExplainState* es);

}  // namespace pgsqlite::pg::fdw
