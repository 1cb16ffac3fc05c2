#include "pg/load/bulk_buffers.hpp"

#include "pg/load/eligible.hpp"

extern "C" {
#include "catalog/pg_trigger.h"
#include "executor/execPartition.h"
}

namespace pgsqlite::pg::load {
namespace {

static_assert(std::is_trivially_destructible_v<BulkBuffers>);

/// Rows and bytes gathered before they are written. copyfrom.c has 1,000 and 64 kB; wider rows profit from a
/// few pages more, and a thousand slots of a wide table must not keep much memory.
constexpr int kMaxRows = 1000;
constexpr Size kMaxBytes = 256 * 1024;
/// Buffers that outlast a writing, each with a ring of 8 kB, and slots over all of them.
constexpr int kKeptBuffers = 500;
constexpr int kKeptSlots = 4 * kMaxRows;
/// With more buffers none keeps its page pinned: shared_buffers may be small.
constexpr int kPinningBuffers = 32;

bool HasBeforeRow(const ResultRelInfo* target) noexcept {
    return target->ri_TrigDesc != nullptr && target->ri_TrigDesc->trig_insert_before_row;
}

/// A trigger of a user's; those of constraints do not tell who comes first.
bool HasOwnAfterRow(const ResultRelInfo* target) noexcept {
    const TriggerDesc* triggers = target->ri_TrigDesc;
    if (triggers == nullptr || !triggers->trig_insert_after_row) return false;
    for (int i = 0; i < triggers->numtriggers; ++i) {
        const Trigger* trigger = &triggers->triggers[i];
        if (TRIGGER_TYPE_MATCHES(trigger->tgtype, TRIGGER_TYPE_ROW, TRIGGER_TYPE_AFTER,
                                 TRIGGER_TYPE_INSERT) &&
            RI_FKey_trigger_type(trigger->tgfoid) == RI_TRIGGER_NONE &&
            trigger->tgfoid != F_UNIQUE_KEY_RECHECK)
            return true;
    }
    return false;
}

}  // namespace

BulkBuffer* BulkBuffers::BufferOf(ResultRelInfo* target) {
    // COPY's own place for the same thing, which INSERT leaves free.
    if (target->ri_CopyMultiInsertBuffer != nullptr)
        return reinterpret_cast<BulkBuffer*>(target->ri_CopyMultiInsertBuffer);
    Relation relation = target->ri_RelationDesc;
    // Looked for beforehand, so that it has come since.
    if (target->ri_FdwRoutine != nullptr)
        ereport(ERROR, (errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
                        errmsg("foreign partition \"%s\" has been attached since the statement began",
                               RelationGetRelationName(relation))));
    MemoryContext previous = MemoryContextSwitchTo(node_->ps.state->es_query_cxt);
    BulkBuffer* buffer = static_cast<BulkBuffer*>(palloc0(sizeof(BulkBuffer)));
    buffer->target = target;
    buffer->bulk_state = GetBulkInsertState();
    buffer->alone = HasBeforeRow(target) || HasVolatileCheck(relation);
    buffer->ordered = node_->mt_transition_capture != nullptr || HasOwnAfterRow(target);
    if (relation->rd_rel->relhasindex && target->ri_IndexRelationDescs == nullptr)
        ExecOpenIndices(target, false);
    buffers_ = lappend(buffers_, buffer);
    MemoryContextSwitchTo(previous);
    target->ri_CopyMultiInsertBuffer = reinterpret_cast<CopyMultiInsertBuffer*>(buffer);
    return buffer;
}

/// The next free slot of a buffer, made when it is first needed.
TupleTableSlot* BulkBuffers::FreeSlot(BulkBuffer* buffer) {
    if (buffer->used < buffer->slot_count) return buffer->slots[buffer->used];
    MemoryContext previous = MemoryContextSwitchTo(node_->ps.state->es_query_cxt);
    if (buffer->slot_count == buffer->slot_room) {
        buffer->slot_room = std::max(16, 2 * buffer->slot_room);
        const Size size = sizeof(TupleTableSlot*) * static_cast<Size>(buffer->slot_room);
        buffer->slots = static_cast<TupleTableSlot**>(buffer->slots != nullptr ? repalloc(buffer->slots, size)
                                                                               : palloc(size));
    }
    TupleTableSlot* slot = table_slot_create(buffer->target->ri_RelationDesc, nullptr);
    buffer->slots[buffer->slot_count++] = slot;
    MemoryContextSwitchTo(previous);
    return slot;
}

/// What ExecInsert() does for a row up to its insertion (nodeModifyTable.c), for the cases that are eligible.
void BulkBuffers::Gather(BulkBuffer* buffer, TupleTableSlot* row) {
    EState* estate = node_->ps.state;
    ResultRelInfo* target = buffer->target;
    Relation relation = target->ri_RelationDesc;
    TupleTableSlot* slot = FreeSlot(buffer);
    ExecCopySlot(slot, row);
    slot->tts_tableOid = RelationGetRelid(relation);
    const bool before_row = HasBeforeRow(target);
    if (before_row && !ExecBRInsertTriggers(estate, target, slot)) {
        ExecClearTuple(slot);
        return;
    }
    const TupleConstr* constraints = relation->rd_att->constr;
    if (constraints != nullptr) {
        if (constraints->has_generated_stored) ExecComputeStoredGenerated(target, estate, slot, CMD_INSERT);
        ExecConstraints(target, slot, estate);
    }
    // A routed row belongs where it is, unless a trigger has changed it.
    if (relation->rd_rel->relispartition && (target->ri_RootResultRelInfo == nullptr || before_row))
        ExecPartitionCheck(target, slot, estate, true);
    // The slot holds a heap tuple now: its length is what the buffer keeps.
    bytes_ += ExecFetchSlotHeapTuple(slot, true, nullptr)->t_len;
    ++buffer->used;
    ++used_;
}

void BulkBuffers::Add(TupleTableSlot* row) {
    EState* estate = node_->ps.state;
    ResultRelInfo* target = node_->resultRelInfo;
    if (node_->mt_partition_tuple_routing != nullptr) {
        target = ExecFindPartition(node_, target, node_->mt_partition_tuple_routing, row, estate);
        TupleConversionMap* map = compat::RootToPartitionMap(target, estate);
        if (map != nullptr) row = execute_attr_map_slot(map->attrMap, row, target->ri_PartitionTupleSlot);
    }
    BulkBuffer* buffer = BufferOf(target);
    if (buffer->ordered && last_ordered_ != buffer) {
        if (last_ordered_ != nullptr) WriteAll();
        last_ordered_ = buffer;
    }
    if (buffer->alone) WriteAll();
    Gather(buffer, row);
    if (buffer->alone || used_ >= kMaxRows || bytes_ >= kMaxBytes) {
        WriteAll();
        Trim();
    }
}

/// The gathered rows: table, then index entries, then what AFTER triggers need.
void BulkBuffers::Write(BulkBuffer* buffer) {
    if (buffer->used == 0) return;
    EState* estate = node_->ps.state;
    ResultRelInfo* target = buffer->target;
    MemoryContext previous = MemoryContextSwitchTo(GetPerTupleMemoryContext(estate));
    table_multi_insert(target->ri_RelationDesc, buffer->slots, buffer->used, estate->es_output_cid, 0,
                       buffer->bulk_state);
    MemoryContextSwitchTo(previous);

    const bool after_triggers =
        (target->ri_TrigDesc != nullptr && target->ri_TrigDesc->trig_insert_after_row) ||
        node_->mt_transition_capture != nullptr;
    for (int i = 0; i < buffer->used; ++i) {
        TupleTableSlot* slot = buffer->slots[i];
        List* recheck = NIL;
        if (target->ri_NumIndices > 0) recheck = compat::InsertIndexTuples(target, slot, estate);
        if (after_triggers) ExecARInsertTriggers(estate, target, slot, recheck, node_->mt_transition_capture);
        list_free(recheck);
        ExecClearTuple(slot);
        ResetPerTupleExprContext(estate);
    }
    if (node_->canSetTag) estate->es_processed += static_cast<uint64>(buffer->used);
    if (list_length(buffers_) > kPinningBuffers) ReleaseBulkInsertStatePin(buffer->bulk_state);
    used_ -= buffer->used;
    buffer->used = 0;
}

void BulkBuffers::WriteAll() {
    if (used_ == 0) return;
    ListCell* cell;
    foreach (cell, buffers_)
        Write(static_cast<BulkBuffer*>(lfirst(cell)));
    bytes_ = 0;
}

/// Lets go of buffers where rows go to more partitions than may keep one.
void BulkBuffers::Trim() {
    int slots = 0;
    ListCell* cell;
    foreach (cell, buffers_)
        slots += static_cast<BulkBuffer*>(lfirst(cell))->slot_count;
    while (list_length(buffers_) > 1 && (list_length(buffers_) > kKeptBuffers || slots > kKeptSlots)) {
        BulkBuffer* oldest = static_cast<BulkBuffer*>(linitial(buffers_));
        slots -= oldest->slot_count;
        Drop(oldest);
        buffers_ = list_delete_first(buffers_);
    }
}

void BulkBuffers::Drop(BulkBuffer* buffer) {
    for (int i = 0; i < buffer->slot_count; ++i)
        ExecDropSingleTupleTableSlot(buffer->slots[i]);
    FreeBulkInsertState(buffer->bulk_state);
    table_finish_bulk_insert(buffer->target->ri_RelationDesc, 0);
    buffer->target->ri_CopyMultiInsertBuffer = nullptr;
    if (last_ordered_ == buffer) last_ordered_ = nullptr;
    if (buffer->slots != nullptr) pfree(buffer->slots);
    pfree(buffer);
}

void BulkBuffers::Finish() {
    WriteAll();
    ListCell* cell;
    foreach (cell, buffers_)
        Drop(static_cast<BulkBuffer*>(lfirst(cell)));
    list_free(buffers_);
    buffers_ = NIL;
}

}  // namespace pgsqlite::pg::load
