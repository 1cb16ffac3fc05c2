// sqlite.connections(), disconnect(), disconnect_all().
#include "pg/fdw/connect/access.hpp"
#include "pg/fdw/connect/connection.hpp"

namespace fdw = pgsqlite::pg::fdw;

namespace {

struct Rows {
    Tuplestorestate* store;
    TupleDesc descriptor;
    TimestampTz now;
};

/// A connection whose server was dropped has no name any more.
void AddConnection(const fdw::ConnectionInfo& info, void* context) {
    Rows* rows = static_cast<Rows*>(context);
    constexpr int kColumns = 7;
    Datum values[kColumns] = {};
    bool nulls[kColumns] = {};
    ForeignServer* server = GetForeignServerExtended(info.server, FSV_MISSING_OK);
    if (server != nullptr)
        values[0] = CStringGetTextDatum(server->servername);
    else
        nulls[0] = true;
    values[1] = CStringGetTextDatum(pgsqlite::pg::ToServerText(info.path));
    values[2] = CStringGetTextDatum(info.mode);
    values[3] = BoolGetDatum(info.valid);
    values[4] = BoolGetDatum(info.in_use);
    if (info.snapshot_since != 0) {
        values[5] = TimestampTzGetDatum(info.snapshot_since);
        values[6] = DirectFunctionCall2(timestamp_mi, TimestampTzGetDatum(rows->now),
                                        TimestampTzGetDatum(info.snapshot_since));
    } else {
        nulls[5] = nulls[6] = true;
    }
    tuplestore_putvalues(rows->store, rows->descriptor, values, nulls);
}

}  // namespace

PG_SQLITE_FUNCTION(pg_sqlite_connections) {
    ReturnSetInfo* result = pgsqlite::pg::BeginMaterialized(fcinfo);
    Rows rows = {result->setResult, result->setDesc, GetCurrentTimestamp()};
    fdw::ForEachConnection(&AddConnection, &rows);
    return static_cast<Datum>(0);
}

PG_SQLITE_FUNCTION(pg_sqlite_disconnect) {
    const char* name = text_to_cstring(PG_GETARG_TEXT_PP(0));
    ForeignServer* server = GetForeignServerByName(name, false);
    fdw::CheckIsSqlite(server);
    fdw::CheckServerUsage(server->serverid, name);
    PG_RETURN_BOOL(fdw::Disconnect(server->serverid));
}

PG_SQLITE_FUNCTION(pg_sqlite_disconnect_all) {
    PG_RETURN_BOOL(fdw::Disconnect(InvalidOid));
}
