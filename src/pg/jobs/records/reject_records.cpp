#include "pg/jobs/records/reject_records.hpp"

#include "pg/catalog_query.hpp"
#include "pg/jobs/records/job_records.hpp"

namespace pgsqlite::pg::jobs {
namespace {

constexpr char kPut[] = R"(
INSERT INTO sqlite.rejects (job, table_no, server, table_name, target, rowid, columns, category, sqlstate, message, row,
    key, id)
    OVERRIDING SYSTEM VALUE
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, COALESCE($13, nextval('sqlite.rejects_id_seq')))
)";

constexpr char kRenew[] = R"(
UPDATE sqlite.rejects SET state = 'open', columns = $2, category = $3, sqlstate = $4, message = $5,
    at = clock_timestamp()
WHERE id = $1 AND job = $6
)";

/// The first of $2 that is not an open reject of the job, and why: its state, or that its table is gone.
constexpr char kWrongIds[] = R"(
SELECT i.id, r.state
FROM unnest($2) AS i (id)
    LEFT JOIN sqlite.rejects r ON r.id = i.id AND r.job = $1
    LEFT JOIN sqlite.job_tables t ON t.job = r.job AND t.table_no = r.table_no
WHERE (r.state = 'open') IS NOT TRUE OR t.job IS NULL
ORDER BY i.id LIMIT 1
)";

constexpr char kTablesToRetry[] = R"(
SELECT t.table_no
FROM sqlite.job_tables t
WHERE t.job = $1 AND EXISTS (
    SELECT FROM sqlite.rejects r
    WHERE r.job = t.job AND r.table_no = t.table_no AND r.state = 'open' AND ($2 IS NULL OR r.id = ANY ($2))
        AND (NOT $3 OR r.sqlstate = '23503'))
ORDER BY t.table_no
)";

constexpr char kOpen[] = R"(
SELECT r.id, r.rowid, r.key::text, CASE WHEN $5 OR r.mended THEN r.row::text END, r.mended
FROM sqlite.rejects r
WHERE r.job = $1 AND r.table_no = $2 AND r.state = 'open' AND ($3 IS NULL OR r.id = ANY ($3))
    AND (NOT $4 OR r.sqlstate = '23503')
ORDER BY r.id FOR UPDATE OF r
)";

constexpr char kFound[] = R"(
UPDATE sqlite.rejects SET state = 'loaded', row = COALESCE($2, row), at = clock_timestamp() WHERE id = $1
)";

constexpr char kGone[] = R"(
UPDATE sqlite.rejects SET category = 'connection', sqlstate = $2, message = $3, columns = '{}', at = clock_timestamp()
WHERE id = $1
)";

constexpr char kOutside[] = R"(
UPDATE sqlite.rejects SET state = 'open', category = 'validation', sqlstate = $3, columns = '{}',
    message = 'the row does not meet the condition "where" of the spec', at = clock_timestamp()
WHERE id = ANY ($1) AND NOT id = ANY ($2)
)";

constexpr char kCountOpen[] = R"(
SELECT count(*) FROM sqlite.rejects r WHERE r.job = $1 AND r.state = 'open' AND ($2 IS NULL OR r.id = ANY ($2))
)";

Arguments Chosen(const RetryChoice& choice) {
    Arguments arguments;
    arguments.Int8(choice.job).Add(INT8ARRAYOID, choice.ids, choice.ids == 0);
    return arguments;
}

[[noreturn]] void RefuseId(int64 job, int64 id, const char* state) {
    if (state == nullptr)
        ereport(ERROR, (errcode(ERRCODE_UNDEFINED_OBJECT),
                        errmsg("job " INT64_FORMAT " has no reject " INT64_FORMAT, job, id)));
    if (strcmp(state, "open") != 0)
        ereport(ERROR,
                (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
                 errmsg("reject " INT64_FORMAT " is not open, but %s", id, state),
                 strcmp(state, "ignored") == 0
                     ? errhint("UPDATE sqlite.rejects SET state = 'open' WHERE id = " INT64_FORMAT ".", id)
                     : 0));
    ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
                    errmsg("reject " INT64_FORMAT " is of a load that failed as a whole", id),
                    errhint("Nothing of it was written: CALL sqlite.load again.")));
    pg_unreachable();
}

}  // namespace

void PutReject(int64 job, const load::Reject& reject) {
    Arguments arguments;
    arguments.Int8(job)
        .Int4(reject.table_no)
        .Text(reject.server)
        .Text(reject.table)
        .Text(reject.target)
        .Int8OrNull(reject.rowid, !reject.has_rowid)
        .Texts(reject.columns)
        .Text(load::CategoryName(reject.category))
        .Text(unpack_sql_state(reject.sqlstate))
        .Text(reject.message)
        .Json(reject.row)
        .Json(reject.key)
        .Int8OrNull(IsRehearsal(job) ? PassingNumber() : 0, !IsRehearsal(job));
    TouchRecords(kPut, arguments);
}

void RenewReject(int64 job, int64 id, const load::Reject& reject) {
    Arguments arguments;
    arguments.Int8(id)
        .Texts(reject.columns)
        .Text(load::CategoryName(reject.category))
        .Text(unpack_sql_state(reject.sqlstate))
        .Text(reject.message)
        .Int8(job);
    TouchRecords(kRenew, arguments);
}

void CheckIds(const RetryChoice& choice) {
    if (choice.ids == 0) return;
    if (array_contains_nulls(DatumGetArrayTypeP(choice.ids)))
        ereport(ERROR,
                (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("an id of a reject must not be null")));
    SPI_connect();
    const Rows wrong = RunOnRecords(kWrongIds, Chosen(choice));
    if (wrong.count > 0) RefuseId(choice.job, wrong[0].Int8(1), wrong[0].Text(2));
    SPI_finish();
}

List* TablesToRetry(const RetryChoice& choice) {
    MemoryContext caller = CurrentMemoryContext;
    List* tables = NIL;
    SPI_connect();
    const Rows rows = RunOnRecords(kTablesToRetry, Chosen(choice).Bool(choice.orphans));
    MemoryContext previous = MemoryContextSwitchTo(caller);
    for (uint64 i = 0; i < rows.count; ++i)
        tables = lappend_int(tables, rows[i].Int4(1));
    MemoryContextSwitchTo(previous);
    SPI_finish();
    return tables;
}

Portal OpenRejects(const RetryChoice& choice, int32 table_no) {
    Oid types[] = {INT8OID, INT4OID, INT8ARRAYOID, BOOLOID, BOOLOID};
    Datum values[] = {Int64GetDatum(choice.job), Int32GetDatum(table_no), choice.ids,
                      BoolGetDatum(choice.orphans), BoolGetDatum(choice.from_stored)};
    const char nulls[] = {' ', ' ', choice.ids == 0 ? 'n' : ' ', ' ', ' '};
    const int level = UseCatalogNames();
    // The caller's own right to see them: row security shows the rejects of his jobs.
    Portal portal = SPI_cursor_open_with_args(nullptr, kOpen, 5, types, values, nulls, false, 0);
    AtEOXact_GUC(true, level);
    return portal;
}

void RejectFound(int64 id, const char* row) {
    Arguments arguments;
    arguments.Int8(id).Json(row);
    TouchRecords(kFound, arguments);
}

void RejectGone(int64 id, const char* message) {
    Arguments arguments;
    arguments.Int8(id).Text(unpack_sql_state(ERRCODE_NO_DATA)).Text(message);
    TouchRecords(kGone, arguments);
}

void RejectsOutside(Datum all, Datum met) {
    Arguments arguments;
    arguments.Add(INT8ARRAYOID, all).Add(INT8ARRAYOID, met).Text(unpack_sql_state(ERRCODE_NO_DATA));
    TouchRecords(kOutside, arguments);
}

int64 CountOpen(const RetryChoice& choice) {
    SPI_connect();
    const int64 count = RunOnRecords(kCountOpen, Chosen(choice))[0].Int8(1);
    SPI_finish();
    return count;
}

}  // namespace pgsqlite::pg::jobs
