-- sqlite.version, attach, detach, query, connections, disconnect.
\set data `echo "$PG_SQLITE_DATA"`
\set scan :data '/scan.db'
\set nowhere :data '/nowhere.db'
-- An item a row: the library's version is that of its objects, and it runs with what it was built for, or newer.
SELECT name, CASE WHEN value ~ '^\d+\.\d+' THEN 'a version' ELSE left(value, 2) END AS value
    FROM sqlite.version() WITH ORDINALITY AS v (name, value, place) WHERE place <= 6 ORDER BY place;
SELECT count(DISTINCT value) AS versions FROM sqlite.version() WHERE name LIKE 'pg\_sqlite%';
SELECT o.value = current_setting('server_version') AS this_server,
    split_part(o.value, '.', 1) = split_part(b.value, '.', 1) AS same_major
    FROM sqlite.version() o, sqlite.version() b WHERE o.name = 'PostgreSQL' AND b.name = 'PostgreSQL at build';
SELECT count(*) > 5 AS options, bool_and(value <> '') AS no_empty_texts FROM sqlite.version() WHERE name LIKE 'SQLITE\_%';
SELECT value FROM sqlite.version() WHERE name = 'SQLITE_THREADSAFE';

-- attach: a server and a schema of one name, with all tables.
\set VERBOSITY terse
SET client_min_messages = warning;
SELECT sqlite.attach(:'scan');
SELECT srvname FROM pg_foreign_server WHERE srvname = 'scan' AND srvowner = current_user::regrole;
DROP SERVER scan CASCADE;
DROP SCHEMA scan CASCADE;
SELECT sqlite.attach(:'scan', 'My Shop', 'stored');
SELECT count(*) > 10 AS tables, obj_description('"My Shop"'::regnamespace) FROM pg_class WHERE relnamespace = '"My Shop"'::regnamespace;
SELECT count(*) FROM "My Shop".item;
SELECT sqlite.attach(database => :'scan', name => 'My Shop');
SELECT sqlite.attach(:'scan', name => 'second', types => 'guess');
SELECT sqlite.attach('relative.db');
SELECT sqlite.attach(NULL);
SELECT sqlite.attach('');
SELECT helper.outcome(format('SELECT sqlite.attach(%L)', :'nowhere'));
SELECT count(*) FROM pg_foreign_server WHERE srvname IN ('second', 'nowhere');
SELECT count(*) FROM pg_namespace WHERE nspname IN ('second', 'nowhere');
\set VERBOSITY default
-- detach: what depends on it stays, and so does everything else.
CREATE VIEW dependent AS SELECT id FROM "My Shop".item;
SELECT sqlite.detach('My Shop');
DROP VIEW dependent;
CREATE TABLE "My Shop".mine (id integer);
SELECT sqlite.detach('My Shop');
SELECT relname FROM pg_class WHERE relnamespace = '"My Shop"'::regnamespace;
DROP SCHEMA "My Shop" CASCADE;
-- Into a schema that is there already: it stays.
CREATE SCHEMA there;
SELECT sqlite.attach(:'scan', 'there');
SELECT sqlite.detach('there');
SELECT count(*) FROM pg_namespace WHERE nspname = 'there';
SELECT sqlite.detach('nowhere');
SELECT sqlite.detach(NULL) IS NULL AS nothing;
CREATE FOREIGN DATA WRAPPER other;
CREATE SERVER other FOREIGN DATA WRAPPER other;
SELECT sqlite.detach('other');
SELECT * FROM sqlite.query('other', 'SELECT 1') AS q (v integer);
SELECT sqlite.disconnect('other');
SELECT sqlite.attach(:'scan', 'other');
RESET client_min_messages;

-- query: any one SELECT, with the types of the column list.
CREATE SERVER q FOREIGN DATA WRAPPER pg_sqlite OPTIONS (database :'scan');
SELECT * FROM sqlite.query('q', 'SELECT id, name, price FROM item WHERE id < 3 ORDER BY id') AS t (id bigint, name text, price numeric);
SELECT sum(v) FROM sqlite.query('q', 'SELECT id FROM big') AS t (v bigint);
SELECT * FROM sqlite.query('q', 'PRAGMA user_version') AS t (v integer);
SELECT detail FROM sqlite.query('q', 'EXPLAIN QUERY PLAN SELECT * FROM item WHERE id = 1') AS t (id integer, parent integer, estimate integer, detail text);
SELECT i, v FROM generate_series(1, 2) AS i, LATERAL sqlite.query('q', format('SELECT name FROM item WHERE id = %s', i)) AS t (v text) ORDER BY i;
SELECT * FROM sqlite.query('q', 'SELECT 1 AS "one", 2 AS "two"') AS t (v integer);
SELECT * FROM sqlite.query('q', 'SELECT 1') AS t (v integer, w integer);
SELECT * FROM sqlite.query('q', 'SELECT ''x''') AS t (v integer);
SELECT * FROM sqlite.query('q', 'SELECT NULL') AS t (v integer);
SELECT * FROM sqlite.query('q', 'SELECT 1');
SELECT sqlite.query('q', 'SELECT 1');
SELECT * FROM sqlite.query('q', 'SELECT 1;; -- the end') AS t (v integer);
SELECT * FROM sqlite.query(NULL, 'SELECT 1') AS t (v integer);
SELECT * FROM sqlite.query('nowhere', 'SELECT 1') AS t (v integer);
CREATE FUNCTION pg_temp.query(text) RETURNS SETOF text LANGUAGE sql AS $$ SELECT helper.outcome(format('SELECT v FROM sqlite.query(''q'', %L) AS t (v text)', $1)) $$;
SELECT pg_temp.query('SELECT 1; SELECT 2');
SELECT pg_temp.query('SELECT ?1');
SELECT pg_temp.query('INSERT INTO item (id) VALUES (1000)');
SELECT pg_temp.query('INSERT INTO item (id) VALUES (1000) RETURNING id');
SELECT pg_temp.query('UPDATE item SET name = 1 RETURNING id');
SELECT pg_temp.query('DROP TABLE item');
SELECT pg_temp.query('VACUUM');
SELECT pg_temp.query('VACUUM INTO ''copy''');
SELECT pg_temp.query('ATTACH '':memory:'' AS m');
SELECT pg_temp.query('DETACH main');
SELECT pg_temp.query('PRAGMA journal_mode');
SELECT pg_temp.query('PRAGMA journal_mode = delete');
SELECT pg_temp.query('PRAGMA query_only = off');
SELECT pg_temp.query('PRAGMA writable_schema = on');
SELECT pg_temp.query('SELECT * FROM pragma_journal_mode(''delete'')');
SELECT pg_temp.query('COMMIT');
SELECT pg_temp.query('ROLLBACK');
SELECT pg_temp.query('SAVEPOINT x');
SELECT pg_temp.query('CREATE TEMP TABLE t (v)');
SELECT pg_temp.query('SELECT fts3_tokenizer(''simple'')');
SELECT pg_temp.query('');
SELECT pg_temp.query('SELECT nothing');

-- connections: one for each server that was used; snapshots end with the transaction.
SELECT sqlite.disconnect_all();
SELECT sqlite.disconnect_all();
BEGIN;
SELECT count(*) FROM sqlite.query('q', 'SELECT 1') AS t (v integer);
SELECT server, database LIKE '%/scan.db' AS file, mode, valid, in_use, snapshot_since <= now() + '1 minute' AS since, snapshot_age < '1 minute' AS age FROM sqlite.connections();
SELECT sqlite.disconnect('q');
COMMIT;
SELECT server, mode, valid, in_use, snapshot_since, snapshot_age FROM sqlite.connections();
SELECT sqlite.disconnect('q');
SELECT sqlite.disconnect('q');
SELECT sqlite.disconnect('nowhere');
ALTER SERVER q OPTIONS (ADD keep_connections 'false');
SELECT count(*) FROM sqlite.query('q', 'SELECT 1') AS t (v integer);
SELECT count(*) FROM sqlite.connections();
ALTER SERVER q OPTIONS (SET keep_connections 'true');
SELECT count(*) FROM sqlite.query('q', 'SELECT 1') AS t (v integer);
-- A changed or dropped server: its connection is not used any more.
BEGIN;
SELECT count(*) FROM sqlite.query('q', 'SELECT 1') AS t (v integer);
ALTER SERVER q OPTIONS (ADD busy_timeout '10');
SELECT server, valid, in_use FROM sqlite.connections();
COMMIT;
SELECT count(*) FROM sqlite.query('q', 'SELECT 1') AS t (v integer);
ALTER SERVER q RENAME TO renamed;
SELECT server FROM sqlite.connections();
SELECT count(*) FROM sqlite.query('renamed', 'SELECT 1') AS t (v integer);
DROP SERVER renamed;
SELECT server, valid FROM sqlite.connections();
SELECT sqlite.disconnect_all();
