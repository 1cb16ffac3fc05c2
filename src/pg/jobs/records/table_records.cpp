#include "pg/jobs/records/table_records.hpp"

#include "core/value/status.hpp"
#include "pg/jobs/records/job_log.hpp"
#include "pg/jobs/records/job_records.hpp"
#include "pg/list.hpp"

namespace pgsqlite::pg::jobs {
namespace {

constexpr char kAddTable[] = R"(
INSERT INTO sqlite.job_tables (job, table_no, server, table_name, target, staged, created, existing, expected, load,
    parents)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
)";

constexpr char kAddChunk[] = R"(
INSERT INTO sqlite.job_chunks (job, table_no, first_rowid, last_rowid, xids, read, written, chunk)
    OVERRIDING SYSTEM VALUE
VALUES ($1, $2, $3, $4, $5, $6, $7, COALESCE($8, nextval('sqlite.job_chunks_chunk_seq')))
)";

/// $8: counts of changed values by policy, which are added to those that are there.
constexpr char kAddCounts[] = R"(
UPDATE sqlite.job_tables t SET state = 'loading', started = COALESCE(t.started, $9),
    read = t.read + $3, written = t.written + $4, rejected = t.rejected + $5, skipped = t.skipped + $6,
    warned = t.warned + $7, updated = t.updated + $10, unchanged = t.unchanged + $11,
    changes = (
        SELECT COALESCE(jsonb_object_agg(s.policy, s.count), '{}')
        FROM (
            SELECT e.policy, sum(e.count::bigint) AS count
            FROM (SELECT * FROM jsonb_each_text(t.changes) UNION ALL SELECT * FROM jsonb_each_text($8))
                AS e (policy, count)
            GROUP BY e.policy
        ) AS s)
WHERE t.job = $1 AND t.table_no = $2
)";

/// Gives the rows rejected where they are too large a share.
constexpr char kFinishTable[] = R"(
UPDATE sqlite.job_tables SET state = 'done', finished = clock_timestamp(),
    started = COALESCE(started, clock_timestamp())
WHERE job = $1 AND table_no = $2
RETURNING CASE WHEN $3 >= 0 AND rejected::float8 * 100 > $3 * read THEN rejected END, read, target
)";

constexpr char kKeepDone[] = "UPDATE sqlite.job_tables SET state = 'done' WHERE job = $1 AND table_no = $2";

constexpr char kAddChanges[] = R"(
UPDATE sqlite.job_tables t
SET changes = t.changes || jsonb_build_object($3, COALESCE((t.changes ->> $3)::bigint, 0) + $4)
WHERE t.job = $1 AND t.table_no = $2
)";

constexpr char kTooManyRejects[] = R"(
SELECT sum(rejected)::bigint FROM sqlite.job_tables WHERE job = $1 HAVING sum(rejected) > $2
)";

constexpr char kMoveToRejected[] = R"(
UPDATE sqlite.job_tables SET written = written - $3, rejected = rejected + $3 WHERE job = $1 AND table_no = $2
)";

constexpr char kAccount[] = R"(
SELECT t.table_name, t.read, t.written, t.rejected,
    COALESCE((SELECT sum(c.count::numeric) FROM jsonb_each_text(t.changes) AS c (name, count)), 0)::bigint,
    round(extract(epoch FROM t.finished - t.started), 3),
    ARRAY(
        SELECT format('%s %s, %s %s%s: %s%s', g.rows, CASE g.rows WHEN 1 THEN 'row' ELSE 'rows' END, e.category,
            e.sqlstate, ' (' || NULLIF(array_to_string(e.columns, ', '), '') || ')',
            left(regexp_replace(e.message, '[[:cntrl:]]+', ' ', 'g'), 200),
            COALESCE(' [rowid ' || e.rowid || ']', ' [key ' || e.key::text || ']'))
        FROM (
            -- Rejects of a rehearsal have numbers below zero: the greatest is the first.
            SELECT count(*) AS rows, max(r.id) AS first_id
            FROM sqlite.rejects r WHERE r.job = t.job AND r.table_no = t.table_no
            GROUP BY r.category, r.sqlstate, r.columns
            ORDER BY count(*) DESC, max(r.id) DESC LIMIT 5
        ) AS g JOIN sqlite.rejects e ON e.id = g.first_id
        ORDER BY g.rows DESC, g.first_id DESC),
    t.server, t.target, t.skipped
FROM sqlite.job_tables t WHERE t.job = $1 ORDER BY t.table_no
)";

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
    Datum* elements = PallocArray<Datum>(count);
    for (int i = 0; i < count; ++i)
        elements[i] = Int64GetDatum(static_cast<int64>(*static_cast<uint64*>(list_nth(xids, from + i))));
    return PointerGetDatum(
        construct_array(elements, count, XID8OID, sizeof(int64), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE));
}

void AddChunk(int64 job, const load::Account& account, const load::Account::Mark& before,
              const plan::RowidRange* range) {
    Arguments arguments;
    arguments.Int8(job)
        .Int4(account.table_no())
        .Int8OrNull(range != nullptr ? range->first : 0, range == nullptr)
        .Int8OrNull(range != nullptr ? range->last : 0, range == nullptr)
        .Add(XID8ARRAYOID, XidArray(account.xids, before.xids))
        .Int8(account.read - before.read)
        .Int8(account.written - before.written)
        .Int8OrNull(IsRehearsal(job) ? PassingNumber() : 0, !IsRehearsal(job));
    TouchRecords(kAddChunk, arguments);
}

}  // namespace

void AddTable(int64 job, const NewTable& table) {
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
        .Int4s(table.parents, table.parent_count);
    TouchRecords(kAddTable, arguments);
}

void AddProgress(int64 job, const load::Account& account, const load::Account::Mark& before,
                 const plan::RowidRange* range, TimestampTz began) {
    AddChunk(job, account, before, range);
    Arguments arguments;
    arguments.Int8(job)
        .Int4(account.table_no())
        .Int8(account.read - before.read)
        .Int8(account.written - before.written)
        .Int8(account.rejected - before.rejected)
        .Int8(account.skipped - before.skipped)
        .Int8(account.warned - before.warned)
        .Json(ChangesJson(account, before))
        .Time(began)
        .Int8(account.updated - before.updated)
        .Int8(account.unchanged - before.unchanged);
    TouchRecord(job, kAddCounts, arguments);
    LogPassed(job, account, before.passed);
}

void FinishTable(int64 job, int32 table_no, double max_percent) {
    SPI_connect();
    Arguments arguments;
    arguments.Int8(job).Int4(table_no).Add(FLOAT8OID, Float8GetDatum(max_percent));
    const Row row = RunOnRecord(job, kFinishTable, arguments);
    if (!row.IsNull(1)) {
        const int64 rejected = row.Int8(1), read = row.Int8(2);
        ereport(ERROR,
                (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
                 errmsg("%.4g%% of the rows for %s were rejected, more than %.4g%%",
                        static_cast<double>(rejected) * 100 / static_cast<double>(read), row.Text(3),
                        max_percent),
                 errdetail(INT64_FORMAT " of " INT64_FORMAT " rows.", rejected, read),
                 errhint("Raise max_rejects, or settle what is wrong with them: see sqlite.rejects.")));
    }
    SPI_finish();
}

void KeepDone(int64 job, int32 table_no) {
    Arguments arguments;
    arguments.Int8(job).Int4(table_no);
    TouchRecords(kKeepDone, arguments);
}

void AddChanges(int64 job, int32 table_no, const char* policy, int64 count) {
    if (count == 0) return;
    Arguments arguments;
    arguments.Int8(job).Int4(table_no).Text(policy).Int8(count);
    TouchRecords(kAddChanges, arguments);
}

void CheckRejects(int64 job, int64 most) {
    if (most < 0) return;
    SPI_connect();
    Arguments arguments;
    arguments.Int8(job).Int8(most);
    const Rows rows = RunOnRecords(kTooManyRejects, arguments);
    if (rows.count > 0)
        ereport(ERROR,
                (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
                 errmsg("more than " INT64_FORMAT " rows were rejected", most),
                 errdetail("There are " INT64_FORMAT ".", rows[0].Int8(1)),
                 errhint("Raise max_rejects, or settle what is wrong with them: see sqlite.rejects.")));
    SPI_finish();
}

Rows ReadAccount(int64 job) {
    Arguments arguments;
    arguments.Int8(job);
    return RunOnRecords(kAccount, arguments);
}

void MoveToRejected(int64 job, int32 table_no, int64 rows) {
    Arguments arguments;
    arguments.Int8(job).Int4(table_no).Int8(rows);
    TouchRecord(job, kMoveToRejected, arguments);
}

}  // namespace pgsqlite::pg::jobs
