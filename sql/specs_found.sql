-- What migrations made at random have found (test/t/035_random_specs.pl), made small.
\set data `echo "$PG_SQLITE_DATA"`
\set found :data '/specs_found.db'
CREATE SERVER found FOREIGN DATA WRAPPER pg_sqlite OPTIONS (database :'found');
CREATE SERVER found_again FOREIGN DATA WRAPPER pg_sqlite OPTIONS (database :'found');
SET client_min_messages = error;
\pset format unaligned
\pset tuples_only on
\set SHOW_CONTEXT never

-- Rows that were put aside are known by the key of SQLite with its class: '1' is another row than 1, and '' than x''.
CREATE SCHEMA found;
\set spec '{"include": ["mark"], "on_error": "reject", "tables": {"mark": {"primary_key": []}}, "columns": {"*.k": {"type": "text"}}}'
CALL sqlite.migrate('{found}', 'found', :'spec') \gset
SELECT read, written, rejected FROM sqlite.job_tables WHERE job = :job;
SELECT status, source_rows, missing, extra, different, reason FROM sqlite.validate(:job);
DROP SCHEMA found CASCADE;

-- A document with two members of one name, under the policy that makes NULL of it.
CREATE SCHEMA found;
CREATE TABLE found.document (id bigint PRIMARY KEY, body jsonb);
CALL sqlite.migrate('{found}', 'found', '{"include": ["document"], "on_error": "null"}') \gset
SELECT * FROM found.document ORDER BY id;
SELECT status, missing, extra, different, reason FROM sqlite.validate(:job);
DROP SCHEMA found CASCADE;

-- A row that is put aside for another reason is no orphan: not in assess, and so not in any mode.
\set spec '{"include": ["parent", "child"], "on_error": "reject", "columns": {"*.code": {"type": "varchar(5)"}}}'
SELECT severity, table_name, finding FROM sqlite.assess('{found}', 'found', :'spec') WHERE severity <> 'note';
SELECT sum(predicted_rejects) FROM sqlite.plan('{found}', 'found', :'spec');
\set spec '{"include": ["parent", "child"], "on_error": "reject", "transaction": "batch", "columns": {"*.code": {"type": "varchar(5)"}}}'
CALL sqlite.migrate('{found}', 'found', :'spec') \gset
SELECT target, read, written, rejected FROM sqlite.job_tables WHERE job = :job ORDER BY 1;
DROP SCHEMA found CASCADE;

-- Names that are cut within a character, where a stand-in needs another one.
\set spec '{"include": ["*ä*"], "conflicts": "prefix"}'
SELECT severity, finding FROM sqlite.assess('{found,found_again}', 'found', :'spec') WHERE severity <> 'note';
CALL sqlite.migrate('{found,found_again}', 'found', :'spec') \gset
SELECT status, target, target_rows FROM sqlite.validate(:job) ORDER BY 2;
DROP SCHEMA found CASCADE;

-- Values that SQLite tells apart, and PostgreSQL does not, are kept as text: with all of a key's family, and in keys of several columns.
SELECT sqlite.suggest_spec('{found}', 'found') #> '{servers,found,tables}' AS suggested \gset
SELECT key, value FROM jsonb_each(:'suggested') WHERE key IN ('device', 'reading') ORDER BY 1;
\set spec '{"include": ["device", "reading"], "tables": ' :suggested '}'
SELECT severity, finding FROM sqlite.assess('{found}', 'found', :'spec') WHERE severity = 'blocker';
CALL sqlite.migrate('{found}', 'found', :'spec') \gset
SELECT status, target, target_rows FROM sqlite.validate(:job) ORDER BY 2;
DROP SCHEMA found CASCADE;

-- What a target that exists asks beside an encoding.
CREATE SCHEMA found;
CREATE TABLE found.event (id bigint PRIMARY KEY, at timestamp(0));
SELECT sqlite.suggest_spec('{found}', 'found') #> '{servers,found,tables,event}' AS suggested;
SELECT severity, finding FROM sqlite.assess('{found}', 'found', sqlite.suggest_spec('{found}', 'found')) WHERE table_name = 'event' AND severity = 'blocker';

-- Rows do not find each other by a key that SQLite does not have.
CREATE TABLE found.seat (id bigint PRIMARY KEY, number bigint NOT NULL UNIQUE, guest text);
INSERT INTO found.seat VALUES (9, 9, 'Dan');
SELECT sqlite.suggest_spec('{found}', 'found') #> '{servers,found,tables,seat}' AS suggested;
DROP SCHEMA found CASCADE;

-- Rows whose reference became NULL were written by another transaction than their load, and by one for all tables that are merged.
CREATE SCHEMA found;
\set spec '{"include": ["branch", "twig"], "orphans": "null", "transaction": "batch", "tables": {"branch": {"target": "tree"}, "twig": {"target": "tree"}}}'
CALL sqlite.migrate('{found}', 'found', :'spec') \gset
SELECT * FROM found.tree ORDER BY code;
SELECT table_name, status, target_rows, missing, extra, different FROM sqlite.validate(:job) ORDER BY 1;
CALL sqlite.rollback(:job);
CREATE TABLE found.branch (code text PRIMARY KEY, up text REFERENCES found.branch);
INSERT INTO found.branch VALUES ('z', NULL);
\set spec '{"include": ["branch"], "existing": "append", "orphans": "null", "transaction": "table"}'
CALL sqlite.migrate('{found}', 'found', :'spec') \gset
SELECT table_name, status, target_rows, missing, extra, different FROM sqlite.validate(:job) ORDER BY 1;
CALL sqlite.rollback(:job);
SELECT * FROM found.branch;
DROP SCHEMA found CASCADE;

-- Rows of the source that would find each other in the target are a blocker, for match and upsert.
CREATE SCHEMA found;
CREATE TABLE found.seat (id bigint PRIMARY KEY, number bigint NOT NULL UNIQUE, guest text);
\set match '{"include": ["seat"], "tables": {"seat": {"match_on": ["number"]}}}'
\set upsert '{"include": ["seat"], "tables": {"seat": {"upsert": {"key": ["number"]}}}}'
SELECT severity, column_name, finding, rows, example, suggestion FROM sqlite.assess('{found}', 'found', :'match') WHERE severity <> 'note';
SELECT severity, column_name, finding, rows, example, suggestion FROM sqlite.assess('{found}', 'found', :'upsert') WHERE severity <> 'note';
CALL sqlite.migrate('{found}', 'found', :'upsert');
-- By a key that SQLite has, too, they don't.
\set upsert '{"include": ["seat"], "tables": {"seat": {"upsert": {"key": ["id"]}}}, "on_error": "reject"}'
SELECT severity, finding FROM sqlite.assess('{found}', 'found', :'upsert') WHERE severity = 'blocker';
CALL sqlite.migrate('{found}', 'found', :'upsert') \gset
SELECT read, written, rejected FROM sqlite.job_tables WHERE job = :job;
SELECT status, missing, extra, different FROM sqlite.validate(:job);
DROP SCHEMA found CASCADE;

-- A table lacks what another one has, NOT NULL, with which it is merged: known before.
\set spec '{"include": ["child", "branch"], "tables": {"child": {"target": "tree", "foreign_keys": []}, "branch": {"target": "tree"}}, "columns": {"child.parent": {"target": "up", "type": "text"}, "branch.up": {"skip": true}}}'
SELECT severity, table_name, finding, rows FROM sqlite.assess('{found}', 'found', :'spec') WHERE severity = 'blocker';
CALL sqlite.migrate('{found}', 'found', :'spec');
DROP SCHEMA IF EXISTS found CASCADE;

-- What a trigger of a target decides, it decides for rows that refer to its rows, and for those that refer to these.
\! rm -f "$PG_SQLITE_DATA/found_chain.db"; sqlite3 "$PG_SQLITE_DATA/found_chain.db" "CREATE TABLE t (id INTEGER PRIMARY KEY, v INTEGER); CREATE TABLE k (id INTEGER PRIMARY KEY, t INTEGER REFERENCES t (id)); CREATE TABLE g (id INTEGER PRIMARY KEY, k INTEGER REFERENCES k (id)); INSERT INTO t VALUES (1, 1), (2, -2); INSERT INTO k VALUES (1, 1), (2, 2); INSERT INTO g VALUES (1, 1), (2, 2)"
\set chain `echo "$PG_SQLITE_DATA/found_chain.db"`
CREATE SERVER found_chain FOREIGN DATA WRAPPER pg_sqlite OPTIONS (database :'chain');
CREATE SCHEMA found;
CREATE TABLE found.t (id int PRIMARY KEY, v int);
CREATE FUNCTION found.refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.v < 0 THEN RETURN NULL; END IF; RETURN NEW; END $$;
CREATE TRIGGER refuse BEFORE INSERT ON found.t FOR EACH ROW EXECUTE FUNCTION found.refuse();
\set spec '{"on_error": "reject", "orphans": "reject"}'
SELECT object, predicted_rejects IS NULL AS not_foreseen FROM sqlite.plan('{found_chain}', 'found', :'spec') WHERE section = 'data' AND object ~ '^(rows|orphans)|found' ORDER BY 1;
CALL sqlite.migrate('{found_chain}', 'found', :'spec') \gset
SELECT table_name, read, written, rejected, skipped FROM sqlite.job_tables WHERE job = :job ORDER BY 1;
DROP SCHEMA found CASCADE;
DROP SERVER found_chain CASCADE;

RESET client_min_messages;
DROP SERVER found CASCADE;
DROP SERVER found_again CASCADE;
