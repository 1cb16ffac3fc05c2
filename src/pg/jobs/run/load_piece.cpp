#include "pg/jobs/run/load_piece.hpp"

#include "pg/jobs/records/records.hpp"
#include "pg/jobs/run/progress.hpp"
#include "pg/load/load.hpp"
#include "pg/owner_rights.hpp"

namespace pgsqlite::pg::jobs {
namespace {

void Check(int code) {
    if (code < 0) elog(ERROR, "could not run a statement of the plan: %s", SPI_result_code_string(code));
}

Oid RelationOf(const char* name) {
    return RangeVarGetRelid(makeRangeVarFromNameList(textToQualifiedNameList(cstring_to_text(name))), NoLock,
                            true);
}

}  // namespace

void LoadPiece(int64 job, const PlannedLoad& table, const plan::RowidRange* range, load::Account* account) {
    const plan::LoadTask& task = table.task;
    CheckThere(job, table);
    const TimestampTz began = GetCurrentTimestamp();
    if (!task.create_source.empty()) ExecuteTemporaryUtf8(task.create_source);
    account->BeginTable(table.table_no, ToServerText(table.target));
    PublishActivity({job, Phase::kLoading, table.table_no, RelationOf(ToServerText(task.target)),
                     table.expected, account->target()});
    const load::Account::Mark before = account->TakeMark();
    load::Load(task, range, account);
    AddProgress(job, *account, before, range, began);
    if (!task.drop_source.empty()) ExecuteUtf8(task.drop_source);
}

void CheckThere(int64 job, const PlannedLoad& table) {
    if (!table.dropped) return;
    const char* target = ToServerText(table.target);
    ereport(
        ERROR,
        (errcode(ERRCODE_UNDEFINED_TABLE),
         errmsg("target %s of job " INT64_FORMAT " was dropped", target, job),
         RelationOf(target) != InvalidOid ? errdetail("Another relation has its name now.") : 0,
         errhint("CALL sqlite.rollback(" INT64_FORMAT ", force => true), and sqlite.migrate again.", job)));
}

void CheckEmpty(const PlannedLoad& table) {
    SPI_connect();
    const char* target = ToServerText(table.task.target);
    Check(SPI_execute(psprintf("SELECT FROM %s LIMIT 1", target), false, 0));
    if (SPI_processed > 0)
        ereport(
            ERROR,
            (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE), errmsg("target %s has rows already", target),
             errhint("Say what becomes of them: \"existing\": \"append\", \"truncate\", \"skip\" or "
                     "\"upsert\".")));
    SPI_finish();
}

uint64 ExecuteUtf8(const std::string& sql) {
    SPI_connect();
    Check(SPI_execute(ToServerText(sql), false, 0));
    const uint64 rows = SPI_processed;
    SPI_finish();
    return rows;
}

void ExecuteTemporaryUtf8(const std::string& sql) {
    SPI_connect();
    Check(ExecuteTemporary(ToServerText(sql)));
    SPI_finish();
}

}  // namespace pgsqlite::pg::jobs
