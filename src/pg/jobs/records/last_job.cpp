#include "pg/jobs/records/last_job.hpp"

#include "pg/jobs/records/follow_targets.hpp"
#include "pg/jobs/records/statement.hpp"

namespace pgsqlite::pg::jobs {
namespace {

int64 last_job = 0;

/// What the caller may see: row security hides the jobs of others.
constexpr char kOwner[] = "SELECT owner FROM sqlite.jobs WHERE job = $1";
constexpr char kNewest[] = "SELECT max(job) FROM sqlite.jobs";

/// Whether somebody else than the job's owner would lend it his rights: a role that was set can be reset, and
/// so can the session's user.
bool IsAnothers(Oid owner) {
    if (GetUserId() != owner) return true;
    if (InLocalUserIdChange()) return false;  // where neither can
    return GetSessionUserId() != owner || GetAuthenticatedUserId() != owner;
}

/// Who sees a job by row security alone (BYPASSRLS) has no right to be its owner.
void CheckMayAct(int64 job, Oid owner) {
    if (GetUserId() == owner || superuser()) return;
    if (has_privs_of_role(GetUserId(), owner) && compat::MaySetRole(GetUserId(), owner)) return;
    const char* name = GetUserNameFromId(owner, true);
    ereport(ERROR,
            (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE), errmsg("permission denied for job " INT64_FORMAT, job),
             errdetail("Its code runs by the rights of its owner \"%s\": only that role, those who may "
                       "become it, and superusers may have it run.",
                       name != nullptr ? name : "?")));
}

int HintAt(int64 newest) {
    if (newest == 0)
        return errhint("sqlite.jobs has no job of yours: sqlite.migrate and sqlite.load make them.");
    return errhint("Name one of sqlite.jobs; the newest of yours is " INT64_FORMAT ".", newest);
}

/// The job as the caller sees it, with its owner alone.
ChosenJob Find(const int64* named) {
    const int64 wanted = named == nullptr ? last_job : *named;
    SPI_connect();
    Arguments arguments;
    arguments.Int8(wanted);
    const Rows rows = ReadAsCaller(kOwner, arguments, true);
    const bool found = rows.count == 1;
    const Oid owner = found ? rows[0].Id(1) : InvalidOid;
    // It may be the one that is meant.
    const int64 newest = found ? wanted : ReadAsCaller(kNewest, Arguments(), true)[0].Int8(1);
    SPI_finish();
    if (found) return {wanted, owner, InvalidOid};
    if (wanted == 0 && named == nullptr)
        ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                        errmsg("no job is named, and this session has run none"), HintAt(newest)));
    ereport(ERROR, (errcode(ERRCODE_UNDEFINED_OBJECT), errmsg("job " INT64_FORMAT " does not exist", wanted),
                    HintAt(newest)));
    pg_unreachable();
}

bool IsRole(Oid role) {
    return SearchSysCacheExists1(AUTHOID, ObjectIdGetDatum(role));
}

}  // namespace

void SetLastJob(int64 job) noexcept {
    last_job = job;
}

int64 JobOrLast(const int64* job) {
    return Find(job).job;
}

ChosenJob ChooseAnyJob(const int64* job) {
    ChosenJob chosen = Find(job);
    CheckMayAct(chosen.job, chosen.owner);
    FollowTargets(chosen.job);
    if (IsRole(chosen.owner) && IsAnothers(chosen.owner)) chosen.act_as = chosen.owner;
    return chosen;
}

ChosenJob ChooseJob(const int64* job) {
    const ChosenJob chosen = ChooseAnyJob(job);
    if (!IsRole(chosen.owner))
        ereport(ERROR,
                (errcode(ERRCODE_UNDEFINED_OBJECT),
                 errmsg("the role that owned job " INT64_FORMAT " does not exist any more", chosen.job),
                 errdetail("A job's code runs by its owner's rights."),
                 errhint("UPDATE sqlite.jobs SET owner = '…' WHERE job = " INT64_FORMAT
                         " gives it to the role that has its tables now.",
                         chosen.job)));
    return chosen;
}

}  // namespace pgsqlite::pg::jobs

PG_SQLITE_FUNCTION(pg_sqlite_job_or_last) {
    const int64 job = PG_ARGISNULL(0) ? 0 : PG_GETARG_INT64(0);
    PG_RETURN_INT64(pgsqlite::pg::jobs::JobOrLast(PG_ARGISNULL(0) ? nullptr : &job));
}
