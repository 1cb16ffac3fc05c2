-- Foreign tables that may be written to, and what another process finds in the file then.
\set data `echo "$PG_SQLITE_DATA"`
\set writing :data '/writing.db'
\set VERBOSITY default
CREATE SERVER writing FOREIGN DATA WRAPPER pg_sqlite OPTIONS (database :'writing', updatable 'true');
CREATE SCHEMA writing;
IMPORT FOREIGN SCHEMA main FROM SERVER writing INTO writing;
SET search_path = writing, public;
\pset format unaligned
\pset tuples_only on

-- Defaults and generated columns are SQLite's.
INSERT INTO note (title) VALUES ('one'), ('two') RETURNING *;
INSERT INTO note (id, title, stars) VALUES (10, 'ten', 5), (11, 'eleven', NULL) RETURNING *;
UPDATE note SET stars = stars - 1 WHERE stars > 3 RETURNING id, stars, doubled;
UPDATE note SET id = id + 100 WHERE id = 11 RETURNING id;
DELETE FROM note WHERE title = 'two' RETURNING *;
INSERT INTO note (title, doubled) VALUES ('no', 1);
\! sqlite3 "$PG_SQLITE_DATA/writing.db" "SELECT * FROM note"

-- What SQLite refuses.
INSERT INTO note (title) VALUES ('one');
INSERT INTO note (title) VALUES (NULL);
INSERT INTO note (title, stars) VALUES ('x', 9);
INSERT INTO tag (note, word) VALUES (99, 'orphan');
INSERT INTO tag (note, word) VALUES (1, 'bad');
INSERT INTO tag (note, word) VALUES (1, 'good') RETURNING id;
DELETE FROM note WHERE id = 1;
INSERT INTO note (title) VALUES ('one'), ('three') ON CONFLICT DO NOTHING RETURNING title;
INSERT INTO strict (i) VALUES (1), (2);
CREATE FOREIGN TABLE wrong (i text, t text) SERVER writing OPTIONS ("table" 'strict');
INSERT INTO wrong VALUES ('word', 'x');
SELECT * FROM log;

-- Keys without rowid, rows without a key, and rowids that no ctid can carry.
INSERT INTO pair VALUES ('a', 1, 'x'), ('a', 2, 'y'), ('b', 1, NULL);
UPDATE pair SET b = b + 10, v = 'new' WHERE a = 'a' AND b = 2;
DELETE FROM pair WHERE b = 1 RETURNING *;
TABLE pair;
INSERT INTO bare VALUES ('same'), ('same'), ('other');
DELETE FROM bare WHERE x = 'other';
UPDATE bare SET x = x || '!';
TABLE bare;
UPDATE far SET x = x || '!' WHERE x = 'near';
UPDATE far SET x = 'y' WHERE x = 'large';
DELETE FROM far WHERE x = 'negative';
CREATE FOREIGN TABLE far_by_rowid (rowid bigint, x text) SERVER writing OPTIONS ("table" 'far');
UPDATE far_by_rowid SET x = x || '!' WHERE rowid <> 7;
TABLE far_by_rowid ORDER BY 1;
INSERT INTO named (title) VALUES ('by a view');
UPDATE named SET title = 'no';
SELECT count(*) FROM note WHERE title = 'by a view';

-- A statement does not see what it writes, nor a cursor what is written later.
INSERT INTO bare SELECT x || '?' FROM bare;
WITH w AS (INSERT INTO bare VALUES ('cte') RETURNING x) SELECT (SELECT count(*) FROM w), (SELECT count(*) FROM bare);
BEGIN;
DECLARE c CURSOR FOR SELECT x FROM bare ORDER BY x;
FETCH 1 FROM c;
DELETE FROM bare WHERE x ~ 'same';
FETCH ALL FROM c;
SELECT count(*) FROM bare;
ROLLBACK;

-- Also where the rows outgrow work_mem, and the statement that writes ends before the cursor.
SET work_mem = '64kB';
BEGIN;
DECLARE c CURSOR FOR SELECT id, x FROM many;
FETCH 1 FROM c;
UPDATE many SET x = 'new' WHERE id < 10000;
SELECT count(*) FROM many WHERE x = 'new';
MOVE 5000 FROM c;
FETCH 2 FROM c;
MOVE ALL FROM c;
DECLARE d CURSOR FOR SELECT x, count(*) FROM many GROUP BY x ORDER BY x;
DELETE FROM many WHERE id > 5;
FETCH 1 FROM d;
MOVE ALL FROM d;
COMMIT;
INSERT INTO many SELECT id * 100000 + g, x FROM many, generate_series(1, 5000) g;
SELECT count(*) FROM many;
RESET work_mem;
-- A plan for workers that was made before: they can't see what has been written.
SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0; SET min_parallel_table_scan_size = 0; SET plan_cache_mode = force_generic_plan;
PREPARE all_of_many AS SELECT count(*), count(DISTINCT x) FROM (SELECT x FROM many WHERE x ~ 'new' OFFSET 0) s;
EXECUTE all_of_many;
BEGIN;
UPDATE many SET x = 'newer' WHERE id % 2 = 0;
EXECUTE all_of_many;
ROLLBACK;
EXECUTE all_of_many;
RESET parallel_setup_cost; RESET parallel_tuple_cost; RESET min_parallel_table_scan_size; RESET plan_cache_mode;
-- Savepoints.
BEGIN;
INSERT INTO bare VALUES ('first');
SAVEPOINT a;
INSERT INTO bare VALUES ('second');
SAVEPOINT b;
INSERT INTO bare VALUES ('third');
ROLLBACK TO a;
INSERT INTO bare VALUES ('fourth');
RELEASE a;
DO $$ BEGIN INSERT INTO bare VALUES ('fifth'); INSERT INTO note (title) VALUES ('one'); EXCEPTION WHEN unique_violation THEN INSERT INTO bare VALUES ('sixth'); END $$;
COMMIT;
\! sqlite3 "$PG_SQLITE_DATA/writing.db" "SELECT x FROM bare ORDER BY x"
BEGIN;
TRUNCATE bare;
SELECT count(*) FROM bare;
ROLLBACK;
SELECT count(*) FROM bare;
COPY bare FROM STDIN;
copied
\N
\.
SELECT count(*), count(x) FROM bare;
INSERT INTO tag (note, word) VALUES (1, 'second') RETURNING id;
TRUNCATE tag RESTART IDENTITY;
INSERT INTO tag (note, word) VALUES (1, 'anew') RETURNING id;

-- What SQLite has rolled back is gone: nothing that comes after stands for itself.
\set VERBOSITY sqlstate
BEGIN;
INSERT INTO bare VALUES ('before');
INSERT INTO abrupt VALUES (1);
DO $$ BEGIN INSERT INTO abrupt VALUES (1); EXCEPTION WHEN unique_violation THEN NULL; END $$;
SAVEPOINT s;
INSERT INTO bare VALUES ('after');
ROLLBACK TO s;
COMMIT;
\set VERBOSITY default
\! sqlite3 "$PG_SQLITE_DATA/writing.db" "SELECT (SELECT count(*) FROM abrupt), count(*) FROM bare WHERE x IN ('before', 'after')"
-- A row that a join finds more than once is updated once; rows whose key is spelt otherwise are not passed over.
UPDATE note SET stars = stars - 1 FROM generate_series(1, 3) WHERE title = 'three' RETURNING stars;
CREATE FOREIGN TABLE by_day (day date, n bigint) SERVER writing OPTIONS ("table" 'dated');
UPDATE by_day SET n = n + 10 WHERE n = 1 RETURNING *;
UPDATE by_day SET n = n + 10 WHERE n = 2;
DELETE FROM by_day;
-- Triggers, partitions, views with a check option.
CREATE FUNCTION told() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE NOTICE '% %: % to %', tg_when, tg_op, to_jsonb(old), to_jsonb(new); IF tg_op = 'INSERT' AND tg_when = 'BEFORE' THEN new.word = upper(new.word); END IF; RETURN coalesce(new, old); END$$;
CREATE TRIGGER before BEFORE INSERT OR UPDATE OR DELETE ON tag FOR EACH ROW EXECUTE FUNCTION told();
CREATE TRIGGER after AFTER INSERT OR UPDATE OR DELETE ON tag FOR EACH ROW EXECUTE FUNCTION told();
INSERT INTO tag (id, note, word) VALUES (5, 1, 'shout');
UPDATE tag SET word = 'calm' WHERE id = 5;
DELETE FROM tag WHERE id = 5;
CREATE VIEW few AS SELECT * FROM note WHERE stars < 5 WITH CHECK OPTION;
INSERT INTO few (title, stars) VALUES ('many', 5);
INSERT INTO few (title, stars) VALUES ('few', 4) RETURNING stars, doubled;
CREATE TABLE whole (id bigint, x text) PARTITION BY LIST (id);
CREATE TABLE whole_1 PARTITION OF whole FOR VALUES IN (1);
CREATE FOREIGN TABLE whole_2 PARTITION OF whole FOR VALUES IN (2) SERVER writing OPTIONS ("table" 'part');
INSERT INTO whole VALUES (1, 'here'), (2, 'there');
UPDATE whole SET x = x || '!';
UPDATE whole SET id = 1 WHERE id = 2;
SELECT tableoid::regclass, * FROM whole ORDER BY x;
INSERT INTO whole_2 VALUES (3, 'nowhere');
SELECT plan FROM helper.explained('VERBOSE, ANALYZE, TIMING OFF, SUMMARY OFF, BUFFERS OFF', 'UPDATE writing.note SET stars = 1 WHERE id = 10') WHERE plan !~ 'SQLite Plan';

-- Values as their columns keep them.
CREATE FOREIGN TABLE values (id bigint, flag boolean, small smallint, f double precision, n numeric, d date, ts timestamp, tz timestamptz OPTIONS (timezone 'Europe/Vienna'),
    unix_ms timestamptz OPTIONS (encoding 'unix_ms'), julian timestamp OPTIONS (encoding 'julian'), t time, u uuid, ub uuid, j json, jb jsonb, a text[], i inet, b bytea, c char(5))
    SERVER writing OPTIONS ("table" 'typed');
SET timezone = 'UTC';
INSERT INTO values VALUES (1, true, -5, 0.1, 12.50, '2024-02-29', '2024-02-29 12:30:00.25', '2024-07-01 12:00+02', '1999-12-31 23:59:59.999Z', '2000-01-01 12:00', '23:59:59.5',
    'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', '{"a": 1}', '{"b": [1, null]}', '{x,NULL,"y,z"}', '10.0.0.0/8', '\xdead00', 'ab');
\pset expanded on
SELECT * FROM values;
\pset expanded off
\! sqlite3 -header -list -separator ' | ' "$PG_SQLITE_DATA/writing.db" "SELECT flag, small, f, n, d, ts, tz, unix_ms, julian, t, u, hex(ub) AS ub, j, jb, a, i, hex(b) AS b, quote(c) AS c FROM typed"
INSERT INTO values (f) VALUES ('NaN');
INSERT INTO values (f) VALUES ('-Infinity') RETURNING f;
INSERT INTO values (n) VALUES (0.1234567890123456789);
INSERT INTO values (n) VALUES (123456789012345678901234567890);
INSERT INTO values (ts) VALUES ('infinity');
INSERT INTO values (unix_ms) VALUES ('2024-01-01 00:00:00.123456Z');
INSERT INTO values (a) VALUES ('{{1,2},{3,4}}');
INSERT INTO values (j) VALUES ('5') RETURNING j;

-- Two columns of one, reals that no boolean is read from, keys that others refer to, and looks amid a transaction.
CREATE FOREIGN TABLE truth (id bigint, r boolean) SERVER writing OPTIONS ("table" 'real');
INSERT INTO truth VALUES (1, true);
CREATE FOREIGN TABLE twice (id bigint, r double precision, again double precision OPTIONS (column_name 'R')) SERVER writing OPTIONS ("table" 'real');
INSERT INTO twice VALUES (1, 2, 3);
INSERT INTO twice (id, again) VALUES (1, 3) RETURNING *;
INSERT INTO note (id, title) VALUES (70, 'seventy');
INSERT INTO child (note) VALUES (70);
\set VERBOSITY sqlstate
TRUNCATE note;
BEGIN;
INSERT INTO child (later) VALUES (71);
COMMIT;
\set VERBOSITY default
BEGIN;
DELETE FROM child;
SELECT count(*) FROM sqlite.assess('{writing}', 'elsewhere');
ROLLBACK;
BEGIN;
DELETE FROM child;
SELECT sqlite.suggest_spec('{writing}', 'elsewhere');
ROLLBACK;

-- Planning goes on without the file, as it does for SELECT.
\set gone :data '/writing_gone.db'
CREATE SERVER writing_gone FOREIGN DATA WRAPPER pg_sqlite OPTIONS (database :'gone', updatable 'true');
CREATE FOREIGN TABLE gone (id bigint, x text) SERVER writing_gone;
EXPLAIN (COSTS off) UPDATE gone SET x = 'new' WHERE id = 1;
EXPLAIN (COSTS off) INSERT INTO gone VALUES (1, 'x');

-- Who may not.
ALTER SERVER writing OPTIONS (ADD force_readonly 'true');
INSERT INTO bare VALUES ('x');
ALTER SERVER writing OPTIONS (DROP force_readonly);
ALTER FOREIGN TABLE bare OPTIONS (ADD updatable 'false');
DELETE FROM bare;
TRUNCATE bare;
ALTER FOREIGN TABLE bare OPTIONS (DROP updatable, ADD truncatable 'false');
TRUNCATE bare;
SELECT table_name, is_insertable_into FROM information_schema.tables WHERE table_schema = 'writing' AND table_name IN ('bare', 'note') ORDER BY 1;
RESET search_path;
DROP SCHEMA writing CASCADE;
DROP SERVER writing, writing_gone CASCADE;
