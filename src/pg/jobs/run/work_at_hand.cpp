#include "pg/jobs/run/work_at_hand.hpp"

namespace pgsqlite::pg::jobs {
namespace {

struct Work {
    int64 job;
    Work* outer;
    MemoryContextCallback end;
};

Work* innermost = nullptr;

/// Contexts are not always freed from the inside out.
void Unlink(void* argument) {
    for (Work** link = &innermost; *link != nullptr; link = &(*link)->outer)
        if (*link == argument) {
            *link = (*link)->outer;
            return;
        }
}

}  // namespace

void NoteWork(int64 job) {
    Work* work = static_cast<Work*>(palloc0(sizeof(Work)));
    work->job = job;
    work->outer = innermost;
    work->end.func = &Unlink;
    work->end.arg = work;
    MemoryContextRegisterResetCallback(CurrentMemoryContext, &work->end);
    innermost = work;
}

void CheckNotAtWork(int64 job) {
    for (const Work* work = innermost; work != nullptr; work = work->outer)
        if (work->job == job)
            ereport(ERROR,
                    (errcode(ERRCODE_OBJECT_IN_USE),
                     errmsg("job " INT64_FORMAT " is being worked on by this session", job),
                     errdetail("The call comes from within the job: from a trigger, or a function that its "
                               "rows go through."),
                     errhint("Take the call out of there, and make it when the job has ended.")));
}

}  // namespace pgsqlite::pg::jobs
