#include "pg/jobs/run/take_job.hpp"

#include "pg/jobs/records/job_records.hpp"
#include "pg/jobs/run/staging.hpp"
#include "pg/jobs/run/work_at_hand.hpp"

namespace pgsqlite::pg::jobs {
TakenJob TakeJob(const ChosenJob& chosen) {
    CheckNotAtWork(chosen.job);
    NoteWork(chosen.job);
    return TakeAgain(chosen);
}

TakenJob TakeAgain(const ChosenJob& chosen) {
    const LockedJob locked = LockJob(chosen.job);
    if (locked.at_work != nullptr)
        ereport(ERROR,
                (errcode(ERRCODE_OBJECT_IN_USE),
                 errmsg("job " INT64_FORMAT " is being worked on by process %s", chosen.job, locked.at_work),
                 errhint("Watch it in sqlite.progress, wait for its end, or end it with "
                         "pg_cancel_backend(%s).",
                         locked.at_work)));
    const TakenJob taken = {chosen.job, chosen.act_as, locked.kind, locked.state};
    // Of a session that is gone, a worker may just be committing its last piece, which it has recorded by
    // then.
    if (taken.Is("running")) AwaitLastCommits(taken.job);
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
