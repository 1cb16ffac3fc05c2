#include "pg/jobs/run/take_job.hpp"

#include "pg/jobs/records/records.hpp"
#include "pg/jobs/run/staging.hpp"
#include "pg/jobs/run/work_at_hand.hpp"

namespace pgsqlite::pg::jobs {
namespace {

/// A copy that outlives SPI_finish.
const char* Keep(int column) {
    const char* text = SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, column);
    char* copy = static_cast<char*>(SPI_palloc(strlen(text) + 1));
    strcpy(copy, text);
    return copy;
}

/// Of a session that is gone, a worker may just be committing its last piece, which it has recorded by then.
void AwaitLastCommits(int64 job) {
    Arguments arguments;
    arguments.Int8(job);
    static constexpr const char* kLocks[] = {
        "SELECT FROM sqlite.job_tables WHERE job OPERATOR(pg_catalog.=) $1 FOR UPDATE",
        "SELECT FROM sqlite.job_steps WHERE job OPERATOR(pg_catalog.=) $1 FOR UPDATE",
    };
    for (const char* lock : kLocks)
        RunOnRecords(lock, arguments);
}

}  // namespace

TakenJob TakeJob(const ChosenJob& chosen) {
    CheckNotAtWork(chosen.job);
    NoteWork(chosen.job);
    return TakeAgain(chosen);
}

TakenJob TakeAgain(const ChosenJob& chosen) {
    TakenJob taken = {chosen.job, chosen.act_as, nullptr, nullptr};
    SPI_connect();
    Arguments arguments;
    arguments.Int8(taken.job).Int4(MyProcPid);
    const uint64 rows = RunOnRecords(
        "SELECT j.kind, j.state, CASE WHEN j.state OPERATOR(pg_catalog.=) 'running' THEN (SELECT a.pid FROM"
        " pg_catalog.pg_stat_get_activity(j.backend) AS a WHERE a.pid OPERATOR(pg_catalog.<>) $2 AND"
        " COALESCE(a.backend_start, j.backend_started) OPERATOR(pg_catalog.=) j.backend_started) END"
        " FROM sqlite.jobs j WHERE j.job OPERATOR(pg_catalog.=) $1 FOR UPDATE",
        arguments);
    if (rows == 0)
        ereport(ERROR, (errcode(ERRCODE_UNDEFINED_OBJECT),
                        errmsg("job " INT64_FORMAT " does not exist any more", taken.job)));
    const char* pid = SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 3);
    if (pid != nullptr)
        ereport(ERROR, (errcode(ERRCODE_OBJECT_IN_USE),
                        errmsg("job " INT64_FORMAT " is being worked on by process %s", taken.job, pid),
                        errhint("Watch it in sqlite.progress, wait for its end, or end it with "
                                "pg_cancel_backend(%s).",
                                pid)));
    taken.kind = Keep(1);
    taken.state = Keep(2);
    if (taken.Is("running")) AwaitLastCommits(taken.job);
    SPI_finish();
    return taken;
}

TakenJob TakeWithRoom(Call* call, const ChosenJob& chosen) {
    const TakenJob taken = TakeJob(chosen);
    if (call->atomic) return taken;
    bool dropped = false;
    WriteAsRole(taken.act_as, [&] { dropped = DropStagedSchemas(taken.job); });
    if (!dropped) return taken;
    CommitUnit(call);
    EnsurePortalSnapshotExists();
    return TakeAgain(chosen);
}

}  // namespace pgsqlite::pg::jobs
