#include "pg/jobs/records/undo_records.hpp"

#include "pg/jobs/records/follow_targets.hpp"
#include "pg/jobs/records/statement.hpp"
#include "pg/list.hpp"

extern "C" {
#include "access/xlog.h"
}

namespace pgsqlite::pg::jobs {
namespace {

/// By targets ($2: of these tables, NULL: all; $3: this cluster; $4: this place). Transactions that wrote a
/// target's rows: those of its loads, and of steps that changed its rows (orphans that lost their reference)
/// or wrote them anew (a table that was UNLOGGED).
constexpr char kUndoTargets[] = R"(
SELECT t.target, bool_or(t.created), sum(t.written)::bigint,
    bool_or(t.written > 0 AND COALESCE((t.load ->> 'overwrites')::boolean, false)),
    bool_or(t.existing = 'truncate') AND EXISTS (
        SELECT FROM sqlite.job_steps s WHERE s.job = $1 AND s.kind = 'truncate' AND s.state = 'done'),
    x.list,
    CASE WHEN x.elsewhere THEN 'its transactions are those of another cluster'
        WHEN x.age > 2147483647 THEN 'the job is more than 2,147,483,647 transactions old' END,
    bool_or(t.relation IS NOT NULL AND (SELECT j.place = $4 FROM sqlite.jobs j WHERE j.job = $1)
        AND NOT EXISTS (SELECT FROM pg_class c WHERE c.oid = t.relation))
FROM sqlite.job_tables t LEFT JOIN LATERAL (
    SELECT array_agg(e.xid::text) AS list, bool_or(e.elsewhere) AS elsewhere, max(e.age) AS age
    FROM (
        SELECT w.xid::xid, c.system_identifier <> $3 AS elsewhere,
            pg_snapshot_xmax(pg_current_snapshot())::text::bigint - w.xid::text::bigint AS age
        FROM sqlite.job_tables o JOIN sqlite.job_chunks c ON c.job = o.job AND c.table_no = o.table_no
            CROSS JOIN LATERAL unnest(c.xids) AS w (xid)
        WHERE o.job = $1 AND o.target = t.target
        UNION ALL
        SELECT s.xid, false, 0
        FROM sqlite.job_tables o JOIN sqlite.job_steps s ON s.job = o.job AND s.table_no = o.table_no
        WHERE o.job = $1 AND o.target = t.target AND s.state = 'done' AND s.kind IN ('clear orphans', 'logged')
            AND s.xid IS NOT NULL
    ) AS e
) AS x ON true
WHERE t.job = $1 AND ($2 IS NULL OR t.table_no = ANY ($2))
GROUP BY t.target, x.list, x.elsewhere, x.age ORDER BY min(t.table_no)
)";

/// Steps that were done, of these tables or all. A load has none of its own: each of its tables is one.
constexpr char kUndoSteps[] = R"(
SELECT e.kind, e.object, e.undo, t.target
FROM (
    SELECT s.step, s.kind, s.object, s.undo, s.table_no, s.state
    FROM sqlite.job_steps s WHERE s.job = $1
    UNION ALL
    SELECT o.table_no, 'load', o.target, NULL, o.table_no, o.state
    FROM sqlite.job_tables o
    WHERE o.job = $1 AND NOT EXISTS (SELECT FROM sqlite.job_steps s WHERE s.job = $1)
) AS e LEFT JOIN sqlite.job_tables t ON t.job = $1 AND t.table_no = e.table_no
WHERE ($2 IS NULL OR e.table_no = ANY ($2))
    AND (e.state = 'done' OR e.kind = 'load'
        AND EXISTS (SELECT FROM sqlite.job_chunks c WHERE c.job = $1 AND c.table_no = e.table_no))
ORDER BY e.step
)";

/// Schemas of tables that were put aside and never came into place.
constexpr char kStaging[] = R"(
SELECT 'schema ' || s.name, format('DROP SCHEMA %I CASCADE', s.name)
FROM sqlite.jobs j, jsonb_object_keys(j.staging) AS s (name) WHERE j.job = $1
)";

constexpr char kLastXid[] = R"(
SELECT e.xid::text
FROM (
    SELECT j.xmin FROM sqlite.jobs j WHERE j.job = $1
    UNION ALL
    SELECT s.xmin FROM sqlite.job_steps s WHERE s.job = $1
) AS e (xid)
ORDER BY age(e.xid) LIMIT 1
)";

/// Tables with the target $2, or whose target has that name in some schema; and whether it is another one
/// than the first.
constexpr char kTablesOfTarget[] = R"(
SELECT t.table_no, t.target <> first_value(t.target) OVER (ORDER BY t.target)
FROM sqlite.job_tables t
WHERE t.job = $1 AND (t.target = $2 OR (parse_ident(t.target))[2] = $2
    AND NOT EXISTS (SELECT FROM sqlite.job_tables e WHERE e.job = $1 AND e.target = $2))
)";

constexpr const char* kAllRolledBack[] = {
    R"(
UPDATE sqlite.jobs SET state = 'rolled back', backend = NULL, backend_started = NULL,
    finished = COALESCE(finished, clock_timestamp())
WHERE job = $1
)",
    "UPDATE sqlite.job_tables SET state = 'rolled back' WHERE job = $1 AND state <> 'pending'",
    "UPDATE sqlite.job_steps SET state = 'rolled back' WHERE job = $1 AND state = 'done'",
    "DELETE FROM sqlite.job_chunks WHERE job = $1",
};

/// $2: the tables. By force keys that refer to them and views upon them went along: they come back with them.
constexpr const char* kSomeRolledBack[] = {
    R"(
UPDATE sqlite.job_tables SET state = 'pending', relation = NULL, read = 0, written = 0, rejected = 0, skipped = 0,
    warned = 0, updated = 0, unchanged = 0, changes = '{}', started = NULL, finished = NULL
WHERE job = $1 AND table_no = ANY ($2)
)",
    R"(
UPDATE sqlite.job_steps SET state = 'pending', started = NULL, finished = NULL WHERE job = $1 AND table_no = ANY ($2)
)",
    R"(
UPDATE sqlite.job_steps s SET state = 'pending', started = NULL, finished = NULL
WHERE s.job = $1 AND s.state = 'done' AND (
    -- Only of a view the name is SQL.
    CASE s.kind WHEN 'view' THEN to_regclass(s.name) IS NULL END
    OR s.kind = 'foreign key' AND s.parent_no = ANY ($2)
        AND NOT EXISTS (
            SELECT FROM pg_constraint k, sqlite.job_tables c
            WHERE c.job = $1 AND c.table_no = s.table_no AND k.conrelid = to_regclass(c.target) AND k.contype = 'f'
                AND k.conname = s.name))
)",
    // Those that a retry has loaded, too: their rows went with the others.
    "UPDATE sqlite.rejects SET state = 'ignored', at = clock_timestamp() WHERE job = $1 AND table_no = ANY "
    "($2)",
    "DELETE FROM sqlite.job_chunks WHERE job = $1 AND table_no = ANY ($2)",
};

/// What was put aside is in place: whatever comes now goes there at once.
constexpr const char* kUnstaged[] = {
    "UPDATE sqlite.job_tables SET staged = NULL WHERE job = $1",
    "UPDATE sqlite.job_steps SET staged = NULL WHERE job = $1",
};

std::uint32_t XidOf(const std::string& text) {
    return static_cast<std::uint32_t>(std::strtoul(text.c_str(), nullptr, 10));
}

Arguments OfTables(int64 job, Datum tables) {
    Arguments arguments;
    arguments.Int8(job).Add(INT4ARRAYOID, tables, tables == 0);
    return arguments;
}

void ReadTargets(plan::UndoJob* job, Datum tables) {
    const Rows rows = RunOnRecords(
        kUndoTargets,
        OfTables(job->number, tables).Int8(static_cast<int64>(GetSystemIdentifier())).Text(ThisPlace()));
    auto* xids = NewIn<std::vector<std::string>>(CurrentMemoryContext);
    for (uint64 i = 0; i < rows.count; ++i) {
        const Row row = rows[i];
        const char *name = row.Utf8(1), *unfit = row.Utf8OrEmpty(7);
        const bool created = row.Bool(2), overwritten = row.Bool(4), truncated = row.Bool(5);
        const bool gone = row.Bool(8);
        const int64 written = row.Int8(3);
        Guard([&] { xids->clear(); });
        row.AppendUtf8(6, xids);
        Guard([&] {
            plan::UndoTarget& target = job->targets.emplace_back();
            target.name = name;
            target.created = created;
            target.written = written;
            target.overwritten = overwritten;
            target.truncated = truncated && !created;
            target.unfit = unfit;
            target.gone = gone;
            for (const std::string& xid : *xids)
                target.xids.push_back(XidOf(xid));
        });
    }
}

void ReadUndoSteps(plan::UndoJob* job, Datum tables) {
    const Rows rows = RunOnRecords(kUndoSteps, OfTables(job->number, tables));
    for (uint64 i = 0; i < rows.count; ++i) {
        const Row row = rows[i];
        const plan::StepKind kind = plan::StepKindNamed(row.Text(1));
        const char *object = row.Utf8(2), *undo = row.Utf8OrEmpty(3), *target = row.Utf8OrEmpty(4);
        Guard([&] {
            plan::UndoStep& step = job->steps.emplace_back();
            step.kind = kind;
            step.object = object;
            step.undo = undo;
            for (size_t j = 0; j < job->targets.size(); ++j)
                if (job->targets[j].name == target) step.target = j;
        });
    }
}

bool ReadStaging(plan::UndoJob* job) {
    Arguments arguments;
    arguments.Int8(job->number);
    const Rows rows = RunOnRecords(kStaging, arguments);
    for (uint64 i = 0; i < rows.count; ++i) {
        const char *object = rows[i].Utf8(1), *undo = rows[i].Utf8(2);
        Guard([&] {
            plan::UndoStep& step = job->steps.emplace_back();
            step.kind = plan::StepKind::kSchema;
            step.object = object;
            step.undo = undo;
        });
    }
    return rows.count > 0;
}

void ReadLastXid(plan::UndoJob* job) {
    Arguments arguments;
    arguments.Int8(job->number);
    const char* xid = RunOnRecord(job->number, kLastXid, arguments).Text(1);
    Guard([&] { job->last_xid = XidOf(xid); });
}

/// Adds the tables that have this target.
List* ChooseTarget(int64 job, const char* name, List* numbers) {
    Arguments arguments;
    arguments.Int8(job).Text(name);
    const Rows rows = RunOnRecords(kTablesOfTarget, arguments);
    if (rows.count == 0)
        ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                        errmsg("job " INT64_FORMAT " has no target \"%s\"", job, name),
                        errhint("Column target of sqlite.job_tables has them.")));
    for (uint64 i = 0; i < rows.count; ++i) {
        if (rows[i].Bool(2))
            ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                            errmsg("job " INT64_FORMAT " has several targets \"%s\"", job, name),
                            errhint("Write its schema, too, as column target of sqlite.job_tables does.")));
        numbers = lappend_int(numbers, rows[i].Int4(1));
    }
    return numbers;
}

Datum Int4Array(const List* numbers) {
    Datum* elements = PallocArray<Datum>(list_length(numbers));
    int count = 0;
    for (const int number : EachInt(numbers))
        elements[count++] = Int32GetDatum(number);
    return PointerGetDatum(construct_array(elements, count, INT4OID, sizeof(int32), true, TYPALIGN_INT));
}

}  // namespace

Datum ChooseTables(int64 job, ArrayType* names) {
    if (names == nullptr) return 0;
    Datum* elements;
    bool* nulls;
    int count;
    deconstruct_array(names, TEXTOID, -1, false, TYPALIGN_INT, &elements, &nulls, &count);
    List* numbers = NIL;
    MemoryContext context = CurrentMemoryContext;
    SPI_connect();
    for (int i = 0; i < count; ++i) {
        if (nulls[i])
            ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
                            errmsg("argument \"tables\" must not hold nulls")));
        numbers = ChooseTarget(job, TextDatumGetCString(elements[i]), numbers);
    }
    MemoryContext inner = MemoryContextSwitchTo(context);
    const Datum chosen = Int4Array(numbers);
    MemoryContextSwitchTo(inner);
    SPI_finish();
    return chosen;
}

bool ReadUndoRecords(plan::UndoJob* job, Datum tables) {
    if (ReadStaging(job)) return false;
    ReadTargets(job, tables);
    ReadUndoSteps(job, tables);
    ReadLastXid(job);
    return true;
}

void MarkRolledBack(int64 job, Datum tables) {
    Arguments all;
    all.Int8(job);
    if (tables == 0) {
        for (const char* statement : kAllRolledBack)
            TouchRecords(statement, all);
        return;
    }
    for (const char* statement : kSomeRolledBack)
        TouchRecords(statement, OfTables(job, tables));
    for (const char* statement : kUnstaged)
        TouchRecords(statement, all);
}

}  // namespace pgsqlite::pg::jobs
