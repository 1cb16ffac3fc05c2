#include "pg/jobs/run/staging.hpp"

#include "pg/jobs/records/records.hpp"
#include "pg/owner_rights.hpp"
#include "pg/subtransaction.hpp"

extern "C" {
#include "tcop/pquery.h"
#include "utils/guc.h"
}

namespace pgsqlite::pg::jobs {
namespace {

/// First result column of the present statement, kept beyond the next ones.
List* FirstColumn(uint64 rows) {
    List* texts = NIL;
    for (uint64 i = 0; i < rows; ++i)
        texts = lappend(texts, SPI_getvalue(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 1));
    return texts;
}

void RunText(const char* sql) {
    const int code = SPI_execute(sql, false, 0);
    if (code < 0) elog(ERROR, "could not run \"%s\": %s", sql, SPI_result_code_string(code));
}

void RunAll(List* statements) {
    ListCell* cell;
    foreach (cell, statements)
        RunText(static_cast<const char*>(lfirst(cell)));
}

void ClearStaging(const Arguments& job) {
    RunOnRecords("UPDATE sqlite.jobs SET staging = '{}' WHERE job OPERATOR(pg_catalog.=) $1", job);
}

/// What was committed into staged tables has not happened.
void ResetRecords(const Arguments& job) {
    RunOnRecords("DELETE FROM sqlite.job_chunks WHERE job OPERATOR(pg_catalog.=) $1", job);
    RunOnRecords(
        "UPDATE sqlite.job_tables SET state = 'pending', read = 0, written = 0, rejected = 0, skipped = 0,"
        " warned = 0, updated = 0, unchanged = 0, changes = '{}', started = NULL, finished = NULL WHERE job "
        "OPERATOR(pg_catalog.=) $1",
        job);
    RunOnRecords(
        "UPDATE sqlite.job_steps SET state = 'pending', started = NULL, finished = NULL"
        " WHERE job OPERATOR(pg_catalog.=) $1",
        job);
}

/// Jobs of a role that have put something aside, and have no session any more. Locked: of two sessions that
/// come at once, one does it. A session that is at work holds no lock, but is alive.
constexpr char kAbandoned[] =
    "SELECT j.job FROM sqlite.jobs j WHERE j.owner OPERATOR(pg_catalog.=) $1"
    " AND j.state OPERATOR(pg_catalog.=) ANY (ARRAY['running', 'failed']) AND j.staging "
    "OPERATOR(pg_catalog.<>) '{}'"
    " AND NOT EXISTS (SELECT FROM pg_catalog.pg_stat_get_activity(j.backend) AS a WHERE"
    " COALESCE(a.backend_start, j.backend_started) OPERATOR(pg_catalog.=) j.backend_started)"
    " FOR UPDATE OF j SKIP LOCKED";

/// First result column of the present statement: int64 *, kept beyond the next ones.
List* Numbers(uint64 rows) {
    List* numbers = NIL;
    for (uint64 i = 0; i < rows; ++i) {
        bool is_null;
        int64* number = static_cast<int64*>(palloc(sizeof(int64)));
        *number = DatumGetInt64(SPI_getbinval(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 1, &is_null));
        numbers = lappend(numbers, number);
    }
    return numbers;
}

/// Statements that drop the job's schemas as far as they are there.
List* DropStatements(const Arguments& job) {
    return FirstColumn(RunOnRecords(
        "SELECT pg_catalog.format('DROP SCHEMA %I CASCADE', s.name) FROM sqlite.jobs j,"
        " pg_catalog.jsonb_object_keys(j.staging) AS s(name)"
        " WHERE j.job OPERATOR(pg_catalog.=) $1 AND EXISTS (SELECT FROM pg_catalog.pg_namespace n"
        " WHERE n.nspname OPERATOR(pg_catalog.=) s.name::pg_catalog.name)",
        job));
}

}  // namespace

char* StagingName(int64 job, size_t place) {
    return place == 0 ? psprintf("sqlite_job_" INT64_FORMAT, job)
                      : psprintf("sqlite_job_" INT64_FORMAT "_%zu", job, place + 1);
}

void NoteStaging(int64 job, const char* staging, const char* schema) {
    SPI_connect();
    Arguments arguments;
    arguments.Int8(job).Text(staging).Text(ToServerText(schema));
    RunOnRecords(
        "UPDATE sqlite.jobs SET staging = staging OPERATOR(pg_catalog.||) pg_catalog.jsonb_build_object("
        "$2, $3) WHERE job OPERATOR(pg_catalog.=) $1",
        arguments);
    SPI_finish();
}

void MoveIntoPlace(int64 job) {
    SPI_connect();
    Arguments arguments;
    arguments.Int8(job);
    // Parents first or last makes no difference: each relation is moved by itself, with its indexes and own
    // sequences.
    List* moves = FirstColumn(RunOnRecords(
        "SELECT pg_catalog.format('ALTER TABLE %I.%I SET SCHEMA %I', n.nspname, c.relname, s.schema)"
        " FROM sqlite.jobs j, pg_catalog.jsonb_each_text(j.staging) AS s(name, schema),"
        " pg_catalog.pg_namespace n, pg_catalog.pg_class c"
        " WHERE j.job OPERATOR(pg_catalog.=) $1 AND n.nspname OPERATOR(pg_catalog.=) s.name::pg_catalog.name"
        " AND c.relnamespace OPERATOR(pg_catalog.=) n.oid"
        " AND c.relkind OPERATOR(pg_catalog.=) ANY (ARRAY['r', 'p']::pg_catalog.\"char\"[]) ORDER BY c.oid",
        arguments));
    RunAll(moves);
    RunAll(FirstColumn(RunOnRecords(
        "SELECT pg_catalog.format('DROP SCHEMA %I', s.name) FROM sqlite.jobs j,"
        " pg_catalog.jsonb_object_keys(j.staging) AS s(name) WHERE j.job OPERATOR(pg_catalog.=) $1",
        arguments)));
    ClearStaging(arguments);
    SPI_finish();
}

bool DropStagedSchemas(int64 job) {
    SPI_connect();
    Arguments arguments;
    arguments.Int8(job);
    List* statements = DropStatements(arguments);
    // Whoever sees them knows that they are the job's: no word of what goes with a schema.
    const int level = NewGUCNestLevel();
    (void)set_config_option("client_min_messages", "warning", PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SAVE,
                            true, 0, false);
    RunAll(statements);
    AtEOXact_GUC(true, level);
    const bool any = statements != NIL;
    SPI_finish();
    return any;
}

void DropStaging(int64 job) {
    (void)DropStagedSchemas(job);
    SPI_connect();
    Arguments arguments;
    arguments.Int8(job);
    if (RunOnRecords("SELECT FROM sqlite.jobs WHERE job OPERATOR(pg_catalog.=) $1"
                     " AND staging OPERATOR(pg_catalog.<>) '{}'",
                     arguments) == 1) {
        ClearStaging(arguments);
        ResetRecords(arguments);
    }
    SPI_finish();
}

void DropStagingQuietly(int64 job, Oid act_as) {
    const auto any_error = [](const ErrorData*) { return true; };
    EnsurePortalSnapshotExists();
    const ErrorData* error =
        TryInSubtransaction([&] { WriteAsRole(act_as, [&] { (void)DropStagedSchemas(job); }); }, any_error);
    if (error == nullptr) {
        SPI_commit();
        EnsurePortalSnapshotExists();
        error = TryInSubtransaction([&] { WriteAsRole(act_as, [&] { DropStaging(job); }); }, any_error);
    }
    if (error != nullptr)
        ereport(
            WARNING,
            (errmsg("what job " INT64_FORMAT " had put aside could not be dropped: %s", job, error->message),
             errhint("The next sqlite.migrate or sqlite.resume tries it again; sqlite.jobs.staging names "
                     "the schemas.")));
    SPI_commit();
}

void DropAbandonedSchemas() {
    SPI_connect();
    Arguments arguments;
    arguments.Add(REGROLEOID, ObjectIdGetDatum(GetUserId()));
    const List* jobs = Numbers(RunOnRecords(kAbandoned, arguments));
    const ListCell* cell;
    foreach (cell, jobs)
        (void)DropStagedSchemas(*static_cast<const int64*>(lfirst(cell)));
    SPI_finish();
}

void RecordAbandonedStaging() {
    SPI_connect();
    Arguments arguments;
    arguments.Add(REGROLEOID, ObjectIdGetDatum(GetUserId()));
    const List* jobs = Numbers(RunOnRecords(kAbandoned, arguments));
    const ListCell* cell;
    foreach (cell, jobs) {
        const int64 job = *static_cast<const int64*>(lfirst(cell));
        Arguments failed;
        failed.Int8(job);
        RunOnRecords(
            "UPDATE sqlite.jobs SET state = 'failed', finished = pg_catalog.clock_timestamp(), error ="
            " pg_catalog.jsonb_build_object('sqlstate', '57P01', 'message', 'the session of the job has "
            "ended')"
            " WHERE job OPERATOR(pg_catalog.=) $1 AND state OPERATOR(pg_catalog.=) 'running'",
            failed);
        DropStaging(job);
    }
    SPI_finish();
}

}  // namespace pgsqlite::pg::jobs
