#include "pg/jobs/records/job_records.hpp"

#include "pg/jobs/records/last_job.hpp"
#include "pg/shortened.hpp"

extern "C" {
#include "utils/backend_status.h"
#include "utils/json.h"
}

namespace pgsqlite::pg::jobs {
namespace {

constexpr char kCreate[] = R"(
INSERT INTO sqlite.jobs (kind, state, owner, servers, target_schema, spec, transaction, workers, read_from, on_error,
    max_rejects, backend, backend_started, version, job)
    OVERRIDING SYSTEM VALUE
VALUES ($1, 'running', $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13,
    COALESCE($14, nextval('sqlite.jobs_job_seq')))
RETURNING job
)";

constexpr char kFinishJob[] = R"(
UPDATE sqlite.jobs SET state = $2, error = $3, finished = clock_timestamp(),
    completed = CASE WHEN $2 = 'done' THEN COALESCE(completed, clock_timestamp()) ELSE completed END,
    backend = NULL, backend_started = NULL
WHERE job = $1
)";

constexpr char kClaim[] = R"(
UPDATE sqlite.jobs SET state = 'running', error = NULL, finished = NULL, backend = $2, backend_started = $3
WHERE job = $1
)";

/// $2: the present process.
constexpr char kLock[] = R"(
SELECT j.kind, j.state,
    CASE WHEN j.state = 'running' THEN (
        SELECT a.pid FROM pg_stat_get_activity(j.backend) AS a
        WHERE a.pid <> $2 AND COALESCE(a.backend_start, j.backend_started) = j.backend_started) END
FROM sqlite.jobs j WHERE j.job = $1 FOR UPDATE
)";

constexpr const char* kLockParts[] = {
    "SELECT FROM sqlite.job_tables WHERE job = $1 FOR UPDATE",
    "SELECT FROM sqlite.job_steps WHERE job = $1 FOR UPDATE",
};

constexpr char kCall[] =
    "SELECT servers, target_schema, spec, uuid_namespace FROM sqlite.jobs WHERE job = $1";

constexpr char kLastTableNo[] = R"(
SELECT (SELECT max(t.table_no) FROM sqlite.job_tables t WHERE t.job = j.job)
FROM sqlite.jobs j WHERE j.job = $1 AND j.owner = $2 AND j.kind = 'load'
)";

constexpr char kNeedsCopies[] = "SELECT FROM sqlite.jobs WHERE job = $1 AND state IN ('running', 'failed')";
constexpr char kIsOwn[] = "SELECT FROM sqlite.jobs WHERE job = $1 AND owner = $2";

/// Of the owner $1, that ended longer ago than $2.
constexpr char kOld[] = R"(
SELECT j.job FROM sqlite.jobs j
WHERE j.owner = $1 AND j.finished < now() - $2
    AND (j.state IN ('done', 'rolled back') OR j.state = 'failed' AND j.kind = 'load')
    AND NOT (j.state = 'done'
        AND EXISTS (SELECT FROM sqlite.rejects r WHERE r.job = j.job AND r.state = 'open'))
ORDER BY j.job FOR UPDATE SKIP LOCKED
)";

constexpr const char* kDeletions[] = {
    "DELETE FROM sqlite.rejects WHERE job = $1",    "DELETE FROM sqlite.job_log WHERE job = $1",
    "DELETE FROM sqlite.job_chunks WHERE job = $1", "DELETE FROM sqlite.job_steps WHERE job = $1",
    "DELETE FROM sqlite.job_tables WHERE job = $1", "DELETE FROM sqlite.jobs WHERE job = $1",
};

void AppendMember(StringInfo json, const char* name, const char* value) {
    if (value == nullptr) return;
    appendStringInfo(json, "%s\"%s\": ", json->len > 1 ? ", " : "", name);
    escape_json(json, Shortened(value));
}

char* ErrorJson(const ErrorData* error) {
    StringInfoData json;
    initStringInfo(&json);
    appendStringInfoChar(&json, '{');
    AppendMember(&json, "sqlstate", unpack_sql_state(error->sqlerrcode));
    AppendMember(&json, "message", error->message);
    AppendMember(&json, "detail", error->detail);
    AppendMember(&json, "hint", error->hint);
    AppendMember(&json, "context", error->context);
    AppendMember(&json, "schema", error->schema_name);
    AppendMember(&json, "table", error->table_name);
    AppendMember(&json, "column", error->column_name);
    AppendMember(&json, "constraint", error->constraint_name);
    appendStringInfoChar(&json, '}');
    return json.data;
}

}  // namespace

int64 PassingNumber() noexcept {
    static uint32 last = 0;
    return -((static_cast<int64>(MyProcPid) << 32) | ++last);
}

int64 CreateJob(const NewJob& job) {
    SPI_connect();
    Arguments arguments;
    arguments.Text(job.kind).Role(GetUserId());
    if (job.servers != 0)
        arguments.Add(TEXTARRAYOID, job.servers);
    else
        arguments.Texts(NIL);
    arguments.Text(job.schema)
        .Json(job.spec != nullptr ? job.spec : "{}")
        .Text(job.transaction)
        .Int4(job.workers)
        .Text(job.read_from)
        .Text(job.on_error)
        .Text(job.max_rejects)
        .Int4(MyProcPid)
        .Time(MyStartTimestamp)
        .Text(PG_SQLITE_VERSION)
        .Int8OrNull(job.rehearsal, job.rehearsal == 0);
    const int64 number = RunOnRecords(kCreate, arguments)[0].Int8(1);
    SPI_finish();
    if (!IsRehearsal(number)) SetLastJob(number);
    return number;
}

void FinishJob(int64 job, const ErrorData* error) {
    Arguments arguments;
    arguments.Int8(job)
        .Text(error != nullptr ? "failed" : "done")
        .Json(error != nullptr ? ErrorJson(error) : nullptr);
    TouchRecords(kFinishJob, arguments);
}

void ClaimJob(int64 job) {
    Arguments arguments;
    arguments.Int8(job).Int4(MyProcPid).Time(MyStartTimestamp);
    TouchRecord(job, kClaim, arguments);
}

LockedJob LockJob(int64 job) {
    SPI_connect();
    Arguments arguments;
    arguments.Int8(job).Int4(MyProcPid);
    const Rows rows = RunOnRecords(kLock, arguments);
    if (rows.count == 0)
        ereport(ERROR, (errcode(ERRCODE_UNDEFINED_OBJECT),
                        errmsg("job " INT64_FORMAT " does not exist any more", job)));
    const LockedJob locked = {Keep(rows[0].Text(1)), Keep(rows[0].Text(2)), Keep(rows[0].Text(3))};
    SPI_finish();
    return locked;
}

void AwaitLastCommits(int64 job) {
    Arguments arguments;
    arguments.Int8(job);
    for (const char* lock : kLockParts)
        TouchRecords(lock, arguments);
}

JobCall ReadJobCall(int64 job, MemoryContext memory) {
    SPI_connect();
    Arguments arguments;
    arguments.Int8(job);
    const Row row = RunOnRecord(job, kCall, arguments);
    bool is_null;
    MemoryContext own = MemoryContextSwitchTo(memory);
    JobCall call;
    call.servers = DatumGetArrayTypePCopy(row.Value(1, &is_null));
    call.schema = row.Text(2);
    call.spec = DatumGetJsonbPCopy(row.Value(3, &is_null));
    call.uuid_namespace = row.Text(4);
    MemoryContextSwitchTo(own);
    SPI_finish();
    return call;
}

int32 NextTableNo(int64 job) {
    SPI_connect();
    Arguments arguments;
    arguments.Int8(job).Role(GetUserId());
    const Rows rows = RunOnRecords(kLastTableNo, arguments);
    if (rows.count == 0)
        ereport(ERROR, (errcode(ERRCODE_UNDEFINED_OBJECT),
                        errmsg("there is no load job " INT64_FORMAT " of yours", job),
                        errhint("Leave job away for a new one.")));
    const int32 last = rows[0].Int4(1, 0);
    SPI_finish();
    return last + 1;
}

bool NeedsCopies(int64 job) {
    Arguments arguments;
    arguments.Int8(job);
    return TouchRecords(kNeedsCopies, arguments) > 0;
}

bool IsOwnJob(int64 job) {
    Arguments arguments;
    arguments.Int8(job).Role(GetUserId());
    return TouchRecords(kIsOwn, arguments) > 0;
}

List* LockOldJobs(Interval* age) {
    MemoryContext caller = CurrentMemoryContext;
    SPI_connect();
    Arguments arguments;
    arguments.Role(GetUserId()).Add(INTERVALOID, IntervalPGetDatum(age));
    List* jobs = Int8Column(RunOnRecords(kOld, arguments), caller);
    SPI_finish();
    return jobs;
}

void DeleteRecords(int64 job) {
    Arguments arguments;
    arguments.Int8(job);
    for (const char* statement : kDeletions)
        TouchRecords(statement, arguments);
}

}  // namespace pgsqlite::pg::jobs
