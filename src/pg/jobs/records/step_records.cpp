#include "pg/jobs/records/step_records.hpp"

#include "pg/jobs/records/job_log.hpp"

namespace pgsqlite::pg::jobs {
namespace {

constexpr char kAddStep[] = R"(
INSERT INTO sqlite.job_steps (job, step, section, kind, object, statement, staged, undo, table_no, columns, name,
    parent_no, condition)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
)";

constexpr char kMarkStep[] = R"(
UPDATE sqlite.job_steps s SET state = 'done', finished = $3, xid = $5,
    started = COALESCE($4, (SELECT t.started FROM sqlite.job_tables t WHERE t.job = s.job AND t.table_no = s.table_no), $3)
WHERE s.job = $1 AND s.step = $2
RETURNING s.kind, s.table_no,
    format('step %s: %s, in %s s', s.step, s.object, round(extract(epoch FROM s.finished - s.started)::numeric, 3))
)";

constexpr char kStatement[] = R"(
SELECT COALESCE(s.staged, s.statement), s.object, s.kind, COALESCE((t.load ->> 'by_path')::boolean, true)
FROM sqlite.job_steps s LEFT JOIN sqlite.job_tables t ON t.job = s.job AND t.table_no = s.table_no
WHERE s.job = $1 AND s.step = $2
)";

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
        .Text(plan::SectionName(step.section))
        .Text(plan::StepKindName(step.kind))
        .Text(step.object)
        .Text(step.statement)
        .Text(step.staged)
        .Text(step.undo)
        .Add(INT4OID, Int32GetDatum(step.table_no), step.table_no == 0)
        .TextsOrNull(step.columns)
        .Text(step.name)
        .Add(INT4OID, Int32GetDatum(step.parent_no), step.parent_no == 0)
        .Text(step.condition);
    TouchRecords(kAddStep, arguments);
}

void MarkStep(int64 job, int32 step, TimestampTz began) {
    SPI_connect();
    Arguments arguments;
    // The rows that the step has changed in this (sub)transaction bear its number.
    arguments.Int8(job)
        .Int4(step)
        .Time(GetCurrentTimestamp())
        .Time(began, began == 0)
        .Add(XIDOID, TransactionIdGetDatum(GetCurrentTransactionId()));
    const Row row = RunOnRecord(job, kMarkStep, arguments);
    const plan::StepKind kind = plan::StepKindNamed(row.Text(1));
    if (kind == plan::StepKind::kLoad)
        LogTable(job, row.Int4(2));
    else if (kind != plan::StepKind::kComment)
        Log(job, "info", row.Text(3));
    SPI_finish();
}

StepStatement ReadStepStatement(int64 job, int32 step) {
    SPI_connect();
    Arguments arguments;
    arguments.Int8(job).Int4(step);
    const Row row = RunOnRecord(job, kStatement, arguments);
    const bool by_path = row.Bool(4) || !plan::IsInOurWords(plan::StepKindNamed(row.Text(3)));
    const StepStatement read = {Keep(row.Text(1)), Keep(row.Text(2)), by_path};
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
