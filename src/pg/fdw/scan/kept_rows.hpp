// Kept rows: all rows of a scan, read before something is written to the file that it reads.
#pragma once

#include "core/value/cell.hpp"
#include "pg/seam.hpp"

namespace pgsqlite::pg::fdw {

class KeptRows {
  public:
    /// @param descriptor of the rows
    static KeptRows* In(MemoryContext context, TupleDesc descriptor);
    /// @param ctid null where rows have none
    void Add(const Datum* values, const bool* nulls, ItemPointer ctid);
    /// The next row, in a slot of the descriptor; its values live until the next call. False at the end.
    bool Next(TupleTableSlot* slot);
    void Rewind() noexcept;
    /// Passes over rows.
    void Skip(uint64 rows);

  private:
    MemoryContext context_;
    TupleDesc descriptor_;  ///< of the rows, and behind them the ctid
    Tuplestorestate* store_;
    TupleTableSlot* row_;
    Datum* values_;
    bool* nulls_;
};

}  // namespace pgsqlite::pg::fdw
