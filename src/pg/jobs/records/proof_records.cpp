#include "pg/jobs/records/proof_records.hpp"

namespace pgsqlite::pg::jobs {
namespace {

constexpr char kProblems[] = R"(
SELECT 'unfinished' AS kind, 'job ' || j.job AS name, 'it is ' || j.state AS words
FROM sqlite.jobs j WHERE j.job = $1 AND j.state <> 'done'
UNION ALL
SELECT 'unread', t.target, 'it is not loaded completely' FROM sqlite.job_tables t
WHERE t.job = $1 AND t.state <> 'done'
UNION ALL
SELECT 'reject', r.target, 'rows put aside and open: ' || count(*)
FROM sqlite.rejects r WHERE r.job = $1 AND r.state = 'open' GROUP BY r.target
UNION ALL
SELECT 'untranslated', s.object, 'it has to be written by hand' FROM sqlite.job_steps s
WHERE s.job = $1 AND s.kind = 'comment'
UNION ALL
SELECT 'policy', e.name, 'values that it changed: ' || sum(e.count::numeric)
FROM sqlite.job_tables t, jsonb_each_text(t.changes) AS e (name, count)
WHERE t.job = $1 GROUP BY e.name HAVING sum(e.count::numeric) > 0
ORDER BY kind, name
)";

/// Stands behind WITH tied AS (the query of tied_sequences.hpp).
constexpr char kSubjects[] = R"(
, target AS MATERIALIZED (
    SELECT t.target AS name, to_regclass(t.target) AS relation, min(t.table_no) AS place
    FROM sqlite.job_tables t WHERE t.job = $1 AND t.state = 'done' GROUP BY t.target
), key AS (
    SELECT t.name, t.place, c.conname, c.convalidated, c.conrelid, c.confrelid,
        string_agg(format('c.%I IS NOT NULL', a.attname), ' AND ' ORDER BY k.place) AS present,
        string_agg(format('p.%I OPERATOR(%I.%s) c.%I', b.attname, n.nspname, o.oprname, a.attname), ' AND '
            ORDER BY k.place) AS matches
    FROM target t JOIN pg_constraint c ON c.conrelid = t.relation AND c.contype = 'f' AND c.conparentid = 0,
        ROWS FROM (unnest(c.conkey), unnest(c.confkey), unnest(c.conpfeqop))
            WITH ORDINALITY AS k (child, parent, equals, place)
        JOIN pg_operator o ON o.oid = k.equals JOIN pg_namespace n ON n.oid = o.oprnamespace,
        pg_attribute a, pg_attribute b
    WHERE a.attrelid = c.conrelid AND a.attnum = k.child AND b.attrelid = c.confrelid AND b.attnum = k.parent
    GROUP BY t.name, t.place, c.oid, c.conname, c.convalidated, c.conrelid, c.confrelid
), sequence AS (
    SELECT t.name, t.place, a.attname, t.relation, s.seqrelid, s.seqstart, s.seqincrement
    FROM target t JOIN tied ON tied.relation = t.relation AND tied.plain
        JOIN pg_attribute a ON a.attrelid = t.relation AND a.attnum = tied.attnum AND NOT a.attisdropped
        JOIN pg_type y ON y.oid = a.atttypid
        JOIN pg_sequence s ON s.seqrelid = tied.sequence
    WHERE (CASE y.typtype WHEN 'd' THEN y.typbasetype ELSE y.oid END)
            IN ('int2'::regtype, 'int4'::regtype, 'int8'::regtype, 'numeric'::regtype)
        AND has_sequence_privilege(s.seqrelid, 'USAGE, SELECT')
), planned AS (
    SELECT t.name, t.place, t.relation, s.kind, s.name AS object
    FROM sqlite.job_steps s JOIN sqlite.job_tables j ON j.job = s.job AND j.table_no = s.table_no
        JOIN target t ON t.name = j.target
    WHERE s.job = $1 AND s.state = 'done' AND s.kind IN ('primary key', 'unique key', 'foreign key', 'check', 'index')
)
SELECT name, kind, object, status, query FROM (
    SELECT name, place, 'foreign key' AS kind, conname::text AS object,
        CASE WHEN convalidated THEN 'holds' ELSE 'not valid' END AS status,
        format('SELECT count(*) FROM %s AS c WHERE %s AND NOT EXISTS (SELECT FROM %s AS p WHERE %s)',
            conrelid::regclass, present, confrelid::regclass, matches) AS query
    FROM key
    UNION ALL
    SELECT t.name, t.place, 'check', c.conname, CASE WHEN c.convalidated THEN 'holds' ELSE 'not valid' END,
        format('SELECT count(*) FROM %s WHERE (%s) IS FALSE', t.relation, pg_get_expr(c.conbin, c.conrelid))
    FROM target t JOIN pg_constraint c ON c.conrelid = t.relation AND c.contype = 'c'
    UNION ALL
    SELECT t.name, t.place, 'index', c.relname, CASE WHEN i.indisvalid THEN 'holds' ELSE 'not valid' END, NULL
    FROM target t JOIN pg_index i ON i.indrelid = t.relation JOIN pg_class c ON c.oid = i.indexrelid
    UNION ALL
    SELECT name, place, 'sequence', seqrelid::regclass::text, 'behind',
        format('SELECT count(*) FROM %s WHERE %I %s %s', relation, attname,
            CASE WHEN seqincrement > 0 THEN '>' ELSE '<' END,
            COALESCE(pg_sequence_last_value(seqrelid), seqstart::numeric - seqincrement))
    FROM sequence
    UNION ALL
    SELECT name, place, kind, object, 'missing', NULL FROM planned p
    WHERE relation IS NULL OR NOT CASE kind
        WHEN 'index' THEN EXISTS (
            SELECT FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
            WHERE i.indrelid = p.relation AND c.relname = p.object)
        ELSE EXISTS (SELECT FROM pg_constraint c WHERE c.conrelid = p.relation AND c.conname = p.object)
            OR EXISTS (SELECT FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
                WHERE i.indrelid = p.relation AND c.relname = p.object)
        END
    UNION ALL
    SELECT s.name, 1000000, 'view', s.name, 'missing', NULL
    FROM sqlite.job_steps s
    WHERE s.job = $1 AND s.state = 'done' AND CASE s.kind WHEN 'view' THEN to_regclass(s.name) IS NULL END
) AS subject ORDER BY place, name, kind, object, status
)";

/// Whether a name ($2) is one of the job's ($1) things: a target, a constraint of one, an object of the plan,
/// a policy that has changed values, the job.
constexpr char kIsThing[] = R"(
SELECT FROM sqlite.job_tables t
WHERE t.job = $1 AND ($2 = t.target OR t.changes ? $2 OR right($2, length(t.target) + 4) = ' of ' || t.target)
UNION ALL
SELECT FROM sqlite.job_steps s WHERE s.job = $1 AND s.object = $2
UNION ALL
SELECT WHERE $2 = 'job ' || $1
)";

Arguments AboutJob(int64 job) {
    Arguments arguments;
    arguments.Int8(job);
    return arguments;
}

}  // namespace

Rows ReadProblems(int64 job) {
    return ReadAsCaller(kProblems, AboutJob(job), true);
}

Rows ReadSubjects(int64 job, const char* tied_sequences) {
    return ReadAsCaller(psprintf("WITH tied AS (%s)%s", tied_sequences, kSubjects), AboutJob(job), true);
}

bool HasThing(int64 job, const char* name) {
    SPI_connect();
    const bool has = ReadAsCaller(kIsThing, AboutJob(job).Text(name), true).count > 0;
    SPI_finish();
    return has;
}

}  // namespace pgsqlite::pg::jobs
