-- sqlite.rollback, rollback_sql and forget: what a job made and wrote is taken back, and nothing else.
\set data `echo "$PG_SQLITE_DATA"`
\set shop_db :data '/shop.db'
\set VERBOSITY terse
\set SHOW_CONTEXT never
SET client_min_messages = warning;
CREATE SERVER undo_shop FOREIGN DATA WRAPPER pg_sqlite OPTIONS (database :'shop_db');
CREATE SCHEMA undo_test;
SET search_path = undo_test;

-- What a statement raises, with numbers of jobs and transactions taken out.
CREATE FUNCTION attempt(statement text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
    message text;
    state text;
    detail text;
    hint text;
BEGIN
    EXECUTE statement;
    RETURN NEXT 'done';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, state = RETURNED_SQLSTATE, detail = PG_EXCEPTION_DETAIL,
        hint = PG_EXCEPTION_HINT;
    RETURN NEXT state || ' ' || regexp_replace(message, 'job \d+', 'job N');
    IF detail <> '' THEN RETURN NEXT 'detail: ' || detail; END IF;
    IF hint <> '' THEN RETURN NEXT 'hint: ' || regexp_replace(hint, 'yours is \d+', 'yours is N'); END IF;
END $$;

-- A whole database into a schema that is made for it.
CALL sqlite.migrate('{undo_shop}', 'undo_new', '{"on_error": "reject", "orphans": "keep"}') \gset
SELECT count(*) > 5 AS tables FROM pg_class WHERE relnamespace = 'undo_new'::regnamespace AND relkind = 'r';
BEGIN;
CALL sqlite.rollback(:job);
SELECT count(*) FROM pg_namespace WHERE nspname = 'undo_new';
ROLLBACK;
SELECT state FROM sqlite.jobs WHERE job = :job;
CALL sqlite.rollback();
SELECT count(*) FROM pg_namespace WHERE nspname = 'undo_new';
SELECT DISTINCT j.state AS job, t.state AS tables, s.state AS steps, (SELECT count(*) FROM sqlite.job_chunks c WHERE c.job = j.job) AS chunks
FROM sqlite.jobs j JOIN sqlite.job_tables t USING (job) JOIN sqlite.job_steps s USING (job) WHERE j.job = :job AND s.kind <> 'comment';
SELECT sum(written) > 0 AS counts_stay FROM sqlite.job_tables WHERE job = :job;
SELECT level, message FROM sqlite.job_log WHERE job = :job AND message !~ ', in [0-9.]+ s$' ORDER BY at;
SELECT n ->> 'why' AS next FROM sqlite.report(:job) r, jsonb_array_elements(r -> 'next') n;
SELECT attempt('CALL sqlite.rollback()');

-- The same by the script.
CALL sqlite.migrate('{undo_shop}', 'undo_new', '{"on_error": "reject", "orphans": "keep", "transaction": "batch", "commit_rows": 100}') \gset
SELECT sqlite.rollback_sql() AS script \gset
:script
SELECT count(*) FROM pg_namespace WHERE nspname = 'undo_new';
SELECT attempt('CALL sqlite.rollback()');
-- Rows that are nowhere but among its rejects are not forgotten before somebody has decided about them.
SELECT a FROM attempt('CALL sqlite.forget(' || :job || ')') AS a LIMIT 1;
UPDATE sqlite.rejects SET state = 'ignored' WHERE job = :job AND state = 'open';
CALL sqlite.forget(:job);
SELECT count(*) FROM sqlite.jobs WHERE job = :job;
SELECT attempt('CALL sqlite.rollback()');

-- What background workers have written, put aside first and straight.
CALL sqlite.migrate('{undo_shop}', 'undo_new', '{"on_error": "reject", "orphans": "keep", "workers": 2}') \gset
CALL sqlite.rollback();
CALL sqlite.migrate('{undo_shop}', 'undo_new', '{"on_error": "reject", "orphans": "keep", "workers": 2, "transaction": "batch", "commit_rows": 100}') \gset
CALL sqlite.rollback();
SELECT count(*) FROM pg_namespace WHERE nspname = 'undo_new';

-- Tables that have changed since, in all ways; each is named, and nothing is touched.
CALL sqlite.migrate('{undo_shop}', 'undo_new', '{"include": ["category", "user", "settings"], "on_error": "reject", "orphans": "keep"}') \gset
INSERT INTO undo_new.settings (key) VALUES ('new');
UPDATE undo_new.category SET name = upper(name) WHERE id < 3;
DELETE FROM undo_new."user" WHERE id = 1;
ALTER TABLE undo_new."user" ADD COLUMN more text, DROP COLUMN age;
SELECT attempt('CALL sqlite.rollback()');
SELECT count(*) FROM undo_new.settings;
SELECT attempt(replace(sqlite.rollback_sql(), E'BEGIN;\n', '')) LIMIT 1;
-- What others have built upon it.
ALTER TABLE undo_new."user" DROP COLUMN more;
CREATE VIEW seen AS SELECT * FROM undo_new.category;
CREATE TABLE refers (category_id bigint REFERENCES undo_new.category);
CREATE TABLE undo_new.by_hand (id int);
CALL sqlite.migrate('{undo_shop}', 'undo_other', '{"include": ["category"], "orphans": "keep"}') \gset other_
CREATE VIEW seen_too AS SELECT * FROM undo_other.category;
SELECT attempt(format('CALL sqlite.rollback(%s)', :other_job));
CALL sqlite.rollback(:other_job, force => true);
CALL sqlite.rollback(:job, force => true);
SELECT relname FROM pg_class WHERE relnamespace = 'undo_new'::regnamespace OR relname IN ('seen', 'seen_too') AND relkind = 'v' ORDER BY 1;
SELECT message FROM sqlite.job_log WHERE job = :job AND message !~ ', in [0-9.]+ s$' ORDER BY at;
DROP SCHEMA undo_new CASCADE;

-- Rows added to tables of an application: they go, and others stay.
CREATE TABLE category (id bigint PRIMARY KEY, name text NOT NULL, parent_id bigint REFERENCES category ON DELETE CASCADE);
CREATE TABLE "user" (id bigserial PRIMARY KEY, email text, name text, is_active boolean, newsletter text, age int CHECK (age > 0), birthday text,
    created_at text, settings jsonb);
CREATE TABLE written_log (operation text);
CREATE FUNCTION log_it() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO undo_test.written_log VALUES (TG_OP); RETURN NULL; END $$;
CREATE TRIGGER log_it AFTER INSERT OR DELETE ON category FOR EACH ROW EXECUTE FUNCTION log_it();
INSERT INTO category VALUES (1000, 'mine', NULL), (1001, 'mine, too', 1000);
INSERT INTO "user" (name) VALUES ('mine');
CREATE TABLE category_before AS TABLE category;
\set spec '{"include": ["category", "user"], "existing": "append", "on_error": "reject", "orphans": "keep", "triggers": "disable"}'
CALL sqlite.migrate('{undo_shop}', 'undo_test', :'spec') \gset
SELECT table_name, written, rejected > 0 AS rejected FROM sqlite.job_tables WHERE job = :job ORDER BY 1;
SELECT count(*) FROM written_log;
CALL sqlite.rollback(:job);
SELECT * FROM category EXCEPT TABLE category_before;
SELECT name FROM "user";
SELECT count(*) FROM written_log WHERE operation = 'DELETE';
SELECT tgenabled FROM pg_trigger WHERE tgname = 'log_it';
SELECT count(*) AS foreign_keys FROM pg_constraint WHERE conrelid = 'category'::regclass AND contype = 'f';

-- In chunks; one row has changed since, one is gone.
\set batch '{"include": ["category", "user"], "existing": "append", "on_error": "reject", "orphans": "keep", "transaction": "batch", "commit_rows": 50}'
CALL sqlite.migrate('{undo_shop}', 'undo_test', :'batch') \gset
SELECT count(*) > 3 AS chunks FROM sqlite.job_chunks WHERE job = :job;
UPDATE "user" SET name = 'changed' WHERE id = 5;
DELETE FROM "user" WHERE id = 6;
SELECT attempt('CALL sqlite.rollback()');
CALL sqlite.rollback(force => true);
SELECT name FROM "user" ORDER BY id;
DELETE FROM "user" WHERE id = 5;

-- Others' rows that would go with the job's.
CALL sqlite.migrate('{undo_shop}', 'undo_test', :'batch') \gset
INSERT INTO category VALUES (2000, 'below one of the job', 1);
CREATE TABLE picture (category_id bigint REFERENCES category ON DELETE SET NULL);
INSERT INTO picture VALUES (2), (3), (1000);
SELECT attempt('CALL sqlite.rollback()');
CREATE TABLE price (category_id bigint REFERENCES category);
INSERT INTO price VALUES (2);
DELETE FROM picture WHERE category_id < 1000;
DELETE FROM category WHERE id = 2000;
SELECT attempt('CALL sqlite.rollback()');
DELETE FROM price;

-- Some of its tables: the job stays, the table counts as not begun.
SELECT attempt('CALL sqlite.rollback(tables => ''{nowhere}'')');
SELECT attempt('CALL sqlite.rollback(tables => ''{NULL}'')');
CALL sqlite.rollback(tables => '{user}');
SELECT name FROM "user" ORDER BY id;
SELECT count(*) > 2 AS categories FROM category;
SELECT j.state AS job, table_name, t.state, read, written FROM sqlite.job_tables t JOIN sqlite.jobs j USING (job) WHERE job = :job ORDER BY 2;
SELECT DISTINCT state FROM sqlite.rejects WHERE job = :job;
SELECT message FROM sqlite.job_log WHERE job = :job AND message LIKE 'rolled back%';
CALL sqlite.rollback();
SELECT count(*) FROM category;
SELECT state FROM sqlite.jobs WHERE job = :job;

-- What can't be undone is refused beforehand.
CALL sqlite.migrate('{undo_shop}', 'undo_test', '{"include": ["category"], "existing": "upsert", "orphans": "keep"}') \gset
SELECT attempt('CALL sqlite.rollback()');
SET client_min_messages = notice;
CALL sqlite.rollback(force => true);
SET client_min_messages = warning;
SELECT count(*) > 2 AS still_there FROM category;
SELECT level, message FROM sqlite.job_log WHERE job = :job AND message !~ ', in [0-9.]+ s$' ORDER BY at, message;
DROP TABLE picture, price;
TRUNCATE category;
INSERT INTO category VALUES (7777, 'old', NULL);
CALL sqlite.migrate('{undo_shop}', 'undo_test', '{"include": ["category"], "existing": "truncate", "orphans": "keep"}') \gset
SELECT attempt('CALL sqlite.rollback()');

-- A job that failed behind what it committed; its copy of the source goes with it, but not before the commit.
TRUNCATE category;
CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE insufficient_privilege; END';
CREATE TRIGGER refuse BEFORE INSERT ON "user" EXECUTE FUNCTION refuse();
CALL sqlite.migrate('{undo_shop}', 'undo_test', '{"include": ["category", "user"], "existing": "append", "on_error": "reject", "orphans": "keep", "transaction": "table"}') \gset
DROP FUNCTION refuse CASCADE;
SELECT max(job) AS job FROM sqlite.jobs \gset
SELECT format('base/%s/pgsql_tmp_pg_sqlite', oid) AS copies FROM pg_database WHERE datname = current_database() \gset
\set make_copy 'cat; mkdir -p ' :copies '/' :job
COPY (SELECT) TO PROGRAM :'make_copy';
SELECT state, (SELECT count(*) > 0 FROM category) AS committed FROM sqlite.jobs WHERE job = :job;
BEGIN;
CALL sqlite.rollback();
SAVEPOINT s;
ROLLBACK;
BEGIN;
SAVEPOINT s;
CALL sqlite.rollback();
ROLLBACK TO s;
COMMIT;
SELECT count(*) AS copies FROM pg_ls_dir(:'copies', true, false) d WHERE d = :job::text;
BEGIN;
SAVEPOINT s;
CALL sqlite.rollback();
RELEASE s;
COMMIT;
SELECT count(*) AS copies FROM pg_ls_dir(:'copies', true, false) d WHERE d = :job::text;
SELECT state, (SELECT count(*) FROM category) AS rows FROM sqlite.jobs WHERE job = :job;

-- Loads: several in a job, a partitioned table, a view, in a block together with rows of one's own.
CREATE TABLE part (id int, v text) PARTITION BY RANGE (id);
CREATE TABLE part_1 PARTITION OF part FOR VALUES FROM (0) TO (100);
CREATE TABLE part_2 PARTITION OF part FOR VALUES FROM (100) TO (200);
CREATE VIEW part_view AS SELECT * FROM part_1;
INSERT INTO part SELECT i, 'mine' FROM generate_series(1, 3) i;
BEGIN;
INSERT INTO part VALUES (4, 'mine');
CALL sqlite.load('part', 'SELECT i, ''x'' FROM generate_series(90, 110) i') \gset
CALL sqlite.load('part', 'SELECT i, ''y'' FROM generate_series(111, 120) i', job => :job) \gset
INSERT INTO part VALUES (5, 'mine');
COMMIT;
SELECT regexp_replace(sqlite.rollback_sql(), '\{[\d,]+\}|job \d+', 'N', 'g');
CALL sqlite.rollback();
SELECT * FROM part ORDER BY id;
CALL sqlite.load('part_view', 'SELECT 6, ''x''') \gset
SELECT attempt('CALL sqlite.rollback()');
DROP TABLE part CASCADE;
SELECT attempt('CALL sqlite.rollback()');
SET client_min_messages = notice;
CALL sqlite.rollback(force => true);
SET client_min_messages = warning;

-- A session that was killed while its tables were put aside.
CREATE SCHEMA sqlite_job_900008;
CREATE TABLE sqlite_job_900008.half_done (id int);
INSERT INTO sqlite.jobs (job, kind, state, owner, staging) OVERRIDING SYSTEM VALUE VALUES (900008, 'migrate', 'running', current_user::regrole, '{"sqlite_job_900008": "app"}');
SELECT sqlite.rollback_sql(900008);
CALL sqlite.rollback(900008);
SELECT j.state, (SELECT count(*) FROM pg_namespace WHERE nspname = 'sqlite_job_900008') AS schemas FROM sqlite.jobs j WHERE job = 900008;
CALL sqlite.forget(900008);

-- Numbers of transactions mean nothing where a dump brought them, and nothing after too many of them.
CREATE TABLE item (id int);
INSERT INTO item VALUES (1);
CALL sqlite.load('item', 'SELECT 2') \gset
UPDATE sqlite.job_chunks SET system_identifier = 1 WHERE job = :job;
SELECT attempt('CALL sqlite.rollback()');
UPDATE sqlite.job_chunks SET system_identifier = DEFAULT WHERE job = :job;
-- More rows of its transactions than it wrote: never, not by force either.
UPDATE sqlite.job_tables SET written = 0 WHERE job = :job;
CALL sqlite.rollback(force => true);
SELECT count(*) FROM item;
CALL sqlite.load('item', 'SELECT 3 UNION ALL SELECT 4') \gset
UPDATE sqlite.job_tables SET written = 1 WHERE job = :job;
SELECT attempt('CALL sqlite.rollback(force => true)');
UPDATE sqlite.job_tables SET written = 2 WHERE job = :job;

-- The caller's rights decide.
CREATE ROLE undo_role;
GRANT USAGE ON SCHEMA undo_test TO undo_role;
GRANT SELECT, INSERT ON item TO undo_role;
SET ROLE undo_role;
SELECT attempt(format('CALL sqlite.rollback(%s)', :job));
CALL sqlite.load('item', 'SELECT 5') \gset own_
SELECT attempt('CALL sqlite.rollback()');
RESET ROLE;
GRANT DELETE ON item TO undo_role;
SET ROLE undo_role;
CALL sqlite.rollback();
RESET ROLE;
CALL sqlite.rollback(:job);
SELECT * FROM item ORDER BY id;

-- Forgetting: what is at its end, one's own, and what could still go on by its name only.
SELECT attempt('CALL sqlite.forget()');
SELECT attempt('CALL sqlite.forget(1, ''1 day'')');
SELECT attempt('CALL sqlite.forget(older_than => ''-1 day'')');
INSERT INTO sqlite.jobs (job, kind, state, owner, finished) OVERRIDING SYSTEM VALUE VALUES
    (900001, 'migrate', 'done', current_user::regrole, now() - interval '2 years'), (900002, 'migrate', 'failed', current_user::regrole, now() - interval '2 years'),
    (900003, 'load', 'failed', current_user::regrole, now() - interval '2 years'), (900004, 'load', 'done', 'undo_role', now() - interval '2 years'),
    (900005, 'migrate', 'rolled back', current_user::regrole, now() - interval '2 years'), (900006, 'migrate', 'done', current_user::regrole, now() - interval '2 days');
INSERT INTO sqlite.jobs (job, kind, state, owner, started) OVERRIDING SYSTEM VALUE VALUES (900007, 'migrate', 'running', current_user::regrole, now() - interval '2 years');
SET client_min_messages = notice;
CALL sqlite.forget(older_than => '1 year');
SET client_min_messages = warning;
SELECT job FROM sqlite.jobs WHERE job BETWEEN 900000 AND 900099 ORDER BY job;
CALL sqlite.forget(900002);
CALL sqlite.forget(900006);
CALL sqlite.forget(900007);
SET ROLE undo_role;
SELECT attempt('CALL sqlite.forget(900002)');
CALL sqlite.forget(900004);
RESET ROLE;
SELECT job FROM sqlite.jobs WHERE job BETWEEN 900000 AND 900099 ORDER BY job;

-- Rows whose references were made NULL are the job's all the same, also when its tables have got other names since.
\set orphans_db :data '/plan_orphans.db'
CREATE SERVER undo_orphans FOREIGN DATA WRAPPER pg_sqlite OPTIONS (database :'orphans_db');
CALL sqlite.migrate('{undo_orphans}', 'undo_named', '{"exclude": ["refused"], "orphans": "null"}') \gset
SELECT count(*) > 0 AS cleared FROM sqlite.job_steps WHERE job = :job AND kind = 'clear orphans' AND state = 'done';
SELECT format('ALTER TABLE undo_named.%I RENAME TO %I', relname, 'new_' || relname) FROM pg_class
    WHERE relnamespace = 'undo_named'::regnamespace AND relkind = 'r' ORDER BY 1 \gexec
SELECT attempt(format('CALL sqlite.rollback(%s)', :job));
SELECT to_regnamespace('undo_named') IS NULL AS gone;
DROP SERVER undo_orphans;

DROP SCHEMA undo_test CASCADE;
DROP SERVER undo_shop;
CALL sqlite.forget(:own_job);
DROP ROLE undo_role;
