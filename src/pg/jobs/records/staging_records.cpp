#include "pg/jobs/records/staging_records.hpp"

namespace pgsqlite::pg::jobs {
namespace {

constexpr char kNoteStaging[] =
    "UPDATE sqlite.jobs SET staging = staging || jsonb_build_object($2, $3) WHERE job = $1";
constexpr char kHasStaging[] = "SELECT FROM sqlite.jobs WHERE job = $1 AND staging <> '{}'";
constexpr char kClearStaging[] = "UPDATE sqlite.jobs SET staging = '{}' WHERE job = $1";

constexpr char kMoves[] = R"(
SELECT statement FROM (
    SELECT 1 AS part, c.oid AS place, format('ALTER TABLE %I.%I SET SCHEMA %I', n.nspname, c.relname, s.schema) AS statement
    FROM sqlite.jobs j, jsonb_each_text(j.staging) AS s (name, schema), pg_namespace n, pg_class c
    WHERE j.job = $1 AND n.nspname = s.name::name AND c.relnamespace = n.oid AND c.relkind IN ('r', 'p')
    UNION ALL
    SELECT 2, 0, format('DROP SCHEMA %I', s.name)
    FROM sqlite.jobs j, jsonb_object_keys(j.staging) AS s (name) WHERE j.job = $1
) AS e ORDER BY part, place
)";

constexpr char kDrops[] = R"(
SELECT format('DROP SCHEMA %I CASCADE', s.name)
FROM sqlite.jobs j, jsonb_object_keys(j.staging) AS s (name)
WHERE j.job = $1 AND EXISTS (SELECT FROM pg_namespace n WHERE n.nspname = s.name::name)
)";

constexpr const char* kToPending[] = {
    "DELETE FROM sqlite.job_chunks WHERE job = $1",
    R"(
UPDATE sqlite.job_tables SET state = 'pending', read = 0, written = 0, rejected = 0, skipped = 0, warned = 0,
    updated = 0, unchanged = 0, changes = '{}', started = NULL, finished = NULL
WHERE job = $1
)",
    "UPDATE sqlite.job_steps SET state = 'pending', started = NULL, finished = NULL WHERE job = $1",
};

constexpr char kAbandoned[] = R"(
SELECT j.job FROM sqlite.jobs j
WHERE j.owner = $1 AND j.state IN ('running', 'failed') AND j.staging <> '{}'
    AND NOT EXISTS (
        SELECT FROM pg_stat_get_activity(j.backend) AS a
        WHERE COALESCE(a.backend_start, j.backend_started) = j.backend_started)
FOR UPDATE OF j SKIP LOCKED
)";

constexpr char kMarkAbandoned[] = R"(
UPDATE sqlite.jobs SET state = 'failed', finished = clock_timestamp(),
    error = jsonb_build_object('sqlstate', '57P01', 'message', 'the session of the job has ended')
WHERE job = $1 AND state = 'running'
)";

Arguments OfJob(int64 job) {
    Arguments arguments;
    arguments.Int8(job);
    return arguments;
}

List* Statements(const char* sql, int64 job) {
    MemoryContext caller = CurrentMemoryContext;
    SPI_connect();
    List* statements = TextColumn(RunOnRecords(sql, OfJob(job)), caller);
    SPI_finish();
    return statements;
}

}  // namespace

void NoteStaging(int64 job, const char* staging, const char* schema) {
    TouchRecords(kNoteStaging, OfJob(job).Text(staging).Text(ToServerText(schema)));
}

bool HasStaging(int64 job) {
    return TouchRecords(kHasStaging, OfJob(job)) > 0;
}

void ClearStaging(int64 job) {
    TouchRecords(kClearStaging, OfJob(job));
}

List* MovesIntoPlace(int64 job) {
    return Statements(kMoves, job);
}

List* DropsOfStaging(int64 job) {
    return Statements(kDrops, job);
}

void ResetToPending(int64 job) {
    for (const char* reset : kToPending)
        TouchRecords(reset, OfJob(job));
}

List* LockAbandoned() {
    MemoryContext caller = CurrentMemoryContext;
    SPI_connect();
    Arguments arguments;
    arguments.Role(GetUserId());
    List* jobs = Int8Column(RunOnRecords(kAbandoned, arguments), caller);
    SPI_finish();
    return jobs;
}

void MarkAbandoned(int64 job) {
    TouchRecords(kMarkAbandoned, OfJob(job));
}

}  // namespace pgsqlite::pg::jobs
