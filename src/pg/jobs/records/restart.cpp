#include "pg/jobs/records/restart.hpp"

#include "pg/jobs/records/records.hpp"

namespace pgsqlite::pg::jobs {
namespace {

/// Tables of a server that have rows of the job: arguments are job and server.
constexpr const char* kBegunTables =
    " job OPERATOR(pg_catalog.=) $1 AND server OPERATOR(pg_catalog.=) $2 AND state OPERATOR(pg_catalog.<>) "
    "'pending'";

void RefuseForeignRows(const Arguments& arguments, const char* server, const char* change) {
    if (RunOnRecords(psprintf("SELECT target FROM sqlite.job_tables WHERE NOT created AND%s"
                              " ORDER BY table_no LIMIT 1",
                              kBegunTables),
                     arguments) == 0)
        return;
    const char* target = SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1);
    ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
                    errmsg("the file of server \"%s\" has changed since the job began", server),
                    errdetail("It is not the same in %s, and table %s, which has other rows too, already "
                              "holds rows of the earlier state.",
                              change, target),
                    errhint("CALL sqlite.rollback for the job and sqlite.migrate again.")));
}

}  // namespace

bool HasBegun(int64 job) {
    SPI_connect();
    Arguments arguments;
    arguments.Int8(job);
    const bool begun =
        RunOnRecords(
            "SELECT FROM sqlite.job_steps WHERE job OPERATOR(pg_catalog.=) $1"
            " AND state OPERATOR(pg_catalog.=) 'done' LIMIT 1",
            arguments) > 0 ||
        RunOnRecords("SELECT FROM sqlite.job_chunks WHERE job OPERATOR(pg_catalog.=) $1 LIMIT 1", arguments) >
            0;
    SPI_finish();
    return begun;
}

bool HasPendingSteps(int64 job) {
    SPI_connect();
    Arguments arguments;
    arguments.Int8(job);
    const bool pending = RunOnRecords(
                             "SELECT FROM sqlite.job_steps WHERE job OPERATOR(pg_catalog.=) $1"
                             " AND state OPERATOR(pg_catalog.=) 'pending' LIMIT 1",
                             arguments) > 0;
    SPI_finish();
    return pending;
}

bool WasCompleted(int64 job) {
    SPI_connect();
    Arguments arguments;
    arguments.Int8(job);
    const bool completed = RunOnRecords(
                               "SELECT FROM sqlite.jobs WHERE job OPERATOR(pg_catalog.=) $1"
                               " AND completed IS NOT NULL",
                               arguments) > 0;
    SPI_finish();
    return completed;
}

void ForgetPlan(int64 job) {
    static constexpr const char* kStatements[] = {
        "DELETE FROM sqlite.rejects WHERE job OPERATOR(pg_catalog.=) $1",
        "DELETE FROM sqlite.job_steps WHERE job OPERATOR(pg_catalog.=) $1",
        "DELETE FROM sqlite.job_chunks WHERE job OPERATOR(pg_catalog.=) $1",
        "DELETE FROM sqlite.job_tables WHERE job OPERATOR(pg_catalog.=) $1",
        "UPDATE sqlite.jobs SET files = '[]', backups = '[]' WHERE job OPERATOR(pg_catalog.=) $1",
    };
    SPI_connect();
    Arguments arguments;
    arguments.Int8(job);
    for (const char* statement : kStatements)
        RunOnRecords(statement, arguments);
    SPI_finish();
}

void RestartTables(int64 job, const char* server, const char* change) {
    SPI_connect();
    Arguments arguments;
    arguments.Int8(job).Text(server);
    RefuseForeignRows(arguments, server, change);
    RunOnRecords(
        psprintf("SELECT 'TRUNCATE ' OPERATOR(pg_catalog.||) pg_catalog.string_agg(DISTINCT target, ', ')"
                 " FROM sqlite.job_tables WHERE%s",
                 kBegunTables),
        arguments);
    const char* truncate = SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1);
    if (truncate != nullptr && SPI_execute(truncate, false, 0) < 0)
        elog(ERROR, "could not run \"%s\"", truncate);
    static constexpr const char* kResets[] = {
        "DELETE FROM sqlite.rejects WHERE job OPERATOR(pg_catalog.=) $1 AND server OPERATOR(pg_catalog.=) $2",
        "DELETE FROM sqlite.job_chunks c USING sqlite.job_tables t WHERE c.job OPERATOR(pg_catalog.=) $1"
        " AND t.job OPERATOR(pg_catalog.=) c.job AND t.table_no OPERATOR(pg_catalog.=) c.table_no"
        " AND t.server OPERATOR(pg_catalog.=) $2",
        // What concerns rows is done again; what made tables and keys stays.
        "UPDATE sqlite.job_steps s SET state = 'pending', started = NULL, finished = NULL"
        " FROM sqlite.job_tables t WHERE s.job OPERATOR(pg_catalog.=) $1 AND t.job OPERATOR(pg_catalog.=) "
        "s.job"
        " AND t.table_no OPERATOR(pg_catalog.=) s.table_no AND t.server OPERATOR(pg_catalog.=) $2"
        " AND s.section OPERATOR(pg_catalog.=) 'data'",
        "UPDATE sqlite.job_tables SET state = 'pending', read = 0, written = 0, rejected = 0, skipped = 0,"
        " warned = 0, updated = 0, unchanged = 0, changes = '{}', started = NULL, finished = NULL"
        " WHERE job OPERATOR(pg_catalog.=) $1 AND server OPERATOR(pg_catalog.=) $2",
    };
    for (const char* statement : kResets)
        RunOnRecords(statement, arguments);
    SPI_finish();
    const char* message = psprintf(
        "the file of server \"%s\" has changed since the job began (%s): its tables "
        "are loaded from the beginning",
        server, change);
    ereport(WARNING, (errmsg_internal("%s", message)));
    Log(job, "warning", message);
}

}  // namespace pgsqlite::pg::jobs
