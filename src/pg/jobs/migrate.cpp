// CALL sqlite.migrate(servers, target_schema, spec, job): the plan of sqlite.plan, recorded and carried out.
#include "core/plan/statements.hpp"
#include "core/spec/spec.hpp"
#include "core/sqlite/statistics.hpp"
#include "pg/fdw/sqlite_call.hpp"
#include "pg/functions/survey.hpp"
#include "pg/jobs/load_arguments.hpp"
#include "pg/jobs/progress.hpp"
#include "pg/jobs/run.hpp"
#include "pg/jobs/sources.hpp"
#include "pg/load/collect.hpp"

namespace pgsqlite::pg::jobs {
namespace {

struct MigrateArguments {
    ArrayType* servers;
    const char* target_schema;
    Jsonb* spec;
    const char* spec_text;
    const spec::JobSettings* settings;
};

MigrateArguments ReadArguments(FunctionCallInfo fcinfo, Call* call) {
    static constexpr const char* kNames[] = {"servers", "target_schema", "spec"};
    for (int i = 0; i < 3; ++i)
        if (PG_ARGISNULL(i))
            ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
                            errmsg("argument \"%s\" must not be null", kNames[i])));
    if (!PG_ARGISNULL(3))
        ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("a migration is a job of its own"),
                        errhint("Leave job away: it gives the number.")));
    MigrateArguments arguments;
    // All of it must outlive commits.
    arguments.servers = PG_GETARG_ARRAYTYPE_P_COPY(0);
    arguments.target_schema = text_to_cstring(PG_GETARG_TEXT_PP(1));
    arguments.spec = PG_GETARG_JSONB_P_COPY(2);
    arguments.spec_text = JsonbToCString(nullptr, &arguments.spec->root, VARSIZE(arguments.spec));
    spec::Spec* spec = NewIn<spec::Spec>(call->memory);
    const char* utf8 = ToUtf8(arguments.spec_text);
    Guard([&] { *spec = spec::Spec::Parse(utf8); });
    arguments.settings = &spec->job();
    return arguments;
}

const char* TransactionName(spec::Transaction transaction) noexcept {
    static constexpr const char* kNames[] = {"single", "table", "batch"};
    return kNames[static_cast<size_t>(transaction)];
}

/// Inside of a transaction block nothing can be committed before the block is.
void CheckBlock(const Call* call, const spec::JobSettings& settings) {
    if (!call->atomic) return;
    const bool single = settings.transaction == spec::Transaction::kSingle;
    if (single && settings.workers == 1) return;
    ereport(ERROR,
            (errcode(ERRCODE_ACTIVE_SQL_TRANSACTION),
             single ? errmsg("a migration with %d workers cannot run inside a transaction block",
                             settings.workers)
                    : errmsg("a migration with transaction \"%s\" cannot run inside a transaction block",
                             TransactionName(settings.transaction)),
             errhint("CALL it outside of BEGIN … COMMIT, functions and DO, or with transaction "
                     "\"single\" and one worker.")));
}

int64 Record(const MigrateArguments& arguments) {
    NewJob job = {};
    job.kind = "migrate";
    job.servers = PointerGetDatum(arguments.servers);
    job.schema = arguments.target_schema;
    job.spec = arguments.spec_text;
    job.transaction = TransactionName(arguments.settings->transaction);
    job.workers = arguments.settings->workers;
    job.read_from = arguments.settings->read_from == spec::ReadFrom::kCopy ? "copy" : "live";
    job.max_rejects = RejectLimitText(*arguments.settings);
    return CreateJob(job);
}

/// What the design can't do ends the job before any work.
void CheckBlockers(const plan::Design& design) {
    constexpr int kShown = 10;
    int blockers = 0;
    StringInfoData detail;
    initStringInfo(&detail);
    for (size_t i = 0; i < design.findings.size(); ++i) {
        const plan::Finding& finding = design.findings[i];
        if (finding.severity != plan::Severity::kBlocker || ++blockers > kShown) continue;
        const char* where = load::SqlText([&] {
            return finding.server + (finding.table.empty() ? "" : ": " + finding.table) +
                   (finding.column.empty() ? "" : "." + finding.column) + ": " + finding.text;
        });
        appendStringInfo(&detail, "%s%s.", detail.len > 0 ? "\n" : "", where);
    }
    if (blockers == 0) return;
    if (blockers > kShown) appendStringInfo(&detail, "\n… and %d more.", blockers - kShown);
    ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
                    blockers == 1 ? errmsg("the migration cannot be planned: 1 blocker")
                                  : errmsg("the migration cannot be planned: %d blockers", blockers),
                    errdetail_internal("%s", detail.data),
                    errhint("sqlite.assess lists them with their remedies, sqlite.suggest_spec writes a spec "
                            "that settles them.")));
}

int64 EstimateRows(const SurveyHandle& handle, const plan::PlannedTable& table) {
    if (table.from->rows) return static_cast<int64>(*table.from->rows);
    sqlite::Database* database = ServerOf(handle, table).pin->database();
    return fdw::CallSqlite(database, [&]() -> int64 {
        try {
            return static_cast<int64>(
                sqlite::EstimateRows(*database, table.table().name, table.table().rowid_name()));
        } catch (const Error&) {
            return -1;  // a view, a table that can't be read
        }
    });
}

const char* ExistingName(spec::Existing existing) noexcept {
    static constexpr const char* kNames[] = {"error", "append", "truncate", "skip", "upsert"};
    return kNames[static_cast<size_t>(existing)];
}

void RecordTable(int64 job, const SurveyHandle& handle, const plan::PlannedTable& table, int32 table_no) {
    NewTable record = {};
    record.table_no = table_no;
    record.server = ServerOf(handle, table).name;
    record.table = ToServerText(table.table().name);
    record.target = load::SqlText([&] { return table.SqlName(); });
    record.created = table.creates();
    record.existing = table.existing != nullptr ? ExistingName(table.settings.existing) : nullptr;
    record.expected = EstimateRows(handle, table);
    record.load = load::SqlText([&] { return plan::ToJson(plan::MakeLoadTask(table)); });
    int32* parents = static_cast<int32*>(palloc(sizeof(int32) * (table.parents.size() + 1)));
    for (const size_t parent : table.parents)
        parents[record.parent_count++] = static_cast<int32>(parent + 1);
    record.parents = parents;
    AddTable(job, record);
}

void RecordStep(int64 job, const plan::Step& step, int32 number) {
    NewStep record = {};
    record.step = number;
    record.section = plan::SectionName(step.section);
    record.kind = step.kind == plan::StepKind::kLoad      ? "load"
                  : step.kind == plan::StepKind::kComment ? "comment"
                                                          : "statement";
    if (step.orphans_of) record.kind = "orphans";
    record.object = ToServerText(step.object);
    record.statement = ToServerText(step.statement);
    record.undo = step.undo.empty() ? nullptr : ToServerText(step.undo);
    record.table_no = step.table ? static_cast<int32>(*step.table) + 1 : 0;
    AddStep(job, record);
}

/// Orphans among rows that refer to each other are removed by one block, which gives no account of them.
void CheckAccountable(const std::vector<plan::Step>& steps) {
    for (size_t i = 0; i < steps.size(); ++i)
        if (steps[i].object == "orphans")
            ereport(ERROR,
                    (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
                     errmsg("\"orphans\": \"reject\" is not supported where tables refer to themselves or to "
                            "each other"),
                     errhint("Choose \"null\" or \"keep\" for these foreign keys.")));
}

/// Looks at sources and targets, and writes down what is to be done.
void WritePlan(Call* call, const MigrateArguments& arguments) {
    PublishActivity({call->job, Phase::kPlanning, 0, InvalidOid, -1, ""});
    const SurveyHandle handle = MakeSurvey(arguments.servers, arguments.target_schema, arguments.spec);
    const plan::Design& design = handle.survey->design;
    CheckBlockers(design);
    int32 number = 0;
    for (size_t i = 0; i < design.tables.size(); ++i)
        RecordTable(call->job, handle, design.tables[i], ++number);
    auto* steps = NewIn<std::vector<plan::Step>>(CurrentMemoryContext);
    Guard([&] { *steps = plan::WriteSteps(design); });
    CheckAccountable(*steps);
    number = 0;
    for (size_t i = 0; i < steps->size(); ++i)
        if ((*steps)[i].kind != plan::StepKind::kSource) RecordStep(call->job, (*steps)[i], ++number);
}

}  // namespace
}  // namespace pgsqlite::pg::jobs

using namespace pgsqlite::pg;
using namespace pgsqlite::pg::jobs;

PG_SQLITE_FUNCTION(pg_sqlite_migrate) {
    Call* call = BeginCall(fcinfo);
    const MigrateArguments arguments = ReadArguments(fcinfo, call);
    CheckBlock(call, *arguments.settings);
    if (arguments.settings->workers > 1)
        ereport(WARNING, (errmsg("the migration runs with one worker"),
                          errdetail("\"workers\" is %d, and more than one is not supported yet.",
                                    arguments.settings->workers)));
    StartJob(call, Record(arguments));
    if (!call->atomic) CommitUnit(call);
    JobPlan* plan = nullptr;
    RunUnit(call, [&] {
        PinSources(call->job, arguments.servers, *arguments.settings);
        WritePlan(call, arguments);
    });
    RunUnit(call, [&] { plan = ReadJobPlan(call->job); });
    CarryOut(call, plan);
    ReleaseSources(call->job, false);
    return EndCall(call, fcinfo);
}
