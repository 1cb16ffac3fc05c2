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

RESET ROLE;
DROP SERVER proofs CASCADE;
DROP OWNED BY regress_proof;
DROP ROLE regress_proof;
