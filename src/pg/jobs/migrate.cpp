// CALL sqlite.migrate(servers, target_schema, spec, job): the plan of sqlite.plan, recorded and carried out.
#include "pg/jobs/load_arguments.hpp"
#include "pg/jobs/migration.hpp"
#include "pg/jobs/staging.hpp"

namespace pgsqlite::pg::jobs {
namespace {

Migration ReadArguments(FunctionCallInfo fcinfo, const Call* call) {
    static constexpr const char* kNames[] = {"servers", "target_schema", "spec"};
    for (int i = 0; i < 3; ++i)
        if (PG_ARGISNULL(i))
            ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
                            errmsg("argument \"%s\" must not be null", kNames[i])));
    if (!PG_ARGISNULL(3))
        ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("a migration is a job of its own"),
                        errhint("Leave job away: it gives the number.")));
    // All of it must outlive commits.
    return MakeMigration(call, PG_GETARG_ARRAYTYPE_P_COPY(0), text_to_cstring(PG_GETARG_TEXT_PP(1)),
                         PG_GETARG_JSONB_P_COPY(2));
}

int64 Record(const Migration& migration) {
    NewJob job = {};
    job.kind = "migrate";
    job.servers = PointerGetDatum(migration.servers);
    job.schema = migration.target_schema;
    job.spec = migration.spec_text;
    job.transaction = TransactionName(migration.settings->transaction);
    job.workers = migration.settings->workers;
    job.read_from = migration.settings->read_from == spec::ReadFrom::kCopy ? "copy" : "live";
    job.max_rejects = RejectLimitText(*migration.settings);
    return CreateJob(job);
}

}  // namespace
}  // namespace pgsqlite::pg::jobs

using namespace pgsqlite::pg::jobs;

PG_SQLITE_FUNCTION(pg_sqlite_migrate) {
    Call* call = BeginCall(fcinfo);
    const Migration migration = ReadArguments(fcinfo, call);
    CheckBlock(call, *migration.settings);
    RunUnit(call, [] { DropAbandonedStaging(); });
    StartJob(call, Record(migration));
    if (!call->atomic) CommitUnit(call);
    PlanMigration(call, migration);
    RunMigration(call);
    return EndCall(call, fcinfo);
}
