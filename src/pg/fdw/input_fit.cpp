#include "pg/fdw/input_fit.hpp"

#include "pg/fdw/row_source.hpp"

namespace pgsqlite::pg::fdw {

bool AllFitInput(Pin* pin, const char* sql, const char* type, const ServerOptions& server) {
    MemoryContext context =
        AllocSetContextCreate(CurrentMemoryContext, "pg_sqlite input fit", ALLOCSET_DEFAULT_SIZES);
    MemoryContext row_context =
        AllocSetContextCreate(context, "pg_sqlite input fit row", ALLOCSET_DEFAULT_SIZES);
    MemoryContext caller = MemoryContextSwitchTo(context);

    ColumnOptions options = ReadColumnOptions(NIL, ReadTableOptions(NIL, server));
    options.policies.on_error = value::OnError::kNull;  // counted as a change, and nothing is raised
    ColumnConverter column;
    const Oid type_oid = DatumGetObjectId(DirectFunctionCall1(regtypein, CStringGetDatum(type)));
    InitColumnConverter(&column, context, type_oid, -1, "column", options, server);

    RowSource::Config config = {};
    config.pin = pin;
    config.sql = ToServerText(sql);
    config.columns = &column;
    config.column_count = 1;
    config.relation = "the SQLite table";
    RowSource* rows = RowSource::Open(context, config);
    const int target = 0;
    Datum value;
    bool is_null;
    MemoryContextSwitchTo(row_context);
    while (rows->converter().total_changes() == 0 && rows->Next(&value, &is_null, &target)) {
        CHECK_FOR_INTERRUPTS();
        MemoryContextReset(row_context);
    }
    const bool fits = rows->converter().total_changes() == 0;
    MemoryContextSwitchTo(caller);
    MemoryContextDelete(context);
    return fits;
}

}  // namespace pgsqlite::pg::fdw
