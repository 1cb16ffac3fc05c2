// Scanning: SQLite's rows into the executor's slots.
#pragma once

#include "pg/seam.hpp"

namespace pgsqlite::pg::fdw {

void BeginForeignScan(ForeignScanState* node, int eflags);
TupleTableSlot* IterateForeignScan(ForeignScanState* node);
void ReScanForeignScan(ForeignScanState* node);
void EndForeignScan(ForeignScanState* node);
void ExplainForeignScan(ForeignScanState* node, ExplainState* es);

}  // namespace pgsqlite::pg::fdw
