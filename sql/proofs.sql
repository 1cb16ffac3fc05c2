-- The proof: validate says of every row what is so, also where rows do not come over as they are.
\set data `echo "$PG_SQLITE_DATA"`
\set proofs :data '/proofs.db'
CREATE SERVER proofs FOREIGN DATA WRAPPER pg_sqlite OPTIONS (database :'proofs');
SET client_min_messages = error;
\pset format unaligned
\pset tuples_only on
-- Who is not a superuser sees records through row security.
CREATE ROLE regress_proof;
GRANT USAGE ON FOREIGN SERVER proofs TO regress_proof;
DO $$ BEGIN EXECUTE format('GRANT CREATE ON DATABASE %I TO regress_proof', current_database()); END $$;
SET ROLE regress_proof;

-- Rows without rowid that were put aside are known by the key that SQLite has, whatever a conversion makes of it.
CREATE SCHEMA proof;
CREATE TABLE proof.moment (at timestamp PRIMARY KEY, note text);
\set spec '{"include": ["moment"], "on_error": "reject"}'
CALL sqlite.migrate('{proofs}', 'proof', :'spec') \gset
SELECT read, written, rejected FROM sqlite.job_tables WHERE job = :job;
SELECT target_rows, missing, extra, different, status, reason FROM sqlite.validate(:job);
TRUNCATE proof.moment;
-- A value that becomes NULL is a row that does not fit, where its column is NOT NULL: what holds for the table.
\set spec '{"include": ["moment"], "on_error": "reject", "columns": {"*.at": {"on_error": "null"}}}'
SELECT severity, column_name, finding, rows FROM sqlite.assess('{proofs}', 'proof', :'spec') WHERE severity <> 'note' ORDER BY 3;
CALL sqlite.migrate('{proofs}', 'proof', :'spec') \gset
SELECT read, written, rejected FROM sqlite.job_tables WHERE job = :job;
SELECT target_rows, missing, extra, different, status, reason FROM sqlite.validate(:job);
DROP SCHEMA proof CASCADE;
-- And not for its column.
SELECT severity, column_name, finding, rows FROM sqlite.assess('{proofs}', 'proof', '{"include": ["moment"], "columns": {"*.at": {"on_error": "null"}}}') WHERE severity = 'blocker' ORDER BY 3;

-- Rows that last don't refer to a table whose rows don't: known before.
CREATE SCHEMA proof;
CREATE UNLOGGED TABLE proof.parent (id bigint PRIMARY KEY);
\set spec '{"include": ["parent", "child"]}'
SELECT severity, table_name, finding, example FROM sqlite.assess('{proofs}', 'proof', :'spec') WHERE severity <> 'note';
CALL sqlite.migrate('{proofs}', 'proof', :'spec') \gset
SELECT target, status FROM sqlite.validate(:job);
DROP SCHEMA proof CASCADE;

-- An expression that fails is no obstacle where on_error makes NULL of it, or puts the row aside.
\set spec '{"include": ["share"], "columns": {"share.part": {"type": "integer", "convert": "10 / part::int", "on_error": "null"}}}'
CALL sqlite.migrate('{proofs}', 'proof', :'spec') \gset
SELECT read, written, rejected, changes FROM sqlite.job_tables WHERE job = :job;
SELECT target_rows, missing, extra, different, status, reason FROM sqlite.validate(:job);
UPDATE proof.share SET part = 0 WHERE id = 4;
SELECT target_rows, missing, extra, different, status, reason FROM sqlite.validate(:job);
SELECT * FROM sqlite.differences(:job, 'share');
SELECT count(*) FROM pg_class WHERE relpersistence = 't' AND relname = 'share';
DROP SCHEMA proof CASCADE;

-- Rows that were put aside and loaded later with other values than SQLite has: all others are proven.
\set spec '{"include": ["share", "town"], "on_error": "reject", "tables": {"share": {"rules": {"r": "part <> ''x''"}}, "town": {"rules": {"zip": "sqlite.is_us_zip(zip)"}}}}'
CALL sqlite.migrate('{proofs}', 'proof', :'spec') \gset
SELECT target, rejected FROM sqlite.job_tables WHERE job = :job ORDER BY 1;
UPDATE sqlite.rejects SET row = jsonb_set(row, '{part,value}', '"3"') WHERE job = :job AND table_name = 'share';
UPDATE sqlite.rejects SET row = jsonb_set(row, '{zip,value}', '"02134"') WHERE job = :job AND table_name = 'town' AND row #>> '{code,value}' = 'b';
SELECT target, missing, extra, different, status, reason FROM sqlite.validate(:job) ORDER BY 1;
CALL sqlite.retry_rejects(:job, from_stored => true) \gset retried_
SELECT :retried_loaded AS loaded, :retried_left_open AS left_open;
SELECT target, missing, extra, different, status, reason FROM sqlite.validate(:job) ORDER BY 1;
SELECT key, column_name, source_value, target_value FROM sqlite.differences(:job, 'town');
-- Any other difference is one.
UPDATE proof.share SET note = 'other' WHERE id = 1;
DELETE FROM proof.town WHERE code = 'a';
SELECT target, missing, extra, different, status, reason FROM sqlite.validate(:job) ORDER BY 1;
DROP SCHEMA proof CASCADE;
-- One that fits now is as SQLite has it.
\set spec '{"include": ["share"], "on_error": "reject", "tables": {"share": {"rules": {"r": "id <> 3"}}}}'
CALL sqlite.migrate('{proofs}', 'proof', :'spec') \gset
CALL sqlite.retry_rejects(:job, spec => '{"tables": {"share": {"rules": {"r": "true"}}}}') \gset retried_
SELECT target, status, reason FROM sqlite.validate(:job);
DROP SCHEMA proof CASCADE;

-- A condition on rows that are others by now: the target itself.
CREATE SCHEMA proof;
CREATE TABLE proof.share (id bigint PRIMARY KEY, part text, note text);
INSERT INTO proof.share VALUES (2, 'was', 'here');
\set spec '{"include": ["share"], "existing": "append", "tables": {"share": {"where": "id NOT IN (SELECT there.id FROM proof.share AS there)"}}}'
CALL sqlite.migrate('{proofs}', 'proof', :'spec') \gset
SELECT read, written, rejected FROM sqlite.job_tables WHERE job = :job;
SELECT target, status, reason FROM sqlite.validate(:job);
DROP SCHEMA proof CASCADE;
-- One that nobody has changed proves as much as ever.
CREATE SCHEMA proof;
CREATE TABLE proof.wanted AS SELECT generate_series(1, 3) AS id;
\set spec '{"include": ["share"], "tables": {"share": {"where": "id IN (SELECT w.id FROM proof.wanted AS w)"}}}'
CALL sqlite.migrate('{proofs}', 'proof', :'spec') \gset
SELECT target, target_rows, status, reason FROM sqlite.validate(:job);
DELETE FROM proof.wanted WHERE id = 1;
SELECT target, target_rows, status, reason FROM sqlite.validate(:job);
DROP SCHEMA proof CASCADE;

-- What rows must have and must be is so later on, too: NOT NULL of a required column, a CHECK of a rule.
\set spec '{"include": ["pupil", "parent"], "on_error": "reject", "orphans": "null", "tables": {"pupil": {"required": ["name", "team"], "rules": {"old": {"condition": "pupil.age < 120", "check": true}, "mark": {"condition": "mark BETWEEN 1 AND 6", "on_fail": "warn", "check": true}, "pupil_pkey": {"condition": "id > 0", "check": true}}}}}'
SELECT statement FROM sqlite.plan('{proofs}', 'proof', :'spec') WHERE object ~ '^(table|check) .*pupil';
CALL sqlite.migrate('{proofs}', 'proof', :'spec') \gset
SELECT read, written, rejected, warned FROM sqlite.job_tables WHERE job = :job AND table_name = 'pupil';
SELECT table_name, message FROM sqlite.job_log WHERE job = :job AND level = 'warning';
SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = 'proof.pupil'::regclass AND contype = 'c' ORDER BY 1;
SELECT target, status FROM sqlite.validate(:job) ORDER BY 1;
CALL sqlite.rollback(:job);
SELECT severity, finding FROM sqlite.assess('{proofs}', 'proof', '{"include": ["share"], "tables": {"share": {"rules": {"r": {"condition": "id IN (SELECT 1)", "check": true}}}}}') WHERE severity = 'blocker';
CREATE SCHEMA proof;
CREATE TABLE proof.share (id bigint, part text, note text);
SELECT severity, finding FROM sqlite.assess('{proofs}', 'proof', '{"include": ["share"], "tables": {"share": {"rules": {"r": {"condition": "id > 0", "check": true}}}}}') WHERE finding ~ 'CHECK';
DROP SCHEMA proof CASCADE;

-- Rows that break a rule and go all the same are told by what SQLite calls them, in each mode.
\set rules '"tables": {"pupil": {"foreign_keys": [], "rules": {"aged": {"condition": "age < 12", "on_fail": "warn"}, "mark": {"condition": "mark < 3", "on_fail": "null"}}}, "town": {"rules": {"zip": {"condition": "sqlite.is_us_zip(zip)", "on_fail": "null"}}}}'
\set single '{"include": ["pupil", "town"], ' :rules '}'
\set batch '{"include": ["pupil", "town"], "transaction": "batch", "commit_rows": 2, ' :rules '}'
CALL sqlite.migrate('{proofs}', 'proof', :'single') \gset
SELECT table_name, warned, changes FROM sqlite.job_tables WHERE job = :job ORDER BY 1;
SELECT table_name, message FROM sqlite.job_log WHERE job = :job AND level = 'warning' ORDER BY 1, 2;
CALL sqlite.rollback(:job);
CALL sqlite.migrate('{proofs}', 'proof', :'batch') \gset
SELECT table_name, message FROM sqlite.job_log WHERE job = :job AND level = 'warning' ORDER BY 1, 2;
DROP SCHEMA proof CASCADE;

RESET ROLE;
DROP SERVER proofs CASCADE;
DROP OWNED BY regress_proof;
DROP ROLE regress_proof;
