// CALL sqlite.forget(job, older_than): deletes the records of jobs, with their rejected rows and the copies
// of their sources.
#include "pg/jobs/records/job_records.hpp"
#include "pg/jobs/records/reject_records.hpp"
#include "pg/jobs/run/staging.hpp"
#include "pg/jobs/run/take_job.hpp"
#include "pg/jobs/sources/copies_at_commit.hpp"
#include "pg/list.hpp"

namespace pgsqlite::pg::jobs {
namespace {

/// Together with what belongs to it, and with tables that it had put aside.
void Forget(int64 job, Oid act_as) {
    WriteAsRole(act_as, [&] { (void)DropStagedSchemas(job); });
    DeleteRecords(job);
    RemoveCopiesAtCommit(job);
}

/// Rows of a job that is done which are nowhere but among its rejects, and about which nobody has decided.
void CheckRejectsSettled(const TakenJob& taken) {
    if (!taken.Is("done")) return;
    RetryChoice all = {};
    all.job = taken.job;
    const int64 open = CountOpen(all);
    if (open == 0) return;
    ereport(ERROR,
            (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
             errmsg("job " INT64_FORMAT " has rejected rows that are open: " INT64_FORMAT, taken.job, open),
             errdetail("They would be forgotten with it."),
             errhint("CALL sqlite.retry_rejects(" INT64_FORMAT "), or say that they are not wanted: UPDATE "
                     "sqlite.rejects SET state = 'ignored' WHERE job = " INT64_FORMAT " AND state = 'open'.",
                     taken.job, taken.job)));
}

}  // namespace
}  // namespace pgsqlite::pg::jobs

using namespace pgsqlite::pg::jobs;

PG_SQLITE_FUNCTION(pg_sqlite_forget) {
    if (PG_ARGISNULL(0) == PG_ARGISNULL(1))
        ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                        PG_ARGISNULL(0) ? errmsg("it is not said which job to forget")
                                        : errmsg("a job and an age can't be given together"),
                        errhint("CALL sqlite.forget(7), or CALL sqlite.forget(older_than => '30 days').")));
    if (PG_ARGISNULL(0)) {
        Interval zero = {};
        Interval* age = PG_GETARG_INTERVAL_P(1);
        if (DatumGetInt32(
                DirectFunctionCall2(interval_cmp, IntervalPGetDatum(age), IntervalPGetDatum(&zero))) < 0)
            ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                            errmsg("older_than must not be less than zero")));
        const List* jobs = LockOldJobs(age);
        for (const int64* job : pgsqlite::pg::Each<int64>(jobs))
            Forget(*job, InvalidOid);
        const int count = list_length(jobs);
        ereport(NOTICE, (count == 1 ? errmsg("1 job is forgotten") : errmsg("%d jobs are forgotten", count)));
        PG_RETURN_VOID();
    }
    const int64 job = PG_GETARG_INT64(0);
    const TakenJob taken = TakeJob(ChooseAnyJob(&job));
    CheckRejectsSettled(taken);
    Forget(taken.job, taken.act_as);
    PG_RETURN_VOID();
}
