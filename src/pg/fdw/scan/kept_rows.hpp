// Kept rows: all rows of a scan, read before something is written to the file that it reads.
#pragma once

#include "core/value/cell.hpp"
#include "pg/seam.hpp"

extern "C" {
#include "utils/resowner.h"
#include "utils/tuplestore.h"
}

namespace pgsqlite::pg::fdw {

/// A tuplestore in the current memory context whose file, if it gets one, is the owner's.
Tuplestorestate* BeginStore(ResourceOwner owner);

class KeptRows {
  public:
    /// @param descriptor of the rows
    /// @param owner of the scan's query: what writes may end before the scan does, which reads from a file
    /// then
    static KeptRows* In(MemoryContext context, ResourceOwner owner, TupleDesc descriptor);
    /// @param ctid null where rows have none
    void Add(const Datum* values, const bool* nulls, ItemPointer ctid);
    /// The next row, in a slot of the descriptor; its values live until the next call. False at the end.
    bool Next(TupleTableSlot* slot);
    void Rewind() noexcept;
    /// Passes over rows.
    void Skip(uint64 rows);
    void End() noexcept;

  private:
    MemoryContext context_;
    TupleDesc descriptor_;  ///< of the rows, and behind them the ctid
    Tuplestorestate* store_;
    TupleTableSlot* row_;
    Datum* values_;
    bool* nulls_;
};

}  // namespace pgsqlite::pg::fdw
