// Parallel scans: what the participants share. Rows come in chunks of rowids (chunk_source.hpp); workers
// read under the leader's locks, in its snapshot (core/sqlite/snapshot.hpp).
//
// A worker that can't see the leader's snapshot raises an error. It could not just return no rows: under a
// Parallel Append or a Parallel Hash, the end of one participant's scan says that every row has been claimed,
// and the leader would no longer look.
#pragma once

#include "pg/fdw/plan/plan.hpp"

namespace pgsqlite::pg::fdw {

/// Raises 0A000 for a scan in a parallel worker that is not a parallel scan: a function's.
void CheckMayRunHere(const ForeignScanState* node);

Size EstimateDSMForeignScan(ForeignScanState* node, ParallelContext* pcxt);
void InitializeDSMForeignScan(ForeignScanState* node, ParallelContext* pcxt, void* coordinate);
void ReInitializeDSMForeignScan(ForeignScanState* node, ParallelContext* pcxt, void* coordinate);
void InitializeWorkerForeignScan(ForeignScanState* node, shm_toc* toc, void* coordinate);
void ShutdownForeignScan(ForeignScanState* node);

}  // namespace pgsqlite::pg::fdw
