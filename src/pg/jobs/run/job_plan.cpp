#include "pg/jobs/run/job_plan.hpp"

#include "core/spec/spec.hpp"
#include "pg/jobs/records/follow_targets.hpp"
#include "pg/jobs/records/records.hpp"
#include "pg/jobs/run/load_arguments.hpp"

namespace pgsqlite::pg::jobs {
namespace {

/// A result column of the present row; null for NULL. In UTF-8.
const char* TextOf(uint64 row, int column) {
    const char* text = SPI_getvalue(SPI_tuptable->vals[row], SPI_tuptable->tupdesc, column);
    return text != nullptr ? ToUtf8(text) : nullptr;
}

int64 IntegerOf(uint64 row, int column, int64 otherwise) {
    const char* text = SPI_getvalue(SPI_tuptable->vals[row], SPI_tuptable->tupdesc, column);
    return text != nullptr ? std::strtoll(text, nullptr, 10) : otherwise;
}

bool BoolOf(uint64 row, int column) {
    const char* text = SPI_getvalue(SPI_tuptable->vals[row], SPI_tuptable->tupdesc, column);
    return text != nullptr && text[0] == 't';
}

std::vector<std::string> SplitLines(const char* text) {
    std::vector<std::string> lines;
    for (std::string_view rest = text != nullptr ? text : ""; !rest.empty();) {
        const std::size_t end = std::min(rest.find('\n'), rest.size());
        lines.emplace_back(rest.substr(0, end));
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    return lines;
}

Section SectionOf(std::string_view name) noexcept {
    return name == "pre-data" ? Section::kPreData : name == "data" ? Section::kData : Section::kPostData;
}

StepKind KindOf(std::string_view name) noexcept {
    if (name == "orphans") return StepKind::kOrphans;
    if (name == "key") return StepKind::kKey;
    if (name == "index") return StepKind::kIndex;
    return name == "load" ? StepKind::kLoad : name == "comment" ? StepKind::kComment : StepKind::kStatement;
}

void ReadSettings(JobPlan* plan, const Arguments& job) {
    RunOnRecord(plan->job,
                "SELECT spec::pg_catalog.text, target_schema, pg_catalog.array_to_string(servers, E'\\n'),"
                " max_rejects FROM sqlite.jobs WHERE job OPERATOR(pg_catalog.=) $1",
                job);
    const char* spec = TextOf(0, 1);
    const char* schema = TextOf(0, 2);
    const char* servers = TextOf(0, 3);
    const char* limit_text = SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 4);
    const RejectLimit limit = ParseRejectLimit(limit_text);
    Guard([&] {
        const spec::Spec parsed = spec::Spec::Parse(spec);  // lives as long as what refers to it
        const spec::JobSettings& settings = parsed.job();
        plan->transaction = settings.transaction;
        plan->commit_rows = settings.commit_rows.value_or(0);
        plan->workers = settings.workers;
        plan->parallel_index = settings.parallel_index;
        plan->read_from = settings.read_from;
        plan->backup = settings.backup;
        plan->target_schema = schema != nullptr ? schema : "";
        plan->max_rejects = limit.rows;
        plan->max_percent = limit.percent;
        plan->servers = SplitLines(servers);
    });
}

void ReadSteps(JobPlan* plan, const Arguments& job) {
    const uint64 count = RunOnRecords(
        "SELECT step, section, kind, object, statement, table_no, state OPERATOR(pg_catalog.=) 'done', "
        "staged,"
        " pg_catalog.array_to_string(columns, E'\\n')"
        " FROM sqlite.job_steps WHERE job OPERATOR(pg_catalog.=) $1 ORDER BY step",
        job);
    for (uint64 i = 0; i < count; ++i) {
        const char* section = TextOf(i, 2);
        const char* kind = TextOf(i, 3);
        const char* object = TextOf(i, 4);
        const char* statement = TextOf(i, 5);
        const int32 number = static_cast<int32>(IntegerOf(i, 1, 0));
        const int32 table_no = static_cast<int32>(IntegerOf(i, 6, 0));
        const bool done = BoolOf(i, 7);
        const char* staged = TextOf(i, 8);
        const char* columns = TextOf(i, 9);
        Guard([&] {
            plan->steps.push_back({number, SectionOf(section), KindOf(kind), object, statement,
                                   staged != nullptr ? staged : "", table_no, SplitLines(columns), done});
        });
    }
}

/// The tables' rows from sqlite.job_tables, whose WHERE clause `which` is behind the job's.
void ReadTables(std::vector<PlannedLoad>* tables, const Arguments& arguments, const char* which) {
    const uint64 count = RunOnRecords(
        psprintf("SELECT table_no, load::pg_catalog.text, expected, state OPERATOR(pg_catalog.=) 'done',"
                 " state OPERATOR(pg_catalog.<>) 'pending', pg_catalog.array_to_string(parents, E'\\n'),"
                 " created, staged, relation IS NOT NULL AND (SELECT j.place OPERATOR(pg_catalog.=) %s FROM"
                 " sqlite.jobs j WHERE j.job OPERATOR(pg_catalog.=) $1) AND NOT EXISTS (SELECT FROM"
                 " pg_catalog.pg_class c WHERE c.oid OPERATOR(pg_catalog.=) relation)"
                 " FROM sqlite.job_tables WHERE job OPERATOR(pg_catalog.=) $1%s ORDER BY table_no",
                 quote_literal_cstr(ThisPlace()), which),
        arguments);
    for (uint64 i = 0; i < count; ++i) {
        const char* load = TextOf(i, 2);
        const int32 table_no = static_cast<int32>(IntegerOf(i, 1, 0));
        const int64 expected = IntegerOf(i, 3, -1);
        const bool done = BoolOf(i, 4);
        const bool started = BoolOf(i, 5);
        const char* parents = TextOf(i, 6);
        const bool created = BoolOf(i, 7);
        const char* staged = TextOf(i, 8);
        const bool dropped = BoolOf(i, 9);
        Guard([&] {
            PlannedLoad table;
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
            for (const std::string& parent : SplitLines(parents))
                table.parents.push_back(std::atoi(parent.c_str()));
            tables->push_back(std::move(table));
        });
    }
}

void ReadChunks(JobPlan* plan, const Arguments& job) {
    const uint64 count = RunOnRecords(
        "SELECT table_no, first_rowid, last_rowid FROM sqlite.job_chunks"
        " WHERE job OPERATOR(pg_catalog.=) $1"
        " ORDER BY table_no, first_rowid",
        job);
    for (uint64 i = 0; i < count; ++i) {
        const auto table = static_cast<size_t>(IntegerOf(i, 1, 0) - 1);
        if (table >= plan->tables.size()) RaiseRecordsGone(plan->job);
        if (SPI_getvalue(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 2) == nullptr) {
            plan->tables[table].loaded = true;
            continue;
        }
        const plan::RowidRange range = {IntegerOf(i, 2, 0), IntegerOf(i, 3, 0)};
        Guard([&] { plan->tables.at(table).committed.push_back(range); });
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

JobPlan* ReadJobPlan(int64 job) {
    JobPlan* plan = NewIn<JobPlan>(CurrentMemoryContext);
    plan->job = job;
    SPI_connect();
    Arguments arguments;
    arguments.Int8(job);
    ReadSettings(plan, arguments);
    ReadSteps(plan, arguments);
    ReadTables(&plan->tables, arguments, "");
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
    Arguments arguments;
    arguments.Int8(job).Int4(table_no);
    ReadTables(tables, arguments, " AND table_no OPERATOR(pg_catalog.=) $2");
    SPI_finish();
    if (tables->empty()) RaiseRecordsGone(job);
    return tables->data();
}

RejectsSoFar ReadRejects(int64 job) {
    SPI_connect();
    Arguments arguments;
    arguments.Int8(job);
    RunOnRecord(
        job,
        "SELECT max_rejects, (SELECT pg_catalog.sum(t.rejected) FROM sqlite.job_tables t"
        " WHERE t.job OPERATOR(pg_catalog.=) $1) FROM sqlite.jobs WHERE job OPERATOR(pg_catalog.=) $1",
        arguments);
    const RejectsSoFar rejects = {ParseRejectLimit(TextOf(0, 1)).rows, IntegerOf(0, 2, 0)};
    SPI_finish();
    return rejects;
}

}  // namespace pgsqlite::pg::jobs
