#include "pg/jobs/records/job_plan.hpp"

#include <algorithm>

#include "core/spec/spec.hpp"
#include "pg/jobs/records/follow_targets.hpp"
#include "pg/jobs/records/reject_limit.hpp"
#include "pg/jobs/records/statement.hpp"

namespace pgsqlite::pg::jobs {
namespace {

constexpr char kSettings[] =
    "SELECT spec::text, target_schema, servers, max_rejects FROM sqlite.jobs WHERE job = $1";

constexpr char kPlannedSteps[] = R"(
SELECT step, section, kind, object, statement, table_no, state = 'done', staged, columns, condition
FROM sqlite.job_steps WHERE job = $1 ORDER BY step
)";

/// $2: this place; $3: a table, or NULL for all of them.
constexpr char kPlannedTables[] = R"(
SELECT t.table_no, t.load::text, t.expected, t.state = 'done', t.state <> 'pending', t.parents, t.created, t.staged,
    t.relation IS NOT NULL AND j.place = $2 AND NOT EXISTS (SELECT FROM pg_class c WHERE c.oid = t.relation)
FROM sqlite.job_tables t JOIN sqlite.jobs j ON j.job = t.job
WHERE t.job = $1 AND ($3 IS NULL OR t.table_no = $3)
ORDER BY t.table_no
)";

constexpr char kChunks[] = R"(
SELECT table_no, first_rowid, last_rowid FROM sqlite.job_chunks WHERE job = $1 ORDER BY table_no, first_rowid
)";

constexpr char kRejects[] = R"(
SELECT j.max_rejects, (SELECT sum(t.rejected)::bigint FROM sqlite.job_tables t WHERE t.job = j.job)
FROM sqlite.jobs j WHERE j.job = $1
)";

void ReadSettings(JobPlan* plan, const Arguments& job) {
    const Row row = RunOnRecord(plan->job, kSettings, job);
    const char* spec = row.Utf8(1);
    const char* schema = row.Utf8OrEmpty(2);
    const RejectLimit limit = ParseRejectLimit(row.Text(4));
    row.AppendUtf8(3, &plan->servers);
    Guard([&] {
        const spec::Spec parsed = spec::Spec::Parse(spec);  // lives as long as what refers to it
        const spec::JobSettings& settings = parsed.job();
        plan->transaction = settings.transaction;
        plan->commit_rows = settings.commit_rows.value_or(0);
        plan->workers = settings.workers;
        plan->parallel_index = settings.parallel_index;
        plan->read_from = settings.read_from;
        plan->backup = settings.backup;
        plan->target_schema = schema;
        plan->max_rejects = limit.rows;
        plan->max_percent = limit.percent;
    });
}

void ReadSteps(JobPlan* plan, const Arguments& job) {
    const Rows rows = RunOnRecords(kPlannedSteps, job);
    for (uint64 i = 0; i < rows.count; ++i) {
        const Row row = rows[i];
        const char *section = row.Utf8(2), *kind = row.Utf8(3), *object = row.Utf8(4);
        const char *statement = row.Utf8(5), *staged = row.Utf8OrEmpty(8), *condition = row.Utf8OrEmpty(10);
        const int32 number = row.Int4(1), table_no = row.Int4(6);
        const bool done = row.Bool(7);
        Guard([&] {
            plan->steps.push_back({number,
                                   plan::SectionNamed(section),
                                   plan::StepKindNamed(kind),
                                   object,
                                   statement,
                                   staged,
                                   table_no,
                                   {},
                                   condition,
                                   done});
        });
        row.AppendUtf8(9, &plan->steps.back().columns);
    }
}

/// @param table_no 0: all tables
void ReadTables(int64 job, int32 only, std::vector<PlannedLoad>* tables) {
    Arguments arguments;
    arguments.Int8(job).Text(ThisPlace()).Add(INT4OID, Int32GetDatum(only), only == 0);
    const Rows rows = RunOnRecords(kPlannedTables, arguments);
    for (uint64 i = 0; i < rows.count; ++i) {
        const Row row = rows[i];
        const char *load = row.Utf8(2), *staged = row.Utf8(8);
        const int32 table_no = row.Int4(1);
        const int64 expected = row.Int8(3, -1);
        const bool done = row.Bool(4), started = row.Bool(5), created = row.Bool(7), dropped = row.Bool(9);
        Guard([&] {
            PlannedLoad& table = tables->emplace_back();
            table.dropped = dropped;
            table.table_no = table_no;
            table.task = plan::LoadTaskFromJson(load);
            table.target = table.task.target;
            table.staged = staged != nullptr;
            if (table.staged) table.task.target = staged;
            table.created = created;
            table.expected = expected;
            table.started = started;
            table.done = done;
            table.loaded = false;
        });
        row.AppendInt4(6, &tables->back().parents);
    }
}

void ReadChunks(JobPlan* plan, const Arguments& job) {
    const Rows rows = RunOnRecords(kChunks, job);
    for (uint64 i = 0; i < rows.count; ++i) {
        const Row row = rows[i];
        const auto place = static_cast<size_t>(row.Int4(1) - 1);
        if (place >= plan->tables.size()) RaiseRecordsGone(plan->job);
        PlannedLoad& table = plan->tables[place];
        const plan::RowidRange range = {row.Int8(2), row.Int8(3)};
        if (row.IsNull(2))
            table.loaded = true;
        else
            Guard([&] { table.committed.push_back(range); });
    }
}

/// What refers to a table by its number must find it, whatever somebody has deleted.
void CheckWhole(const JobPlan& plan) {
    const auto count = static_cast<int32>(plan.tables.size());
    for (int32 i = 0; i < count; ++i) {
        const PlannedLoad& table = plan.tables[static_cast<size_t>(i)];
        if (table.table_no != i + 1) RaiseRecordsGone(plan.job);
        for (const int32 parent : table.parents)
            if (parent < 1 || parent > count) RaiseRecordsGone(plan.job);
    }
    for (const PlannedStep& step : plan.steps)
        if (step.table_no < 0 || step.table_no > count) RaiseRecordsGone(plan.job);
}

}  // namespace

bool JobPlan::ByPath(const PlannedStep& step) const noexcept {
    if (step.kind == StepKind::kView)
        return std::any_of(tables.begin(), tables.end(),
                           [](const PlannedLoad& table) { return table.task.by_path; });
    if (step.table_no <= 0) return true;
    const PlannedLoad& table = tables[static_cast<size_t>(step.table_no - 1)];
    const bool ours = plan::IsInOurWords(step.kind) || (table.created && plan::IsInOurWordsOnNew(step.kind));
    return !ours || table.task.by_path;
}

JobPlan* ReadJobPlan(int64 job) {
    JobPlan* plan = NewIn<JobPlan>(CurrentMemoryContext);
    plan->job = job;
    SPI_connect();
    Arguments arguments;
    arguments.Int8(job);
    ReadSettings(plan, arguments);
    ReadSteps(plan, arguments);
    ReadTables(job, 0, &plan->tables);
    CheckWhole(*plan);
    ReadChunks(plan, arguments);
    SPI_finish();
    for (const PlannedLoad& table : plan->tables)
        plan->staged = plan->staged || table.staged;
    return plan;
}

PlannedLoad* ReadPlannedLoad(int64 job, int32 table_no) {
    auto* tables = NewIn<std::vector<PlannedLoad>>(CurrentMemoryContext);
    SPI_connect();
    ReadTables(job, table_no, tables);
    SPI_finish();
    if (tables->empty()) RaiseRecordsGone(job);
    return tables->data();
}

RejectsSoFar ReadRejects(int64 job) {
    SPI_connect();
    Arguments arguments;
    arguments.Int8(job);
    const Row row = RunOnRecord(job, kRejects, arguments);
    const RejectsSoFar rejects = {ParseRejectLimit(row.Text(1)).rows, row.Int8(2)};
    SPI_finish();
    return rejects;
}

}  // namespace pgsqlite::pg::jobs
