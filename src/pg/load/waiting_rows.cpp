#include "pg/compat.hpp"
#include "pg/list.hpp"
#include "pg/load/batch_loader.hpp"

namespace pgsqlite::pg::load {
namespace {

/// Beyond this a tuplestore would go to disk.
constexpr int kStoreKilobytes = 64 * 1024;

}  // namespace

void InitWaitingRows(WaitingRows* rows, const char* name, TupleDesc descriptor) {
    rows->descriptor = descriptor;
    rows->relation.md.name = const_cast<char*>(name);
    rows->relation.md.reliddesc = InvalidOid;
    rows->relation.md.tupdesc = descriptor;
    rows->relation.md.enrtype = ENR_NAMED_TUPLESTORE;
    if (SPI_register_relation(&rows->relation) != SPI_OK_REL_REGISTER)
        elog(ERROR, "could not register a batch");
    rows->memory = AllocSetContextCreate(CurrentMemoryContext, "pg_sqlite batch", ALLOCSET_DEFAULT_SIZES);
    rows->tuples = static_cast<MinimalTuple*>(palloc(sizeof(MinimalTuple) * kBatchRows));
    rows->traces = static_cast<RowTrace*>(palloc(sizeof(RowTrace) * kBatchRows));
}

Tuplestorestate* ShowRows(WaitingRows* rows, int first, int last) {
    Tuplestorestate* store = tuplestore_begin_heap(false, false, kStoreKilobytes);
    TupleTableSlot* slot = MakeSingleTupleTableSlot(rows->descriptor, &TTSOpsMinimalTuple);
    for (int i = first; i < last; ++i) {
        ExecStoreMinimalTuple(rows->tuples[i], slot, false);
        tuplestore_puttupleslot(store, slot);
    }
    ExecDropSingleTupleTableSlot(slot);
    rows->relation.reldata = store;
    rows->relation.md.enrtuples = last - first;
    return store;
}

void PutRow(WaitingRows* rows, Datum* values, bool* nulls, const RowTrace& trace) {
    MemoryContext previous = MemoryContextSwitchTo(rows->memory);
    MinimalTuple row = compat::FormMinimalTuple(rows->descriptor, values, nulls);
    rows->tuples[rows->used] = row;
    rows->traces[rows->used] = trace;
    rows->bytes += row->t_len;
    ++rows->used;
    MemoryContextSwitchTo(previous);
}

void ForgetRows(WaitingRows* rows) {
    rows->used = 0;
    rows->bytes = 0;
    MemoryContextReset(rows->memory);
}

}  // namespace pgsqlite::pg::load
