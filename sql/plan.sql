-- sqlite.plan: the statements of a migration, read and then run.
\set data `echo "$PG_SQLITE_DATA"`
\set plan :data '/plan.db'
CREATE SERVER plan FOREIGN DATA WRAPPER pg_sqlite OPTIONS (database :'plan');
SET datestyle = 'ISO, YMD';
\pset format unaligned
\pset tuples_only on
-- Tables, with what is said of their columns; what has no equivalent is listed.
SELECT statement FROM sqlite.plan('{plan}', 'planned') WHERE section = 'pre-data' ORDER BY step;
-- One table's rows, and how its sequence goes on.
SELECT object, rows, predicted_rejects, statement FROM sqlite.plan('{plan}', 'planned') WHERE section = 'data' AND object LIKE '%customer' ORDER BY step;
-- Keys, indexes, foreign keys, views, triggers.
SELECT statement FROM sqlite.plan('{plan}', 'planned') WHERE section = 'post-data' AND object NOT LIKE 'statistics%' ORDER BY step;

-- The plan makes nothing: a transaction that may not write gives the same one.
CREATE TEMP TABLE first_plan AS SELECT * FROM sqlite.plan('{plan}', 'planned');
BEGIN READ ONLY;
SELECT count(*) FROM (SELECT * FROM sqlite.plan('{plan}', 'planned') EXCEPT SELECT * FROM first_plan) d;
COMMIT;
SELECT count(*) FROM pg_namespace WHERE nspname = 'planned';

-- Every statement runs, those that are comments only among them.
SET client_min_messages = warning;
\set ECHO none
\set ON_ERROR_STOP on
\o /dev/null
SELECT statement FROM sqlite.plan('{plan}', 'planned') ORDER BY step \gexec
\o
\set ON_ERROR_STOP off
\set ECHO all
RESET client_min_messages;
-- No name became SQL.
SELECT count(*) FROM pg_class WHERE relname = 'marker';
-- The rows are SQLite's.
CREATE FUNCTION helper.missing(server text, source text, target regclass) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    columns text;
    definitions text;
    result bigint;
BEGIN
    SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum), string_agg(quote_ident(attname) || ' ' || format_type(atttypid, atttypmod), ', ' ORDER BY attnum)
    INTO columns, definitions FROM pg_attribute WHERE attrelid = target AND attnum > 0 AND NOT attisdropped;
    EXECUTE format('SELECT count(*) FROM ((SELECT %1$s FROM %2$s EXCEPT ALL SELECT * FROM sqlite.query(%3$L, %4$L) AS q(%5$s)) UNION ALL (SELECT * FROM sqlite.query(%3$L, %4$L) AS q(%5$s) EXCEPT ALL SELECT %1$s FROM %2$s)) d',
        columns, target, server, 'SELECT * FROM ' || source, definitions) INTO result;
    RETURN result;
END $$;
SELECT t, helper.missing('plan', t, ('planned.' || t)::regclass) AS missing, helper.missing('plan', t || ' LIMIT 1', ('planned.' || t)::regclass) > 0 AS sees_differences
FROM unnest('{country,customer,department,employee,invoice,line,emptied,never_filled,negative,defaults}'::text[]) t;
TABLE planned."x'; create table marker (); --";
-- Inserts go on where SQLite would.
INSERT INTO planned.customer (name) VALUES ('Dan') RETURNING id, is_active, balance, secret, mask, label, joined > now() AT TIME ZONE 'UTC' - interval '1 hour';
INSERT INTO planned.emptied (v) VALUES ('x') RETURNING id;
INSERT INTO planned.never_filled (v) VALUES ('x') RETURNING id;
INSERT INTO planned.negative (v) VALUES ('x') RETURNING id;
INSERT INTO planned.defaults DEFAULT VALUES RETURNING id, word, quoted, negative, ratio, truth, absent, day = (now() AT TIME ZONE 'UTC')::date, length(token), length(bytes);
-- Constraints hold.
SELECT o FROM helper.outcome($$INSERT INTO planned.customer (name, balance) VALUES ('x', -2000) RETURNING 'taken'$$) o WHERE o !~ '^(detail|taken)';
SELECT o FROM helper.outcome($$INSERT INTO planned.customer (name, country) VALUES ('x', 'AUT') RETURNING 'taken'$$) o WHERE o !~ '^(detail|taken)';
SELECT o FROM helper.outcome($$INSERT INTO planned.customer (name) VALUES ('ANN') RETURNING 'taken'$$) o WHERE o !~ '^(detail|taken)';
SELECT o FROM helper.outcome($$INSERT INTO planned.country VALUES ('fr', 'Again') RETURNING 'taken'$$) o WHERE o !~ '^(detail|taken)';
SELECT o FROM helper.outcome($$INSERT INTO planned.line VALUES (2030, 1, 1, 'x') RETURNING 'taken'$$) o WHERE o !~ '^(detail|taken)';
SELECT o FROM helper.outcome($$INSERT INTO planned.employee VALUES (12, 99, NULL) RETURNING 'taken'$$) o WHERE o !~ '^(detail|taken)';
BEGIN;
INSERT INTO planned.department VALUES (2, 20, 'Later');
INSERT INTO planned.employee VALUES (20, 2, 20);
COMMIT;
DELETE FROM planned.employee WHERE id = 20;
SELECT * FROM planned.department ORDER BY id;
DELETE FROM planned.customer WHERE id = 2;
SELECT count(*) FROM planned.invoice;
UPDATE planned.customer SET country = 'DE' WHERE id = 5 RETURNING label;
SELECT * FROM planned.rich;

-- Orphans: kept under a constraint that is not valid, cleared, or removed, also where a removal makes new ones.
\set orphans :data '/plan_orphans.db'
CREATE SERVER orphans FOREIGN DATA WRAPPER pg_sqlite OPTIONS (database :'orphans');
SELECT object, rows, predicted_rejects, statement FROM sqlite.plan('{orphans}', 'kept', '{"orphans": "reject", "include": ["parent", "child"]}') WHERE object LIKE 'orphans%' OR rows IS NOT NULL;
SELECT predicted_rejects, statement FROM sqlite.plan('{orphans}', 'kept', '{"orphans": "reject"}') WHERE object = 'orphans';
\set ECHO none
\o /dev/null
SELECT statement FROM sqlite.plan('{orphans}', 'kept', '{"exclude": ["refused"], "orphans": "keep"}') ORDER BY step \gexec
SELECT statement FROM sqlite.plan('{orphans}', 'cleared', '{"exclude": ["refused"], "orphans": "null"}') ORDER BY step \gexec
SELECT statement FROM sqlite.plan('{orphans}', 'removed', '{"exclude": ["refused"], "orphans": "reject"}') ORDER BY step \gexec
\o
\set ECHO all
SELECT 'kept', (SELECT array_agg((id, parent_id)::text ORDER BY id) FROM kept.child), (SELECT array_agg((id, up)::text ORDER BY id) FROM kept.node)
UNION ALL SELECT 'cleared', (SELECT array_agg((id, parent_id)::text ORDER BY id) FROM cleared.child), (SELECT array_agg((id, up)::text ORDER BY id) FROM cleared.node)
UNION ALL SELECT 'removed', (SELECT array_agg((id, parent_id)::text ORDER BY id) FROM removed.child), (SELECT array_agg((id, up)::text ORDER BY id) FROM removed.node);
SELECT conrelid::regclass, convalidated FROM pg_constraint WHERE contype = 'f' AND connamespace::regnamespace::text IN ('kept', 'cleared', 'removed') ORDER BY conrelid::regclass::text;

-- Rows that would be refused, each once, however many of its cells are.
SELECT object, rows, predicted_rejects FROM sqlite.plan('{orphans}', 'r', '{"include": ["refused"]}') WHERE rows IS NOT NULL;
SELECT statement FROM sqlite.plan('{orphans}', 'r', '{"include": ["refused"], "on_error": "reject"}') WHERE rows IS NOT NULL;
SELECT rows, predicted_rejects FROM sqlite.plan('{orphans}', 'r', '{"include": ["refused"], "on_error": "null"}') WHERE rows IS NOT NULL;
SELECT rows, predicted_rejects FROM sqlite.plan('{orphans}', 'r', '{"include": ["refused"], "tables": {"refused": {"columns": {"a": {"on_error": "null", "default": 0}}}}}') WHERE rows IS NOT NULL;
-- Types by what is stored hold every row.
SELECT statement FROM sqlite.plan('{orphans}', 'r', '{"include": ["refused"], "types": "stored"}') WHERE object LIKE 'table%';
SELECT rows, predicted_rejects FROM sqlite.plan('{orphans}', 'r', '{"include": ["refused"], "types": "stored", "columns": {"refused.b": {"type": "smallint"}}}') WHERE rows IS NOT NULL;
-- Naive times in a zone of the spec.
SELECT statement FROM sqlite.plan('{plan}', 'r', '{"include": ["customer"], "columns": {"customer.joined": {"type": "timestamptz", "timezone": "Europe/Vienna"}}}') WHERE object LIKE 'source%' ORDER BY step LIMIT 1;
\set ECHO none
\o /dev/null
SELECT statement FROM sqlite.plan('{plan}', 'zoned', '{"include": ["customer"], "columns": {"customer.joined": {"type": "timestamptz", "timezone": "Europe/Vienna"}, "customer.name": {"convert": "upper(name)"}}, "tables": {"customer": {"where": "id = 1 OR id = 2", "indexes": ["USING hash (name)"]}}}') ORDER BY step \gexec
\o
\set ECHO all
SET timezone = 'UTC';
SELECT id, name, joined FROM zoned.customer ORDER BY id;
SELECT indexdef FROM pg_indexes WHERE schemaname = 'zoned' AND indexdef LIKE '%hash%';

-- Conditions on converted rows: rows are left out, columns cleared, or nothing is done.
SELECT statement FROM sqlite.plan('{plan}', 'ruled', '{"include": ["customer"], "tables": {"customer": {"where": "id > 0", "required": ["country"], "columns": {"name": {"convert": "upper(name)"}, "since": {"type": "character(4)", "default_sql": "''2024''"}},
    "rules": {"early": {"condition": "customer.joined < ''2024-02-01''", "on_fail": "null"}, "cheap": {"condition": "balance < 5", "on_fail": "warn"}}}}}') WHERE object LIKE 'data%';
SELECT statement FROM sqlite.plan('{plan}', 'unpaid', '{"include": ["customer"], "tables": {"customer": {"rules": {"paid": "balance >= 0",
    "upper": {"condition": "NOT EXISTS (SELECT 1 FROM unnest(ARRAY[customer.name]) AS joined WHERE upper(joined) = name)", "on_fail": "null", "columns": ["country"]},
    "inner": {"condition": "NOT EXISTS (SELECT 1 FROM unnest(ARRAY[customer.country]) AS joined WHERE upper(joined) = joined)", "on_fail": "null"}}}}}') WHERE object LIKE 'data%';
\set ECHO none
\o /dev/null
SELECT statement FROM sqlite.plan('{plan}', 'ruled', '{"include": ["customer"], "tables": {"customer": {"where": "id > 0", "required": ["country"], "columns": {"name": {"convert": "upper(name)"}, "since": {"type": "character(4)", "default_sql": "''2024''"}},
    "rules": {"early": {"condition": "customer.joined < ''2024-02-01''", "on_fail": "null"}, "cheap": {"condition": "balance < 5", "on_fail": "warn"}}}}}') ORDER BY step \gexec
SELECT statement FROM sqlite.plan('{plan}', 'unpaid', '{"include": ["customer"], "tables": {"customer": {"rules": {"paid": "balance >= 0",
    "inner": {"condition": "NOT EXISTS (SELECT 1 FROM unnest(ARRAY[customer.country]) AS joined WHERE upper(joined) = joined)", "on_fail": "null"}}}}}') ORDER BY step \gexec
\o
\set ECHO all
SELECT id, name, country, balance, joined, since FROM ruled.customer ORDER BY id;
SELECT id, country, balance FROM unpaid.customer ORDER BY id;
-- NULLs in a column that is required are foreseen.
SELECT rows, predicted_rejects FROM sqlite.plan('{plan}', 'r', '{"include": ["customer"], "tables": {"customer": {"required": ["country", "balance"]}}}') WHERE rows IS NOT NULL;
SELECT rows, predicted_rejects FROM sqlite.plan('{plan}', 'r', '{"include": ["customer"], "tables": {"customer": {"required": ["country"], "columns": {"country": {"default": "at"}}}}}') WHERE rows IS NOT NULL;
DROP SERVER plan, orphans CASCADE;
SET client_min_messages = warning;
DROP SCHEMA planned, kept, cleared, removed, zoned, ruled, unpaid CASCADE;
DROP FUNCTION helper.missing;
