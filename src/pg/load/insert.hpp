// Insert: statements of a load, run so that their rows can be counted and may take the bulk path.
#pragma once

#include "pg/fdw/scan/row_collector.hpp"
#include "pg/load/running_load.hpp"

namespace pgsqlite::pg::load {

/// Counts the rows that an INSERT … ON CONFLICT DO UPDATE, run with INSTRUMENT_ROWS, has met. Before
/// ExecutorEnd.
void CountConflicts(const QueryDesc* query, InsertCounts* counts);
/// Where an INSERT of a load sends what it gives: nowhere. By this the hooks know the statement, which may
/// take the bulk path whatever it reads.
DestReceiver* LoadReceiver() noexcept;

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

}  // namespace pgsqlite::pg::load
