#include "pg/jobs/records/comparison_records.hpp"

namespace pgsqlite::pg::jobs {
namespace {

/// Of the rejects, those that are not loaded: their rows have values with a type where they were put aside in
/// the target's form, and with a storage class where in SQLite's.
constexpr char kTable[] = R"(
SELECT x.xids,
    o.targets > 1 OR COALESCE(t.existing = 'append', false) OR j.kind = 'load',
    r.loaded, r.typed, r.unlocated, j.state = 'rolled back', r.keyed, r.keyed_loaded, r.unlocated_loaded,
    s.xids, o.targets > 1, r.untold
FROM sqlite.job_tables t JOIN sqlite.jobs j ON j.job = t.job,
    LATERAL (
        SELECT array_agg(DISTINCT w.xid)::text AS xids
        FROM sqlite.job_chunks c, unnest(c.xids) AS w (xid) WHERE c.job = t.job AND c.table_no = t.table_no
    ) AS x,
    LATERAL (
        SELECT count(*) AS targets FROM sqlite.job_tables o WHERE o.job = t.job AND o.target = t.target
    ) AS o,
    LATERAL (
        SELECT array_agg(DISTINCT s.xid::text)::text AS xids
        FROM sqlite.job_tables o JOIN sqlite.job_steps s ON s.job = o.job AND s.table_no = o.table_no
        WHERE o.job = t.job AND o.target = t.target AND s.state = 'done' AND s.kind = 'clear orphans'
    ) AS s,
    LATERAL (
        SELECT count(*) FILTER (WHERE r.state = 'loaded') AS loaded,
            count(*) FILTER (WHERE r.state <> 'loaded' AND r.rowid IS NULL
                AND jsonb_path_exists(r.row, '$.*.type')) > 0 AS typed,
            count(*) FILTER (WHERE r.state <> 'loaded' AND r.rowid IS NULL
                AND jsonb_path_exists(r.row, '$.*.class') AND r.category = 'conversion') AS unlocated,
            count(*) FILTER (WHERE r.state <> 'loaded' AND r.rowid IS NULL
                AND jsonb_path_exists(r.row, '$.*.class')
                AND (r.category <> 'conversion' OR r.key IS NOT NULL)) > 0 AS keyed,
            count(*) FILTER (WHERE r.state = 'loaded' AND r.rowid IS NULL AND r.key IS NOT NULL) > 0 AS keyed_loaded,
            count(*) FILTER (WHERE r.state = 'loaded' AND r.rowid IS NULL AND r.category = 'conversion')
                AS unlocated_loaded,
            -- A key too long to be kept, and values of which only the beginning is.
            count(*) FILTER (WHERE r.state <> 'loaded' AND r.rowid IS NULL AND CASE
                WHEN jsonb_path_exists(r.row, '$.*.class') THEN r.category <> 'conversion' AND r.key IS NULL
                ELSE jsonb_path_exists(r.row, '$.*.digest') END) > 0 AS untold
        FROM sqlite.rejects r WHERE r.job = t.job AND r.table_no = t.table_no
    ) AS r
WHERE t.job = $1 AND t.table_no = $2
)";

constexpr char kAsideRowids[] = R"(
SELECT DISTINCT r.rowid FROM sqlite.rejects r
WHERE r.job = $1 AND r.table_no = $2 AND r.rowid IS NOT NULL AND ($3 OR r.state <> 'loaded')
ORDER BY 1
)";

constexpr char kAsideKey[] = R"(
SELECT DISTINCT k.name
FROM sqlite.rejects r, jsonb_object_keys(r.key) AS k (name)
WHERE r.job = $1 AND r.table_no = $2 AND r.rowid IS NULL
ORDER BY k.name
)";

Arguments OfTable(int64 job, int32 table_no) {
    Arguments arguments;
    arguments.Int8(job).Int4(table_no);
    return arguments;
}

}  // namespace

ComparedTable ReadComparedTable(int64 job, int32 table_no) {
    SPI_connect();
    const Row row = RunOnRecord(job, kTable, OfTable(job, table_no));
    const char* xids = row.Text(1);
    const char* clearing = row.Text(10);
    const ComparedTable table = {Keep(xids != nullptr ? xids : "{}"),
                                 row.Bool(2),
                                 row.Int8(3),
                                 row.Bool(6),
                                 row.Bool(4),
                                 row.Bool(7),
                                 row.Int8(5),
                                 row.Bool(8),
                                 row.Int8(9),
                                 clearing != nullptr ? Keep(clearing) : nullptr,
                                 row.Bool(11),
                                 row.Bool(12)};
    SPI_finish();
    return table;
}

Rowids ReadAsideRowids(int64 job, int32 table_no, bool with_retried) {
    MemoryContext caller = CurrentMemoryContext;
    SPI_connect();
    Arguments arguments = OfTable(job, table_no);
    arguments.Bool(with_retried);
    const Rows rows = RunOnRecords(kAsideRowids, arguments);
    Rowids read = {static_cast<int64*>(MemoryContextAllocHuge(caller, sizeof(int64) * (rows.count + 1))),
                   rows.count};
    for (uint64 i = 0; i < rows.count; ++i)
        read.rowids[i] = rows[i].Int8(1);
    SPI_finish();
    return read;
}

List* ReadAsideKey(int64 job, int32 table_no) {
    MemoryContext caller = CurrentMemoryContext;
    SPI_connect();
    List* names = TextColumn(RunOnRecords(kAsideKey, OfTable(job, table_no)), caller);
    SPI_finish();
    return names;
}

}  // namespace pgsqlite::pg::jobs
