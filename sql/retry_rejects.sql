-- sqlite.retry_rejects: rejected rows once more, after the source, the target, the spec or the stored row was mended.
\set data `echo "$PG_SQLITE_DATA"`
\set retry_db :data '/retry_live.db'
\set VERBOSITY terse
\set SHOW_CONTEXT never
\! cp "$PG_SQLITE_DATA/retry.db" "$PG_SQLITE_DATA/retry_live.db"
-- Numbers that don't depend on other tests.
ALTER TABLE sqlite.jobs ALTER COLUMN job RESTART WITH 9000001;
ALTER TABLE sqlite.rejects ALTER COLUMN id RESTART WITH 9000001;
CREATE SERVER retry FOREIGN DATA WRAPPER pg_sqlite OPTIONS (database :'retry_db');
\set holds 'SELECT table_name, read, written, rejected, skipped, read = written + rejected + skipped AS holds, (SELECT count(*) FROM sqlite.rejects r WHERE r.job = t.job AND r.table_no = t.table_no AND r.state <> \'loaded\') = rejected AS told FROM sqlite.job_tables t WHERE job = :job ORDER BY 1'
\set rejects 'SELECT table_name, COALESCE(row -> \'id\' ->> \'value\', row -> \'name\' ->> \'value\') AS row_id, columns, state, category, sqlstate FROM sqlite.rejects WHERE job = :job ORDER BY 1, 2'
CALL sqlite.migrate('{retry}', 'retried', '{"on_error": "reject", "orphans": "reject", "include": ["customer", "purchase", "setting"]}') \gset
:holds;
:rejects;

-- Nothing was mended: all stay, with what is wrong with them.
CALL sqlite.retry_rejects(:job);
:holds;
SELECT statement FROM jsonb_to_recordset(sqlite.report(:job) -> 'next') AS n (statement text) WHERE statement ~ 'retry';

-- The source. A row that has gone stays open.
\! sqlite3 "$PG_SQLITE_DATA/retry_live.db" "UPDATE customer SET age = 33 WHERE id = 3; DELETE FROM customer WHERE id = 7"
CALL sqlite.retry_rejects(:job);
:holds;
SELECT id, name, age, twice FROM retried.customer ORDER BY id;
SELECT message, row -> 'age' AS age FROM sqlite.rejects WHERE job = :job AND table_name = 'customer' AND rowid IN (3, 7) ORDER BY rowid;

\set VERBOSITY default
-- A stored row, checked when it is changed. It is taken as it stands, without being asked for.
UPDATE sqlite.rejects SET row = jsonb_set(row, '{joined}', '"2024-12-05"') WHERE job = :job AND rowid = 5 AND table_name = 'customer';
UPDATE sqlite.rejects SET row = jsonb_set(row, '{joined}', '{"class": "integer", "value": "2024"}') WHERE job = :job AND rowid = 5 AND table_name = 'customer';
UPDATE sqlite.rejects SET row = row - 'joined' WHERE job = :job AND rowid = 5 AND table_name = 'customer';
UPDATE sqlite.rejects SET row = row || '{"joind": {"class": "null"}}' WHERE job = :job AND rowid = 5 AND table_name = 'customer';
UPDATE sqlite.rejects SET row = '[]' WHERE job = :job AND rowid = 5 AND table_name = 'customer';
UPDATE sqlite.rejects SET row = jsonb_set(row, '{joined}', '{"class": "text", "value": "2024-12-05"}') WHERE job = :job AND rowid = 5 AND table_name = 'customer';
SELECT array_agg(id) AS fifth FROM sqlite.rejects WHERE job = :job AND rowid = 5 AND table_name = 'customer' \gset
CALL sqlite.retry_rejects(:job, :'fifth');
SELECT id, name, joined FROM retried.customer WHERE id = 5;
SELECT joined FROM sqlite.query('retry', 'SELECT joined FROM customer WHERE id = 5') AS q (joined text);

\set VERBOSITY terse
-- The target: another type, a looser constraint.
ALTER TABLE retried.purchase ALTER COLUMN note TYPE text;
CALL sqlite.retry_rejects(:job);
:holds;
SELECT * FROM retried.purchase ORDER BY id;

-- The spec.
CALL sqlite.retry_rejects(:job, spec => '{"tables": {"customer": {"target": "elsewhere"}}}');
CALL sqlite.retry_rejects(:job, spec => '{"tables": {"customer": {"excess_digit": "round"}}}');
CALL sqlite.retry_rejects(:job, spec => '{"workers": 2}');
CALL sqlite.retry_rejects(:job, spec => '{"tables": {"customer": {"columns": {"balance": {"excess_digits": "round"}}}}}');
SELECT id, balance FROM retried.customer WHERE id > 3 ORDER BY id;
CALL sqlite.retry_rejects(:job, spec => '{"tables": {"customer": {"columns": {"age": {"on_error": "null"}, "joined": {"on_error": "null"}, "balance": {"excess_digits": "truncate"}}}}}');
SELECT * FROM retried.customer WHERE id > 3 ORDER BY id;
:holds;
:rejects;

-- Ids.
CALL sqlite.retry_rejects(:job, '{999999999}');
CALL sqlite.retry_rejects(:job, ARRAY[NULL::bigint]);
CALL sqlite.retry_rejects(:job, :'fifth');
UPDATE sqlite.rejects SET state = 'ignored' WHERE job = :job AND rowid = 7 RETURNING state;
UPDATE sqlite.rejects SET state = 'loaded' WHERE job = :job AND rowid = 7;
UPDATE sqlite.rejects SET state = 'open' WHERE job = :job AND rowid = 5 AND table_name = 'customer';
UPDATE sqlite.rejects SET state = NULL WHERE job = :job AND rowid = 7;
SELECT array_agg(id) AS seventh FROM sqlite.rejects WHERE job = :job AND rowid = 7 \gset
CALL sqlite.retry_rejects(:job, :'seventh');
CALL sqlite.retry_rejects(:job);
CALL sqlite.retry_rejects(999999999);
SELECT r -> 'open' AS open, r -> 'loaded' AS loaded, r -> 'ignored' AS ignored FROM (SELECT sqlite.report(:job) -> 'rejects' AS r) AS s;

-- Identity goes on behind what was written.
INSERT INTO retried.customer (name) VALUES ('Jo') RETURNING id;

-- A table without rowids: the source by the key, and stored rows.
SELECT key FROM sqlite.rejects WHERE job = :job AND table_name = 'setting' ORDER BY id;
\! sqlite3 "$PG_SQLITE_DATA/retry_live.db" "UPDATE setting SET value = 3 WHERE host = 'y'"
CALL sqlite.retry_rejects(:job);
CALL sqlite.retry_rejects(:job, from_stored => true, spec => '{"tables": {"setting": {"columns": {"value": {"on_error": "null"}}}}}') \gset
SELECT * FROM retried.setting ORDER BY name, host;

-- Inside a block all of it is the block's.
DROP SCHEMA retried CASCADE;
\! cp "$PG_SQLITE_DATA/retry.db" "$PG_SQLITE_DATA/retry_live.db"
CALL sqlite.migrate('{retry}', 'retried', '{"on_error": "reject", "orphans": "keep", "include": ["customer"], "keys": "uuid"}') \gset
BEGIN;
CALL sqlite.retry_rejects(:job, spec => '{"on_error": "null", "excess_digits": "round"}');
SELECT count(*), count(*) FILTER (WHERE id = sqlite.uuid_for(sqlite.uuid_for((SELECT substring(load ->> 'expressions' FROM '[0-9a-f]{8}-[0-9a-f-]{27}')::uuid FROM sqlite.job_tables WHERE job = :job), 'retry.customer'), 5)) AS same_keys FROM retried.customer;
ROLLBACK;
SELECT count(*) FROM retried.customer;
:holds;
-- What fails leaves everything as it was.
UPDATE sqlite.rejects SET row = row || '{"name": {"class": "text", "value": "Ann"}, "age": {"class": "integer", "value": 40}}' WHERE job = :job AND rowid IN (3, 7);
ALTER TABLE retried.customer DROP COLUMN age CASCADE;
CALL sqlite.retry_rejects(:job);
:holds;
SELECT state, mended, count(*) FROM sqlite.rejects WHERE job = :job GROUP BY 1, 2 ORDER BY 1, 2;
-- A deferred constraint is asked for each row.
ALTER TABLE retried.customer ADD COLUMN age bigint, ADD CONSTRAINT later UNIQUE (name) DEFERRABLE INITIALLY DEFERRED;
CALL sqlite.retry_rejects(:job);
SELECT rowid, state, columns, sqlstate FROM sqlite.rejects WHERE job = :job ORDER BY 1;
:holds;

-- Rules and where.
DROP SCHEMA retried CASCADE;
CALL sqlite.migrate('{retry}', 'retried', '{"on_error": "reject", "include": ["customer"], "tables": {"customer": {"where": "id <> 1", "rules": {"grown": "age > 33"}, "columns": {"twice": {"on_error": "null"}}}}}') \gset
:holds;
CALL sqlite.retry_rejects(:job, spec => '{"tables": {"customer": {"where": "id NOT IN (1, 2)", "rules": {"grown": "age > 30"}}}}');
:holds;
SELECT rowid, category, sqlstate FROM sqlite.rejects WHERE job = :job ORDER BY 1;
-- A value of the condition does not fit.
CALL sqlite.retry_rejects(:job, spec => '{"tables": {"customer": {"where": "age > 100"}}}');
SELECT rowid, category, sqlstate FROM sqlite.rejects WHERE job = :job ORDER BY 1;
:holds;
CALL sqlite.retry_rejects(:job, spec => '{"tables": {"customer": {"where": null, "rules": null}}}');
SELECT id, name FROM retried.customer ORDER BY id;

-- Rows that refer to each other, in whichever order; what has no parent stays. A partition that was not there.
DROP SCHEMA retried CASCADE;
CALL sqlite.migrate('{retry}', 'retried', '{"on_error": "reject", "orphans": "keep", "include": ["chain", "event"], "tables": {"event": {"primary_key": [], "partition_by": {"range": "at", "every": "1 month", "default": false}}}}') \gset
:holds;
\! sqlite3 "$PG_SQLITE_DATA/retry_live.db" "UPDATE chain SET v = id; UPDATE event SET at = '2024-03-09' WHERE id = 2"
CALL sqlite.retry_rejects(:job);
SELECT * FROM retried.chain ORDER BY id;
SELECT table_name, rowid, sqlstate, message FROM sqlite.rejects WHERE job = :job AND state = 'open' ORDER BY 1, 2;
CREATE TABLE retried.event_march PARTITION OF retried.event FOR VALUES FROM ('2024-03-01') TO ('2024-04-01');
CALL sqlite.retry_rejects(:job);
SELECT tableoid::regclass, id FROM retried.event ORDER BY id;
:holds;
SELECT count(*) > 0 AS transactions_noted FROM sqlite.job_chunks c WHERE job = :job AND read = 0 AND written > 0 AND cardinality(xids) > 0;

-- With workers tables are put aside at first; rejects go where the tables are now.
DROP SCHEMA retried CASCADE;
CALL sqlite.migrate('{retry}', 'retried', '{"on_error": "reject", "orphans": "keep", "include": ["customer"], "workers": 2}') \gset
CALL sqlite.retry_rejects(:job, spec => '{"on_error": "null", "excess_digits": "round"}');
SELECT count(*) FROM retried.customer;

-- One table of a job taken back: what a retry has loaded goes with it, and comes again as the file has it.
CALL sqlite.rollback(:job, tables => '{retried.customer}');
SELECT to_regclass('retried.customer') IS NULL AS gone, state, count(*) FROM sqlite.rejects WHERE job = :job GROUP BY 2 ORDER BY 2;
CALL sqlite.resume(:job);
SELECT read, written, rejected FROM sqlite.job_tables WHERE job = :job;
SELECT state, count(*) FROM sqlite.rejects WHERE job = :job GROUP BY 1 ORDER BY 1;
DROP TABLE retried.customer;

-- Into a table that was there, with other types: what is there already is skipped; from PL/pgSQL with variables.
CREATE TABLE retried.shelf (id smallint PRIMARY KEY, name varchar(3), age int, joined date);
INSERT INTO retried.shelf VALUES (4, 'old');
CALL sqlite.migrate('{retry}', 'retried', '{"on_error": "reject", "include": ["purchase"], "existing": "skip", "orphans": "keep", "tables": {"purchase": {"target": "shelf", "columns": {"note": {"target": "name"}, "customer_id": {"target": "age"}}}}}') \gset
:holds;
UPDATE sqlite.rejects SET row = jsonb_set(row, '{note,value}', '"new"') WHERE job = :job;
DO $$
DECLARE
    job bigint := sqlite.job_or_last();
    loaded bigint;
    left_open bigint;
BEGIN
    CALL sqlite.retry_rejects(job, loaded => loaded, left_open => left_open);
    RAISE NOTICE '% loaded, % left', loaded, left_open;
END
$$;
:holds;
SELECT id, name, age FROM retried.shelf ORDER BY id;
-- A rollback takes these rows back, too.
CALL sqlite.rollback(:job);
SELECT id, name, age FROM retried.shelf ORDER BY id;
CALL sqlite.retry_rejects(:job);

-- sqlite.load: rows of its query, as they are stored.
CREATE TABLE retried.item (id int PRIMARY KEY, v varchar(3) NOT NULL, n numeric(4,1) CHECK (n < 100));
CALL sqlite.load('retried.item', 'SELECT i, CASE WHEN i < 4 THEN repeat(''x'', i + 1) END, i * 30.0 FROM generate_series(1, 5) i', 'reject') \gset
:holds;
CALL sqlite.retry_rejects(:job);
ALTER TABLE retried.item DROP CONSTRAINT item_n_check, ALTER COLUMN v TYPE text;
UPDATE sqlite.rejects SET row = jsonb_set(row, '{v,value}', '"new"') WHERE job = :job AND row -> 'id' ->> 'value' = '4';
UPDATE sqlite.rejects SET row = jsonb_set(row, '{id,value}', '"many"') WHERE job = :job AND row -> 'id' ->> 'value' = '5';
CALL sqlite.retry_rejects(:job, from_stored => true);
:holds;
UPDATE sqlite.rejects SET row = jsonb_set(row, '{id,value}', '"5"') WHERE job = :job AND row -> 'id' ->> 'value' = 'many';
CALL sqlite.retry_rejects(:job, from_stored => true);
SELECT * FROM retried.item ORDER BY id;
:holds;
CALL sqlite.retry_rejects(:job, spec => '{}');

-- A job that is not done.
CALL sqlite.migrate('{retry}', 'retried_not', '{"include": ["customer"]}');
SELECT sqlite.job_or_last() AS failed \gset
CALL sqlite.retry_rejects(:failed);
CALL sqlite.retry_rejects();

-- Another role's job.
CREATE ROLE retry_guest;
SET ROLE retry_guest;
CALL sqlite.retry_rejects(:job);
RESET ROLE;
DROP ROLE retry_guest;

SET client_min_messages = warning;
DROP SCHEMA retried CASCADE;
DROP SERVER retry;
\! rm "$PG_SQLITE_DATA/retry_live.db"
