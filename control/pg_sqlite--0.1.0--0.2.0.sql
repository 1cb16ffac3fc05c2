\echo Use "ALTER EXTENSION pg_sqlite UPDATE TO '0.2.0'" to load this file. \quit

-- What 0.2.0 has other than 0.1.0. After it every object is as a fresh installation makes it (test/t/070_upgrade.pl).

-- Whoever could make objects in the schema, or has made some, could have them found in place of ours.
DO $$
DECLARE
    problem text;
BEGIN
    SELECT pg_catalog.format('It is owned by role %I.', r.rolname) INTO problem
    FROM pg_catalog.pg_namespace n JOIN pg_catalog.pg_roles r ON r.oid OPERATOR(pg_catalog.=) n.nspowner
    WHERE n.nspname OPERATOR(pg_catalog.=) 'sqlite' AND NOT r.rolsuper AND r.rolname OPERATOR(pg_catalog.<>) CURRENT_USER;
    IF problem IS NULL THEN
        SELECT pg_catalog.format('%s may create objects in it.', COALESCE('Role ' OPERATOR(pg_catalog.||) pg_catalog.quote_ident(r.rolname), 'Everybody'))
        INTO problem
        FROM pg_catalog.pg_namespace n CROSS JOIN LATERAL pg_catalog.aclexplode(n.nspacl) AS a
            LEFT JOIN pg_catalog.pg_roles r ON r.oid OPERATOR(pg_catalog.=) a.grantee
        WHERE n.nspname OPERATOR(pg_catalog.=) 'sqlite' AND a.privilege_type OPERATOR(pg_catalog.=) 'CREATE'
            AND a.grantee OPERATOR(pg_catalog.<>) n.nspowner AND (NOT r.rolsuper) IS NOT FALSE
        LIMIT 1;
    END IF;
    IF problem IS NULL THEN
        SELECT pg_catalog.format('It holds %s.', pg_catalog.pg_describe_object(d.classid, d.objid, d.objsubid)) INTO problem
        FROM pg_catalog.pg_depend d
        WHERE d.refclassid OPERATOR(pg_catalog.=) 'pg_catalog.pg_namespace'::pg_catalog.regclass
            AND d.refobjid OPERATOR(pg_catalog.=) (
                SELECT n.oid FROM pg_catalog.pg_namespace n WHERE n.nspname OPERATOR(pg_catalog.=) 'sqlite')
            AND d.deptype OPERATOR(pg_catalog.=) 'n' AND d.classid OPERATOR(pg_catalog.<>) 'pg_catalog.pg_extension'::pg_catalog.regclass
            AND NOT EXISTS (
                SELECT FROM pg_catalog.pg_depend e
                WHERE e.classid OPERATOR(pg_catalog.=) d.classid AND e.objid OPERATOR(pg_catalog.=) d.objid
                    AND e.deptype OPERATOR(pg_catalog.=) 'e')
        LIMIT 1;
    END IF;
    IF problem IS NOT NULL THEN
        RAISE EXCEPTION 'schema "sqlite" cannot be used for extension pg_sqlite'
            USING ERRCODE = 'insufficient_privilege', DETAIL = problem,
                HINT = 'ALTER SCHEMA sqlite OWNER TO a superuser, REVOKE CREATE ON it from everybody else, and drop or move what is not of the extension.';
    END IF;
END;
$$;

-- What is made anew here can't have views that read it; "DROP … CASCADE", which PostgreSQL would hint at, would take them along.
DO $$
DECLARE
    users text;
BEGIN
    SELECT pg_catalog.string_agg(DISTINCT COALESCE(
            'view ' OPERATOR(pg_catalog.||) v.ev_class::pg_catalog.regclass::pg_catalog.text,
            pg_catalog.pg_describe_object(d.classid, d.objid, d.objsubid)), ', ') INTO users
    FROM pg_catalog.pg_depend d
        LEFT JOIN pg_catalog.pg_rewrite v
            ON d.classid OPERATOR(pg_catalog.=) 'pg_catalog.pg_rewrite'::pg_catalog.regclass AND v.oid OPERATOR(pg_catalog.=) d.objid
        LEFT JOIN pg_catalog.pg_policy p
            ON d.classid OPERATOR(pg_catalog.=) 'pg_catalog.pg_policy'::pg_catalog.regclass AND p.oid OPERATOR(pg_catalog.=) d.objid
    WHERE d.deptype OPERATOR(pg_catalog.=) 'n'
        AND (d.refclassid OPERATOR(pg_catalog.=) 'pg_catalog.pg_proc'::pg_catalog.regclass
            AND d.refobjid OPERATOR(pg_catalog.=) 'sqlite.version()'::pg_catalog.regprocedure
            OR d.refclassid OPERATOR(pg_catalog.=) 'pg_catalog.pg_class'::pg_catalog.regclass
            AND d.refobjid OPERATOR(pg_catalog.=) 'sqlite.jobs'::pg_catalog.regclass
            AND d.refobjsubid OPERATOR(pg_catalog.=) (
                SELECT a.attnum FROM pg_catalog.pg_attribute a
                WHERE a.attrelid OPERATOR(pg_catalog.=) 'sqlite.jobs'::pg_catalog.regclass AND a.attname OPERATOR(pg_catalog.=) 'owner')
            AND d.classid OPERATOR(pg_catalog.<>) 'pg_catalog.pg_constraint'::pg_catalog.regclass
            AND p.polname IS DISTINCT FROM 'own')
        AND NOT EXISTS (
            SELECT FROM pg_catalog.pg_depend e
            WHERE e.deptype OPERATOR(pg_catalog.=) 'e' AND e.classid OPERATOR(pg_catalog.=) d.classid AND e.objid OPERATOR(pg_catalog.=) d.objid);
    IF users IS NOT NULL THEN
        RAISE EXCEPTION 'cannot update extension pg_sqlite: other objects use what 0.2.0 has in another shape'
            USING ERRCODE = 'dependent_objects_still_exist', DETAIL = pg_catalog.format('They are: %s.', users),
                HINT = 'Drop them, update, and create them again: sqlite.version() has rows of name and value now, and sqlite.jobs.owner is a regrole.';
    END IF;
END;
$$;

DROP FUNCTION sqlite.version();
CREATE FUNCTION sqlite.version(OUT name text, OUT value text) RETURNS SETOF record
    LANGUAGE c STABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'pg_sqlite_version_items';
COMMENT ON FUNCTION sqlite.version() IS
    'versions of the extension, of PostgreSQL and of SQLite, running and built with, and SQLite''s compile options';

-- The dry run.
CREATE FUNCTION sqlite.rehearse(
    servers text[], target_schema text DEFAULT 'public', spec jsonb DEFAULT '{}',
    OUT table_name text, OUT read bigint, OUT written bigint, OUT rejected bigint, OUT changed bigint,
    OUT seconds numeric, OUT reasons text[], OUT server text, OUT target text, OUT skipped bigint)
    RETURNS SETOF record
    LANGUAGE c VOLATILE ROWS 100 AS 'MODULE_PATHNAME', 'pg_sqlite_rehearse';
COMMENT ON FUNCTION sqlite.rehearse(text[], text, jsonb) IS
    'a dry run: the whole migration, done and taken back in one statement; a row a table says what would become of it';

CREATE FUNCTION sqlite.assign(value "any", target anyelement, excess_digits text DEFAULT 'error', too_long text DEFAULT 'error')
    RETURNS anyelement
    LANGUAGE c STABLE PARALLEL RESTRICTED AS 'MODULE_PATHNAME', 'pg_sqlite_assign';
COMMENT ON FUNCTION sqlite.assign("any", anyelement, text, text) IS
    'the value as INSERT would assign it to a column of the type of target (write NULL::type); what that would round or cut is an error, or done under the policy named';

CREATE FUNCTION sqlite.unmatched(key anyelement, taken boolean, target text) RETURNS anyelement
    LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'pg_sqlite_unmatched';
COMMENT ON FUNCTION sqlite.unmatched(anyelement, boolean, text) IS
    'the key of a reference to a row that the source has not, as it is; an error where another row of the target has taken it';

-- Rejected rows may have been mended by hand, and their source may be gone: a dump takes them along.
SELECT pg_catalog.pg_extension_config_dump('sqlite.rejects',
    'WHERE job IN (SELECT j.job FROM sqlite.jobs j WHERE j.owner::pg_catalog.oid IN (SELECT r.oid FROM pg_catalog.pg_roles r))');
SELECT pg_catalog.pg_extension_config_dump('sqlite.rejects_id_seq', '');
-- For pg_dump by a role that is not a superuser, with --enable-row-security.
GRANT SELECT ON SEQUENCE sqlite.jobs_job_seq, sqlite.job_chunks_chunk_seq, sqlite.rejects_id_seq TO PUBLIC;

-- pg_restore, when it has several connections, loads tables of an extension in any order.
ALTER TABLE sqlite.job_steps DROP CONSTRAINT job_steps_job_fkey;
ALTER TABLE sqlite.job_tables DROP CONSTRAINT job_tables_job_fkey;
ALTER TABLE sqlite.job_chunks DROP CONSTRAINT job_chunks_job_table_no_fkey;
ALTER TABLE sqlite.job_log DROP CONSTRAINT job_log_job_fkey;
ALTER TABLE sqlite.rejects DROP CONSTRAINT rejects_job_fkey;

-- When a job was at its end for the first time: taking back some of its tables does not change that.
ALTER TABLE sqlite.jobs ADD COLUMN completed timestamptz;
UPDATE sqlite.jobs SET completed = finished WHERE state = 'done';
ALTER TABLE sqlite.job_steps DROP CONSTRAINT job_steps_kind_check;
ALTER TABLE sqlite.job_steps ADD CONSTRAINT job_steps_kind_check CHECK (kind IN ('statement', 'schema', 'table', 'partition', 'drop foreign key', 'truncate', 'triggers', 'load',
        'sequence', 'orphans', 'clear orphans', 'key', 'primary key', 'unique key', 'check', 'index', 'foreign key', 'view',
        'statistics', 'logged', 'hook', 'comment'));
ALTER TABLE sqlite.job_steps ADD COLUMN name text, ADD COLUMN parent_no integer, ADD COLUMN condition text, ADD COLUMN xid xid;
ALTER TABLE sqlite.jobs ADD COLUMN uuid_namespace uuid;
ALTER TABLE sqlite.jobs ADD COLUMN schemas jsonb NOT NULL DEFAULT '{}', ADD COLUMN place text;
ALTER TABLE sqlite.job_tables ADD COLUMN updated bigint NOT NULL DEFAULT 0, ADD COLUMN unchanged bigint NOT NULL DEFAULT 0,
    ADD COLUMN relation oid;

-- Secrets: who knows one can tell which key of SQLite a UUID was.
CREATE TABLE sqlite.uuid_namespaces (
    schema name PRIMARY KEY,
    namespace uuid NOT NULL
);
COMMENT ON TABLE sqlite.uuid_namespaces IS
    'what keys of SQLite become UUIDs from in a target schema; seen by those who may create tables in it';
ALTER TABLE sqlite.uuid_namespaces ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON sqlite.uuid_namespaces USING (
    pg_catalog.has_schema_privilege(pg_catalog.to_regnamespace(pg_catalog.quote_ident(schema::text))::oid, 'CREATE'));
GRANT SELECT ON sqlite.uuid_namespaces TO PUBLIC;
SELECT pg_catalog.pg_extension_config_dump('sqlite.uuid_namespaces',
    'WHERE schema IN (SELECT n.nspname FROM pg_catalog.pg_namespace n)');

-- Jobs belong to a role, not to whoever bears its name; those of roles that are gone belong to nobody. Functions whose
-- body reads the column make way for its new type.
CREATE OR REPLACE FUNCTION sqlite.report(job bigint DEFAULT NULL) RETURNS jsonb
    LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT NULL::jsonb;
END;
DROP POLICY own ON sqlite.jobs;
ALTER TABLE sqlite.jobs ALTER COLUMN owner TYPE regrole
    USING COALESCE(pg_catalog.to_regrole(pg_catalog.quote_ident(owner)), 0::oid::regrole);
CREATE POLICY own ON sqlite.jobs USING (pg_catalog.pg_has_role(owner, 'USAGE'));
CREATE OR REPLACE FUNCTION sqlite.report(job bigint DEFAULT NULL) RETURNS jsonb
    LANGUAGE sql STABLE
BEGIN ATOMIC
    WITH wanted AS MATERIALIZED (
        SELECT sqlite.job_or_last(report.job) AS job
    ), chosen AS MATERIALIZED (
        SELECT w.job, j.kind, j.state, j.owner, j.servers, j.target_schema, j.spec, j.transaction, j.workers,
            j.read_from, j.on_error, j.max_rejects, j.files, j.backups, j.started, j.finished, j.error, j.version,
            j.state = 'running' AND NOT EXISTS (
                SELECT FROM pg_stat_activity a
                WHERE a.pid = j.backend AND COALESCE(a.backend_start, j.backend_started) = j.backend_started
            ) AS interrupted,
            extract(epoch FROM COALESCE(j.finished, clock_timestamp()) - j.started) AS seconds
        -- From the left side: a job that is not there must be an error, also while sqlite.jobs is empty.
        FROM wanted w LEFT JOIN sqlite.jobs j ON j.job = w.job
    ), tables AS MATERIALIZED (
        -- Targets by the names that they have now.
        SELECT t.*, extract(epoch FROM COALESCE(t.finished, clock_timestamp()) - t.started) AS seconds,
            COALESCE(r.name, t.target) AS present
        FROM sqlite.job_tables t JOIN chosen c ON t.job = c.job JOIN sqlite.jobs j ON j.job = t.job
            LEFT JOIN LATERAL (
                SELECT format('%I.%I', n.nspname, k.relname) AS name
                FROM pg_class k JOIN pg_namespace n ON n.oid = k.relnamespace
                WHERE k.oid = t.relation AND j.place = (pg_control_system()).system_identifier || '/'
                    || (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())
            ) AS r ON true
    ), totals AS (
        SELECT count(*) AS tables, count(*) FILTER (WHERE t.state = 'done') AS tables_done,
            COALESCE(sum(t.read), 0) AS read, COALESCE(sum(t.written), 0) AS written,
            COALESCE(sum(t.rejected), 0) AS rejected, COALESCE(sum(t.skipped), 0) AS skipped,
            COALESCE(sum(t.warned), 0) AS warned,
            COALESCE(sum((SELECT sum(e.count::numeric) FROM jsonb_each_text(t.changes) AS e (name, count))), 0) AS changed,
            COALESCE(sum(t.updated), 0) AS updated, COALESCE(sum(t.unchanged), 0) AS unchanged,
            COALESCE(bool_and(t.read = t.written + t.rejected + t.skipped), true) AS balanced
        FROM tables t
    ), policies AS (
        SELECT e.name, sum(e.count::numeric) AS count
        FROM tables t, jsonb_each_text(t.changes) AS e (name, count) GROUP BY e.name
    ), reject_groups AS (
        SELECT r.category, r.sqlstate, r.columns, count(*) AS rows, count(*) FILTER (WHERE r.state = 'open') AS open,
            count(*) FILTER (WHERE r.state = 'loaded') AS loaded, count(*) FILTER (WHERE r.state = 'ignored') AS ignored,
            min(r.id) AS first_id
        FROM sqlite.rejects r WHERE r.job = (SELECT c.job FROM chosen c)
        GROUP BY r.table_no, r.category, r.sqlstate, r.columns
    ), shown_groups AS (
        SELECT g.*, e.server, e.table_name, e.target, e.rowid, e.key, e.message FROM (
            SELECT * FROM reject_groups ORDER BY rows DESC, first_id LIMIT 100
        ) AS g JOIN sqlite.rejects e ON e.id = g.first_id
    ), reject_states AS (
        SELECT COALESCE(sum(g.open), 0) AS open, COALESCE(sum(g.loaded), 0) AS loaded,
            COALESCE(sum(g.ignored), 0) AS ignored
        FROM reject_groups g
    ), steps AS (
        SELECT count(*) AS steps, count(*) FILTER (WHERE s.state = 'done') AS steps_done,
            min(s.step) FILTER (WHERE s.state <> 'done') AS next_step
        FROM sqlite.job_steps s JOIN chosen c ON s.job = c.job WHERE s.kind <> 'comment'
    ), chunks AS (
        SELECT count(*) AS chunks, COALESCE(sum(k.written), 0) AS written
        FROM sqlite.job_chunks k JOIN chosen c ON k.job = c.job
    ), next_steps AS (
        SELECT n.place, n.statement, n.why
        FROM chosen c, reject_states r, steps s, chunks k,
            LATERAL (
                SELECT c.state = 'failed' OR c.interrupted AS broken, s.steps_done > 0 OR k.chunks > 0 AS begun
            ) AS b,
            LATERAL (VALUES
                (1, c.state = 'running' AND NOT c.interrupted,
                    format('SELECT * FROM sqlite.progress WHERE job = %s', c.job), 'watch it'),
                (2, r.open > 0 AND c.state <> 'rolled back',
                    format('SELECT * FROM sqlite.rejects WHERE job = %s AND state = ''open''', c.job),
                    'see the rows that did not fit'),
                (3, c.kind = 'migrate' AND b.broken, format('CALL sqlite.resume(%s)', c.job),
                    CASE WHEN b.begun THEN 'go on behind what is committed' ELSE 'plan it anew and carry it out' END),
                (4, c.state = 'done' AND r.open > 0, format('CALL sqlite.retry_rejects(%s)', c.job),
                    'load them after mending rows, target or spec'),
                (5, c.state = 'done' OR b.broken AND b.begun, format('CALL sqlite.rollback(%s)', c.job),
                    'take back what it created and wrote'),
                (6, c.state = 'rolled back', format('CALL sqlite.forget(%s)', c.job), 'delete its records')
            ) AS n (place, applies, statement, why)
        WHERE n.applies
    )
    SELECT jsonb_build_object(
        'job', c.job, 'kind', c.kind, 'state', c.state, 'interrupted', c.interrupted,
        'owner', pg_get_userbyid(c.owner),
        'version', c.version, 'started', c.started, 'finished', c.finished, 'seconds', round(c.seconds, 3),
        'servers', to_jsonb(c.servers), 'target_schema', c.target_schema, 'spec', c.spec,
        'transaction', c.transaction, 'workers', c.workers, 'read_from', c.read_from, 'on_error', c.on_error,
        'max_rejects', c.max_rejects, 'files', c.files, 'backups', c.backups,
        'totals', (
            SELECT jsonb_build_object('tables', t.tables, 'read', t.read, 'written', t.written,
                'inserted', t.written - t.updated, 'updated', t.updated, 'unchanged', t.unchanged,
                'rejected', t.rejected, 'skipped', t.skipped, 'warned', t.warned, 'changed', t.changed,
                'balanced', t.balanced, 'rows_per_second', round(t.read / NULLIF(c.seconds, 0)),
                -- In percent; never 100 or 0 where a row says otherwise.
                'total', t.read, 'success_rate', trunc(100.0 * (t.written + t.skipped) / NULLIF(t.read, 0), 4),
                'error_rate', round(ceil(1000000.0 * t.rejected / NULLIF(t.read, 0)) / 10000.0, 4))
            FROM totals t),
        'tables', COALESCE((
            SELECT jsonb_agg(jsonb_build_object('table_no', t.table_no, 'server', t.server, 'table', t.table_name,
                'target', t.present, 'created', t.created, 'existing', t.existing, 'state', t.state,
                'expected', t.expected, 'read', t.read, 'written', t.written, 'rejected', t.rejected,
                'inserted', t.written - t.updated, 'updated', t.updated, 'unchanged', t.unchanged,
                'skipped', t.skipped, 'warned', t.warned, 'balanced', t.read = t.written + t.rejected + t.skipped,
                'seconds', round(t.seconds, 3), 'rows_per_second', round(t.read / NULLIF(t.seconds, 0)),
                'policies', t.changes) ORDER BY t.table_no)
            FROM tables t), '[]'),
        'policies', COALESCE((SELECT jsonb_object_agg(p.name, p.count) FROM policies p), '{}'),
        'rejects', (
            SELECT jsonb_build_object('open', s.open, 'loaded', s.loaded, 'ignored', s.ignored,
                'kinds', (SELECT count(*) FROM reject_groups),
                'groups', COALESCE((
                    SELECT jsonb_agg(jsonb_build_object('server', g.server, 'table', g.table_name, 'target', g.target,
                        'category', g.category, 'sqlstate', g.sqlstate, 'columns', to_jsonb(g.columns),
                        'rows', g.rows, 'open', g.open,
                        'example', jsonb_build_object('id', g.first_id, 'rowid', g.rowid, 'key', g.key,
                            'message', g.message)) ORDER BY g.rows DESC, g.first_id)
                    FROM shown_groups g), '[]'))
            FROM reject_states s),
        'error', c.error,
        'errors', COALESCE((
            SELECT jsonb_agg(jsonb_build_object('at', l.at, 'server', l.server, 'table', l.table_name,
                'message', l.message) ORDER BY l.at)
            FROM sqlite.job_log l WHERE l.job = c.job AND l.level = 'error'), '[]'),
        'warnings', COALESCE((
            SELECT jsonb_agg(jsonb_build_object('at', l.at, 'server', l.server, 'table', l.table_name,
                'message', l.message) ORDER BY l.at)
            FROM sqlite.job_log l WHERE l.job = c.job AND l.level = 'warning'), '[]'),
        'not_translated', COALESCE((
            SELECT jsonb_agg(jsonb_build_object('section', s.section, 'object', s.object,
                'reason', regexp_replace(s.statement, '^-- ?', '', 'gn')) ORDER BY s.step)
            FROM sqlite.job_steps s WHERE s.job = c.job AND s.kind = 'comment'), '[]'),
        'checkpoint', (
            SELECT jsonb_build_object('steps', s.steps, 'steps_done', s.steps_done, 'tables', t.tables,
                'tables_done', t.tables_done, 'chunks', k.chunks, 'rows_committed', k.written,
                'next_step', (
                    SELECT jsonb_build_object('step', n.step, 'section', n.section, 'object', n.object)
                    FROM sqlite.job_steps n WHERE n.job = c.job AND n.step = s.next_step))
            FROM steps s, totals t, chunks k),
        'next', COALESCE((
            SELECT jsonb_agg(jsonb_build_object('statement', n.statement, 'why', n.why) ORDER BY n.place)
            FROM next_steps n), '[]'))
    FROM chosen c;
END;

-- A line a row.
DROP FUNCTION sqlite.report_text(bigint);
CREATE FUNCTION sqlite.report_text(job bigint DEFAULT NULL) RETURNS SETOF text
    LANGUAGE sql STABLE
BEGIN ATOMIC
    WITH report AS MATERIALIZED (
        SELECT sqlite.report(report_text.job) AS r
    ), counts AS (
        SELECT t.line, t.target, CASE WHEN t.state = 'done' THEN '' ELSE t.state END AS state, t.read, t.written,
            t.rejected, t.skipped
        FROM report, ROWS FROM (jsonb_to_recordset(r -> 'tables') AS (
            target text, state text, read bigint, written bigint, rejected bigint, skipped bigint))
            WITH ORDINALITY AS t (target, state, read, written, rejected, skipped, line)
        UNION ALL
        SELECT 1000000, format('%s tables', t.tables), '', t.read, t.written, t.rejected, t.skipped
        FROM report, jsonb_to_record(r -> 'totals') AS t (
            tables bigint, read bigint, written bigint, rejected bigint, skipped bigint)
        WHERE t.tables > 1
    ), cells AS (
        SELECT 0 AS line, 'Table' AS target, '' AS state, 'Read' AS read, 'Written' AS written,
            'Rejected' AS rejected, 'Skipped' AS skipped
        FROM (SELECT FROM counts LIMIT 1) AS any_table
        UNION ALL
        SELECT line, regexp_replace(target, '[[:cntrl:]]+', ' ', 'g'), state,
            to_char(read, 'FM999,999,999,999,999,990'),
            to_char(written, 'FM999,999,999,999,999,990'), to_char(rejected, 'FM999,999,999,999,999,990'),
            to_char(skipped, 'FM999,999,999,999,999,990')
        FROM counts
    ), lines AS (
        SELECT 10 AS part, 0::bigint AS line, format('Job %s: %s%s%s, %s', r ->> 'job', r ->> 'kind',
            ' of ' || NULLIF((SELECT string_agg(s, ', ') FROM jsonb_array_elements_text(r -> 'servers') AS s), ''),
            ' into ' || (r ->> 'target_schema'),
            CASE WHEN (r -> 'interrupted')::boolean THEN 'interrupted' ELSE r ->> 'state' END) AS text
        FROM report
        UNION ALL
        SELECT 20, 0, format('Started %s, %s s%s', to_char((r ->> 'started')::timestamptz, 'YYYY-MM-DD HH24:MI:SSOF'),
            to_char((r ->> 'seconds')::numeric, 'FM999,999,999,990.0'),
            ', ' || to_char(NULLIF((r #>> '{totals,rows_per_second}')::numeric, 0), 'FM999,999,999,990') || ' rows/s')
        FROM report
        UNION ALL
        SELECT 30, 0, format(E'\nError %s: %s%s%s', r #>> '{error,sqlstate}', r #>> '{error,message}',
            E'\n  ' || replace(r #>> '{error,detail}', E'\n', E'\n  '), E'\n  Hint: ' || (r #>> '{error,hint}'))
        FROM report WHERE jsonb_typeof(r -> 'error') = 'object'
        UNION ALL
        SELECT 40, c.line, rtrim(format('%s%s  %s  %s  %s  %s  %s', CASE c.line WHEN 0 THEN E'\n' END,
            rpad(c.target, max(length(c.target)) OVER ()), lpad(c.read, max(length(c.read)) OVER ()),
            lpad(c.written, max(length(c.written)) OVER ()), lpad(c.rejected, max(length(c.rejected)) OVER ()),
            lpad(c.skipped, max(length(c.skipped)) OVER ()), c.state))
        FROM cells c
        UNION ALL
        SELECT 50, 0, format('%s: %s read %s %s written + %s rejected + %s skipped',
            CASE WHEN t.balanced THEN 'Proof' ELSE 'The account does not balance' END,
            to_char(t.read, 'FM999,999,999,999,999,990'), CASE WHEN t.balanced THEN '=' ELSE '<>' END,
            to_char(t.written, 'FM999,999,999,999,999,990'), to_char(t.rejected, 'FM999,999,999,999,999,990'),
            to_char(t.skipped, 'FM999,999,999,999,999,990'))
        FROM report, jsonb_to_record(r -> 'totals') AS t (
            tables bigint, balanced boolean, read bigint, written bigint, rejected bigint, skipped bigint)
        WHERE t.tables > 0 AND (t.read > 0 OR r ->> 'state' = 'done')
        UNION ALL
        SELECT 55, 0, format('Success rate %s %%, error rate %s %%', trim_scale(t.success_rate), trim_scale(t.error_rate))
        FROM report, jsonb_to_record(r -> 'totals') AS t (success_rate numeric, error_rate numeric)
        WHERE t.success_rate IS NOT NULL
        UNION ALL
        SELECT 60, 0, format(E'\nRows that did not fit: %s open, %s loaded, %s ignored', s.open, s.loaded, s.ignored)
        FROM report, jsonb_to_record(r -> 'rejects') AS s (open bigint, loaded bigint, ignored bigint)
        WHERE s.open + s.loaded + s.ignored > 0
        UNION ALL
        SELECT 60, g.line, format('  %s: %s %s, %s %s%s: %s%s', g.target, g.rows,
            CASE g.rows WHEN 1 THEN 'row' ELSE 'rows' END, g.category, g.sqlstate,
            ' (' || NULLIF((SELECT string_agg(c, ', ') FROM jsonb_array_elements_text(g.columns) AS c), '') || ')',
            left(regexp_replace(g.example ->> 'message', '[[:cntrl:]]+', ' ', 'g'), 200),
            COALESCE(' [rowid ' || (g.example ->> 'rowid') || ']', ' [key ' || NULLIF(g.example ->> 'key', '') || ']'))
        FROM report, ROWS FROM (jsonb_to_recordset(r #> '{rejects,groups}') AS (
            target text, rows bigint, category text, sqlstate text, columns jsonb, example jsonb))
            WITH ORDINALITY AS g (target, rows, category, sqlstate, columns, example, line)
        WHERE g.line <= 20
        UNION ALL
        SELECT 60, 1000, format('  and %s more kinds of rejects: see sqlite.rejects',
            (r #>> '{rejects,kinds}')::bigint - 20)
        FROM report WHERE (r #>> '{rejects,kinds}')::bigint > 20
        UNION ALL
        SELECT 70, 0, E'\nChanged by policies: '
            || (SELECT string_agg(format('%s %s', e.name, e.count), ', ' ORDER BY e.name)
                FROM jsonb_each_text(r -> 'policies') AS e (name, count))
        FROM report
        UNION ALL
        SELECT 75, 0, format(E'\nRows kept with a warning: %s', r #>> '{totals,warned}')
        FROM report WHERE (r #>> '{totals,warned}')::bigint > 0
        UNION ALL
        SELECT 80, 0, format(E'\nWarnings: %s', jsonb_array_length(r -> 'warnings'))
        FROM report WHERE jsonb_array_length(r -> 'warnings') > 0
        UNION ALL
        SELECT 80, w.line, format('  %s%s', (w.warning ->> 'table') || ': ',
            left(regexp_replace(w.warning ->> 'message', '[[:cntrl:]]+', ' ', 'g'), 200))
        FROM report, jsonb_array_elements(r -> 'warnings') WITH ORDINALITY AS w (warning, line)
        WHERE w.line <= 20
        UNION ALL
        SELECT 90, 0, format(E'\nNot translated: %s', jsonb_array_length(r -> 'not_translated'))
        FROM report WHERE jsonb_array_length(r -> 'not_translated') > 0
        UNION ALL
        SELECT 90, o.line, format('  %s: %s', o.item ->> 'object',
            left(regexp_replace(o.item ->> 'reason', '[[:cntrl:]]+', ' ', 'g'), 200))
        FROM report, jsonb_array_elements(r -> 'not_translated') WITH ORDINALITY AS o (item, line)
        WHERE o.line <= 20
        UNION ALL
        SELECT 100, n.line, format('%s  %s  -- %s', CASE n.line WHEN 1 THEN E'\nNext:\n' END,
            rpad(n.statement || ';', max(length(n.statement)) OVER () + 1), n.why)
        FROM report, ROWS FROM (jsonb_to_recordset(r -> 'next') AS (statement text, why text))
            WITH ORDINALITY AS n (statement, why, line)
    )
    SELECT string_to_table(string_agg(l.text, E'\n' ORDER BY l.part, l.line), E'\n') FROM lines l;
END;
COMMENT ON FUNCTION sqlite.report_text(bigint) IS 'a job in words, a line a row; the session''s last unless named';

CREATE FUNCTION sqlite.report_html(job bigint DEFAULT NULL, proof boolean DEFAULT true) RETURNS text
    LANGUAGE c VOLATILE AS 'MODULE_PATHNAME', 'pg_sqlite_report_html';
COMMENT ON FUNCTION sqlite.report_html(bigint, boolean) IS
    'a job as one page of HTML to attach to a ticket; with proof both sides are read and compared for it';

CREATE FUNCTION sqlite.parse_timestamptz(value text, encoding text, zone text, ambiguous_time text) RETURNS timestamptz
    LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'pg_sqlite_parse_timestamptz';
CREATE FUNCTION sqlite.parse_timestamptz(value anyelement, encoding text, zone text, ambiguous_time text) RETURNS timestamptz
    LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'pg_sqlite_parse_timestamptz';
CREATE FUNCTION sqlite.try_parse_timestamptz(value text, encoding text, zone text, ambiguous_time text) RETURNS timestamptz
    LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'pg_sqlite_try_parse_timestamptz';
CREATE FUNCTION sqlite.try_parse_timestamptz(value anyelement, encoding text, zone text, ambiguous_time text) RETURNS timestamptz
    LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'pg_sqlite_try_parse_timestamptz';
COMMENT ON FUNCTION sqlite.parse_timestamptz(text, text, text, text) IS 'an instant; of a local time that zone skips or has twice the earlier or the later one';
COMMENT ON FUNCTION sqlite.parse_timestamptz(anyelement, text, text, text) IS 'an instant; of a local time that zone skips or has twice the earlier or the later one';
COMMENT ON FUNCTION sqlite.try_parse_timestamptz(text, text, text, text) IS 'an instant; of a local time that zone skips or has twice the earlier or the later one; NULL when the value does not fit';
COMMENT ON FUNCTION sqlite.try_parse_timestamptz(anyelement, text, text, text) IS 'an instant; of a local time that zone skips or has twice the earlier or the later one; NULL when the value does not fit';

CREATE FUNCTION sqlite.parse_numeric(value text, "decimal" text, "grouping" text, currency text, percent text DEFAULT 'error') RETURNS numeric
    LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'pg_sqlite_parse_numeric';
CREATE FUNCTION sqlite.try_parse_numeric(value text, "decimal" text, "grouping" text, currency text, percent text DEFAULT 'error') RETURNS numeric
    LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'pg_sqlite_try_parse_numeric';
COMMENT ON FUNCTION sqlite.parse_numeric(text, text, text, text, text) IS 'a decimal number beside a currency (* for any) or a percent sign (number or fraction), exactly; an error when the value does not fit';
COMMENT ON FUNCTION sqlite.try_parse_numeric(text, text, text, text, text) IS 'a decimal number beside a currency (* for any) or a percent sign (number or fraction), exactly; NULL when the value does not fit';

-- Records of roles that are gone are left out: their number may be another role's where they are restored.
SELECT pg_catalog.pg_extension_config_dump('sqlite.jobs', 'WHERE owner::pg_catalog.oid IN (SELECT r.oid FROM pg_catalog.pg_roles r)');
SELECT pg_catalog.pg_extension_config_dump('sqlite.job_steps',
    'WHERE job IN (SELECT j.job FROM sqlite.jobs j WHERE j.owner::pg_catalog.oid IN (SELECT r.oid FROM pg_catalog.pg_roles r))');
SELECT pg_catalog.pg_extension_config_dump('sqlite.job_tables',
    'WHERE job IN (SELECT j.job FROM sqlite.jobs j WHERE j.owner::pg_catalog.oid IN (SELECT r.oid FROM pg_catalog.pg_roles r))');
SELECT pg_catalog.pg_extension_config_dump('sqlite.job_chunks',
    'WHERE job IN (SELECT j.job FROM sqlite.jobs j WHERE j.owner::pg_catalog.oid IN (SELECT r.oid FROM pg_catalog.pg_roles r))');
SELECT pg_catalog.pg_extension_config_dump('sqlite.job_log',
    'WHERE job IN (SELECT j.job FROM sqlite.jobs j WHERE j.owner::pg_catalog.oid IN (SELECT r.oid FROM pg_catalog.pg_roles r))');
