// Steps as pieces: a statement of a job's plan, run as the caller and recorded as the extension's owner.
#include "pg/jobs/pieces.hpp"

extern "C" {
#include "catalog/pg_class.h"
#include "pgstat.h"
}

namespace pgsqlite::pg::jobs {
namespace {

// Run with the rights of the owner under the caller's search_path, so every name has its schema.
constexpr const char* kReadStep =
    "SELECT statement FROM sqlite.job_steps"
    " WHERE job OPERATOR(pg_catalog.=) $1 AND step OPERATOR(pg_catalog.=) $2";
constexpr const char* kMarkStep =
    "UPDATE sqlite.job_steps SET state = 'done', started = $3, finished = pg_catalog.clock_timestamp()"
    " WHERE job OPERATOR(pg_catalog.=) $1 AND step OPERATOR(pg_catalog.=) $2";

/// Owner of the job tables.
Oid RecordsOwner() {
    const Oid table = get_relname_relid("job_steps", get_namespace_oid("sqlite", false));
    HeapTuple tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(table));
    if (!HeapTupleIsValid(tuple)) elog(ERROR, "table sqlite.job_steps does not exist");
    const Oid owner = reinterpret_cast<Form_pg_class>(GETSTRUCT(tuple))->relowner;
    ReleaseSysCache(tuple);
    return owner;
}

/// Runs a query on the records with parameters job, step, time. An error leaves the rights to the
/// transaction's abort.
void OnRecords(const char* query, const PieceContext& context, TimestampTz started, int expected) {
    Oid types[] = {INT8OID, INT4OID, TIMESTAMPTZOID};
    Datum values[] = {Int64GetDatum(context.job), Int32GetDatum(context.piece.number),
                      TimestampTzGetDatum(started)};
    Oid user;
    int security_context;
    GetUserIdAndSecContext(&user, &security_context);
    SetUserIdAndSecContext(RecordsOwner(), security_context | SECURITY_LOCAL_USERID_CHANGE);
    const int parameters = query == kMarkStep ? 3 : 2;
    if (SPI_execute_with_args(query, parameters, types, values, nullptr, false, 0) != expected ||
        SPI_processed != 1)
        elog(ERROR, "job %lld has no step %d", static_cast<long long>(context.job), context.piece.number);
    SetUserIdAndSecContext(user, security_context);
}

}  // namespace

void RunStep(const PieceContext& context, plan::PieceEnd*) {
    const TimestampTz started = GetCurrentTimestamp();
    SPI_connect();
    OnRecords(kReadStep, context, started, SPI_OK_SELECT);
    const char* statement = SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1);
    // A worker's own; in the leader's session the CALL stays what it does.
    if (MyBackendType == B_BG_WORKER) pgstat_report_activity(STATE_RUNNING, statement);
    if (SPI_execute(statement, false, 0) < 0)
        elog(ERROR, "could not run step %d of job %lld", context.piece.number,
             static_cast<long long>(context.job));
    OnRecords(kMarkStep, context, started, SPI_OK_UPDATE);
    SPI_finish();
}

}  // namespace pgsqlite::pg::jobs
