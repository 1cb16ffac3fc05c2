-- sqlite.assess and sqlite.suggest_spec: what a migration would meet, and what settles it.
\set data `echo "$PG_SQLITE_DATA"`
\set findings :data '/assess.db'
SET datestyle = 'ISO, YMD';
CREATE SERVER findings FOREIGN DATA WRAPPER pg_sqlite OPTIONS (database :'findings');
-- A finding as a paragraph.
\set show 'concat(table_name, \'.\' || column_name, \': \', finding, \' [\' || rows || \' rows]\', E\'\\n    e.g. \' || left(example, 100), E\'\\n    -> \' || suggestion)'
\pset format unaligned
\pset tuples_only on

-- One case of every finding. Blockers: the migration would fail, or leave out something that holds data.
SELECT :show FROM sqlite.assess('{findings}', 'target') a WHERE severity = 'blocker';
-- Warnings: it would run, but something would be missing or behave differently.
SELECT :show FROM sqlite.assess('{findings}', 'target') a WHERE severity = 'warning';
-- Notes.
SELECT :show FROM sqlite.assess('{findings}', 'target') a WHERE severity = 'note';
-- A quick look reads no rows: what it finds is in the schema.
SELECT count(*) FROM sqlite.assess('{findings}', 'target', quick => true) a
WHERE NOT EXISTS (SELECT FROM sqlite.assess('{findings}', 'target') b WHERE (b.table_name, b.finding) IS NOT DISTINCT FROM (a.table_name, a.finding));
SELECT severity, count(*) FROM sqlite.assess('{findings}', 'target', quick => true) GROUP BY severity ORDER BY severity;

-- A whole spec that settles every blocker.
SELECT jsonb_pretty(sqlite.suggest_spec('{findings}', 'target')) AS spec \gset
\echo :spec
SELECT :show FROM sqlite.assess('{findings}', 'target', :'spec') a WHERE severity = 'blocker';
-- And its plan runs, with every row accounted for.
\set ON_ERROR_STOP on
\set ECHO none
\o /dev/null
SET client_min_messages = warning;
SELECT statement FROM sqlite.plan('{findings}', 'target', :'spec') ORDER BY step \gexec
RESET client_min_messages;
\o
\set ECHO all
\set ON_ERROR_STOP off
CREATE FUNCTION helper.count_of(relation text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE result bigint; BEGIN EXECUTE 'SELECT count(*) FROM ' || relation INTO result; RETURN result; END $$;
SELECT count(*) AS tables, sum(rows) AS rows, sum(predicted_rejects) AS rejects,
    sum(helper.count_of(replace(substring(object FROM 9), 'other.', 'target.'))) AS loaded
FROM sqlite.plan('{findings}', 'other', :'spec') WHERE object LIKE 'data of %';

-- Targets that exist: an application's own schema, met by name.
CREATE SCHEMA app;
CREATE TYPE app.mood AS ENUM ('good', 'bad');
CREATE DOMAIN app.percent AS integer CHECK (VALUE BETWEEN 0 AND 100);
\set targets :data '/assess_targets.db'
CREATE SERVER targets FOREIGN DATA WRAPPER pg_sqlite OPTIONS (database :'targets');
CREATE TABLE app.parent (id serial PRIMARY KEY, name varchar(5));
CREATE TABLE app.child (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, "parentId" integer NOT NULL REFERENCES app.parent, mood app.mood, share app.percent, small smallint, twice integer GENERATED ALWAYS AS (small * 2) STORED, must text NOT NULL);
CREATE VIEW app.looks AS SELECT 1 AS v;
CREATE TABLE app.full_already (id integer PRIMARY KEY, v text);
INSERT INTO app.full_already VALUES (1, 'mine');
CREATE TABLE app.stay (guest text, checked_in_at timestamptz NOT NULL, nights smallint);
SELECT :show FROM sqlite.assess('{targets}', 'app') a WHERE severity = 'blocker';
SELECT jsonb_pretty(sqlite.suggest_spec('{targets}', 'app')) AS suggested \gset
\echo :suggested
SELECT :show FROM sqlite.assess('{targets}', 'app', :'suggested') a WHERE severity = 'blocker';
-- What is left is the user's to say: the column that nothing fills, and rows that the target would refuse.
\set spec '{"tables": {"child": {"columns": {"mood": {"on_error": "null"}, "share": {"on_error": "null"}, "small": {"on_error": "null"}, "twice": {"convert": "NULL"}, "must": {"default": "none"}}}, "parent": {"columns": {"NAME": {"too_long": "truncate"}}}, "full_already": {"existing": "upsert"}, "looks": {"target": "sales.looks"}, "stay": {"columns": {"checked_in_at": {"encoding": "unix"}, "nights": {"empty_as_null": true}}}, "extra": {"columns": {"unknown": {"target": "known"}}}}}'
CREATE TABLE app.extra (known text);
SELECT :show FROM sqlite.assess('{targets}', 'app', :'spec') a WHERE severity = 'blocker';
\set ON_ERROR_STOP on
\set ECHO none
\o /dev/null
SET client_min_messages = warning;
SELECT statement FROM sqlite.plan('{targets}', 'app', :'spec') ORDER BY step \gexec
RESET client_min_messages;
\o
\set ECHO all
\set ON_ERROR_STOP off
SELECT * FROM app.parent ORDER BY id;
SELECT * FROM app.child ORDER BY id;
SELECT * FROM app.full_already ORDER BY id;
SELECT * FROM sales.looks;
SELECT * FROM app.extra;
SELECT guest, checked_in_at AT TIME ZONE 'UTC', nights FROM app.stay ORDER BY guest;
-- Sequences of existing targets go on behind the greatest key.
INSERT INTO app.parent (name) VALUES ('next') RETURNING id;
INSERT INTO app.child ("parentId", must) VALUES (1, '') RETURNING id;

-- What a spec asks for and plain statements can't do is said; so is what is not valid SQL, by its JSON pointer.
SELECT :show FROM sqlite.assess('{targets}', 'fresh', '{"tables": {"parent": {"rules": {"r": "id > 0", "wrong": "nothing > 0", "number": "id", "all": {"condition": "parent IS NOT NULL", "on_fail": "null"}, "miss": {"condition": "id > 0", "on_fail": "null", "columns": ["names"]}}, "required": ["NAME", "extra"], "where": "nonsense >", "primary_key": ["nothing"], "columns": {"name": {"convert": "upper(id)"}, "id": {"default_sql": "''x''::text"}, "added": {"type": "date", "default": "2024-02-30"}}},
    "child": {"rules": {"key": {"condition": "id > 0 OR mood = ''x''", "on_fail": "null"}}, "foreign_keys": [{"columns": ["share"], "references": "nowhere"}]}}}') a
WHERE severity = 'blocker' AND lower(table_name) IN ('parent', 'child') AND (finding LIKE '%spec%');
SELECT count(*) FROM sqlite.assess('{targets}', 'fresh', '{"columns": {"parent.name": {"type": "no_such_type"}}}');
SELECT count(*) FROM sqlite.assess('{targets}', 'fresh', '{"tabels": {}}');
SELECT count(*) FROM sqlite.assess('{nowhere}');
SELECT count(*) FROM sqlite.assess('{}');
SELECT :show FROM sqlite.assess('{targets}', 'fresh', '{"exclude": ["chidl"], "tables": {"parnet": {"target": "p"}}}') a WHERE server IS NULL;

-- One name in two databases: refused, told apart, or merged.
\set more :data '/assess_more.db'
CREATE SERVER more FOREIGN DATA WRAPPER pg_sqlite OPTIONS (database :'more');
SELECT :show FROM sqlite.assess('{targets,more}', 'merged') a WHERE finding LIKE '%conflict%';
SELECT object FROM sqlite.plan('{targets,more}', 'merged', '{"conflicts": "prefix", "include": ["parent"]}') WHERE object LIKE 'table %';
SELECT statement FROM sqlite.plan('{targets,more}', 'merged', '{"servers": {"more": {"prefix": "m_"}}, "include": ["parent"]}') WHERE object LIKE 'table %';
SELECT :show FROM sqlite.assess('{targets,more}', 'merged', '{"conflicts": "merge", "include": ["parent"]}') a WHERE severity = 'blocker';
-- Keys as UUIDs never meet, and a column may tell where a row came from. Types widen to hold the values of all.
\set ECHO none
\o /dev/null
SELECT statement FROM sqlite.plan('{targets,more}', 'merged', '{"conflicts": "merge", "keys": "uuid", "include": ["parent", "child"], 
    "servers": {"targets": {"columns": {"parent.origin": {"type": "integer", "default": 1}}}, "more": {"columns": {"parent.origin": {"type": "integer", "default": 2}}}}}') ORDER BY step \gexec
\o
\set ECHO all
SELECT origin, name, pg_typeof(name), count(DISTINCT id) FROM merged.parent GROUP BY 1, 2 ORDER BY 1, 2;
SELECT count(*) FROM merged.child c JOIN merged.parent p ON p.id = c.parentid;
-- A foreign key of the spec may lead to another database's table: its column becomes a UUID as that table's key does.
\set ECHO none
\o /dev/null
SELECT statement FROM sqlite.plan('{targets,more}', 'crossed', '{"keys": "uuid", "include": ["more.parent", "targets.child"],
    "tables": {"targets.child": {"required": ["parentid"], "foreign_keys": [{"columns": ["parentid"], "references": "parent", "orphans": "reject"}]}}}') ORDER BY step \gexec
\o
\set ECHO all
SELECT c.id = p.id AS "each table's own", p.name FROM crossed.child c JOIN crossed.parent p ON p.id = c.parentid;
SELECT conname, convalidated FROM pg_constraint WHERE contype = 'f' AND conrelid = 'crossed.child'::regclass;
-- Skip and upsert need the key before the data.
\set ECHO none
\o /dev/null
SELECT statement FROM sqlite.plan('{targets,more}', 'upserted', '{"conflicts": "merge", "include": ["parent"], "existing": "upsert"}') ORDER BY step \gexec
\o
\set ECHO all
SELECT * FROM upserted.parent ORDER BY id;
DROP SERVER findings, targets, more CASCADE;
SET client_min_messages = warning;
DROP FUNCTION helper.count_of;
DROP SCHEMA target, app, sales, merged, crossed, upserted CASCADE;
