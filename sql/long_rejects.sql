-- Rows that are put aside with values too long for sqlite.rejects: what is kept of them, and how they are loaded later.
\set data `echo "$PG_SQLITE_DATA"`
\set long_db :data '/long.db'
\set VERBOSITY default
\set SHOW_CONTEXT never
\pset format unaligned
\pset tuples_only on
\! sqlite3 "$PG_SQLITE_DATA/long.db" "CREATE TABLE doc (id INTEGER PRIMARY KEY, n INT, body, more); INSERT INTO doc VALUES (1, 'bad', printf('%.*c', 1048576, 'w'), printf('%.*c', 1048577, 'x')), (2, 'bad', zeroblob(1048576), zeroblob(2000000)), (3, 'bad', NULL, 'a' || replace(hex(zeroblob(600000)), '0', 'ü')), (4, 'bad', 'short', CAST(x'ff' || zeroblob(1100000) AS TEXT)), (5, 'bad', 'short', 5), (6, 6, NULL, NULL); CREATE TABLE wide (id INTEGER PRIMARY KEY, n INT, a, b, c, d, e); WITH v (v) AS (SELECT replace(hex(zeroblob(500000)), '0', char(1))) INSERT INTO wide SELECT 1, 'bad', v, v, v, v, 'five' FROM v; CREATE TABLE keyed (k TEXT PRIMARY KEY, n INT) WITHOUT ROWID; INSERT INTO keyed VALUES ('a', 'bad'), (printf('%.*c', 1100000, 'k'), 'bad')"
CREATE SERVER long FOREIGN DATA WRAPPER pg_sqlite OPTIONS (database :'long_db');
\set spec '{"on_error": "reject", "columns": {"doc.body": {"type": "bytea"}, "doc.more": {"type": "bytea"}, "wide.a": {"type": "text"}, "wide.b": {"type": "text"}, "wide.c": {"type": "text"}, "wide.d": {"type": "text"}, "wide.e": {"type": "text"}}}'
CALL sqlite.migrate('{long}', 'long', :'spec') \gset
SELECT table_name, rowid, left(key::text, 20) AS key, sqlstate FROM sqlite.rejects WHERE job = :job ORDER BY 1, 2, 3;
-- Values of up to a megabyte are whole. Of a row with much of them the last are not.
SELECT rowid, c.key, c.value - 'value' - 'hex' AS kept, length(COALESCE(c.value ->> 'value', c.value ->> 'hex'))
FROM sqlite.rejects, jsonb_each(row) AS c WHERE job = :job AND table_name = 'doc' AND c.key IN ('body', 'more') ORDER BY 1, 2;
SELECT c.key, c.value ? 'digest' AS cut, c.value ->> 'bytes' AS bytes, length(c.value ->> 'value')
FROM sqlite.rejects, jsonb_each(row) AS c WHERE job = :job AND table_name = 'wide' AND c.value ->> 'class' = 'text' ORDER BY 1;
SELECT target, status, reason FROM sqlite.validate(:job) ORDER BY 1;

-- A mended row takes the other values from the file, as long as it has them.
UPDATE sqlite.rejects SET row = jsonb_set(row, '{n}', '{"class": "integer", "value": 7}') WHERE job = :job AND table_name = 'doc';
UPDATE sqlite.rejects SET row = jsonb_set(row, '{more,bytes}', '5') WHERE job = :job AND table_name = 'doc' AND rowid = 1;
UPDATE sqlite.rejects SET row = jsonb_set(row, '{more,begins}', '"other words"') WHERE job = :job AND table_name = 'doc' AND rowid = 1;
\! sqlite3 "$PG_SQLITE_DATA/long.db" "UPDATE doc SET more = zeroblob(2000001) WHERE id = 2; DELETE FROM doc WHERE id = 4"
CALL sqlite.retry_rejects(:job) \gset retry_
SELECT id, n, octet_length(body), octet_length(more), left(encode(more, 'hex'), 8) FROM long.doc ORDER BY id;
SELECT table_name, rowid, state FROM sqlite.rejects WHERE job = :job ORDER BY 1, 2;
-- A whole value in its place, or the row of the source as it is now.
UPDATE sqlite.rejects SET row = jsonb_set(row, '{more}', '{"class": "blob", "hex": "00"}') WHERE job = :job AND table_name = 'doc' AND rowid = 4;
UPDATE sqlite.rejects SET row = NULL WHERE job = :job AND table_name = 'doc' AND rowid = 2;
\! sqlite3 "$PG_SQLITE_DATA/long.db" "UPDATE doc SET n = 2 WHERE id = 2; UPDATE keyed SET n = 1"
CALL sqlite.retry_rejects(:job) \gset retry_
SELECT id, n, octet_length(body), octet_length(more) FROM long.doc ORDER BY id;

-- Without the file rows are loaded that need none.
DROP SCHEMA long CASCADE;
\! sqlite3 "$PG_SQLITE_DATA/long.db" "UPDATE doc SET n = 'bad'; UPDATE keyed SET n = 'bad'"
CALL sqlite.migrate('{long}', 'long', :'spec') \gset
\! mv "$PG_SQLITE_DATA/long.db" "$PG_SQLITE_DATA/long_gone.db"
SELECT sqlite.disconnect('long') \gset
UPDATE sqlite.rejects SET row = jsonb_set(row, '{n}', '{"class": "integer", "value": 7}') WHERE job = :job;
CALL sqlite.retry_rejects(:job, from_stored => true) \gset retry_
\! mv "$PG_SQLITE_DATA/long_gone.db" "$PG_SQLITE_DATA/long.db"
CALL sqlite.retry_rejects(:job, from_stored => true) \gset retry_
SELECT table_name, rowid, state FROM sqlite.rejects WHERE job = :job ORDER BY 1, 2, 3;

-- Rows of a query are nowhere else.
CREATE TABLE long.item (n int CHECK (n > 0), v text);
CALL sqlite.load('long.item', $$SELECT 1, repeat('x', 2000000) UNION ALL SELECT -1, repeat('ü', 1000000) UNION ALL SELECT -2, 'y'$$, 'reject') \gset
SELECT count(*) FROM long.item;
SELECT row FROM sqlite.rejects WHERE job = :job ORDER BY id;
SELECT target, status, reason FROM sqlite.validate(:job);
ALTER TABLE long.item DROP CONSTRAINT item_n_check;
CALL sqlite.retry_rejects(:job, from_stored => true) \gset retry_
SELECT target, status, reason FROM sqlite.validate(:job);

-- Errors that quote a value, and a job that fails by one.
CREATE TYPE long.mood AS ENUM ('good');
CREATE TABLE long.mood_of (id bigint PRIMARY KEY, n text, body long.mood, more text);
\set spec '{"on_error": "reject", "existing": "append", "include": ["doc"], "tables": {"doc": {"target": "mood_of", "columns": {"more": {"on_error": "null"}}}}}'
CALL sqlite.migrate('{long}', 'long', :'spec') \gset
SELECT rowid, length(message) < 66000 AS fits, left(message, 40) FROM sqlite.rejects WHERE job = :job ORDER BY 1;
CREATE FUNCTION long.fail() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE EXCEPTION USING MESSAGE = repeat('m', 100000), DETAIL = repeat('d', 100000), ERRCODE = 'XX000'; END$$;
CREATE TRIGGER fail BEFORE INSERT ON long.item FOR EACH ROW EXECUTE FUNCTION long.fail();
\set VERBOSITY sqlstate
CALL sqlite.load('long.item', $$SELECT 1, 'a'$$);
SELECT state, length(error ->> 'message'), length(error ->> 'detail'), right(error ->> 'detail', 3) FROM sqlite.jobs WHERE job = sqlite.job_or_last();
SET client_min_messages = warning;
DROP SCHEMA long CASCADE;
DROP SERVER long CASCADE;
\! rm "$PG_SQLITE_DATA/long.db"
