// Bulk buffers: rows on their way into one table or into the partitions of one, gathered and written
// together. Each partition has a buffer of its own; rows and bytes are bounded over all of them.
#pragma once

#include "pg/seam.hpp"

namespace pgsqlite::pg::load {

/// Rows for one relation.
struct BulkBuffer {
    ResultRelInfo* target;
    TupleTableSlot** slots;
    int slot_count;  ///< made so far
    int slot_room;
    int used;
    BulkInsertState bulk_state;
    bool alone;    ///< its rows go one by one: what runs for each may look at those before it
    bool ordered;  ///< AFTER ROW triggers see in which order rows came
};

/// All buffers of a statement. What they hold is its memory context's and its resource owner's: an error
/// needs no clean-up.
class BulkBuffers {
  public:
    explicit BulkBuffers(ModifyTableState* node) noexcept : node_(node) {}
    /// Takes a copy of a row of the plan, routed where the target is partitioned. Raises what INSERT raises.
    void Add(TupleTableSlot* row);
    /// Writes all that is left.
    void Finish();

  private:
    BulkBuffer* BufferOf(ResultRelInfo* target);
    TupleTableSlot* FreeSlot(BulkBuffer* buffer);
    void Gather(BulkBuffer* buffer, TupleTableSlot* row);
    void Write(BulkBuffer* buffer);
    void WriteAll();
    void Trim();
    void Drop(BulkBuffer* buffer);

    ModifyTableState* node_;
    List* buffers_ = NIL;                 ///< BulkBuffer *, the latest behind
    BulkBuffer* last_ordered_ = nullptr;  ///< where the last row went whose order counts
    int used_ = 0;
    Size bytes_ = 0;
};

}  // namespace pgsqlite::pg::load
