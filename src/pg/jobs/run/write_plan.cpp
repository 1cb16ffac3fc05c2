#include "pg/jobs/run/write_plan.hpp"

#include <algorithm>

#include "core/plan/data_statements.hpp"
#include "core/plan/statements.hpp"
#include "core/sqlite/statistics.hpp"
#include "pg/fdw/connect/sqlite_call.hpp"
#include "pg/jobs/activity/progress.hpp"
#include "pg/jobs/records/job_records.hpp"
#include "pg/jobs/records/plan_warnings.hpp"
#include "pg/jobs/records/staging_records.hpp"
#include "pg/jobs/records/step_records.hpp"
#include "pg/jobs/records/table_records.hpp"
#include "pg/jobs/records/uuid_namespace.hpp"
#include "pg/jobs/run/staging.hpp"
#include "pg/load/collect.hpp"
#include "pg/run_sql.hpp"
#include "pg/survey/survey_facts.hpp"

namespace pgsqlite::pg::jobs {
namespace {

/// What stands in the way ends the job before any work.
void CheckBlockers(const std::vector<plan::Finding>& findings) {
    constexpr int kShown = 10;
    int blockers = 0;
    StringInfoData detail;
    initStringInfo(&detail);
    for (size_t i = 0; i < findings.size(); ++i) {
        const plan::Finding& finding = findings[i];
        if (finding.severity != plan::Severity::kBlocker || ++blockers > kShown) continue;
        const char* where = load::SqlText([&] {
            std::string place = finding.server;
            if (!finding.table.empty()) place += (place.empty() ? "" : ": ") + finding.table;
            if (!finding.column.empty()) place += "." + finding.column;
            return place + (place.empty() ? "" : ": ") + finding.text +
                   (finding.rows ? " (rows: " + std::to_string(*finding.rows) + ")" : "") +
                   (finding.rows && !finding.example.empty() ? ", first " + finding.example : "");
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
            const sqlite::Table& source = table.table();
            const auto estimate = source.without_rowid ? &sqlite::CountOrEstimateRows : &sqlite::EstimateRows;
            return static_cast<int64>(estimate(*database, source.name, source.rowid_name()));
        } catch (const Error&) {
            return -1;  // a view, a table that can't be read
        }
    });
}

const char* ExistingName(spec::Existing existing) noexcept {
    static constexpr const char* kNames[] = {"error", "append", "truncate", "skip", "upsert", "match"};
    return kNames[static_cast<size_t>(existing)];
}

/// By place among the design's tables: their numbers in the job's records; 0: no row of it is to be moved.
const int32* NumberTables(const plan::Design& design) {
    int32* numbers = static_cast<int32*>(palloc0(sizeof(int32) * (design.tables.size() + 1)));
    int32 count = 0;
    for (size_t i = 0; i < design.tables.size(); ++i) {
        const plan::PlannedTable& table = design.tables[i];
        const bool moves = table.not_migrated.empty() &&
                           std::any_of(table.columns.begin(), table.columns.end(),
                                       [](const plan::PlannedColumn& column) { return column.written(); });
        if (moves) numbers[i] = ++count;
    }
    return numbers;
}

/// @param place among the design's tables
void RecordTable(int64 job, const SurveyHandle& handle, const plan::Design& design, size_t place,
                 const int32* numbers, const std::string& target, const char* staged) {
    const plan::PlannedTable& table = design.tables[place];
    NewTable record = {};
    record.staged = staged;
    record.table_no = numbers[place];
    record.server = ServerOf(handle, table).name;
    record.table = ToServerText(table.table().name);
    record.target = ToServerText(target);
    record.created = table.creates();
    record.existing = table.existing != nullptr ? ExistingName(table.settings.existing) : nullptr;
    record.expected = EstimateRows(handle, table);
    record.load = load::SqlText([&] {
        plan::LoadTask task = plan::MakeLoadTask(design, table);
        task.target = target;
        return plan::ToJson(task);
    });
    int32* parents = static_cast<int32*>(palloc(sizeof(int32) * (table.parents.size() + 1)));
    for (const size_t parent : table.parents)
        if (numbers[parent] != 0) parents[record.parent_count++] = numbers[parent];
    record.parents = parents;
    AddTable(job, record);
}

/// @param staged the same step of the staged design, or null
void RecordStep(int64 job, const plan::Step& step, const int32* table_numbers, int32 number,
                const plan::Step* staged) {
    const auto text = [](const std::string& utf8) { return utf8.empty() ? nullptr : ToServerText(utf8); };
    NewStep record = {};
    record.step = number;
    record.section = step.section;
    record.kind = step.kind;
    record.object = ToServerText(step.object);
    record.statement = ToServerText(step.statement);
    if (staged != nullptr) record.staged = ToServerText(staged->statement);
    record.undo = text(step.undo);
    record.name = text(step.name);
    record.condition = text(step.condition);
    record.table_no = step.table ? table_numbers[*step.table] : 0;
    record.parent_no = step.parent ? table_numbers[*step.parent] : 0;
    List* columns = NIL;
    for (const std::string& column : step.columns)
        columns = lappend(columns, makeString(ToServerText(column)));
    record.columns = columns;
    AddStep(job, record);
}

/// Whether a table is new, so that nobody misses it before it is in place.
bool IsNew(const plan::Design& design, const plan::PlannedTable& table) {
    return table.creates() ||
           (table.not_migrated.empty() && table.merged_into && design.tables[*table.merged_into].creates());
}

/// Gives every new table the schema of the job that stands in for its own, and notes these.
void StageTables(int64 job, plan::Design* design) {
    auto* schemas = NewIn<std::vector<std::string>>(CurrentMemoryContext);
    for (plan::PlannedTable& table : design->tables) {
        if (!IsNew(*design, table)) continue;
        const auto known = std::find(schemas->begin(), schemas->end(), table.target.schema);
        const auto place = static_cast<size_t>(known - schemas->begin());
        const char* staging = StagingName(job, place);
        if (place == schemas->size()) {
            RunSql(psprintf("CREATE SCHEMA %s", staging));
            NoteStaging(job, staging, table.target.schema.c_str());
            Guard([&] { schemas->push_back(table.target.schema); });
        }
        Guard([&] { table.target.schema = staging; });
    }
}

std::vector<plan::Step>* StepsOf(const plan::Design& design) {
    auto* steps = NewIn<std::vector<plan::Step>>(CurrentMemoryContext);
    Guard([&] { *steps = plan::WriteSteps(design); });
    return steps;
}

/// Whether a step can be done over the staged table alone.
bool CanBeStaged(const plan::Step& step, const plan::Design& design) {
    if (!step.table || !IsNew(design, design.tables[*step.table])) return false;
    return plan::IsKey(step.kind) || step.kind == plan::StepKind::kIndex ||
           step.kind == plan::StepKind::kTable || step.kind == plan::StepKind::kPartition;
}

}  // namespace

void WritePlan(const Call* call, const Migration& migration) {
    PublishActivity({call->job, Phase::kPlanning, 0, InvalidOid, -1, ""});
    const SurveyHandle handle = MakeSurvey(migration.servers, migration.target_schema, migration.spec);
    plan::Design& design = handle.survey->design;
    // A single transaction takes back all of it, so that its rows are read once: the load finds what they
    // hold against it. Whatever commits before its end looks at all of them first.
    const bool all_or_nothing = migration.settings->transaction == spec::Transaction::kSingle;
    const std::vector<assess::TableFacts>* facts =
        ReadFacts(handle, all_or_nothing ? FactsFor::kMigration : FactsFor::kJudgement);
    CheckBlockers(*Judge(handle, facts));
    if (design.job.keys == spec::Keys::kUuid)
        NoteNamespace(call->job, ToServerText(handle.survey->existing.uuid_namespace));
    WarnOfPlan(call->job, design, *facts);
    const std::vector<plan::Step>& steps = *StepsOf(design);
    auto* names = NewIn<std::vector<std::string>>(CurrentMemoryContext);
    Guard([&] {
        for (const plan::PlannedTable& table : design.tables)
            names->push_back(table.SqlName());
    });
    const bool is_staged =
        migration.settings->transaction == spec::Transaction::kSingle && migration.settings->workers > 1;
    if (is_staged) StageTables(call->job, &design);
    const std::vector<plan::Step>& staged_steps = is_staged ? *StepsOf(design) : steps;
    if (staged_steps.size() != steps.size()) elog(ERROR, "a staged plan has other steps");
    const int32* table_numbers = NumberTables(design);
    for (size_t i = 0; i < design.tables.size(); ++i) {
        if (table_numbers[i] == 0) continue;
        const plan::PlannedTable& table = design.tables[i];
        const char* staged =
            is_staged && IsNew(design, table) ? load::SqlText([&] { return table.SqlName(); }) : nullptr;
        RecordTable(call->job, handle, design, i, table_numbers, (*names)[i], staged);
    }
    int32 number = 0;
    for (size_t i = 0; i < steps.size(); ++i) {
        if (steps[i].kind == plan::StepKind::kSource) continue;
        // What ANALYZE writes down of a table that was there before is not taken back with its rows.
        if (IsRehearsal(call->job) && steps[i].kind == plan::StepKind::kStatistics) continue;
        // The job repeats these itself, to put aside what they remove.
        for (const plan::Step& removal : steps[i].repeated)
            RecordStep(call->job, removal, table_numbers, ++number, nullptr);
        if (!steps[i].repeated.empty()) continue;
        const bool staged = is_staged && CanBeStaged(steps[i], design);
        RecordStep(call->job, steps[i], table_numbers, ++number, staged ? &staged_steps[i] : nullptr);
    }
}

}  // namespace pgsqlite::pg::jobs
