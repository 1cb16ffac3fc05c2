-- Into a schema that an application has made: sequences however they are tied, and UUIDs for keys by the target's own foreign keys.
\set data `echo "$PG_SQLITE_DATA"`
\set own_schema :data '/own_schema.db'
CREATE SERVER own FOREIGN DATA WRAPPER pg_sqlite OPTIONS (database :'own_schema');
\pset format unaligned
\pset tuples_only on
SET client_min_messages = warning;

-- A sequence that a default names and no column owns; one that two tables share; one that is looked up by its name.
CREATE SCHEMA app;
CREATE SEQUENCE app.doc_id_seq;
CREATE SEQUENCE app."all numbers" START 500 INCREMENT 10;
CREATE SEQUENCE app.late;
CREATE TABLE app.doc (id bigint PRIMARY KEY DEFAULT nextval('app.doc_id_seq'), v text);
CREATE TABLE app.note (id integer PRIMARY KEY DEFAULT nextval('late'::text), no numeric DEFAULT nextval('app."all numbers"'), code text DEFAULT 'n-' || nextval('app."all numbers"'), v text);
CREATE TABLE app.parent (id bigint PRIMARY KEY, tenant smallint);
CREATE TABLE app.child (id integer PRIMARY KEY, tenant integer, parent_id integer, next_id integer);
CREATE TABLE app.detail (child_id bigint PRIMARY KEY DEFAULT nextval('app.doc_id_seq'), v text);
-- And those that nothing ties but their name.
CREATE SEQUENCE app.parent_id_seq;
CREATE SEQUENCE app.child_seq INCREMENT -1 MINVALUE -100 MAXVALUE 100 START 100;
SELECT severity, table_name, column_name, finding FROM sqlite.assess('{own}', 'app') WHERE finding ~ 'sequence' ORDER BY 2, 3, 4;
SELECT object, statement FROM sqlite.plan('{own}', 'app') WHERE object ~ 'sequence' ORDER BY step;
CALL sqlite.migrate('{own}', 'app') \gset
SELECT c.relname, pg_sequence_last_value(c.oid) FROM pg_class c WHERE c.relnamespace = 'app'::regnamespace AND c.relkind = 'S' ORDER BY 1;
SELECT target, object, status FROM sqlite.validate_constraints(:job) WHERE kind = 'sequence' ORDER BY 2, 1;
SET search_path = app;
INSERT INTO app.doc (v) VALUES ('c') RETURNING id;
INSERT INTO app.note (v) VALUES ('c') RETURNING id, no;
RESET search_path;
INSERT INTO app.parent VALUES (1000, 1);
SELECT target, object, status, rows FROM sqlite.validate_constraints(:job) WHERE kind = 'sequence' AND status <> 'holds' ORDER BY 2, 1;
SELECT table_name, column_name, sequence_name, last_value FROM sqlite.reset_sequences('app') ORDER BY 1, 2, 3;
CALL sqlite.rollback(:job, force => true);
-- A dry run moves none of them.
SELECT table_name, written FROM sqlite.rehearse('{own}', 'app', '{"include": ["parent"], "existing": "append"}');
SELECT nextval('app.parent_id_seq');
-- Those of the job that ends what keys may be: the sequence is used up, and nothing fails.
CREATE SCHEMA narrow;
CREATE SEQUENCE narrow.doc_id_seq MAXVALUE 40;
CREATE SEQUENCE narrow.note_id_seq AS smallint MINVALUE 20 START 20;
CREATE TABLE narrow.doc (id bigint PRIMARY KEY DEFAULT nextval('narrow.doc_id_seq'), v text);
CREATE TABLE narrow.note (id integer PRIMARY KEY DEFAULT nextval('narrow.note_id_seq'), no integer, code text, v text);
CALL sqlite.migrate('{own}', 'narrow', '{"include": ["doc", "note"]}') \gset
SELECT target, object, status FROM sqlite.validate_constraints(:job) WHERE kind = 'sequence' ORDER BY 2;
INSERT INTO narrow.doc DEFAULT VALUES;
INSERT INTO narrow.note DEFAULT VALUES RETURNING id;
-- Who may not set one is told, and migrates all the same.
CREATE SCHEMA guarded;
CREATE SEQUENCE guarded.doc_id_seq;
CREATE TABLE guarded.doc (id bigint PRIMARY KEY DEFAULT nextval('guarded.doc_id_seq'), v text);
CREATE ROLE regress_own;
GRANT USAGE ON FOREIGN SERVER own TO regress_own;
GRANT USAGE ON SCHEMA guarded TO regress_own;
GRANT SELECT, INSERT ON guarded.doc TO regress_own;
GRANT USAGE ON guarded.doc_id_seq TO regress_own;
SET ROLE regress_own;
SELECT severity, column_name, finding, suggestion FROM sqlite.assess('{own}', 'guarded', '{"include": ["doc"]}') WHERE severity <> 'note' AND finding ~ 'sequence';
-- (What ANALYZE says differs between versions.)
SET client_min_messages = error;
CALL sqlite.migrate('{own}', 'guarded', '{"include": ["doc"]}') \gset
SELECT message FROM sqlite.job_log WHERE job = :job AND level = 'warning';
RESET ROLE;
SET client_min_messages = warning;
SELECT count(*) FROM guarded.doc;
DROP SCHEMA guarded, narrow CASCADE;
DROP OWNED BY regress_own;
DROP ROLE regress_own;
DROP SCHEMA app CASCADE;

-- Keys become UUIDs, and the target's foreign keys say which columns follow: to itself, of several columns, of a key that is one.
CREATE SCHEMA app;
CREATE TABLE app.parent (id uuid PRIMARY KEY, tenant integer, UNIQUE (tenant, id));
CREATE TABLE app.child (id uuid PRIMARY KEY, tenant integer, parent_id uuid, next_id uuid REFERENCES app.child, FOREIGN KEY (tenant, parent_id) REFERENCES app.parent (tenant, id));
CREATE TABLE app.detail (child_id uuid PRIMARY KEY REFERENCES app.child, v text);
\set spec '{"keys": "uuid", "exclude": ["doc", "note"]}'
SELECT severity, table_name, column_name, finding FROM sqlite.assess('{own}', 'app', :'spec') WHERE severity <> 'note';
CALL sqlite.migrate('{own}', 'app', :'spec') \gset
SELECT table_name, status FROM sqlite.validate(:job) ORDER BY 1;
SELECT count(*) FROM app.child c JOIN app.parent p ON p.id = c.parent_id;
SELECT count(*) FROM app.child c JOIN app.child n ON n.id = c.next_id;
SELECT v FROM app.detail d JOIN app.child c ON c.id = d.child_id ORDER BY 1;
-- The parent left to another job, and workers.
TRUNCATE app.child, app.detail;
CALL sqlite.migrate('{own}', 'app', '{"keys": "uuid", "include": ["child", "detail"], "workers": 2, "transaction": "batch"}') \gset
SELECT count(*) FROM app.child c JOIN app.parent p ON p.id = c.parent_id;
SELECT v FROM app.detail d JOIN app.child c ON c.id = d.child_id ORDER BY 1;
DROP SCHEMA app CASCADE;
DROP SERVER own CASCADE;
