#include "pg/jobs/records/restart.hpp"

#include "pg/jobs/records/job_log.hpp"
#include "pg/jobs/records/statement.hpp"
#include "pg/run_sql.hpp"

namespace pgsqlite::pg::jobs {
namespace {

/// Tables of the server $2 that have rows of the job: a target that is not the job's own, and all of them.
constexpr char kForeignTarget[] = R"(
SELECT target FROM sqlite.job_tables
WHERE NOT created AND job = $1 AND server = $2 AND state <> 'pending'
ORDER BY table_no LIMIT 1
)";
constexpr char kTruncate[] = R"(
SELECT 'TRUNCATE ' || string_agg(DISTINCT target, ', ') FROM sqlite.job_tables
WHERE job = $1 AND server = $2 AND state <> 'pending'
)";

/// What concerns rows of the server $2 is done again; what made tables and keys stays.
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

}  // namespace

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
    const char* truncate = RunOnRecords(kTruncate, arguments)[0].Text(1);
    if (truncate != nullptr) RunSql(truncate);
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
