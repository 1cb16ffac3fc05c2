#include "pg/jobs/retry/retry_condition.hpp"

#include "pg/jobs/records/reject_records.hpp"
#include "pg/jobs/retry/retry_rows.hpp"
#include "pg/load/insert.hpp"

namespace pgsqlite::pg::jobs {
namespace {

struct MetRows {
    DestReceiver receiver;  ///< must come first
    ArrayBuildState* ids;
    MemoryContext memory;
};

void Add(MetRows* met, int64 id) {
    met->ids = accumArrayResult(met->ids, Int64GetDatum(id), false, INT8OID, met->memory);
}

bool Receive(TupleTableSlot* slot, DestReceiver* receiver) {
    slot_getallattrs(slot);
    Add(reinterpret_cast<MetRows*>(receiver), DatumGetInt64(slot->tts_values[0]));
    return true;
}
void Startup(DestReceiver*, int, TupleDesc) {}
void Finish(DestReceiver*) {}

/// A row that can't be asked, since a value of the condition does not fit: the load will say so.
void Refused(void* met, const fdw::RefusedRow& row) {
    Add(static_cast<MetRows*>(met), row.rowid);
}
void Tick(void*, uint64) {}

}  // namespace

void LeaveOut(const plan::LoadTask& task) {
    if (task.where.empty()) return;
    SPI_connect();
    MetRows met = {};
    met.receiver = {&Receive, &Startup, &Finish, &Finish, DestNone};
    met.memory = CurrentMemoryContext;
    met.ids = initArrayResult(INT8OID, met.memory, false);
    fdw::RowCollector collector = {};
    collector.put = &Refused;
    collector.tick = &Tick;
    collector.context = &met;
    const char* source = ToServerText(task.source);
    load::RunSelect(psprintf("SELECT %s FROM %s WHERE %s", kRejectColumn, source, ToServerText(task.where)),
                    &collector, &met.receiver);
    if (SPI_execute(psprintf("SELECT pg_catalog.array_agg(%s) FROM %s", kRejectColumn, source), false, 0) !=
        SPI_OK_SELECT)
        elog(ERROR, "could not read rejected rows");
    bool is_null;
    const Datum all = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &is_null);
    RejectsOutside(all, makeArrayResult(met.ids, met.memory));
    SPI_finish();
}

}  // namespace pgsqlite::pg::jobs
