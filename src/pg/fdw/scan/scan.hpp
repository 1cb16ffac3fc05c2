// Scanning: SQLite's rows into the executor's slots.
#pragma once

#include "pg/fdw/scan/row_source.hpp"

namespace pgsqlite::pg::fdw {

/// Why (or that) the statement a scan belongs to takes a faster way into its target, for EXPLAIN; null where
/// it is not an INSERT at its top. Set by who has that way (load::InitBulkInsert).
extern const char* (*describe_insert)(const EState* estate);

void BeginForeignScan(ForeignScanState* node, int eflags);
TupleTableSlot* IterateForeignScan(ForeignScanState* node);
void ReScanForeignScan(ForeignScanState* node);
void EndForeignScan(ForeignScanState* node);
void ExplainForeignScan(ForeignScanState* node, ExplainState* es);

/// Whether another node's row chooses what the scan gives. Parameters without a type carry no value: that for
/// EvalPlanQual, on which every scan below a ModifyTable depends, and that by which a Gather has the shared
/// scan below it start anew.
bool DependsOnOtherNodes(const ForeignScanState* node);

/// A parallel scan's rows, opened unless they are.
/// @param leader in a worker the snapshot to read, else null
RowSource* OpenRows(ForeignScanState* node, const Redirect* leader);
/// In a worker that has no part in the scan.
void ReadNothing(ForeignScanState* node);
/// A scan's rows; null where none was asked for yet, and for an upper plan.
RowSource* RowsOf(ForeignScanState* node);
/// Whether a load takes the account of an open scan.
bool IsOfLoad(ForeignScanState* node);
/// In a worker: values changed in rows that the scan's conditions drop do not count.
void SettleAsLoad(ForeignScanState* node);
/// No more rows come, of those that are counted.
void EndSettling(ForeignScanState* node);

}  // namespace pgsqlite::pg::fdw
