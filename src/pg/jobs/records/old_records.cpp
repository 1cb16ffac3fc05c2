#include "pg/jobs/records/old_records.hpp"

#include "pg/jobs/records/statement.hpp"

namespace pgsqlite::pg::jobs {
namespace {

constexpr char kHasOldSteps[] = R"(
SELECT FROM sqlite.jobs j
WHERE j.job = $1 AND j.version = '0.1.0'
    AND (EXISTS (SELECT FROM sqlite.job_steps s WHERE s.job = j.job AND s.kind IN ('statement', 'key'))
        OR EXISTS (SELECT FROM sqlite.job_tables t WHERE t.job = j.job AND NOT t.load ? 'overwrites'))
)";

/// What marked a step as done, and what the step changed, bear the same transaction.
constexpr const char* kRenewals[] = {
    R"(
UPDATE sqlite.job_steps s SET
    kind = e.kind,
    name = CASE
        WHEN e.kind IN ('schema', 'view') THEN substr(s.object, length(e.word) + 2)
        WHEN e.kind IN ('primary key', 'unique key', 'check', 'index', 'foreign key', 'drop foreign key')
            THEN substr(s.object, length(e.word) + 2, length(s.object) - length(e.word) - 5 - length(e.target)) END,
    parent_no = CASE WHEN e.kind = 'foreign key' THEN (
        SELECT min(p.table_no) FROM sqlite.job_tables p
        WHERE p.job = s.job AND strpos(s.statement, ' REFERENCES ' || p.target || ' ') > 0) END,
    columns = CASE WHEN e.kind = 'clear orphans' THEN ARRAY(
        SELECT (parse_ident(c[1]))[1]
        FROM regexp_matches(split_part(split_part(s.statement, ' AS c SET ', 2), E'\nWHERE ', 1),
            '("(?:[^"]|"")+"|[^", ]+) = NULL', 'g') AS c) ELSE s.columns END,
    condition = CASE WHEN e.kind IN ('orphans', 'clear orphans')
        THEN substr(s.statement, strpos(s.statement, E'\nWHERE ') + 7) END,
    xid = CASE WHEN s.state = 'done' THEN s.xmin END
FROM (
    SELECT o.step, w.word, t.target,
        CASE w.word
            WHEN 'rows of' THEN 'truncate' WHEN 'triggers of' THEN 'triggers' WHEN 'sequence of' THEN 'sequence'
            WHEN 'statistics of' THEN 'statistics'
            WHEN 'orphans of' THEN CASE o.kind WHEN 'statement' THEN 'clear orphans' ELSE 'orphans' END
            WHEN 'foreign key' THEN CASE o.section WHEN 'pre-data' THEN 'drop foreign key' ELSE 'foreign key' END
            ELSE w.word
        END AS kind
    FROM sqlite.job_steps o LEFT JOIN sqlite.job_tables t ON t.job = o.job AND t.table_no = o.table_no
        JOIN unnest(ARRAY['schema', 'table', 'partition', 'rows of', 'triggers of', 'sequence of', 'statistics of',
            'orphans of', 'primary key', 'unique key', 'check', 'index', 'foreign key', 'view']) AS w (word)
            ON starts_with(o.object, w.word || ' ')
    WHERE o.job = $1 AND o.kind IN ('statement', 'key', 'index', 'orphans')
) AS e
WHERE s.job = $1 AND s.step = e.step
)",
    R"(
UPDATE sqlite.job_tables t
SET load = t.load || jsonb_build_object('overwrites', t.load ->> 'conflict' LIKE '%DO UPDATE%')
WHERE t.job = $1
)",
    // The keys of a job that became UUIDs.
    R"(
UPDATE sqlite.jobs j SET uuid_namespace = u.namespace::uuid
FROM (
    SELECT substring(t.load ->> 'expressions' FROM 'uuid_for\(''([[:xdigit:]-]{36})''') AS namespace
    FROM sqlite.job_tables t WHERE t.job = $1
) AS u
WHERE j.job = $1 AND j.uuid_namespace IS NULL AND u.namespace IS NOT NULL
)",
};

}  // namespace

void RenewRecords(int64 job) {
    Arguments arguments;
    arguments.Int8(job);
    if (RunOnRecords(kHasOldSteps, arguments).count == 0) return;
    for (const char* statement : kRenewals)
        RunOnRecords(statement, arguments);
}

}  // namespace pgsqlite::pg::jobs
