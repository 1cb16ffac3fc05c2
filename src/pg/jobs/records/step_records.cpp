#include "pg/jobs/records/step_records.hpp"

#include "pg/jobs/records/job_log.hpp"

namespace pgsqlite::pg::jobs {
namespace {

constexpr char kAddStep[] = R"(
INSERT INTO sqlite.job_steps (job, step, section, kind, object, statement, staged, undo, table_no, columns)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
)";

constexpr char kMarkStep[] = R"(
UPDATE sqlite.job_steps s SET state = 'done', finished = $3,
    started = COALESCE($4, (SELECT t.started FROM sqlite.job_tables t WHERE t.job = s.job AND t.table_no = s.table_no), $3)
WHERE s.job = $1 AND s.step = $2
RETURNING s.kind, s.table_no,
    format('step %s: %s, in %s s', s.step, s.object, round(extract(epoch FROM s.finished - s.started)::numeric, 3))
)";

constexpr char kStatement[] =
    "SELECT COALESCE(staged, statement), object FROM sqlite.job_steps WHERE job = $1 AND step = $2";

constexpr char kHasBegun[] = R"(
SELECT WHERE EXISTS (SELECT FROM sqlite.job_steps WHERE job = $1 AND state = 'done')
    OR EXISTS (SELECT FROM sqlite.job_chunks WHERE job = $1)
)";

constexpr char kHasPending[] = "SELECT FROM sqlite.job_steps WHERE job = $1 AND state = 'pending' LIMIT 1";

bool IsSo(const char* question, int64 job) {
    Arguments arguments;
    arguments.Int8(job);
    return TouchRecords(question, arguments) > 0;
}

}  // namespace

void AddStep(int64 job, const NewStep& step) {
    Arguments arguments;
    arguments.Int8(job)
        .Int4(step.step)
        .Text(step.section)
        .Text(step.kind)
        .Text(step.object)
        .Text(step.statement)
        .Text(step.staged)
        .Text(step.undo)
        .Add(INT4OID, Int32GetDatum(step.table_no), step.table_no == 0)
        .Texts(step.columns);
    if (step.columns == NIL) arguments.nulls[arguments.count - 1] = 'n';
    TouchRecords(kAddStep, arguments);
}

void MarkStep(int64 job, int32 step, TimestampTz began) {
    SPI_connect();
    Arguments arguments;
    arguments.Int8(job).Int4(step).Time(GetCurrentTimestamp()).Time(began, began == 0);
    const Row row = RunOnRecord(job, kMarkStep, arguments);
    const char* kind = row.Text(1);
    if (std::strcmp(kind, "load") == 0)
        LogTable(job, row.Int4(2));
    else if (std::strcmp(kind, "comment") != 0)
        Log(job, "info", row.Text(3));
    SPI_finish();
}

StepStatement ReadStepStatement(int64 job, int32 step) {
    SPI_connect();
    Arguments arguments;
    arguments.Int8(job).Int4(step);
    const Row row = RunOnRecord(job, kStatement, arguments);
    const StepStatement read = {Keep(row.Text(1)), Keep(row.Text(2))};
    SPI_finish();
    return read;
}

bool HasBegun(int64 job) {
    return IsSo(kHasBegun, job);
}

bool HasPendingSteps(int64 job) {
    return IsSo(kHasPending, job);
}

}  // namespace pgsqlite::pg::jobs
