-- sqlite.load and sqlite.migrate: what is written, what is put aside, and what the records say.
\set data `echo "$PG_SQLITE_DATA"`
\set shop_db :data '/shop.db'
\set VERBOSITY terse
\set SHOW_CONTEXT never
CREATE SCHEMA load_test;
SET search_path = load_test;
CREATE TABLE item (id int PRIMARY KEY, v text NOT NULL CHECK (length(v) < 5), n numeric(4,1));

-- From any source; nothing to refuse.
CALL sqlite.load('item', 'SELECT i, repeat(''x'', i % 4 + 1), i / 4.0 FROM generate_series(1, 100) i') \gset
SELECT read, written, rejected, skipped FROM sqlite.job_tables WHERE job = :job;
SELECT count(*), sum(id), sum(n) FROM item;

-- Duplicates, a CHECK, a number too big: each row alone, the others stay.
CALL sqlite.load('item', 'SELECT i, repeat(''x'', i % 7), i * 9.0 FROM generate_series(98, 115) i', 'reject') \gset
SELECT read, written, rejected, skipped FROM sqlite.job_tables WHERE job = :job;
SELECT row -> 'id' ->> 'value' AS id, columns, category, sqlstate, message FROM sqlite.rejects WHERE job = :job ORDER BY id;
SELECT id, v, n FROM item WHERE id > 100 ORDER BY id;

-- Without reject nothing stays, and all of them are told.
CALL sqlite.load('item (id, v)', 'SELECT i, repeat(''x'', i % 7) FROM generate_series(200, 210) i') \gset
SELECT count(*) FROM item WHERE id >= 200;
SELECT state, error ->> 'message' AS message, (SELECT count(*) FROM sqlite.rejects r WHERE r.job = j.job) AS told
FROM sqlite.jobs j ORDER BY job DESC LIMIT 1;

-- Rules, and how many may be rejected.
CALL sqlite.load('item (id, v)', 'SELECT i, ''a'' FROM generate_series(300, 310) i', 'reject',
    rules => '{"small": "id < 309", "even": {"condition": "id % 2 = 0", "on_fail": "warn"}}') \gset
SELECT read, written, rejected, skipped, warned FROM sqlite.job_tables WHERE job = :job;
SELECT category, message FROM sqlite.rejects WHERE job = :job;
CALL sqlite.load('item (id, v)', 'SELECT i, ''a'' FROM generate_series(400, 410) i', 'reject', 1, '{"small": "id < 409"}');
CALL sqlite.load('item (id, v)', 'SELECT i, ''a'' FROM generate_series(400, 410) i', 'reject', '10%', '{"small": "id < 409"}');
CALL sqlite.load('item (id, v)', 'SELECT i, ''a'' FROM generate_series(400, 410) i', 'reject', '20%', '{"small": "id < 409"}') \gset
SELECT read, written, rejected, skipped FROM sqlite.job_tables WHERE job = :job;

-- Inside a block the error carries it all; what went well is the block's.
BEGIN;
CALL sqlite.load('item (id, v)', 'SELECT 500, ''in a block''');
ROLLBACK;
BEGIN;
CALL sqlite.load('item (id, v)', 'SELECT 501, ''ok''') \gset
COMMIT;
SELECT state FROM sqlite.jobs WHERE job = :job;

-- Literals without a type take the column's, as in INSERT … SELECT; so does OVERRIDING, and an end of statement.
CREATE TABLE typed (id int GENERATED ALWAYS AS IDENTITY, d date, c char(5), a int[]);
CALL sqlite.load('typed (d, c, a)', 'SELECT NULL, ''abcd'', ''{1,2}''; -- the end') \gset
CALL sqlite.load('typed (id, d) OVERRIDING SYSTEM VALUE', 'SELECT 7, ''2024-02-29''', rules => '{"leap": "d > ''2024-01-01''"}') \gset
SELECT * FROM typed ORDER BY id;
CALL sqlite.load('typed (id, d) OVERRIDING USER VALUE', 'SELECT 8, ''2024-02-29''');

-- A check that waits for the commit: the job has failed like any other.
CREATE TABLE parent (id int PRIMARY KEY);
CREATE TABLE child (parent int REFERENCES parent DEFERRABLE INITIALLY DEFERRED);
CALL sqlite.load('child', 'SELECT 1');
SELECT state, error ->> 'sqlstate' AS sqlstate FROM sqlite.jobs ORDER BY job DESC LIMIT 1;

-- Arguments.
CALL sqlite.load('item SELECT 1 --', '');
CALL sqlite.load('item SELECT 1 --', '-- nothing');
CALL sqlite.load('item', 'SELECT 1', 'ignore');
CALL sqlite.load('item', 'SELECT 1', max_rejects => 'many');
CALL sqlite.load('item', 'SELECT 1', max_rejects => 9223372036854775808);
CALL sqlite.load('nowhere', 'SELECT 1', max_rejects => 9223372036854775807);
CALL sqlite.load('item', 'SELECT 1; SELECT 2');
CALL sqlite.load('nowhere', 'SELECT 1');
CALL sqlite.load('item (id)', 'SELECT 1, 2');
CALL sqlite.load(NULL, 'SELECT 1');

-- A whole database, in the three ways; the account holds each time.
CREATE SERVER load_shop FOREIGN DATA WRAPPER pg_sqlite OPTIONS (database :'shop_db');
CALL sqlite.migrate('{load_shop}', 'load_single', '{"on_error": "reject", "orphans": "keep"}') \gset
SELECT table_name, read, written, rejected, skipped, read = written + rejected + skipped AS holds
FROM sqlite.job_tables WHERE job = :job ORDER BY table_name;
SELECT table_name, s.n AS in_sqlite, read = s.n AS all_read
FROM sqlite.job_tables t, sqlite.query('load_shop', 'SELECT ''settings'', count(*) FROM settings UNION ALL SELECT ''user'', count(*) FROM user
    UNION ALL SELECT ''order_line'', count(*) FROM order_line') AS s(name text, n bigint)
WHERE job = :job AND table_name = s.name ORDER BY 1;
\set single :job
CALL sqlite.migrate('{load_shop}', 'load_table', '{"on_error": "reject", "orphans": "keep", "transaction": "table"}') \gset
SELECT count(*) AS differences FROM sqlite.job_tables a JOIN sqlite.job_tables b USING (table_no)
WHERE a.job = :single AND b.job = :job AND (a.read, a.written, a.rejected) <> (b.read, b.written, b.rejected);
CALL sqlite.migrate('{load_shop}', 'load_batch', '{"on_error": "reject", "orphans": "keep", "transaction": "batch", "commit_rows": 100}') \gset
SELECT count(*) AS differences FROM sqlite.job_tables a JOIN sqlite.job_tables b USING (table_no)
WHERE a.job = :single AND b.job = :job AND (a.read, a.written, a.rejected) <> (b.read, b.written, b.rejected);
SELECT count(*) FROM (TABLE load_single."user" EXCEPT ALL TABLE load_batch."user") AS d;
SELECT count(*) FROM (TABLE load_table."order" EXCEPT ALL TABLE load_batch."order") AS d;
SELECT count(*) > 5 AS in_chunks FROM sqlite.job_chunks WHERE job = :job;

-- What does not fit is named, and nothing is left behind.
CALL sqlite.migrate('{load_shop}', 'load_none', '{"orphans": "keep"}');
SELECT count(*) FROM pg_namespace WHERE nspname = 'load_none';
SELECT state, (SELECT count(*) > 0 FROM sqlite.rejects r WHERE r.job = j.job) AS told FROM sqlite.jobs j ORDER BY job DESC LIMIT 1;

-- Inside a block likewise: the session reads the file again, and no copy of it is left.
BEGIN;
CALL sqlite.migrate('{load_shop}', 'load_none', '{"orphans": "keep"}');
ROLLBACK;
SELECT count(*) FROM sqlite.query('load_shop', 'SELECT 1') AS q(i int);
SELECT database = :'shop_db' AS own_file FROM sqlite.connections() WHERE server = 'load_shop';
SELECT count(*) AS copies FROM pg_ls_dir('base/pgsql_tmp', true, false) f
WHERE f LIKE (SELECT format('pgsql\_tmp\_pg\_sqlite.%s.%%', oid) FROM pg_database WHERE datname = current_database());

-- Rows put aside leave room for those that make the job fail.
CALL sqlite.migrate('{load_shop}', 'load_none', '{"orphans": "keep", "tables": {"order_line": {"rules": {"none": "FALSE"}}}}');
SELECT count(*) FILTER (WHERE category = 'validation') AS put_aside, count(*) FILTER (WHERE category <> 'validation') AS failures
FROM sqlite.rejects WHERE job = (SELECT max(job) FROM sqlite.jobs);

-- What a trigger raises is its row's fault, also by a SQLSTATE of its own; what ails the schema ends the load.
CREATE TABLE picky (id int);
CREATE FUNCTION pick() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN
    IF new.id = 2 THEN RAISE 'no twos' USING ERRCODE = '45000'; END IF;
    IF new.id = 3 THEN RAISE 'no threes' USING ERRCODE = 'SHOP3'; END IF;
    IF new.id = 4 THEN RAISE 'no fours' USING ERRCODE = 'triggered_action_exception'; END IF;
    IF new.id = 9 THEN PERFORM FROM nowhere; END IF;
    RETURN new;
END$$;
CREATE TRIGGER pick BEFORE INSERT ON picky FOR EACH ROW EXECUTE FUNCTION pick();
CALL sqlite.load('picky', 'SELECT generate_series(1, 5)', 'reject') \gset
SELECT row -> 'id' ->> 'value' AS id, category, sqlstate, message FROM sqlite.rejects WHERE job = :job ORDER BY 1;
SELECT * FROM picky;
CALL sqlite.load('picky', 'SELECT generate_series(6, 9)', 'reject');
SELECT * FROM picky;

-- A snapshot of the live file is held for the whole job, whatever becomes of the server's options.
CREATE SCHEMA load_live;
CREATE SERVER load_live FOREIGN DATA WRAPPER pg_sqlite OPTIONS (database :'shop_db', busy_timeout '5000');
CREATE TABLE load_live."user" (LIKE load_single."user");
CREATE TABLE load_live.seen (snapshot_since timestamptz);
CREATE FUNCTION load_live.look() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN
    INSERT INTO load_live.seen SELECT snapshot_since FROM sqlite.connections() WHERE server = 'load_live';
    ALTER SERVER load_live OPTIONS (SET busy_timeout '4000');
    RETURN NULL;
END$$;
CREATE TRIGGER look AFTER INSERT ON load_live."user" EXECUTE FUNCTION load_live.look();
CALL sqlite.migrate('{load_live}', 'load_live', '{"include": ["user"], "orphans": "keep", "existing": "append", "on_error": "reject",
    "read_from": "live", "transaction": "batch", "commit_rows": 100}') \gset
SELECT count(*) > 1 AS chunks, count(DISTINCT snapshot_since) AS snapshots FROM load_live.seen;

-- Not inside a block, where it would have to commit.
BEGIN;
CALL sqlite.migrate('{load_shop}', 'load_none', '{"transaction": "batch"}');
ROLLBACK;
CALL sqlite.migrate('{load_shop}', 'load_none', '{"transactoin": "batch"}');
CALL sqlite.migrate('{nowhere}', 'load_none');

SET client_min_messages = warning;
DROP SCHEMA load_test, load_single, load_table, load_batch, load_live CASCADE;
DROP SERVER load_shop, load_live;
