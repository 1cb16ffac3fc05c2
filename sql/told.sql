-- Told: what errors and records say of a row that does not fit is what they may know whom they reach. SELECT on a column shows its values and no
-- others, USAGE on the server shows all of the file; a function of somebody else's lends neither.
\getenv data PG_SQLITE_DATA
\set told_db :data '/told.db'
\set VERBOSITY terse
\set SHOW_CONTEXT never
SET client_min_messages = warning;
CREATE SERVER told FOREIGN DATA WRAPPER pg_sqlite OPTIONS (database :'told_db');
CREATE SCHEMA told;
IMPORT FOREIGN SCHEMA main FROM SERVER told INTO told;
SET search_path = told;
CREATE ROLE told_reader;
CREATE ROLE told_clerk;
CREATE ROLE told_user;
GRANT USAGE, CREATE ON SCHEMA told TO told_reader, told_clerk, told_user;
GRANT USAGE ON FOREIGN SERVER told TO told_user;
GRANT SELECT ON numbered, keyed, bare, odd TO told_reader, told_user;
GRANT SELECT (pub) ON numbered, keyed, bare, odd TO told_clerk;

-- All that a statement says.
CREATE FUNCTION said(statement text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
    message text;
    detail text;
    hint text;
    context text;
BEGIN
    EXECUTE statement;
    RETURN NEXT 'done';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT, context = PG_EXCEPTION_CONTEXT;
    RETURN NEXT message;
    RETURN NEXT detail;
    IF hint || context ~ 'SECRET|700000000' THEN RETURN NEXT 'told: ' || hint || context; END IF;
END $$;

-- One column: its value, and where it is if that is no other column's value.
SET ROLE told_clerk;
CREATE TABLE of_clerk (v bigint CHECK (v <> 10));
SELECT t AS "table", said(format('SELECT pub FROM %s', t)) FROM unnest(ARRAY['numbered', 'keyed', 'bare', 'odd']) AS t;
SELECT t AS "table", said(format('SELECT sum(pub) FROM %s', t)) FROM unnest(ARRAY['numbered', 'keyed']) AS t;
SELECT t AS "table", said(format($$CALL sqlite.load('of_clerk', 'SELECT pub FROM %s')$$, t)) FROM unnest(ARRAY['numbered', 'keyed']) AS t;
SELECT said($$CALL sqlite.load('of_clerk', 'SELECT pub FROM keyed', 'reject', 0)$$);
SELECT t AS "table", said(format($$CALL sqlite.load('of_clerk', 'SELECT pub FROM %s', 'reject')$$, t)) FROM unnest(ARRAY['numbered', 'keyed', 'bare', 'odd']) AS t;
-- What is kept of the rows is what was read of them.
SELECT category, rowid, key, columns, row, message FROM sqlite.rejects r JOIN sqlite.jobs j USING (job) WHERE j.owner = CURRENT_USER::regrole ORDER BY id;
RESET ROLE;
SELECT count(*) AS told FROM sqlite.rejects r JOIN sqlite.jobs j USING (job) WHERE j.owner = 'told_clerk'::regrole AND (to_jsonb(r)::text || to_jsonb(j)::text) ~ 'SECRET|700000000';

-- The whole table: all of its columns.
SET ROLE told_reader;
CREATE TABLE of_reader (v bigint);
SELECT t AS "table", said(format('SELECT pub FROM %s', t)) FROM unnest(ARRAY['numbered', 'keyed', 'bare', 'odd']) AS t;
SELECT t AS "table", said(format($$CALL sqlite.load('of_reader', 'SELECT pub FROM %s', 'reject')$$, t)) FROM unnest(ARRAY['numbered', 'keyed']) AS t;
SELECT rowid, key, row FROM sqlite.rejects r JOIN sqlite.jobs j USING (job) WHERE j.owner = CURRENT_USER::regrole ORDER BY id;
RESET ROLE;

-- The file: the row as it stands there, found by its rowid whatever that is called.
SET ROLE told_user;
CREATE TABLE of_user (v bigint);
SELECT t AS "table", said(format($$CALL sqlite.load('of_user', 'SELECT pub FROM %s', 'reject')$$, t)) FROM unnest(ARRAY['numbered', 'keyed', 'bare', 'odd']) AS t;
SELECT rowid, key, row FROM sqlite.rejects r JOIN sqlite.jobs j USING (job) WHERE j.owner = CURRENT_USER::regrole ORDER BY id;
RESET ROLE;

-- Functions of who may see it all, called by one who may not: in SQL, in PL/pgSQL, in a view, in a load, with a query and a job of the owner's.
CREATE FUNCTION by_sql() RETURNS numeric LANGUAGE sql SECURITY DEFINER AS 'SELECT sum(pub) FROM told.numbered';
CREATE FUNCTION by_plpgsql() RETURNS numeric LANGUAGE plpgsql SECURITY DEFINER AS 'BEGIN RETURN (SELECT sum(pub) FROM told.keyed); END';
CREATE FUNCTION by_query() RETURNS numeric LANGUAGE sql SECURITY DEFINER AS $$SELECT sum(v) FROM sqlite.query('told', 'SELECT pub FROM numbered') AS q (v bigint)$$;
CREATE TABLE of_owner (v bigint);
CREATE PROCEDURE by_load(on_error text) LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
    job bigint;
BEGIN
    CALL sqlite.load('told.of_owner', 'SELECT pub FROM told.keyed', on_error, 0, NULL, job);
END $$;
ALTER TABLE of_owner OWNER TO told_user;
ALTER PROCEDURE by_load OWNER TO told_user;
CREATE VIEW by_view AS SELECT by_sql() AS v;
CREATE ROLE told_stranger;
GRANT USAGE, CREATE ON SCHEMA told TO told_stranger;
GRANT SELECT ON by_view TO told_stranger;
SET ROLE told_stranger;
CREATE TABLE of_stranger (v numeric);
SELECT s AS statement, said(s) FROM unnest(ARRAY['SELECT by_sql()', 'SELECT by_plpgsql()', 'SELECT by_query()', 'SELECT * FROM by_view', $$CALL sqlite.load('of_stranger', 'SELECT by_sql()', 'reject')$$,
    $$CALL by_load('error')$$, $$CALL by_load('reject')$$]) AS s;
RESET ROLE;
SET ROLE told_clerk;
SELECT said('SELECT by_sql()');
RESET ROLE;
-- The owner's own calls, and those of a superuser, are told.
SELECT s AS statement, said(s) FROM unnest(ARRAY['SELECT by_sql()', 'SELECT by_query()', $$CALL by_load('error')$$]) AS s;

-- A foreign table reads what its owner may: he could let it read any other table of the file.
SET ROLE told_user;
CREATE FOREIGN TABLE of_mine (id bigint, pub text) SERVER told OPTIONS ("table" 'numbered');
GRANT SELECT ON of_mine TO told_reader;
SELECT count(*) FROM of_mine WHERE pub <> '';
PREPARE again AS SELECT count(*) FROM of_mine;
EXECUTE again;
RESET ROLE;
REVOKE USAGE ON FOREIGN SERVER told FROM told_user;
SET ROLE told_user;
ALTER FOREIGN TABLE of_mine OPTIONS (DROP "table", ADD query 'SELECT id, secret AS pub FROM numbered');
SELECT s AS statement, said(s) FROM unnest(ARRAY['SELECT * FROM of_mine', 'SELECT count(*) FROM of_mine', 'ANALYZE of_mine', 'EXPLAIN SELECT * FROM of_mine']) AS s;
EXECUTE again;
SET ROLE told_reader;
SELECT said('SELECT * FROM of_mine');
RESET ROLE;
SELECT said('SELECT * FROM of_mine');
-- Those of owners who have it are read by whoever may SELECT.
SET ROLE told_reader;
SELECT count(secret) FROM numbered;
RESET ROLE;

DROP SCHEMA told CASCADE;
DROP SERVER told CASCADE;
DELETE FROM sqlite.jobs WHERE owner::text LIKE 'told%';
DROP ROLE told_reader, told_clerk, told_user, told_stranger;
