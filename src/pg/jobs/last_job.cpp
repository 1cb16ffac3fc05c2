#include "pg/jobs/last_job.hpp"

namespace pgsqlite::pg::jobs {
namespace {

int64 last_job = 0;

/// The caller's newest job, because it may be the one that is meant; 0: he has none.
int64 NewestJob() {
    if (SPI_execute("SELECT pg_catalog.max(job) FROM sqlite.jobs", true, 1) != SPI_OK_SELECT)
        elog(ERROR, "could not read sqlite.jobs");
    bool null;
    const Datum newest = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &null);
    return null ? 0 : DatumGetInt64(newest);
}

/// Of the row that was found.
void CheckOwner(int64 job) {
    const char* owner = SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1);
    if (strcmp(owner, GetUserNameFromId(GetUserId(), false)) == 0) return;
    ereport(ERROR,
            (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
             errmsg("job " INT64_FORMAT " belongs to role \"%s\"", job, owner),
             errdetail("It runs statements that its owner wrote."),
             errhint("SET ROLE %s, so that they run by that role's rights.", quote_identifier(owner))));
}

int HintAt(int64 newest) {
    if (newest == 0)
        return errhint("sqlite.jobs has no job of yours: sqlite.migrate and sqlite.load make them.");
    return errhint("Name one of sqlite.jobs; the newest of yours is " INT64_FORMAT ".", newest);
}

}  // namespace

void SetLastJob(int64 job) noexcept {
    last_job = job;
}

int64 JobOrLast(const int64* job, Whose whose) {
    const int64 wanted = job == nullptr ? last_job : *job;
    Oid types[] = {INT8OID};
    Datum values[] = {Int64GetDatum(wanted)};
    SPI_connect();
    // Row security hides the jobs of others; an operator of the caller's could find them all the same.
    if (SPI_execute_with_args("SELECT owner FROM sqlite.jobs WHERE job OPERATOR(pg_catalog.=) $1", 1, types,
                              values, nullptr, true, 1) != SPI_OK_SELECT)
        elog(ERROR, "could not read sqlite.jobs");
    const bool found = SPI_processed == 1;
    if (found && whose == Whose::kOwn) CheckOwner(wanted);
    const int64 newest = found ? wanted : NewestJob();
    SPI_finish();
    if (found) return wanted;
    if (wanted == 0 && job == nullptr)
        ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                        errmsg("no job is named, and this session has run none"), HintAt(newest)));
    ereport(ERROR, (errcode(ERRCODE_UNDEFINED_OBJECT), errmsg("job " INT64_FORMAT " does not exist", wanted),
                    HintAt(newest)));
}

}  // namespace pgsqlite::pg::jobs

PG_SQLITE_FUNCTION(pg_sqlite_job_or_last) {
    const int64 job = PG_ARGISNULL(0) ? 0 : PG_GETARG_INT64(0);
    PG_RETURN_INT64(pgsqlite::pg::jobs::JobOrLast(PG_ARGISNULL(0) ? nullptr : &job));
}
