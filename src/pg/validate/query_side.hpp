// Query side: rows that a query of PostgreSQL's gives, on their way from the executor into the hash.
#pragma once

#include "pg/fdw/scan/row_collector.hpp"
#include "pg/validate/side.hpp"

namespace pgsqlite::pg::validate {

/// Receives the rows of one execution. Set `taker` before the first of them.
struct QueryReader {
    DestReceiver receiver;        ///< must come first
    fdw::RowCollector collector;  ///< counts the rows of the source that can't be converted
    Side* side;
    RowHasher* hasher;
    const RowTaker* taker;
    MemoryContext row_memory;
    TupleTableSlot* slot;  ///< the row at hand
};

/// @param side lives as long
QueryReader* MakeQueryReader(MemoryContext context, Side* side);

/// Reads all rows of the side's query, in this session alone.
void ReadQuery(Side* side, const RowTaker& taker);

}  // namespace pgsqlite::pg::validate
