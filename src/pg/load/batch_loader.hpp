// What the parts of a batch share: rows are converted (convert_rows.cpp), asked by rules (batch_rules.cpp)
// and inserted (batch.cpp). Seen by these alone.
#pragma once

#include "core/job/load_task.hpp"
#include "core/value/cell.hpp"
#include "pg/load/collect.hpp"
#include "pg/load/insert.hpp"

extern "C" {
#include "utils/queryenvironment.h"
#include "utils/tuplestore.h"
}

namespace pgsqlite::pg::load {

/// Rows and bytes of a batch: enough that its subtransaction and statement do not count, few enough that the
/// subtransactions of a big table stay few and the halving of a bad batch short.
inline constexpr int kBatchRows = 10000;
inline constexpr Size kBatchBytes = 8 * 1024 * 1024;

/// How a row is told apart in its source, and what policies have changed in it.
struct RowTrace {
    int64 rowid;
    value::Cell* key;  ///< primary key of a row without rowid, beside key_names; null: none
    uint64* changes;   ///< by value::Applied; null: nothing
};

/// Rows that wait for a statement of ours, which sees them as a relation.
struct WaitingRows {
    EphemeralNamedRelationData relation;
    TupleDesc descriptor;
    MinimalTuple* tuples;
    RowTrace* traces;
    int used;
    Size bytes;
    MemoryContext memory;  ///< of the tuples and traces
};

struct ConvertStage;

struct BatchLoader {
    DestReceiver receiver;  ///< must come first
    const plan::LoadTask* task;
    Account* account;
    const char* server;  ///< of the source; null: a query
    const char* table;
    Oid server_oid;
    const char* insert_sql;
    SPIPlanPtr insert;
    WaitingRows rows;  ///< of the target's columns
    int first_column;  ///< in the source's rows, behind the rowid
    int column_count;
    int rule_count;
    MemoryContext scratch;  ///< of one row that is refused
    fdw::RowCollector* collector;
    const fdw::RowSource* counted;                 ///< whose counts `seen` are
    uint64 seen[fdw::RowConverter::kChangeKinds];  ///< up to the latest row
    List* key_names;                               ///< String nodes: SQLite's names
    bool converts;                                 ///< the source gives rows as they are read
    ConvertStage* convert;                         ///< null: not begun, or nothing to convert
};

// waiting_rows.cpp

/// Makes a relation of the name known to the present SPI connection, for rows of that kind.
void InitWaitingRows(WaitingRows* rows, const char* name, TupleDesc descriptor);
/// Lets statements see rows [first, last). @return to be ended when they are done
Tuplestorestate* ShowRows(WaitingRows* rows, int first, int last);
void PutRow(WaitingRows* rows, Datum* values, bool* nulls, const RowTrace& trace);
inline bool IsFull(const WaitingRows& rows) noexcept {
    return rows.used == kBatchRows || rows.bytes >= kBatchBytes;
}
void ForgetRows(WaitingRows* rows);

/// Whether rows come with their rowid, as the first column.
inline bool HasRowid(const BatchLoader* loader) noexcept {
    return loader->first_column == 1;
}

// row_trace.cpp

/// Where the row that the source is at comes from. Lives until the next row.
RowTrace TraceOf(BatchLoader* loader, int64 rowid);
RowTrace CopyTrace(BatchLoader* loader, const RowTrace& trace, MemoryContext context);
/// What names a row in sqlite.job_log; null: nothing does.
const char* PlaceOf(const BatchLoader* loader, const RowTrace& trace);
/// A row that is not written: what policies changed in it did not happen.
void TakeBack(BatchLoader* loader, const RowTrace& trace) noexcept;
/// What is told of a row that does not fit: where it comes from, and the row itself.
Reject RejectOf(BatchLoader* loader, const RowTrace& trace, TupleDesc descriptor, Datum* values, bool* nulls);

/// Refuses the row where rules say so; else counts what they say of it (batch_rules.cpp).
/// @param values the target's columns, and for each rule whether it is broken
bool RefuseByRules(BatchLoader* loader, Datum* values, bool* nulls, const RowTrace& trace);

/// A converted row: the target's columns and, for each rule, whether it is broken. `trace` is copied.
void TakeConverted(BatchLoader* loader, Datum* values, bool* nulls, const RowTrace& trace);
/// The target's columns are the first of `descriptor`, behind the rowid.
void PrepareInsert(BatchLoader* loader, TupleDesc descriptor);

// The stage before: convert_rows.cpp.

/// @param source rows as they are read
void BeginConverting(BatchLoader* loader, TupleDesc source);
void TakeSourceRow(BatchLoader* loader, Datum* values, bool* nulls, const RowTrace& trace);
/// Converts what waits.
void EndConverting(BatchLoader* loader);

}  // namespace pgsqlite::pg::load
