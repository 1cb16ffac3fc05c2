// CALL sqlite.resume(job): a migration that failed or was cut short goes on behind what is committed.
#include "pg/jobs/records/job_records.hpp"
#include "pg/jobs/records/last_job.hpp"
#include "pg/jobs/records/restart.hpp"
#include "pg/jobs/records/step_records.hpp"
#include "pg/jobs/run/migration.hpp"
#include "pg/jobs/run/staging.hpp"
#include "pg/jobs/run/take_job.hpp"
#include "pg/jobs/sources/sources.hpp"

namespace pgsqlite::pg::jobs {
namespace {

/// Locks the job. False when there is nothing left to do.
bool TakeUp(FunctionCallInfo fcinfo, Call* call, int64* job) {
    const int64 named = PG_ARGISNULL(0) ? 0 : PG_GETARG_INT64(0);
    const ChosenJob chosen = ChooseJob(PG_ARGISNULL(0) ? nullptr : &named);
    const TakenJob taken = TakeWithRoom(call, chosen);
    *job = taken.job;
    call->act_as = taken.act_as;
    if (!taken.IsKind("migrate"))
        ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
                        errmsg("job " INT64_FORMAT " is a load: it has done all or nothing", taken.job),
                        errhint("CALL sqlite.load again.")));
    if (taken.Is("rolled back"))
        ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
                        errmsg("job " INT64_FORMAT " has been rolled back", taken.job),
                        errhint("CALL sqlite.migrate again.")));
    if (!taken.Is("done") || HasPendingSteps(taken.job)) return true;
    ereport(NOTICE, (errmsg("job " INT64_FORMAT " is done: there is nothing to resume", taken.job)));
    return false;
}

Migration RecordedMigration(const Call* call, int64 job) {
    const JobCall recorded = ReadJobCall(job, call->memory);
    MemoryContextSwitchTo(call->memory);
    return MakeMigration(call, recorded.servers, recorded.schema, recorded.spec);
}

}  // namespace
}  // namespace pgsqlite::pg::jobs

using namespace pgsqlite::pg::jobs;

PG_SQLITE_FUNCTION(pg_sqlite_resume) {
    Call* call = BeginCall(fcinfo);
    int64 job;
    if (!TakeUp(fcinfo, call, &job)) {
        StartJob(call, job);
        return EndCall(call, fcinfo);
    }
    const Migration migration = RecordedMigration(call, job);
    CheckBlock(call, *migration.settings);
    ClaimJob(job);
    SetLastJob(job);
    StartJob(call, job);
    if (!call->atomic) CommitUnit(call);
    bool begun = false;
    RunUnit(call, [&] {
        DropStaging(job);
        begun = HasBegun(job);
        if (!begun) ForgetPlan(job);
    });
    if (begun) {
        call->resumable = true;
        RunUnit(call, [&] { CheckUnlogged(job); });
        RunUnit(call, [&] { PinSourcesAgain(job, migration.servers, *migration.settings); });
    } else {
        // Nothing that it would have to agree with is there: whatever has changed since is taken as it is.
        PlanMigration(call, migration);
    }
    RunMigration(call);
    return EndCall(call, fcinfo);
}
