#include "pg/validate/query_side.hpp"

#include "pg/load/insert.hpp"

namespace pgsqlite::pg::validate {
namespace {

char* SlotText(const SideRow& row, int column) {
    const QueryReader* self = static_cast<const QueryReader*>(row.context);
    return DatumText(self->side->forms[column], self->slot->tts_values[column],
                     self->slot->tts_isnull[column]);
}

bool Receive(TupleTableSlot* slot, DestReceiver* receiver) {
    QueryReader* self = reinterpret_cast<QueryReader*>(receiver);
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

}  // namespace

QueryReader* MakeQueryReader(MemoryContext context, Side* side) {
    QueryReader* self = static_cast<QueryReader*>(MemoryContextAllocZero(context, sizeof(QueryReader)));
    self->receiver.receiveSlot = &Receive;
    self->receiver.rStartup = &Startup;
    self->receiver.rShutdown = &Shutdown;
    self->receiver.rDestroy = &Shutdown;
    self->receiver.mydest = DestNone;
    self->collector.put = &Put;
    self->collector.tick = &Tick;
    self->collector.context = side;
    self->side = side;
    self->hasher = RowHasher::In(context, side);
    self->row_memory = AllocSetContextCreate(context, "pg_sqlite validate row", ALLOCSET_DEFAULT_SIZES);
    return self;
}

void ReadQuery(Side* side, const RowTaker& taker) {
    MemoryContext memory =
        AllocSetContextCreate(CurrentMemoryContext, "pg_sqlite validate", ALLOCSET_DEFAULT_SIZES);
    MemoryContext previous = MemoryContextSwitchTo(memory);
    QueryReader* reader = MakeQueryReader(memory, side);
    reader->taker = &taker;
    load::RunSelect(side->query, &reader->collector, &reader->receiver, GetActiveSnapshot());
    MemoryContextSwitchTo(previous);
    MemoryContextDelete(memory);
}

}  // namespace pgsqlite::pg::validate
