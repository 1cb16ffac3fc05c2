#include "pg/validate/constraints.hpp"

#include "pg/catalog_query.hpp"
#include "pg/jobs/records/last_job.hpp"
#include "pg/survey/tied_sequences.hpp"

namespace pgsqlite::pg::validate {
namespace {

/// What there is to look at: target, kind, object, status without a look at rows, and a query that counts the
/// rows that break it (or null). Stands behind WITH tied AS (kTiedSequences).
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
    SELECT t.name, t.place, t.relation, m[1] AS kind,
        substr(s.object, length(m[1]) + 2, length(s.object) - length(m[1]) - 5 - length(t.name)) AS object
    FROM sqlite.job_steps s JOIN sqlite.job_tables j ON j.job = s.job AND j.table_no = s.table_no
        JOIN target t ON t.name = j.target,
        regexp_match(s.object, '^(primary key|unique key|foreign key|check|index|trigger) ') AS m
    WHERE s.job = $1 AND s.kind <> 'comment' AND s.state = 'done' AND m IS NOT NULL
        AND right(s.object, length(t.name) + 4) = ' of ' || t.name
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
        WHEN 'trigger' THEN EXISTS (SELECT FROM pg_trigger g WHERE g.tgrelid = p.relation AND g.tgname = p.object)
        ELSE EXISTS (SELECT FROM pg_constraint c WHERE c.conrelid = p.relation AND c.conname = p.object)
            OR EXISTS (SELECT FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
                WHERE i.indrelid = p.relation AND c.relname = p.object)
        END
    UNION ALL
    SELECT substr(s.object, 6), 1000000, 'view', substr(s.object, 6), 'missing', NULL
    FROM sqlite.job_steps s
    WHERE s.job = $1 AND s.kind = 'statement' AND s.state = 'done' AND s.object LIKE 'view %'
        AND to_regclass(substr(s.object, 6)) IS NULL
) AS subject ORDER BY place, name, kind, object, status
)";

/// Rows that break it.
int64 Count(const char* sql) {
    SPI_connect();
    if (SPI_execute(sql, true, 1) != SPI_OK_SELECT || SPI_processed != 1)
        elog(ERROR, "could not count rows: %s", sql);
    bool is_null;
    const int64 rows =
        DatumGetInt64(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &is_null));
    SPI_finish();
    return rows;
}

/// What the rows say of a subject.
const char* StatusOf(const char* status, int64 rows) noexcept {
    if (std::strcmp(status, "behind") == 0) return rows > 0 ? "behind" : "holds";
    return std::strcmp(status, "holds") == 0 && rows > 0 ? "broken" : status;
}

}  // namespace

void JudgeConstraints(int64 job, const ConstraintTaker& taker) {
    Oid types[] = {INT8OID};
    Datum values[] = {Int64GetDatum(job)};
    const int level = UseCatalogNames();
    SPI_connect();
    const char* sql = psprintf("WITH tied AS (%s)%s", kTiedSequences, kSubjects);
    if (SPI_execute_with_args(sql, 1, types, values, nullptr, true, 0) != SPI_OK_SELECT)
        elog(ERROR, "could not read the constraints");
    const SPITupleTable* subjects = SPI_tuptable;
    const uint64 count = SPI_processed;
    for (uint64 i = 0; i < count; ++i) {
        CHECK_FOR_INTERRUPTS();
        const auto text = [&](int column) {
            return SPI_getvalue(subjects->vals[i], subjects->tupdesc, column);
        };
        ConstraintVerdict verdict = {text(1), text(2), text(3), text(4), -1};
        if (const char* query = text(5)) {
            verdict.rows = Count(query);
            verdict.status = StatusOf(verdict.status, verdict.rows);
        }
        taker.take(taker.context, verdict);
    }
    SPI_finish();
    AtEOXact_GUC(true, level);
}

namespace {

void PutConstraint(void* context, const ConstraintVerdict& verdict) {
    ReturnSetInfo* result = static_cast<ReturnSetInfo*>(context);
    Datum values[] = {CStringGetTextDatum(verdict.target), CStringGetTextDatum(verdict.kind),
                      CStringGetTextDatum(verdict.object), CStringGetTextDatum(verdict.status),
                      Int64GetDatum(verdict.rows)};
    bool nulls[] = {false, false, false, false, verdict.rows < 0};
    tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
}

}  // namespace
}  // namespace pgsqlite::pg::validate

using namespace pgsqlite::pg;

PG_SQLITE_FUNCTION(pg_sqlite_validate_constraints) {
    const int64 named = PG_ARGISNULL(0) ? 0 : PG_GETARG_INT64(0);
    const jobs::ChosenJob chosen = jobs::ChooseJob(PG_ARGISNULL(0) ? nullptr : &named);
    ReturnSetInfo* result = BeginMaterialized(fcinfo);
    jobs::AsRole(chosen.act_as, [&] {
        validate::JudgeConstraints(chosen.job, {&validate::PutConstraint, result});
    });
    return static_cast<Datum>(0);
}
