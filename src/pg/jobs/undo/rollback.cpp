// CALL sqlite.rollback(job, tables, force) and sqlite.rollback_sql(job): a job taken back, all or nothing in
// the caller's transaction and by the rights of the job's owner. Nothing is recorded when it fails, so the
// job is what it was.
#include "pg/jobs/records/follow_targets.hpp"
#include "pg/jobs/records/job_log.hpp"
#include "pg/jobs/records/last_job.hpp"
#include "pg/jobs/records/undo_records.hpp"
#include "pg/jobs/run/staging.hpp"
#include "pg/jobs/run/take_job.hpp"
#include "pg/jobs/sources/copies_at_commit.hpp"
#include "pg/jobs/undo/undo_job.hpp"
#include "pg/run_sql.hpp"
#include "pg/subtransaction.hpp"

namespace pgsqlite::pg::jobs {
namespace {

using Kind = plan::UndoItem::Kind;

/// Reasons that an error shows.
constexpr int kShownReasons = 20;

struct Reasons {
    int count;
    StringInfoData text;

    void Add(const char* reason) {
        if (++count > kShownReasons) return;
        appendStringInfo(&text, "%s%s.", count > 1 ? "\n" : "", reason);
    }
};

void AddComplaints(const char* sql, Reasons* reasons) {
    SPI_connect();
    if (SPI_execute(sql, false, 0) != SPI_OK_SELECT) elog(ERROR, "could not check the targets of a job");
    for (uint64 i = 0; i < SPI_processed; ++i)
        reasons->Add(SPI_getvalue(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 1));
    SPI_finish();
}

void RaiseReasons(int64 job, const Reasons& reasons, bool force) {
    if (reasons.count == 0) return;
    StringInfoData detail = reasons.text;
    if (reasons.count > kShownReasons)
        appendStringInfo(&detail, "\n… and %d more.", reasons.count - kShownReasons);
    ereport(
        ERROR,
        (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
         errmsg("job " INT64_FORMAT " cannot be taken back as it stands", job),
         errdetail_internal("%s", detail.data),
         force ? errhint("Even by force no more rows are removed than the job wrote. Leave these tables out: "
                         "tables => '{…}' names the others.")
               : errhint("tables => '{…}' takes back some of its targets, and force => true what is left of "
                         "them.")));
}

bool IsMissing(const ErrorData* error) noexcept {
    return error->sqlerrcode == ERRCODE_UNDEFINED_TABLE || error->sqlerrcode == ERRCODE_UNDEFINED_OBJECT ||
           error->sqlerrcode == ERRCODE_INVALID_SCHEMA_NAME;
}

/// Runs a statement of the list. What others have made upon it stays in its way, unless it is a schema; what
/// is missing already may be missing by force.
void Undo(int64 job, Kind kind, const char* sql, bool force) {
    ErrorData* error =
        TryInSubtransaction([&] { RunSql(sql); },
                            [&](const ErrorData* raised) {
                                return raised->sqlerrcode == ERRCODE_DEPENDENT_OBJECTS_STILL_EXIST ||
                                       (force && IsMissing(raised));
                            });
    if (error == nullptr) return;
    if (error->sqlerrcode != ERRCODE_DEPENDENT_OBJECTS_STILL_EXIST) {
        ereport(WARNING, (errcode(error->sqlerrcode), errmsg_internal("%s", error->message)));
        return Log(job, "warning", error->message);
    }
    if (kind == Kind::kDropSchema) {
        ereport(NOTICE, (errmsg("the schema stays: %s", error->message)));
        return Log(job, "info", psprintf("the schema stays: %s", error->message));
    }
    error->hint = pstrdup("Drop them first, or take it back with force => true, which drops them, too.");
    RaiseAgain(error);
}

struct UndoName {
    int64 job;
    const char* object;
};

void NameUndo(void* place) {
    errcontext("job " INT64_FORMAT ", taking back %s", static_cast<const UndoName*>(place)->job,
               static_cast<const UndoName*>(place)->object);
}

/// Refusals and checks that come first are told together.
void CarryOut(int64 job, const std::vector<plan::UndoItem>* items, bool force) {
    UndoName place = {job, ""};
    ErrorContextCallback context = {error_context_stack, &NameUndo, &place};
    Reasons reasons = {0, {}};
    initStringInfo(&reasons.text);
    for (size_t i = 0; i < items->size(); ++i) {
        CHECK_FOR_INTERRUPTS();
        const plan::UndoItem& item = (*items)[i];
        const char* sql = ToServerText(item.sql);
        place.object = ToServerText(item.object);
        if (item.kind == Kind::kRefusal) {
            reasons.Add(sql);
            continue;
        }
        if (item.kind == Kind::kWarning) {
            ereport(WARNING, (errmsg("%s stays as it is", place.object), errdetail("%s.", sql)));
            Log(job, "warning", sql);
            continue;
        }
        if (item.kind != Kind::kCheck && !item.prepares) RaiseReasons(job, reasons, force);
        error_context_stack = &context;
        if (item.kind == Kind::kCheck)
            AddComplaints(sql, &reasons);
        else
            Undo(job, item.kind, sql, force);
        error_context_stack = context.previous;
    }
    RaiseReasons(job, reasons, force);
}

const std::vector<plan::UndoItem>* ListOf(int64 job, Datum tables, bool force) {
    const plan::UndoJob* undo = ReadUndoJob(job, tables);
    auto* items = NewIn<std::vector<plan::UndoItem>>(CurrentMemoryContext);
    Guard([&] { *items = plan::WriteUndo(*undo, force); });
    return items;
}

const char* ScriptOf(int64 job) {
    const std::vector<plan::UndoItem>* items = ListOf(job, 0, false);
    auto* script = NewIn<std::string>(CurrentMemoryContext);
    Guard([&] { *script = plan::UndoScript(job, *items); });
    return ToServerText(*script);
}

/// What the log says of it.
const char* Summary(ArrayType* tables, bool force) {
    const char* by_force = force ? ", by force" : "";
    if (tables == nullptr) return psprintf("rolled back%s", by_force);
    const Datum list =
        OidFunctionCall2(F_ARRAY_TO_STRING_ANYARRAY_TEXT, PointerGetDatum(tables), CStringGetTextDatum(", "));
    return psprintf("rolled back%s: %s", by_force, TextDatumGetCString(list));
}

}  // namespace
}  // namespace pgsqlite::pg::jobs

using namespace pgsqlite::pg;
using namespace pgsqlite::pg::jobs;

PG_SQLITE_FUNCTION(pg_sqlite_rollback) {
    Call* call = BeginCall(fcinfo);
    const int64 named = PG_ARGISNULL(0) ? 0 : PG_GETARG_INT64(0);
    ArrayType* tables = PG_ARGISNULL(1) ? nullptr : PG_GETARG_ARRAYTYPE_P_COPY(1);
    const bool force = !PG_ARGISNULL(2) && PG_GETARG_BOOL(2);
    const TakenJob taken = TakeWithRoom(call, ChooseJob(PG_ARGISNULL(0) ? nullptr : &named));
    if (taken.Is("rolled back"))
        ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
                        errmsg("job " INT64_FORMAT " is rolled back already", taken.job)));
    WriteAsRole(taken.act_as, [&] {
        DropStaging(taken.job);
        const Datum chosen = ChooseTables(taken.job, tables);
        CarryOut(taken.job, ListOf(taken.job, chosen, force), force);
        CommandCounterIncrement();
        MarkRolledBack(taken.job, chosen);
    });
    Log(taken.job, "info", Summary(tables, force));
    if (tables == nullptr) RemoveCopiesAtCommit(taken.job);
    SPI_finish();
    PG_RETURN_VOID();
}

PG_SQLITE_FUNCTION(pg_sqlite_rollback_sql) {
    const int64 named = PG_ARGISNULL(0) ? 0 : PG_GETARG_INT64(0);
    const int64 job = JobOrLast(PG_ARGISNULL(0) ? nullptr : &named);
    FollowTargets(job);
    PG_RETURN_TEXT_P(cstring_to_text(ScriptOf(job)));
}
