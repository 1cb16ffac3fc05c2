// CALL sqlite.forget(job, older_than): deletes the records of jobs, with their rejected rows and the copies
// of their sources.
#include "pg/jobs/records/records.hpp"
#include "pg/jobs/run/staging.hpp"
#include "pg/jobs/run/take_job.hpp"
#include "pg/jobs/sources/copies_at_commit.hpp"

namespace pgsqlite::pg::jobs {
namespace {

constexpr const char* kDeletions[] = {
    "DELETE FROM sqlite.rejects WHERE job OPERATOR(pg_catalog.=) $1",
    "DELETE FROM sqlite.job_log WHERE job OPERATOR(pg_catalog.=) $1",
    "DELETE FROM sqlite.job_chunks WHERE job OPERATOR(pg_catalog.=) $1",
    "DELETE FROM sqlite.job_steps WHERE job OPERATOR(pg_catalog.=) $1",
    "DELETE FROM sqlite.job_tables WHERE job OPERATOR(pg_catalog.=) $1",
    "DELETE FROM sqlite.jobs WHERE job OPERATOR(pg_catalog.=) $1",
};

/// Together with what belongs to it, and with tables that it had put aside.
void Forget(int64 job, Oid act_as) {
    WriteAsRole(act_as, [&] { (void)DropStagedSchemas(job); });
    SPI_connect();
    Arguments arguments;
    arguments.Int8(job);
    for (const char* statement : kDeletions)
        RunOnRecords(statement, arguments);
    SPI_finish();
    RemoveCopiesAtCommit(job);
}

/// Rows of a job that is done which are nowhere but among its rejects, and about which nobody has decided.
void CheckRejectsSettled(const TakenJob& taken) {
    if (!taken.Is("done")) return;
    SPI_connect();
    Arguments arguments;
    arguments.Int8(taken.job);
    RunOnRecords(
        "SELECT pg_catalog.count(*) FROM sqlite.rejects WHERE job OPERATOR(pg_catalog.=) $1"
        " AND state OPERATOR(pg_catalog.=) 'open'",
        arguments);
    bool is_null;
    const int64 open =
        DatumGetInt64(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &is_null));
    SPI_finish();
    if (open == 0) return;
    ereport(ERROR,
            (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
             errmsg("job " INT64_FORMAT " has rejected rows that are open: " INT64_FORMAT, taken.job, open),
             errdetail("They would be forgotten with it."),
             errhint("CALL sqlite.retry_rejects(" INT64_FORMAT "), or say that they are not wanted: UPDATE "
                     "sqlite.rejects SET state = 'ignored' WHERE job = " INT64_FORMAT " AND state = 'open'.",
                     taken.job, taken.job)));
}

/// The caller's own jobs that are at their end, and whose rejects are settled; one that could be resumed must
/// be named.
int ForgetOlder(Interval* age) {
    SPI_connect();
    Arguments arguments;
    arguments.Add(REGROLEOID, ObjectIdGetDatum(GetUserId())).Add(INTERVALOID, IntervalPGetDatum(age));
    const uint64 count = RunOnRecords(
        "SELECT j.job FROM sqlite.jobs j WHERE j.owner OPERATOR(pg_catalog.=) $1"
        " AND j.finished OPERATOR(pg_catalog.<) (pg_catalog.now() OPERATOR(pg_catalog.-) $2)"
        " AND (j.state OPERATOR(pg_catalog.=) ANY ('{done,rolled back}')"
        " OR j.state OPERATOR(pg_catalog.=) 'failed' AND j.kind OPERATOR(pg_catalog.=) 'load')"
        " AND NOT (j.state OPERATOR(pg_catalog.=) 'done' AND EXISTS (SELECT FROM sqlite.rejects r WHERE r.job"
        " OPERATOR(pg_catalog.=) j.job AND r.state OPERATOR(pg_catalog.=) 'open'))"
        " ORDER BY j.job FOR UPDATE SKIP LOCKED",
        arguments);
    const SPITupleTable* jobs = SPI_tuptable;
    for (uint64 i = 0; i < count; ++i) {
        bool is_null;
        Forget(DatumGetInt64(SPI_getbinval(jobs->vals[i], jobs->tupdesc, 1, &is_null)), InvalidOid);
    }
    SPI_finish();
    return static_cast<int>(count);
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
        const int count = ForgetOlder(age);
        ereport(NOTICE, (count == 1 ? errmsg("1 job is forgotten") : errmsg("%d jobs are forgotten", count)));
        PG_RETURN_VOID();
    }
    const int64 job = PG_GETARG_INT64(0);
    const TakenJob taken = TakeJob(ChooseAnyJob(&job));
    CheckRejectsSettled(taken);
    Forget(taken.job, taken.act_as);
    PG_RETURN_VOID();
}
