#include "pg/jobs/records/restart.hpp"

#include "pg/jobs/records/job_log.hpp"
#include "pg/jobs/records/statement.hpp"
#include "pg/run_sql.hpp"
#include "pg/subtransaction.hpp"

namespace pgsqlite::pg::jobs {
namespace {

/// Tables of the server $2 that have rows of the job: a target that is not the job's own, and all of them.
constexpr char kForeignTarget[] = R"(
SELECT target FROM sqlite.job_tables
WHERE NOT created AND job = $1 AND server = $2 AND state <> 'pending'
ORDER BY table_no LIMIT 1
)";
constexpr char kTruncate[] = R"(
SELECT 'TRUNCATE ' || string_agg(DISTINCT target, ', '),
    string_agg('DELETE FROM ' || target, '; ' ORDER BY table_no DESC) FROM sqlite.job_tables
WHERE job = $1 AND server = $2 AND state <> 'pending'
)";
/// Tables whose rows a crash of the server would have taken: not LOGGED yet, and with rows.
constexpr char kUnlogged[] = R"(
SELECT t.target FROM sqlite.job_steps s JOIN sqlite.job_tables t ON t.job = s.job AND t.table_no = s.table_no
WHERE s.job = $1 AND s.kind = 'logged' AND s.state <> 'done' AND t.written > 0 AND to_regclass(t.target) IS NOT NULL
ORDER BY t.table_no
)";

/// Foreign keys that the job has made from or to tables of the server $2: they would stand in the way of
/// emptying these, and of rows that come before those that they refer to. They are made again behind the
/// rows.
constexpr char kForeignKeys[] = R"(
SELECT s.undo FROM sqlite.job_steps s
WHERE s.job = $1 AND s.kind = 'foreign key' AND s.state = 'done' AND s.undo <> '' AND EXISTS (
    SELECT FROM sqlite.job_tables t WHERE t.job = $1 AND t.server = $2 AND t.table_no IN (s.table_no, s.parent_no))
)";

/// What concerns rows of the server $2 is done again; what made tables and other keys stays.
constexpr const char* kRestart[] = {
    "DELETE FROM sqlite.rejects WHERE job = $1 AND server = $2",
    R"(
DELETE FROM sqlite.job_chunks c USING sqlite.job_tables t
WHERE c.job = $1 AND t.job = c.job AND t.table_no = c.table_no AND t.server = $2
)",
    R"(
UPDATE sqlite.job_steps s SET state = 'pending', started = NULL, finished = NULL
FROM sqlite.job_tables t
WHERE s.job = $1 AND t.job = s.job AND t.table_no = s.table_no AND t.server = $2 AND s.section = 'data'
)",
    R"(
UPDATE sqlite.job_steps s SET state = 'pending', started = NULL, finished = NULL
FROM sqlite.job_tables t
WHERE s.job = $1 AND s.kind = 'foreign key' AND s.state = 'done' AND s.undo <> '' AND t.job = $1 AND t.server = $2
    AND t.table_no IN (s.table_no, s.parent_no)
)",
    R"(
UPDATE sqlite.job_tables SET state = 'pending', read = 0, written = 0, rejected = 0, skipped = 0, warned = 0,
    updated = 0, unchanged = 0, changes = '{}', started = NULL, finished = NULL
WHERE job = $1 AND server = $2
)",
};

constexpr const char* kForgetPlan[] = {
    "DELETE FROM sqlite.rejects WHERE job = $1",
    "DELETE FROM sqlite.job_steps WHERE job = $1",
    "DELETE FROM sqlite.job_chunks WHERE job = $1",
    "DELETE FROM sqlite.job_tables WHERE job = $1",
    "UPDATE sqlite.jobs SET files = '[]', backups = '[]' WHERE job = $1",
};

constexpr char kWasCompleted[] = "SELECT FROM sqlite.jobs WHERE job = $1 AND completed IS NOT NULL";

void RefuseForeignRows(const Arguments& arguments, const char* server, const char* change) {
    const Rows rows = RunOnRecords(kForeignTarget, arguments);
    if (rows.count == 0) return;
    ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
                    errmsg("the file of server \"%s\" has changed since the job began", server),
                    errdetail("It is not the same in %s, and table %s, which has other rows too, already "
                              "holds rows of the earlier state.",
                              change, rows[0].Text(1)),
                    errhint("CALL sqlite.rollback for the job and sqlite.migrate again.")));
}

/// TRUNCATE takes no table to which one refers that stays, however few rows of it do.
void Empty(const char* truncate, const char* deletes) {
    const auto is_referred_to = [](const ErrorData* error) noexcept {
        return error->sqlerrcode == ERRCODE_FEATURE_NOT_SUPPORTED;
    };
    if (TryInSubtransaction([&] { RunSql(truncate); }, is_referred_to) != nullptr) RunSql(deletes);
}

}  // namespace

void CheckUnlogged(int64 job) {
    Arguments arguments;
    arguments.Int8(job);
    SPI_connect();
    const Rows tables = RunOnRecords(kUnlogged, arguments);
    for (uint64 i = 0; i < tables.count; ++i) {
        const char* target = tables[i].Text(1);
        if (RunSql(psprintf("SELECT FROM %s LIMIT 1", target)) > 0) continue;
        ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
                        errmsg("the rows of table %s are gone", target),
                        errdetail("The table was UNLOGGED, as the spec asks for, when the server crashed."),
                        errhint("CALL sqlite.rollback for the job with force, and sqlite.migrate again.")));
    }
    SPI_finish();
}

bool WasCompleted(int64 job) {
    Arguments arguments;
    arguments.Int8(job);
    return TouchRecords(kWasCompleted, arguments) > 0;
}

void ForgetPlan(int64 job) {
    Arguments arguments;
    arguments.Int8(job);
    for (const char* statement : kForgetPlan)
        TouchRecords(statement, arguments);
}

void RestartTables(int64 job, const char* server, const char* change) {
    Arguments arguments;
    arguments.Int8(job).Text(server);
    SPI_connect();
    RefuseForeignRows(arguments, server, change);
    const Rows keys = RunOnRecords(kForeignKeys, arguments);
    for (uint64 i = 0; i < keys.count; ++i)
        RunSql(keys[i].Text(1));
    const Rows emptying = RunOnRecords(kTruncate, arguments);
    if (emptying[0].Text(1) != nullptr) Empty(emptying[0].Text(1), emptying[0].Text(2));
    SPI_finish();
    for (const char* statement : kRestart)
        TouchRecords(statement, arguments);
    const char* message = psprintf(
        "the file of server \"%s\" has changed since the job began (%s): its tables "
        "are loaded from the beginning",
        server, change);
    ereport(WARNING, (errmsg_internal("%s", message)));
    Log(job, "warning", message);
}

}  // namespace pgsqlite::pg::jobs
