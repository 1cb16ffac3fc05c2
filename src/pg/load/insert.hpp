// Insert: statements of a load, run so that their rows can be counted and may take the bulk path.
#pragma once

#include "pg/fdw/scan/row_collector.hpp"

namespace pgsqlite::pg::load {

struct InsertCounts {
    uint64 read;       ///< rows that the source gave
    uint64 written;    ///< rows inserted or updated
    uint64 updated;    ///< of these: rows that were there
    uint64 unchanged;  ///< of the others: rows that were there as they are
};

/// Counts the rows that an INSERT … ON CONFLICT DO UPDATE, run with INSTRUMENT_ROWS, has met. Before
/// ExecutorEnd.
void CountConflicts(const QueryDesc* query, InsertCounts* counts);
/// Set while the session's own executor runs a statement of a load (bulk_candidate): where its conflicts are
/// counted.
extern InsertCounts* conflict_counts;

/// Who reads the source: the session alone, or parallel workers with it where PostgreSQL would plan some.
enum class Readers : uint8 { kSession, kWorkers };

/// Runs one INSERT … SELECT.
/// @param collector takes the rows that scans can't convert. Workers have nowhere to leave them: where there
/// are some, its `put` becomes null, and such a row raises an error
InsertCounts RunInsert(const char* sql, Readers readers, fdw::RowCollector* collector);

/// Runs a SELECT into a receiver. @param collector as above
/// @param snapshot what it sees; null: all that is committed by now
void RunSelect(const char* sql, fdw::RowCollector* collector, DestReceiver* receiver,
               Snapshot snapshot = nullptr);

/// Whether the latest RunInsert or RunSelect had a plan for workers.
extern bool ran_parallel;

/// Set while a statement of a load starts: an INSERT with that text may take the bulk path whatever it reads.
extern const char* bulk_candidate;

}  // namespace pgsqlite::pg::load
