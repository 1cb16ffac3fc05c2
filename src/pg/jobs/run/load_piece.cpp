#include "pg/jobs/run/load_piece.hpp"

#include "pg/jobs/activity/progress.hpp"
#include "pg/jobs/records/table_records.hpp"
#include "pg/load/load.hpp"
#include "pg/load/open_source.hpp"
#include "pg/run_sql.hpp"

namespace pgsqlite::pg::jobs {
void LoadPiece(int64 job, const PlannedLoad& table, const plan::RowidRange* range, load::Account* account) {
    const plan::LoadTask& task = table.task;
    CheckThere(job, table);
    const TimestampTz began = GetCurrentTimestamp();
    load::OpenSource(task);
    account->BeginTable(table.table_no, ToServerText(table.target));
    PublishActivity({job, Phase::kLoading, table.table_no, RelationNamed(task.target, NoLock, true),
                     table.expected, account->target()});
    const load::Account::Mark before = account->TakeMark();
    load::Load(task, range, account);
    AddProgress(job, *account, before, range, began);
    load::CloseSource(task);
}

void CheckThere(int64 job, const PlannedLoad& table) {
    if (!table.dropped) return;
    const char* target = ToServerText(table.target);
    ereport(
        ERROR,
        (errcode(ERRCODE_UNDEFINED_TABLE),
         errmsg("target %s of job " INT64_FORMAT " was dropped", target, job),
         RelationNamed(target, NoLock, true) != InvalidOid ? errdetail("Another relation has its name now.")
                                                           : 0,
         errhint("CALL sqlite.rollback(" INT64_FORMAT ", force => true), and sqlite.migrate again.", job)));
}

void CheckEmpty(const PlannedLoad& table) {
    const char* target = ToServerText(table.task.target);
    if (RunSql(psprintf("SELECT FROM %s LIMIT 1", target)) > 0)
        ereport(
            ERROR,
            (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE), errmsg("target %s has rows already", target),
             errhint("Say what becomes of them: \"existing\": \"append\", \"truncate\", \"skip\" or "
                     "\"upsert\".")));
}

}  // namespace pgsqlite::pg::jobs
