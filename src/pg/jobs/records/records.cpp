#include "pg/jobs/records/records.hpp"

#include "core/value/status.hpp"
#include "pg/jobs/records/last_job.hpp"

extern "C" {
#include "catalog/pg_class.h"
#include "utils/backend_status.h"
#include "utils/json.h"
}

namespace pgsqlite::pg::jobs {
namespace {

Oid OwnerOfRecords() {
    const Oid relation = get_relname_relid("jobs", get_namespace_oid("sqlite", false));
    HeapTuple tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(relation));
    if (!HeapTupleIsValid(tuple))
        ereport(ERROR, (errcode(ERRCODE_UNDEFINED_TABLE), errmsg("relation \"sqlite.jobs\" does not exist"),
                        errhint("ALTER EXTENSION pg_sqlite UPDATE, or drop and create it anew.")));
    const Oid owner = reinterpret_cast<Form_pg_class>(GETSTRUCT(tuple))->relowner;
    ReleaseSysCache(tuple);
    return owner;
}

Datum TextArray(const List* names) {
    const int count = list_length(names);
    Datum* elements = static_cast<Datum*>(palloc(sizeof(Datum) * static_cast<Size>(std::max(1, count))));
    int i = 0;
    ListCell* cell;
    foreach (cell, names)
        elements[i++] = CStringGetTextDatum(strVal(lfirst(cell)));
    return PointerGetDatum(construct_array(elements, count, TEXTOID, -1, false, TYPALIGN_INT));
}

void AppendMember(StringInfo json, const char* name, const char* value) {
    if (value == nullptr) return;
    appendStringInfo(json, "%s\"%s\": ", json->len > 1 ? ", " : "", name);
    escape_json(json, value);
}

char* ErrorJson(const ErrorData* error) {
    StringInfoData json;
    initStringInfo(&json);
    appendStringInfoChar(&json, '{');
    AppendMember(&json, "sqlstate", unpack_sql_state(error->sqlerrcode));
    AppendMember(&json, "message", error->message);
    AppendMember(&json, "detail", error->detail);
    AppendMember(&json, "hint", error->hint);
    AppendMember(&json, "context", error->context);
    AppendMember(&json, "schema", error->schema_name);
    AppendMember(&json, "table", error->table_name);
    AppendMember(&json, "column", error->column_name);
    AppendMember(&json, "constraint", error->constraint_name);
    appendStringInfoChar(&json, '}');
    return json.data;
}

char* ChangesJson(const load::Account& account, const load::Account::Mark& before) {
    StringInfoData json;
    initStringInfo(&json);
    appendStringInfoChar(&json, '{');
    for (size_t i = 0; i < fdw::RowConverter::kChangeKinds; ++i) {
        const uint64 count = account.changes[i] - before.changes[i];
        if (count == 0) continue;
        appendStringInfo(&json, "%s\"%s\": " UINT64_FORMAT, json.len > 1 ? ", " : "",
                         value::AppliedName(static_cast<value::Applied>(i)), count);
    }
    appendStringInfoChar(&json, '}');
    return json.data;
}

Datum XidArray(const List* xids, int from) {
    const int count = list_length(xids) - from;
    Datum* elements = static_cast<Datum*>(palloc(sizeof(Datum) * static_cast<Size>(std::max(1, count))));
    for (int i = 0; i < count; ++i)
        elements[i] = Int64GetDatum(static_cast<int64>(*static_cast<uint64*>(list_nth(xids, from + i))));
    return PointerGetDatum(
        construct_array(elements, count, XID8OID, sizeof(int64), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE));
}

Datum IntegerArray(const int32* numbers, int count) {
    Datum* elements = static_cast<Datum*>(palloc(sizeof(Datum) * static_cast<Size>(std::max(1, count))));
    for (int i = 0; i < count; ++i)
        elements[i] = Int32GetDatum(numbers[i]);
    return PointerGetDatum(construct_array(elements, count, INT4OID, sizeof(int32), true, TYPALIGN_INT));
}

/// Raises when the present row names rejected rows, which are too many.
void CheckShare(double max_percent) {
    const char* rejected = SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1);
    if (rejected == nullptr) return;
    const char* read = SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 2);
    const char* target = SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 3);
    ereport(ERROR, (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
                    errmsg("%.4g%% of the rows for %s were rejected, more than %.4g%%",
                           strtod(rejected, nullptr) * 100 / strtod(read, nullptr), target, max_percent),
                    errdetail("%s of %s rows.", rejected, read),
                    errhint("Raise max_rejects, or settle what is wrong with them: see sqlite.rejects.")));
}

}  // namespace

Arguments& Arguments::Add(Oid type, Datum value, bool is_null) noexcept {
    Assert(count < kMost);
    types[count] = type;
    values[count] = value;
    nulls[count] = is_null ? 'n' : ' ';
    ++count;
    return *this;
}

Arguments& Arguments::Text(const char* value) {
    return Add(TEXTOID, value != nullptr ? CStringGetTextDatum(value) : static_cast<Datum>(0),
               value == nullptr);
}

Arguments& Arguments::Json(const char* value) {
    return Add(
        JSONBOID,
        value != nullptr ? DirectFunctionCall1(jsonb_in, CStringGetDatum(value)) : static_cast<Datum>(0),
        value == nullptr);
}

uint64 RunOnRecords(const char* sql, const Arguments& arguments) {
    Oid user;
    int security;
    GetUserIdAndSecContext(&user, &security);
    SetUserIdAndSecContext(OwnerOfRecords(), security | SECURITY_LOCAL_USERID_CHANGE);
    Arguments copy = arguments;
    const int code = SPI_execute_with_args(sql, copy.count, copy.types, copy.values, copy.nulls, false, 0);
    SetUserIdAndSecContext(user, security);
    if (code < 0) elog(ERROR, "could not write the records of a job: %s", SPI_result_code_string(code));
    return SPI_processed;
}

void RunOnRecord(int64 job, const char* sql, const Arguments& arguments) {
    if (RunOnRecords(sql, arguments) != 1) RaiseRecordsGone(job);
}

void RaiseRecordsGone(int64 job) {
    ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
                    errmsg("the records of job " INT64_FORMAT " are gone", job),
                    errdetail("Somebody has deleted them, or a part of them, since the job began."),
                    errhint("What is committed stays in the targets. CALL sqlite.migrate again.")));
}

int64 PassingNumber() noexcept {
    static uint32 last = 0;
    return -((static_cast<int64>(MyProcPid) << 32) | ++last);
}

int64 CreateJob(const NewJob& job) {
    SPI_connect();
    Arguments arguments;
    arguments.Text(job.kind)
        .Add(REGROLEOID, ObjectIdGetDatum(GetUserId()))
        .Add(TEXTARRAYOID, job.servers != 0 ? job.servers : TextArray(NIL))
        .Text(job.schema)
        .Json(job.spec != nullptr ? job.spec : "{}")
        .Text(job.transaction)
        .Int4(job.workers)
        .Text(job.read_from)
        .Text(job.on_error)
        .Text(job.max_rejects)
        .Int4(MyProcPid)
        .Add(TIMESTAMPTZOID, TimestampTzGetDatum(MyStartTimestamp))
        .Text(PG_SQLITE_VERSION)
        .Int8OrNull(job.rehearsal, job.rehearsal == 0);
    RunOnRecords(
        "INSERT INTO sqlite.jobs (kind, state, owner, servers, target_schema, spec, transaction, workers,"
        " read_from, on_error, max_rejects, backend, backend_started, version, job) OVERRIDING SYSTEM VALUE"
        " VALUES ($1, 'running', $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13,"
        " COALESCE($14, pg_catalog.nextval('sqlite.jobs_job_seq'))) RETURNING job",
        arguments);
    bool is_null;
    const int64 number =
        DatumGetInt64(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &is_null));
    SPI_finish();
    if (!IsRehearsal(number)) SetLastJob(number);
    return number;
}

void FinishJob(int64 job, const ErrorData* error) {
    SPI_connect();
    Arguments arguments;
    arguments.Int8(job)
        .Text(error != nullptr ? "failed" : "done")
        .Json(error != nullptr ? ErrorJson(error) : nullptr);
    RunOnRecords(
        "UPDATE sqlite.jobs SET state = $2, error = $3, finished = pg_catalog.clock_timestamp(), completed ="
        " CASE WHEN $2 OPERATOR(pg_catalog.=) 'done' THEN COALESCE(completed, pg_catalog.clock_timestamp())"
        " ELSE completed END, backend = NULL, backend_started = NULL WHERE job OPERATOR(pg_catalog.=) $1",
        arguments);
    SPI_finish();
}

void ClaimJob(int64 job) {
    SPI_connect();
    Arguments arguments;
    arguments.Int8(job).Int4(MyProcPid).Add(TIMESTAMPTZOID, TimestampTzGetDatum(MyStartTimestamp));
    RunOnRecord(job,
                "UPDATE sqlite.jobs SET state = 'running', error = NULL, finished = NULL, backend = $2,"
                " backend_started = $3 WHERE job OPERATOR(pg_catalog.=) $1",
                arguments);
    SPI_finish();
}

void AddStep(int64 job, const NewStep& step) {
    SPI_connect();
    Arguments arguments;
    arguments.Int8(job)
        .Int4(step.step)
        .Text(step.section)
        .Text(step.kind)
        .Text(step.object)
        .Text(step.statement)
        .Text(step.staged)
        .Text(step.undo)
        .Add(INT4OID, Int32GetDatum(step.table_no), step.table_no == 0)
        .Add(TEXTARRAYOID, TextArray(step.columns), step.columns == NIL);
    RunOnRecords(
        "INSERT INTO sqlite.job_steps (job, step, section, kind, object, statement, staged, undo, table_no,"
        " columns) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        arguments);
    SPI_finish();
}

void MarkStep(int64 job, int32 step, TimestampTz began) {
    SPI_connect();
    Arguments arguments;
    arguments.Int8(job)
        .Int4(step)
        .Add(TIMESTAMPTZOID, TimestampTzGetDatum(GetCurrentTimestamp()))
        .Add(TIMESTAMPTZOID, TimestampTzGetDatum(began), began == 0);
    RunOnRecord(job,
                "UPDATE sqlite.job_steps s SET state = 'done', finished = $3, started = COALESCE($4, (SELECT "
                "t.started"
                " FROM sqlite.job_tables t WHERE t.job OPERATOR(pg_catalog.=) s.job AND t.table_no"
                " OPERATOR(pg_catalog.=) s.table_no), $3)"
                " WHERE s.job OPERATOR(pg_catalog.=) $1 AND s.step OPERATOR(pg_catalog.=) $2"
                " RETURNING s.kind, s.table_no, pg_catalog.format('step %s: %s, in %s s', s.step, s.object,"
                " pg_catalog.round(EXTRACT(epoch FROM s.finished OPERATOR(pg_catalog.-) "
                "s.started)::pg_catalog.numeric,"
                " 3))",
                arguments);
    const HeapTuple row = SPI_tuptable->vals[0];
    const TupleDesc descriptor = SPI_tuptable->tupdesc;
    const char* kind = SPI_getvalue(row, descriptor, 1);
    if (std::strcmp(kind, "load") == 0)
        LogTable(job, static_cast<int32>(std::atoi(SPI_getvalue(row, descriptor, 2))));
    else if (std::strcmp(kind, "comment") != 0)
        Log(job, "info", SPI_getvalue(row, descriptor, 3));
    SPI_finish();
}

void AddTable(int64 job, const NewTable& table) {
    SPI_connect();
    Arguments arguments;
    arguments.Int8(job)
        .Int4(table.table_no)
        .Text(table.server)
        .Text(table.table)
        .Text(table.target)
        .Text(table.staged)
        .Bool(table.created)
        .Text(table.existing)
        .Int8OrNull(table.expected, table.expected < 0)
        .Json(table.load)
        .Add(INT4ARRAYOID, IntegerArray(table.parents, table.parent_count));
    RunOnRecords(
        "INSERT INTO sqlite.job_tables (job, table_no, server, table_name, target, staged, created, existing,"
        " expected, load, parents) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        arguments);
    SPI_finish();
}

void AddProgress(int64 job, const load::Account& account, const load::Account::Mark& before,
                 const plan::RowidRange* range, TimestampTz began) {
    SPI_connect();
    Arguments chunk;
    chunk.Int8(job)
        .Int4(account.table_no())
        .Int8OrNull(range != nullptr ? range->first : 0, range == nullptr)
        .Int8OrNull(range != nullptr ? range->last : 0, range == nullptr)
        .Add(XID8ARRAYOID, XidArray(account.xids, before.xids))
        .Int8(account.read - before.read)
        .Int8(account.written - before.written)
        .Int8OrNull(IsRehearsal(job) ? PassingNumber() : 0, !IsRehearsal(job));
    RunOnRecords(
        "INSERT INTO sqlite.job_chunks (job, table_no, first_rowid, last_rowid, xids, read, written, chunk)"
        " OVERRIDING SYSTEM VALUE VALUES ($1, $2, $3, $4, $5, $6, $7,"
        " COALESCE($8, pg_catalog.nextval('sqlite.job_chunks_chunk_seq')))",
        chunk);
    Arguments table;
    table.Int8(job)
        .Int4(account.table_no())
        .Int8(account.read - before.read)
        .Int8(account.written - before.written)
        .Int8(account.rejected - before.rejected)
        .Int8(account.skipped - before.skipped)
        .Int8(account.warned - before.warned)
        .Json(ChangesJson(account, before))
        .Add(TIMESTAMPTZOID, TimestampTzGetDatum(began))
        .Int8(account.updated - before.updated)
        .Int8(account.unchanged - before.unchanged);
    RunOnRecord(
        job,
        "UPDATE sqlite.job_tables t SET state = 'loading', started = COALESCE(t.started, $9),"
        " read = t.read OPERATOR(pg_catalog.+) $3, written = t.written OPERATOR(pg_catalog.+) $4,"
        " rejected = t.rejected OPERATOR(pg_catalog.+) $5, skipped = t.skipped OPERATOR(pg_catalog.+) $6,"
        " warned = t.warned OPERATOR(pg_catalog.+) $7, updated = t.updated OPERATOR(pg_catalog.+) $10,"
        " unchanged = t.unchanged OPERATOR(pg_catalog.+) $11,"
        " changes = (SELECT COALESCE(pg_catalog.jsonb_object_agg(k, n), '{}') FROM"
        " (SELECT k, pg_catalog.sum(v::pg_catalog.int8) AS n FROM (SELECT * FROM "
        "pg_catalog.jsonb_each_text(t.changes)"
        " UNION ALL SELECT * FROM pg_catalog.jsonb_each_text($8)) AS e(k, v) GROUP BY k) AS s)"
        " WHERE t.job OPERATOR(pg_catalog.=) $1 AND t.table_no OPERATOR(pg_catalog.=) $2",
        table);
    SPI_finish();
}

void FinishTable(int64 job, int32 table_no, double max_percent) {
    SPI_connect();
    Arguments arguments;
    arguments.Int8(job).Int4(table_no).Add(FLOAT8OID, Float8GetDatum(max_percent));
    RunOnRecord(job,
                "UPDATE sqlite.job_tables SET state = 'done', finished = pg_catalog.clock_timestamp(),"
                " started = COALESCE(started, pg_catalog.clock_timestamp())"
                " WHERE job OPERATOR(pg_catalog.=) $1 AND table_no OPERATOR(pg_catalog.=) $2"
                " RETURNING CASE WHEN $3 OPERATOR(pg_catalog.>=) 0 AND (rejected::pg_catalog.float8"
                " OPERATOR(pg_catalog.*) 100) OPERATOR(pg_catalog.>) ($3 OPERATOR(pg_catalog.*) read)"
                " THEN rejected END, read, target",
                arguments);
    if (max_percent >= 0) CheckShare(max_percent);
    SPI_finish();
}

void LogTable(int64 job, int32 table_no) {
    SPI_connect();
    Arguments arguments;
    arguments.Int8(job).Int4(table_no);
    RunOnRecords(
        "INSERT INTO sqlite.job_log (job, level, server, table_name, message) SELECT t.job, 'info', t.server,"
        " t.table_name, pg_catalog.format('%s: %s rows read, %s written, %s rejected, %s skipped, in %s s',"
        " t.target, t.read, t.written, t.rejected, t.skipped, pg_catalog.round(EXTRACT(epoch FROM t.finished"
        " OPERATOR(pg_catalog.-) t.started)::pg_catalog.numeric, 3)) FROM sqlite.job_tables t"
        " WHERE t.job OPERATOR(pg_catalog.=) $1 AND t.table_no OPERATOR(pg_catalog.=) $2",
        arguments);
    SPI_finish();
}

void AddChanges(int64 job, int32 table_no, const char* policy, int64 count) {
    if (count == 0) return;
    SPI_connect();
    Arguments arguments;
    arguments.Int8(job).Int4(table_no).Text(policy).Int8(count);
    RunOnRecords(
        "UPDATE sqlite.job_tables t SET changes = t.changes OPERATOR(pg_catalog.||)"
        " pg_catalog.jsonb_build_object($3, COALESCE((t.changes OPERATOR(pg_catalog.->>) "
        "$3)::pg_catalog.int8, 0)"
        " OPERATOR(pg_catalog.+) $4) WHERE t.job OPERATOR(pg_catalog.=) $1"
        " AND t.table_no OPERATOR(pg_catalog.=) $2",
        arguments);
    SPI_finish();
}

void CheckRejects(int64 job, int64 most) {
    if (most < 0) return;
    SPI_connect();
    Arguments arguments;
    arguments.Int8(job).Int8(most);
    if (RunOnRecords(
            "SELECT pg_catalog.sum(rejected) FROM sqlite.job_tables WHERE job OPERATOR(pg_catalog.=) $1"
            " HAVING pg_catalog.sum(rejected) OPERATOR(pg_catalog.>) $2::pg_catalog.numeric",
            arguments) > 0)
        ereport(ERROR,
                (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
                 errmsg("more than " INT64_FORMAT " rows were rejected", most),
                 errdetail("There are %s.", SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1)),
                 errhint("Raise max_rejects, or settle what is wrong with them: see sqlite.rejects.")));
    SPI_finish();
}

void MoveToRejected(int64 job, int32 table_no, int64 rows) {
    SPI_connect();
    Arguments arguments;
    arguments.Int8(job).Int4(table_no).Int8(rows);
    RunOnRecord(job,
                "UPDATE sqlite.job_tables SET written = written OPERATOR(pg_catalog.-) $3,"
                " rejected = rejected OPERATOR(pg_catalog.+) $3"
                " WHERE job OPERATOR(pg_catalog.=) $1 AND table_no OPERATOR(pg_catalog.=) $2",
                arguments);
    SPI_finish();
}

void PutReject(int64 job, const load::Reject& reject) {
    SPI_connect();
    Arguments arguments;
    arguments.Int8(job)
        .Int4(reject.table_no)
        .Text(reject.server)
        .Text(reject.table)
        .Text(reject.target)
        .Int8OrNull(reject.rowid, !reject.has_rowid)
        .Add(TEXTARRAYOID, TextArray(reject.columns))
        .Text(load::CategoryName(reject.category))
        .Text(unpack_sql_state(reject.sqlstate))
        .Text(reject.message)
        .Json(reject.row)
        .Json(reject.key)
        .Int8OrNull(IsRehearsal(job) ? PassingNumber() : 0, !IsRehearsal(job));
    RunOnRecords(
        "INSERT INTO sqlite.rejects (job, table_no, server, table_name, target, rowid, columns, category,"
        " sqlstate, message, row, key, id) OVERRIDING SYSTEM VALUE"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12,"
        " COALESCE($13, pg_catalog.nextval('sqlite.rejects_id_seq')))",
        arguments);
    SPI_finish();
}

void RenewReject(int64 job, int64 id, const load::Reject& reject) {
    SPI_connect();
    Arguments arguments;
    arguments.Int8(id)
        .Add(TEXTARRAYOID, TextArray(reject.columns))
        .Text(load::CategoryName(reject.category))
        .Text(unpack_sql_state(reject.sqlstate))
        .Text(reject.message)
        .Int8(job);
    RunOnRecords(
        "UPDATE sqlite.rejects SET state = 'open', columns = $2, category = $3, sqlstate = $4, message = $5,"
        " at = pg_catalog.clock_timestamp() WHERE id OPERATOR(pg_catalog.=) $1"
        " AND job OPERATOR(pg_catalog.=) $6",
        arguments);
    SPI_finish();
}

void LogRetry(int64 job, int attempt, const char* error) {
    Log(job, "warning", psprintf("attempt %d failed and is repeated: %s", attempt, error));
}

void Log(int64 job, const char* level, const char* message, const char* server, const char* table) {
    SPI_connect();
    Arguments arguments;
    arguments.Int8(job).Text(level).Text(message).Text(server).Text(table);
    RunOnRecords(
        "INSERT INTO sqlite.job_log (job, level, message, server, table_name) VALUES ($1, $2, $3, $4, $5)",
        arguments);
    SPI_finish();
}

}  // namespace pgsqlite::pg::jobs
