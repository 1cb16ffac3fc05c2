// CALL sqlite.migrate(servers, target_schema, spec, job): the plan of sqlite.plan, recorded and carried out.
#include "pg/jobs/run/migration.hpp"
#include "pg/jobs/run/staging.hpp"

using namespace pgsqlite::pg::jobs;

PG_SQLITE_FUNCTION(pg_sqlite_migrate) {
    Call* call = BeginCall(fcinfo);
    const Migration migration = ReadMigration(fcinfo, call);
    if (!PG_ARGISNULL(3))
        ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("a migration is a job of its own"),
                        errhint("Leave job away: it gives the number.")));
    CheckBlock(call, *migration.settings);
    RunUnit(call, [] { DropAbandonedSchemas(); });
    RunUnit(call, [] { RecordAbandonedStaging(); });
    StartJob(call, RecordMigration(migration, 0));
    if (!call->atomic) CommitUnit(call);
    PlanMigration(call, migration);
    RunMigration(call);
    return EndCall(call, fcinfo);
}
