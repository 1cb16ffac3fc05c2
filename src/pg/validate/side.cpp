#include "pg/validate/side.hpp"

#include "pg/fdw/row_collector.hpp"
#include "pg/load/insert.hpp"

namespace pgsqlite::pg::validate {
namespace {

/// Receives the rows of one query.
struct Receiver {
    DestReceiver receiver;  ///< must come first
    Side* side;
    RowHasher* hasher;
    const RowTaker* taker;
    MemoryContext row_memory;
    TupleTableSlot* slot;  ///< the row at hand
};

char* SlotText(const SideRow& row, int column) {
    const Receiver* self = static_cast<const Receiver*>(row.context);
    return DatumText(self->side->forms[column], self->slot->tts_values[column],
                     self->slot->tts_isnull[column]);
}

bool Receive(TupleTableSlot* slot, DestReceiver* receiver) {
    Receiver* self = reinterpret_cast<Receiver*>(receiver);
    Side* side = self->side;
    slot_getallattrs(slot);
    MemoryContext previous = MemoryContextSwitchTo(self->row_memory);
    self->slot = slot;
    self->hasher->Begin();
    for (int i = 0; i < side->column_count; ++i) {
        AppendDatum(side->forms[i], slot->tts_values[i], slot->tts_isnull[i], self->hasher->canonical());
        self->hasher->EndColumn(i);
    }
    self->hasher->Finish(*self->taker, &SlotText, self);
    MemoryContextSwitchTo(previous);
    MemoryContextReset(self->row_memory);
    return true;
}

void Startup(DestReceiver*, int, TupleDesc) {}
void Shutdown(DestReceiver*) {}

/// A row of the source that does not fit its target.
void Put(void* context, const fdw::RefusedRow& row) {
    Side* side = static_cast<Side*>(context);
    if (!row.has_rowid || !IsLeftOut(*side, row.rowid)) ++side->refused;
}
void Tick(void*, uint64) {}

void ReadQuery(Side* side, const RowTaker& taker) {
    MemoryContext memory =
        AllocSetContextCreate(CurrentMemoryContext, "pg_sqlite validate", ALLOCSET_DEFAULT_SIZES);
    MemoryContext previous = MemoryContextSwitchTo(memory);
    Receiver self = {};
    self.receiver.receiveSlot = &Receive;
    self.receiver.rStartup = &Startup;
    self.receiver.rShutdown = &Shutdown;
    self.receiver.rDestroy = &Shutdown;
    self.receiver.mydest = DestNone;
    self.side = side;
    self.hasher = RowHasher::In(memory, side);
    self.taker = &taker;
    self.row_memory = AllocSetContextCreate(memory, "pg_sqlite validate row", ALLOCSET_DEFAULT_SIZES);
    fdw::RowCollector collector = {};
    collector.put = &Put;
    collector.tick = &Tick;
    collector.context = side;
    load::RunSelect(side->query, &collector, &self.receiver, GetActiveSnapshot());
    MemoryContextSwitchTo(previous);
    MemoryContextDelete(memory);
}

}  // namespace

bool IsLeftOut(const Side& side, int64 rowid) noexcept {
    return side.left_out_count > 0 &&
           std::binary_search(side.left_out, side.left_out + side.left_out_count, rowid);
}

RowHasher* RowHasher::In(MemoryContext context, const Side* side) {
    RowHasher* self = NewIn<RowHasher>(context);
    self->side_ = side;
    self->ends_ = static_cast<Size*>(
        MemoryContextAlloc(context, sizeof(Size) * static_cast<Size>(side->column_count + 1)));
    return self;
}

void RowHasher::Finish(const RowTaker& taker, char* (*text)(const SideRow& row, int column), void* context) {
    if (!canonical_.ok()) ereport(ERROR, (errcode(ERRCODE_OUT_OF_MEMORY), errmsg("out of memory")));
    constexpr uint64 kKeySeed = 1;
    SideRow row = {};
    row.canonical = canonical_.bytes();
    row.row = pgsqlite::validate::Hash(row.canonical);
    row.key = side_->key_count > 0
                  ? pgsqlite::validate::Hash(row.canonical.substr(0, ends_[side_->key_count - 1]), kKeySeed)
                  : row.row;
    row.ends = ends_;
    row.text = text;
    row.context = context;
    taker.take(taker.context, row);
}

void ReadSide(Side* side, const RowTaker& taker) {
    side->refused = 0;
    if (side->raw != nullptr)
        ReadRawTable(side, taker);
    else
        ReadQuery(side, taker);
}

}  // namespace pgsqlite::pg::validate
