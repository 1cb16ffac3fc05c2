#include "pg/fdw/scan/kept_rows.hpp"

namespace pgsqlite::pg::fdw {

Tuplestorestate* BeginStore(ResourceOwner owner) {
    const ResourceOwner current = CurrentResourceOwner;
    CurrentResourceOwner = owner;
    Tuplestorestate* store = tuplestore_begin_heap(false, false, work_mem);
    CurrentResourceOwner = current;
    return store;
}

KeptRows* KeptRows::In(MemoryContext context, ResourceOwner owner, TupleDesc descriptor) {
    MemoryContext previous = MemoryContextSwitchTo(context);
    KeptRows* self = static_cast<KeptRows*>(palloc0(sizeof(KeptRows)));
    const int natts = descriptor->natts;
    self->context_ = context;
    self->descriptor_ = CreateTemplateTupleDesc(natts + 1);
    for (int i = 1; i <= natts; ++i)
        TupleDescCopyEntry(self->descriptor_, static_cast<AttrNumber>(i), descriptor,
                           static_cast<AttrNumber>(i));
    TupleDescInitEntry(self->descriptor_, static_cast<AttrNumber>(natts + 1), "ctid", TIDOID, -1, 0);
    self->store_ = BeginStore(owner);
    self->row_ = MakeSingleTupleTableSlot(self->descriptor_, &TTSOpsMinimalTuple);
    self->values_ = static_cast<Datum*>(palloc0(sizeof(Datum) * static_cast<size_t>(natts + 1)));
    self->nulls_ = static_cast<bool*>(palloc0(sizeof(bool) * static_cast<size_t>(natts + 1)));
    MemoryContextSwitchTo(previous);
    return self;
}

void KeptRows::Add(const Datum* values, const bool* nulls, ItemPointer ctid) {
    const int natts = descriptor_->natts - 1;
    std::memcpy(values_, values, sizeof(Datum) * static_cast<size_t>(natts));
    std::memcpy(nulls_, nulls, sizeof(bool) * static_cast<size_t>(natts));
    values_[natts] = PointerGetDatum(ctid);
    nulls_[natts] = ctid == nullptr;
    tuplestore_putvalues(store_, descriptor_, values_, nulls_);
}

bool KeptRows::Next(TupleTableSlot* slot) {
    // A row that was spilled is read into the current context.
    MemoryContext previous = MemoryContextSwitchTo(context_);
    const bool found = tuplestore_gettupleslot(store_, true, false, row_);
    MemoryContextSwitchTo(previous);
    if (!found) return false;
    slot_getallattrs(row_);
    const int natts = descriptor_->natts - 1;
    std::memcpy(slot->tts_values, row_->tts_values, sizeof(Datum) * static_cast<size_t>(natts));
    std::memcpy(slot->tts_isnull, row_->tts_isnull, sizeof(bool) * static_cast<size_t>(natts));
    if (!row_->tts_isnull[natts])
        slot->tts_tid = *reinterpret_cast<ItemPointer>(DatumGetPointer(row_->tts_values[natts]));
    return true;
}

void KeptRows::Rewind() noexcept {
    tuplestore_rescan(store_);
}

void KeptRows::End() noexcept {
    ExecClearTuple(row_);
    tuplestore_end(store_);
}

void KeptRows::Skip(uint64 rows) {
    if (rows > 0) (void)tuplestore_skiptuples(store_, static_cast<int64>(rows), true);
}

}  // namespace pgsqlite::pg::fdw
