-- The promise: what assess calls clean is migrated, what it calls a blocker is refused before anything is written, and as many rows
-- are put aside as the plan has said.
\set data `echo "$PG_SQLITE_DATA"`
\set promises :data '/promises.db'
\set promises_other :data '/promises_other.db'
CREATE SERVER promises FOREIGN DATA WRAPPER pg_sqlite OPTIONS (database :'promises');
CREATE SERVER promises_other FOREIGN DATA WRAPPER pg_sqlite OPTIONS (database :'promises_other');
SET client_min_messages = error;
\pset format unaligned
\pset tuples_only on

-- A key and all that refers to it get one type, which holds every row.
SELECT sqlite.suggest_spec('{promises}', 'app') AS spec \gset
SELECT jsonb_pretty(:'spec');
SELECT table_name, finding FROM sqlite.assess('{promises}', 'app', :'spec') WHERE severity = 'blocker';
CALL sqlite.migrate('{promises}', 'app', :'spec') \gset
SELECT table_name, read, written, rejected FROM sqlite.job_tables WHERE job = :job ORDER BY 1;
SELECT conrelid::regclass, conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE connamespace = 'app'::regnamespace AND contype IN ('f', 'u', 'c') ORDER BY 1, 2;
SELECT indexrelid::regclass, pg_get_indexdef(indexrelid) FROM pg_index WHERE indrelid = ANY ('{app.document,app.customer}'::regclass[]) ORDER BY 1;
SELECT jsonb_path_query(sqlite.report(:job), '$.not_translated[*].object') ORDER BY 1;
SELECT * FROM app.orders_of;
SELECT target, status FROM sqlite.validate(:job) WHERE status <> 'identical';
-- Names that need quotes, and why.
SELECT table_name, column_name, finding FROM sqlite.assess('{promises}', 'app2', '{"include": ["order"]}') WHERE finding ~ 'quotes' ORDER BY column_name NULLS FIRST;
-- Triggers of tables that go, and no others.
SELECT table_name FROM sqlite.assess('{promises}', 'app2', '{"exclude": ["customer", "order"]}') WHERE finding ~ '^trigger';
-- Rows that are there of a table without rowids are counted.
SELECT table_name, expected FROM sqlite.job_tables WHERE job = :job AND table_name = 'pair';
DROP SCHEMA app CASCADE;

-- Rows that are put aside take those along that refer to them: foreseen to the row.
\set spec '{"include": ["machine", "part", "screw"], "on_error": "reject", "orphans": "reject"}'
SELECT severity, table_name, finding, rows FROM sqlite.assess('{promises}', 'app', :'spec') WHERE severity <> 'note' ORDER BY 2, 3;
SELECT object, rows, predicted_rejects FROM sqlite.plan('{promises}', 'app', :'spec') WHERE predicted_rejects IS NOT NULL ORDER BY step;
CALL sqlite.migrate('{promises}', 'app', :'spec') \gset
SELECT table_name, read, written, rejected FROM sqlite.job_tables WHERE job = :job ORDER BY table_no;
DROP SCHEMA app CASCADE;
-- Where nothing is said of them, they stand in the way.
SELECT severity, table_name, finding, rows FROM sqlite.assess('{promises}', 'app', '{"include": ["machine", "part", "screw"], "on_error": "reject"}') WHERE severity = 'blocker';

-- What convert, rules and a target that exists refuse is foreseen as well.
CREATE SCHEMA app;
CREATE TABLE app.number (id bigint PRIMARY KEY, n text CHECK (n <> 'def'), amount numeric(3,1));
INSERT INTO app.number VALUES (2, 'was here', 1);
\set spec '{"include": ["number"], "on_error": "reject", "existing": "append", "columns": {"number.amount": {"convert": "nullif(amount, ''N/A'')::numeric"}}, "tables": {"number": {"rules": {"few": "id < 4"}}}}'
SELECT severity, column_name, finding, rows, example FROM sqlite.assess('{promises}', 'app', :'spec') WHERE severity <> 'note' ORDER BY 3;
SELECT object, predicted_rejects FROM sqlite.plan('{promises}', 'app', :'spec') WHERE predicted_rejects IS NOT NULL;
SELECT * FROM app.number;
CALL sqlite.migrate('{promises}', 'app', :'spec') \gset
SELECT read, written, rejected FROM sqlite.job_tables WHERE job = :job;
-- Where a trigger decides, nothing is foreseen.
CREATE FUNCTION app.decide() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
CREATE TRIGGER decide BEFORE INSERT ON app.number FOR EACH ROW EXECUTE FUNCTION app.decide();
SELECT object, predicted_rejects IS NULL FROM sqlite.plan('{promises}', 'app', :'spec') WHERE object = 'data of app.number';
SELECT severity, finding FROM sqlite.assess('{promises}', 'app', :'spec') WHERE finding ~ 'foreseen';
DROP SCHEMA app CASCADE;
SELECT severity, rows FROM sqlite.assess('{promises}', 'app', '{"on_error": "reject", "include": ["number"]}') WHERE column_name = 'n';
-- Nor does a transaction that only reads leave it out.
BEGIN READ ONLY;
SELECT object, predicted_rejects FROM sqlite.plan('{promises}', 'app', '{"include": ["declared"], "tables": {"declared": {"rules": {"r": "a > 1"}}}}') WHERE predicted_rejects IS NOT NULL;
COMMIT;

-- Orphans over two files.
\set spec '{"include": ["member", "click"], "tables": {"click": {"foreign_keys": [{"columns": ["member"], "references": "member", "orphans": "reject"}]}}}'
SELECT severity, table_name, finding, rows, example FROM sqlite.assess('{promises,promises_other}', 'app', :'spec') WHERE finding LIKE 'orphans%';
SELECT object, predicted_rejects FROM sqlite.plan('{promises,promises_other}', 'app', :'spec') WHERE predicted_rejects > 0;
CALL sqlite.migrate('{promises,promises_other}', 'app', :'spec') \gset
SELECT table_name, read, written, rejected FROM sqlite.job_tables WHERE job = :job ORDER BY 1;
DROP SCHEMA app CASCADE;

-- A trial of one table is none of the other's orphans.
\set spec '{"include": ["number", "chain"], "orphans": "reject", "on_error": "reject", "tables": {"number": {"columns": {"n": {"convert": "n", "type": "integer"}}}}}'
SELECT object, predicted_rejects FROM sqlite.plan('{promises,promises_other}', 'app', :'spec') WHERE predicted_rejects > 0 ORDER BY 1;

-- A blocker means no, whatever the migration commits on its way.
\set VERBOSITY terse
\set spec '{"include": ["member", "number"], "tables": {"number": {"foreign_keys": [{"columns": ["n"], "references": "nowhere"}]}}}'
CALL sqlite.migrate('{promises}', 'app', :'spec');
SELECT to_regnamespace('app') IS NULL;
\set spec '{"include": ["member", "number"], "transaction": "table"}'
CALL sqlite.migrate('{promises}', 'app', :'spec');
SELECT to_regnamespace('app') IS NULL;
\set spec '{"include": ["member", "number"], "transaction": "batch", "on_error": "reject", "max_rejects": 1}'
CALL sqlite.migrate('{promises}', 'app', :'spec');
SELECT to_regnamespace('app') IS NULL;
-- Foreign keys of the spec that PostgreSQL can't have: no key at the columns, types without an operator.
SELECT finding FROM sqlite.assess('{promises}', 'app', '{"tables": {"member": {"primary_key": []}, "part": {"foreign_keys": [{"columns": ["machine"], "references": "member", "referenced_columns": ["id"]}]}}}') WHERE severity = 'blocker' AND table_name = 'part';
SELECT finding FROM sqlite.assess('{promises}', 'app', '{"tables": {"part": {"foreign_keys": [{"columns": ["machine"], "references": "customer", "referenced_columns": ["name"]}]}}}') WHERE severity = 'blocker' AND table_name = 'part';
-- Indexes by a hash, or not at all.
\set VERBOSITY default
SELECT column_name, finding, suggestion FROM sqlite.assess('{promises}', 'app', '{"include": ["document"]}') WHERE severity = 'blocker' ORDER BY 2;
SELECT statement FROM sqlite.plan('{promises}', 'app', '{"include": ["document", "page"], "columns": {"document.body": {"index_as": "none"}}}') WHERE section = 'post-data' ORDER BY step;
-- The CHECK of a declared type stays with a type of the spec, or is listed.
SELECT statement FROM sqlite.plan('{promises}', 'app', '{"include": ["declared"], "columns": {"declared.a": {"type": "smallint"}, "declared.e": {"type": "varchar(20)"}}}') WHERE object = 'table app.declared';
SELECT statement FROM sqlite.plan('{promises}', 'app', '{"include": ["declared"], "columns": {"declared.a": {"type": "text"}, "declared.e": {"convert": "e"}}}') WHERE object ~ '^check';
-- A target that takes no rows: another name, which is free in any case.
CREATE SCHEMA app;
CREATE VIEW app."MEMBER" AS SELECT 1 AS id;
CREATE TABLE app.member_1 (id bigint);
SELECT finding, suggestion FROM sqlite.assess('{promises}', 'app', '{"include": ["member"]}') WHERE severity = 'blocker';
SELECT sqlite.suggest_spec('{promises}', 'app') AS spec \gset
SELECT jsonb_path_query(:'spec', '$.**.target'), (SELECT count(*) FROM sqlite.assess('{promises}', 'app', :'spec') WHERE severity = 'blocker');
DROP SCHEMA app CASCADE;
-- Where no backup can be written.
\set SHOW_CONTEXT never
SELECT severity, server, finding, example FROM sqlite.assess('{promises}', 'app', '{"include": ["member"], "backup": "/etc/passwd"}') WHERE severity = 'blocker';
SELECT finding FROM sqlite.assess('{promises}', 'app', '{"include": ["member"], "backup": "/nowhere/at/all"}') WHERE severity = 'blocker';
CALL sqlite.migrate('{promises}', 'app', '{"include": ["member"], "backup": "/etc/passwd"}');
SELECT * FROM sqlite.rehearse('{promises}', 'app', '{"include": ["member"], "backup": "/etc/passwd"}');
SELECT to_regnamespace('app') IS NULL;
-- A type that is only better is not worth a generated column, a CHECK, an index or a view.
SELECT finding FROM sqlite.assess('{promises}', 'app') WHERE table_name = 'visit' AND column_name = 'day';
SELECT jsonb_path_exists(sqlite.suggest_spec('{promises}', 'app'), '$.**."visit"') OR jsonb_path_exists(sqlite.suggest_spec('{promises}', 'app'), '$.**."visit.day"');
DROP SERVER promises CASCADE;
DROP SERVER promises_other CASCADE;
