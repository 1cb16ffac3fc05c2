#include "pg/jobs/retry/retry_task.hpp"

#include "core/plan/data_statements.hpp"
#include "core/schema/keywords.hpp"
#include "core/spec/patch.hpp"
#include "pg/jobs/records/job_records.hpp"
#include "pg/load/collect.hpp"
#include "pg/run_sql.hpp"
#include "pg/survey/survey.hpp"

namespace pgsqlite::pg::jobs {

struct Replan {
    SurveyHandle survey;
};

namespace {

Jsonb* ToJsonb(const char* server_text) {
    return DatumGetJsonbP(DirectFunctionCall1(jsonb_in, CStringGetDatum(server_text)));
}

const plan::PlannedTable* FindTable(const Replan* replan, const plan::LoadTask& task) {
    for (const plan::PlannedTable& table : replan->survey.survey->design.tables)
        if (table.source->server == task.server && table.table().name == task.table) return &table;
    return nullptr;
}

void CheckPlanned(const Replan* replan, const plan::PlannedTable* table, const PlannedLoad& recorded) {
    const plan::LoadTask& task = recorded.task;
    const char* name = ToServerText(task.table);
    const char* server = ToServerText(task.server);
    if (table == nullptr)
        ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
                        errmsg("table \"%s\" of server \"%s\" is not there any more", name, server),
                        errhint("Leave spec away: stored rows can be loaded as the job planned it.")));
    if (!table->not_migrated.empty())
        ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
                        errmsg("table \"%s\" of server \"%s\" cannot be planned anew: %s", name, server,
                               ToServerText(table->not_migrated))));
    for (const plan::Finding& finding : replan->survey.survey->design.findings) {
        if (finding.severity != plan::Severity::kBlocker || finding.server != task.server ||
            finding.table != task.table)
            continue;
        ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
                        errmsg("table \"%s\" of server \"%s\" cannot be planned anew", name, server),
                        errdetail_internal("%s%s%s.", ToServerText(finding.column),
                                           finding.column.empty() ? "" : ": ", ToServerText(finding.text))));
    }
    const char* target = load::SqlText([&] { return table->SqlName(); });
    if (strcmp(target, ToServerText(recorded.target)) != 0)
        ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
                        errmsg("table \"%s\" of server \"%s\" went to %s, and would now go to %s", name,
                               server, ToServerText(task.target), target)));
}

/// The column of the foreign table whose value an expression is as it stands; 0: none.
AttrNumber BareColumn(Oid source, const char* expression) {
    Relation relation = table_open(source, NoLock);
    AttrNumber found = 0;
    for (int i = 0; i < RelationGetDescr(relation)->natts; ++i) {
        const Form_pg_attribute attribute = TupleDescAttr(RelationGetDescr(relation), i);
        if (!attribute->attisdropped &&
            strcmp(quote_identifier(NameStr(attribute->attname)), expression) == 0)
            found = attribute->attnum;
    }
    table_close(relation, NoLock);
    return found;
}

void FollowColumn(plan::LoadTask* task, size_t i, Oid source, Oid target) {
    const AttrNumber place = get_attnum(target, ToServerText(task->columns[i]));
    if (place == InvalidAttrNumber) return;  // the INSERT says it
    Oid type, collation, own_type;
    int32 typmod, own_typmod;
    get_atttypetypmodcoll(target, place, &type, &typmod, &collation);
    const AttrNumber column = BareColumn(source, ToServerText(task->expressions[i]));
    if (column == 0) {
        // A cast to the type that the column had would cut or refuse what it takes now.
        if (i >= task->types.size() || task->types[i].empty()) return;
        const char* bare = ToUtf8(format_type_extended(type, -1, FORMAT_TYPE_FORCE_QUALIFY));
        return Guard([&] { task->types[i] = bare; });
    }
    get_atttypetypmodcoll(source, column, &own_type, &own_typmod, &collation);
    if (own_type == type && own_typmod == typmod) return;
    RunSql(
        psprintf("ALTER FOREIGN TABLE %s ALTER COLUMN %s TYPE %s", ToServerText(task->source),
                 quote_identifier(get_attname(source, column, false)),
                 format_type_extended(type, typmod, FORMAT_TYPE_TYPEMOD_GIVEN | FORMAT_TYPE_FORCE_QUALIFY)));
}

}  // namespace

Replan* PlanAnew(const JobPlan& plan, Jsonb* changes) {
    Replan* replan = static_cast<Replan*>(palloc0(sizeof(Replan)));
    const JobCall call = ReadJobCall(plan.job, CurrentMemoryContext);
    auto* patched = NewIn<spec::PatchedSpec>(CurrentMemoryContext);
    const char* before = ToUtf8(JsonbToCString(nullptr, &call.spec->root, VARSIZE(call.spec)));
    const char* given = ToUtf8(JsonbToCString(nullptr, &changes->root, VARSIZE(changes)));
    Guard([&] { *patched = spec::PatchSpec(before, given); });
    replan->survey =
        MakeSurvey(call.servers, ToServerText(plan.target_schema), ToJsonb(ToServerText(patched->append)),
                   LooksAt::kSchemasOnly, call.uuid_namespace);
    return replan;
}

plan::LoadTask* TaskPlannedAnew(const Replan* replan, const PlannedLoad& table) {
    const plan::PlannedTable* planned = FindTable(replan, table.task);
    CheckPlanned(replan, planned, table);
    auto* task = NewIn<plan::LoadTask>(CurrentMemoryContext);
    Guard([&] {
        *task = plan::MakeLoadTask(replan->survey.survey->design, *planned);
        task->conflict = table.task.conflict;
        task->must_be_empty = false;
        task->reject = true;
    });
    return task;
}

plan::LoadTask* RetryTask(const PlannedLoad& table) {
    auto* task = NewIn<plan::LoadTask>(CurrentMemoryContext);
    Guard([&] {
        *task = table.task;
        task->target = table.target;
        task->must_be_empty = false;
        task->reject = true;
    });
    return task;
}

void FollowTarget(plan::LoadTask* task) {
    SPI_connect();
    const Oid source = RelationNamed(task->source, AccessShareLock, false);
    const Oid target = RelationNamed(task->target, AccessShareLock, false);
    for (size_t i = 0; i < task->columns.size(); ++i)
        FollowColumn(task, i, source, target);
    SPI_finish();
}

}  // namespace pgsqlite::pg::jobs
