-- Rights: relations named by number, texts of SQL in a spec, values that are not to be seen.
\set data `echo "$PG_SQLITE_DATA"`
\set shop_db :data '/shop.db'
\set VERBOSITY terse
\set SHOW_CONTEXT never
SET client_min_messages = warning;
CREATE SERVER rights_shop FOREIGN DATA WRAPPER pg_sqlite OPTIONS (database :'shop_db');
CREATE SCHEMA rights_test;
SET search_path = rights_test;
CREATE ROLE rights_clerk;
GRANT USAGE, CREATE ON SCHEMA rights_test TO rights_clerk;

-- What a statement raises.
CREATE FUNCTION attempt(statement text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
    message text;
    state text;
    detail text;
BEGIN
    EXECUTE statement;
    RETURN NEXT 'done';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, state = RETURNED_SQLSTATE, detail = PG_EXCEPTION_DETAIL;
    RETURN NEXT state || ' ' || message;
    IF detail <> '' THEN RETURN NEXT 'detail: ' || detail; END IF;
END $$;

-- Relations by number: privileges first, then whether there is one, and what it is.
CREATE TABLE hidden (id bigint PRIMARY KEY, v text);
CREATE TABLE partly (id bigint PRIMARY KEY, v text);
CREATE SEQUENCE numbers;
CREATE TYPE pair AS (a int, b int);
GRANT SELECT (id) ON partly TO rights_clerk;
GRANT SELECT ON numbers TO rights_clerk;
SET ROLE rights_clerk;
SELECT r, attempt(format('SELECT * FROM sqlite.digest(%s)', r)) AS digest
FROM unnest(ARRAY['0::oid::regclass', '99999999::oid::regclass', $$'hidden'$$, $$'hidden_pkey'$$, $$'partly'$$, $$'partly', '{nothing}'$$, $$'hidden', '{nothing}'$$,
    $$'numbers'$$, $$'pair'$$, $$'pg_authid'$$, $$'pg_class_oid_index'$$]) AS r;
SELECT attempt($$SELECT * FROM sqlite.validate('hidden', 'partly')$$);
SELECT attempt($$SELECT * FROM sqlite.validate('partly', 'hidden', '{"columns": {"nothing": "1"}}')$$);
SELECT attempt($$SELECT * FROM sqlite.differences(0::oid::regclass, 99999999::oid::regclass)$$);
RESET ROLE;
SELECT attempt($$SELECT * FROM sqlite.digest('hidden_pkey')$$);
SELECT attempt($$SELECT * FROM sqlite.validate('hidden', 'numbers')$$);

-- Lists without end, by a role without rights: the first name that is not there is told at once.
SET ROLE rights_clerk;
SET statement_timeout = '60s';
SELECT f, attempt(format('SELECT count(*) FROM sqlite.%s', f)) FROM unnest(ARRAY[
    $$assess((SELECT array_agg('s' || i) FROM generate_series(1, 300000) AS i), 'x')$$,
    $$plan((SELECT array_agg('s' || i) FROM generate_series(1, 300000) AS i), 'x')$$,
    $$conflicts((SELECT array_agg('s' || i % 299999) FROM generate_series(1, 300000) AS i))$$]) AS f;
CREATE TABLE mine (id bigint PRIMARY KEY, v text);
SELECT attempt($$SELECT * FROM sqlite.validate('mine'::regclass, 'mine'::regclass, (SELECT jsonb_build_object('columns', jsonb_object_agg('k' || i, 'v'), 'ignore', jsonb_agg('k' || i)) FROM generate_series(1, 300000) AS i))$$);
RESET ROLE;
SELECT count(*) FROM sqlite.plan('{rights_shop}', 'rights_new', (SELECT jsonb_build_object('include', '["category"]'::jsonb, 'orphans', 'keep',
    'tables', jsonb_build_object('category', jsonb_build_object('columns', jsonb_object_agg('added ' || i, '{"type": "int", "default": 1}'::jsonb)))) FROM generate_series(1, 10000) AS i)) WHERE section = 'pre-data';
RESET statement_timeout;

-- Texts of SQL in a spec: one expression, one index, one type each.
CREATE TABLE kept (v text);
CREATE FUNCTION said(spec jsonb) RETURNS SETOF text LANGUAGE sql AS $$
    SELECT severity || ': ' || finding FROM sqlite.assess('{rights_shop}', 'rights_new', jsonb_build_object('include', '["category"]'::jsonb, 'orphans', 'keep', 'tables', jsonb_build_object('category', spec)))
    WHERE severity = 'blocker'
$$;
SELECT t AS "where", said(jsonb_build_object('where', t)) FROM unnest(ARRAY['id > 1', 'id IN (SELECT 1)', 'true) OR (true', 'true; DROP TABLE kept', 'true UNION SELECT true', 'true -- all',
    'true /* all */', 'true /* all', 'true ORDER BY 1', 'true AS x', 'id, true', 'SELECT true', '', 'true) FROM kept; --', $$E'\'' = '') OR (1 = 1$$]) AS t WHERE t <> '';
SELECT t AS "convert", said(jsonb_build_object('columns', jsonb_build_object('name', jsonb_build_object('convert', t)))) FROM unnest(ARRAY['upper(name)', 'name), (name', 'name) FROM kept --', 'name, name', '*', 'DISTINCT name']) AS t;
SELECT t AS "default_sql", said(jsonb_build_object('columns', jsonb_build_object('name', jsonb_build_object('default_sql', t)))) FROM unnest(ARRAY[$$'x' || 'y'$$, $$'x'), (DROP$$, $$'x' CHECK (true)$$, $$'x', name text$$]) AS t;
SELECT t AS "rule", said(jsonb_build_object('rules', jsonb_build_object('r', t))) FROM unnest(ARRAY['id > 0', 'id > 0) OR (1 = 1', 'id > 0; TRUNCATE kept']) AS t;
SELECT t AS "type", attempt(format('SELECT said(%L)', jsonb_build_object('columns', jsonb_build_object('name', jsonb_build_object('type', t))))) FROM unnest(ARRAY['varchar(20)', 'text); DROP TABLE kept; --', 'text NOT NULL', 'text --', 'text, x text', 'text DEFAULT 1']) AS t;
SELECT t AS "index", said(jsonb_build_object('indexes', jsonb_build_array(t))) FROM unnest(ARRAY['(name)', 'USING hash (name)', '(lower(name) DESC) INCLUDE (id) WITH (fillfactor = 70) WHERE id > 1',
    '(name); CREATE TABLE pwned ()', '(name) -- and more', 'USING gin (nope)', 'USING gin (name)', 'USING nope (name)', '(name nope_ops)', '(name text_pattern_ops)', '(id text_ops)', '(random())', '((SELECT 1))', '(name) WHERE name',
    '(name) WHERE random() > 1', 'USING hash (name, id)', 'USING hash (name DESC)', '(name) WITH (nope = 1)', '(name) TABLESPACE nope', '(count(*))', '.other (name)', '(name) INCLUDE (nope)', '']) AS t WHERE t <> '';
SELECT attempt($$CALL sqlite.migrate('{rights_shop}', 'rights_new', '{"include": ["category"], "orphans": "keep", "tables": {"category": {"indexes": ["(name); CREATE TABLE rights_test.pwned ()"]}}}')$$);
SELECT attempt($$CALL sqlite.migrate('{rights_shop}', 'rights_new', '{"include": ["category"], "orphans": "keep", "tables": {"category": {"where": "true) OR (true"}}}')$$);
SELECT attempt($$CALL sqlite.migrate('{rights_shop}', 'rights_new', '{"include": ["category"], "orphans": "keep", "tables": {"category": {"indexes": ["(lower(name), id)", "USING hash (name)"], "where": "id > 1"}}}')$$);
SELECT indexdef FROM pg_indexes WHERE schemaname = 'rights_new' ORDER BY indexname;
SELECT attempt($$CALL sqlite.load('kept', 'SELECT ''a'' AS v', on_error => 'reject', rules => '{"r": "true) OR (true"}')$$);
SELECT to_regclass('pwned'), (SELECT count(*) FROM kept);

-- Values that are not to be seen. Row 3 does not fit, and only its owner may know it.
CREATE FOREIGN TABLE cells (id bigint, owner name, v integer, net inet) SERVER rights_shop
    OPTIONS (query $$SELECT 1 AS id, 'rights_clerk' AS owner, 10 AS v, '10.0.0.1' AS net UNION ALL SELECT 2, 'rights_clerk', 20, '10.0.0.2' UNION ALL SELECT 3, 'boss', 'SECRET', 'HIDDEN'$$);
CREATE VIEW walled WITH (security_barrier) AS SELECT id, v, net FROM cells WHERE owner = CURRENT_USER;
CREATE VIEW plain AS SELECT id, v, net FROM cells WHERE owner = CURRENT_USER OR id > 0;
CREATE VIEW counted WITH (security_barrier) AS SELECT owner, sum(v) AS sum, count(net) AS n FROM cells WHERE owner = CURRENT_USER OR v > 0 GROUP BY owner;
CREATE VIEW joined WITH (security_barrier) AS SELECT a.id, b.v, b.net FROM cells a JOIN cells b USING (id) WHERE a.owner = CURRENT_USER OR a.id > 0;
CREATE TABLE parted (id bigint, owner name, v integer, net inet) PARTITION BY LIST (owner);
ALTER TABLE parted ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON parted USING (owner = CURRENT_USER OR v > 0);
CREATE FOREIGN TABLE part PARTITION OF parted FOR VALUES IN ('rights_clerk', 'boss') SERVER rights_shop
    OPTIONS (query $$SELECT 1 AS id, 'rights_clerk' AS owner, 10 AS v, '10.0.0.1' AS net UNION ALL SELECT 3, 'boss', 'SECRET', 'HIDDEN'$$);
CREATE TABLE open (id bigint, owner name, v integer, net inet) PARTITION BY LIST (owner);
CREATE FOREIGN TABLE open_part PARTITION OF open FOR VALUES IN ('rights_clerk', 'boss') SERVER rights_shop
    OPTIONS (query $$SELECT 1 AS id, 'rights_clerk' AS owner, 10 AS v, '10.0.0.1' AS net UNION ALL SELECT 3, 'boss', 'SECRET', 'HIDDEN'$$);
GRANT SELECT ON walled, plain, counted, joined, parted, open TO rights_clerk;
CREATE FUNCTION definer() RETURNS bigint LANGUAGE sql SECURITY DEFINER AS 'SELECT sum(v) FROM rights_test.cells';
CREATE FUNCTION mine(integer) RETURNS boolean LANGUAGE plpgsql COST 0.0001 AS $$BEGIN RETURN true; END$$;
SET ROLE rights_clerk;
CREATE TABLE own (id bigint, v integer, net inet);
SELECT s AS statement, attempt(s) FROM unnest(ARRAY['SELECT v FROM walled', 'SELECT sum(v) FROM walled WHERE mine(v)', 'SELECT net FROM walled', 'SELECT id FROM walled', 'SELECT v FROM plain', 'SELECT net FROM plain', 'SELECT * FROM counted',
    'SELECT v FROM joined', 'SELECT net FROM joined', 'SELECT v FROM parted', 'SELECT net FROM parted WHERE mine(v)', 'SELECT v FROM open', 'SELECT w.v FROM walled w JOIN walled x USING (id)', 'SELECT v FROM (SELECT * FROM walled OFFSET 0) AS t',
    $$CALL sqlite.load('own', 'SELECT id, v FROM walled', on_error => 'reject')$$, $$SELECT * FROM sqlite.validate('walled', 'own')$$, 'SELECT * FROM sqlite.digest(''walled'', ''{id}'')']) AS s;
SELECT row FROM sqlite.rejects WHERE row::text LIKE '%SECRET%' OR message LIKE '%SECRET%';
RESET ROLE;
-- Who may read the table sees what is wrong with it.
SELECT s AS statement, attempt(s) FROM unnest(ARRAY['SELECT v FROM cells', 'SELECT net FROM cells', 'SELECT v FROM plain', 'SELECT v FROM parted', 'SELECT v FROM open', 'SELECT definer()']) AS s;

DROP SCHEMA rights_new, rights_test CASCADE;
DROP SERVER rights_shop CASCADE;
DELETE FROM sqlite.jobs WHERE owner = 'rights_clerk'::regrole;
DROP ROLE rights_clerk;
