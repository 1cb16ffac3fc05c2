-- Foreign keys of a schema that exists: rows without a parent are found beforehand and settled by `orphans` as in new tables; and
-- a target to which others refer is emptied by DELETE, or not at all.
\set data `echo "$PG_SQLITE_DATA"`
\set keys_db :data '/target_keys.db'
\set other_db :data '/target_keys_other.db'
CREATE SERVER notes FOREIGN DATA WRAPPER pg_sqlite OPTIONS (database :'keys_db');
CREATE SERVER more_notes FOREIGN DATA WRAPPER pg_sqlite OPTIONS (database :'other_db');
SET client_min_messages = error;
\pset format unaligned
\pset tuples_only on
\set VERBOSITY default
\set SHOW_CONTEXT never
-- What becomes of a spec: what assess and plan say, what is done, and whether it is proven.
CREATE FUNCTION pg_temp.blockers(spec jsonb) RETURNS SETOF text LANGUAGE sql AS $$
  SELECT concat_ws(' | ', table_name, column_name, finding, rows, suggestion) FROM sqlite.assess('{notes}', 'app', spec) WHERE severity = 'blocker'
$$;
CREATE FUNCTION pg_temp.foreseen(servers text[], spec jsonb) RETURNS SETOF text LANGUAGE sql AS $$
  SELECT concat_ws(' | ', severity, table_name, column_name, finding, rows, suggestion) FROM sqlite.assess(servers, 'app', spec)
    WHERE severity = 'blocker' OR finding ~ 'orphans|put aside|foreseen'
  UNION ALL SELECT 'plan: ' || coalesce(sum(predicted_rejects)::text, 'NULL') FROM sqlite.plan(servers, 'app', spec)
  UNION ALL SELECT 'rehearsed: ' || sum(rejected) FROM sqlite.rehearse(servers, 'app', spec)
$$;
CREATE FUNCTION pg_temp.done(number bigint) RETURNS SETOF text LANGUAGE sql AS $$
  SELECT concat_ws(' | ', server, table_name, read, written, rejected, changes) FROM (SELECT * FROM sqlite.job_tables WHERE job = number ORDER BY table_name, server DESC) AS t
  UNION ALL SELECT concat_ws(' | ', server, table_name, rowid, columns) FROM (SELECT * FROM sqlite.rejects WHERE job = number ORDER BY table_name, server DESC, rowid, columns) AS r
  UNION ALL SELECT DISTINCT concat_ws(' | ', status, reason) FROM sqlite.validate(number)
  UNION ALL SELECT concat_ws(' | ', conrelid::regclass, pg_get_constraintdef(oid)) FROM (SELECT * FROM pg_constraint WHERE connamespace = (SELECT oid FROM pg_namespace WHERE nspname = 'app') AND contype = 'f' AND conparentid = 0 AND (NOT convalidated OR condeferred) ORDER BY conrelid::regclass::text COLLATE "C", conname COLLATE "C") AS k
$$;
CREATE PROCEDURE pg_temp.make() LANGUAGE sql AS $$
  DROP SCHEMA IF EXISTS app CASCADE;
  CREATE SCHEMA app;
  CREATE TABLE app.note (id serial PRIMARY KEY, name text);
  CREATE TABLE app.file (id serial PRIMARY KEY, note_id int NOT NULL REFERENCES app.note);
  CREATE TABLE app.tag (id serial PRIMARY KEY, note_id int REFERENCES app.note, file_id bigint CONSTRAINT to_file REFERENCES app.file);
$$;
\set notes '"include": ["note", "file", "tag"]'

-- Without a word they end the job.
CALL pg_temp.make();
SELECT severity, table_name, finding, rows, example, suggestion FROM sqlite.assess('{notes}', 'app', ('{' || :'notes' || '}')::jsonb) WHERE severity = 'blocker' ORDER BY 2, 3;
CALL sqlite.migrate('{notes}', 'app', ('{' || :'notes' || '}')::jsonb);
CALL sqlite.migrate('{notes}', 'app', ('{"transaction": "table", ' || :'notes' || '}')::jsonb);
SELECT (SELECT count(*) FROM app.note), (SELECT count(*) FROM app.file);
SELECT jsonb_path_query(sqlite.suggest_spec('{notes}', 'app'), '$.servers.notes.tables.keyvalue() ? (@.key == "file" || @.key == "tag").value');
-- Kept; put aside, and what refers to them; cleared.
\set keep '{"orphans": "keep", ' :notes '}'
SELECT * FROM pg_temp.foreseen('{notes}', :'keep');
CALL sqlite.migrate('{notes}', 'app', :'keep') \gset
SELECT * FROM pg_temp.done(:job);
CALL sqlite.rollback(:job);
SELECT count(*) FROM pg_constraint WHERE connamespace = 'app'::regnamespace AND contype = 'f' AND convalidated;
\set mixed '{"tables": {"file": {"orphans": "reject"}, "tag": {"orphans": "null"}}, ' :notes '}'
SELECT * FROM pg_temp.foreseen('{notes}', :'mixed');
CALL sqlite.migrate('{notes}', 'app', :'mixed') \gset
SELECT * FROM pg_temp.done(:job);
SELECT string_agg(concat_ws(',', id, coalesce(note_id, 0), coalesce(file_id, 0)), ' ' ORDER BY id) FROM app.tag;
CALL sqlite.rollback(:job);
\set reject '"orphans": "reject", ' :notes '}'
SELECT * FROM pg_temp.foreseen('{notes}', ('{' || :'reject')::jsonb);
CALL sqlite.migrate('{notes}', 'app', ('{"transaction": "table", ' || :'reject')::jsonb) \gset
SELECT * FROM pg_temp.done(:job);
-- What is mended goes in.
INSERT INTO app.note VALUES (99, 'late');
CALL sqlite.retry_rejects(:job) \gset
SELECT :loaded, :left_open;
CALL sqlite.rollback(:job, force => true);
CALL pg_temp.make();
CALL sqlite.migrate('{notes}', 'app', ('{"transaction": "batch", "commit_rows": 1, ' || :'reject')::jsonb) \gset
SELECT * FROM pg_temp.done(:job);
CALL sqlite.rollback(:job);
CALL sqlite.migrate('{notes}', 'app', ('{"workers": 2, ' || :'reject')::jsonb) \gset
SELECT * FROM pg_temp.done(:job);
CALL sqlite.rollback(:job);
CALL sqlite.migrate('{notes}', 'app', ('{"workers": 2, "transaction": "table", ' || :'reject')::jsonb) \gset
SELECT * FROM pg_temp.done(:job);
-- With on_error reject the key itself puts them aside, one by one.
CALL pg_temp.make();
\set on_error '{"on_error": "reject", ' :notes '}'
SELECT * FROM pg_temp.foreseen('{notes}', :'on_error');
CALL sqlite.migrate('{notes}', 'app', :'on_error') \gset
SELECT * FROM pg_temp.done(:job);
CALL sqlite.rollback(:job);
-- What the spec says at a key.
\set one '{"tables": {"file": {"orphans": "reject"}, "tag": {"orphans": "reject", "foreign_keys": [{"columns": ["note_id"], "references": "note", "orphans": "null"}]}}, ' :notes '}'
SELECT * FROM pg_temp.foreseen('{notes}', :'one');
CALL sqlite.migrate('{notes}', 'app', :'one') \gset
SELECT * FROM pg_temp.done(:job);

-- Two files into one target.
CALL pg_temp.make();
\set both '{"conflicts": "merge", "orphans": "reject", ' :notes '}'
SELECT * FROM pg_temp.foreseen('{notes,more_notes}', :'both');
CALL sqlite.migrate('{notes,more_notes}', 'app', :'both') \gset
SELECT * FROM pg_temp.done(:job);
SELECT string_agg(id::text, ',' ORDER BY id) FROM app.file;

-- A deferred key; one that was not valid; a tree; a partitioned target; a parent that only the target has; MATCH FULL.
CALL pg_temp.make();
ALTER TABLE app.tag ALTER CONSTRAINT tag_note_id_fkey DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE app.tag DROP CONSTRAINT to_file;
SELECT * FROM pg_temp.blockers(('{"include": ["note", "tag"]}')::jsonb);
CALL sqlite.migrate('{notes}', 'app', '{"include": ["note", "tag"], "orphans": "null"}') \gset
SELECT * FROM pg_temp.done(:job);
CALL sqlite.rollback(:job);
ALTER TABLE app.tag DROP CONSTRAINT tag_note_id_fkey;
INSERT INTO app.tag VALUES (50, 50);
ALTER TABLE app.tag ADD FOREIGN KEY (note_id) REFERENCES app.note NOT VALID;
\set old '{"include": ["note", "tag"], "existing": "append", "orphans": "reject"}'
SELECT * FROM pg_temp.foreseen('{notes}', :'old');
CALL sqlite.migrate('{notes}', 'app', :'old') \gset
SELECT * FROM pg_temp.done(:job);
SELECT count(*) FROM app.tag WHERE id = 50;
CALL sqlite.rollback(:job);
SELECT * FROM pg_temp.blockers('{"include": ["note", "tag"], "existing": "append", "orphans": "null"}');
CREATE TABLE app.node (id int PRIMARY KEY, up int REFERENCES app.node);
SELECT * FROM pg_temp.blockers('{"include": ["node"]}');
SELECT * FROM pg_temp.foreseen('{notes}', '{"include": ["node"], "orphans": "reject"}');
CALL sqlite.migrate('{notes}', 'app', '{"include": ["node"], "orphans": "reject"}') \gset
SELECT * FROM pg_temp.done(:job);
DROP TABLE app.node;
CREATE TABLE app.node (id int, up int, PRIMARY KEY (id)) PARTITION BY RANGE (id);
CREATE TABLE app.node_1 PARTITION OF app.node FOR VALUES FROM (0) TO (3);
CREATE TABLE app.node_2 PARTITION OF app.node FOR VALUES FROM (3) TO (100);
ALTER TABLE app.node ADD FOREIGN KEY (up) REFERENCES app.note;
CALL sqlite.migrate('{notes}', 'app', '{"include": ["note", "node"], "orphans": "null"}') \gset
SELECT * FROM pg_temp.done(:job);
CALL sqlite.rollback(:job);
SELECT severity, finding FROM sqlite.assess('{notes}', 'app', '{"include": ["note", "node"], "orphans": "keep"}') WHERE finding ~ 'orphans';
CREATE TABLE app.country (code text PRIMARY KEY);
INSERT INTO app.country VALUES ('de'), ('fr');
CREATE TABLE app.spot (x int, y int, PRIMARY KEY (x, y));
INSERT INTO app.spot VALUES (1, 1);
CREATE TABLE app.person (id int PRIMARY KEY, country text REFERENCES app.country, x int, y int, FOREIGN KEY (x, y) REFERENCES app.spot MATCH FULL);
SELECT * FROM pg_temp.blockers('{"include": ["person"]}');
SELECT * FROM pg_temp.foreseen('{notes}', '{"include": ["person"], "orphans": "null"}');
CALL sqlite.migrate('{notes}', 'app', '{"include": ["person"], "orphans": "null"}') \gset
SELECT * FROM pg_temp.done(:job);
TABLE app.person ORDER BY id;

-- Another role's tables: what can't be dropped puts rows aside itself.
CREATE ROLE regress_target_writer;
CALL pg_temp.make();
GRANT USAGE ON SCHEMA app TO regress_target_writer;
GRANT ALL ON ALL TABLES IN SCHEMA app TO regress_target_writer;
GRANT ALL ON ALL SEQUENCES IN SCHEMA app TO regress_target_writer;
GRANT USAGE ON FOREIGN SERVER notes TO regress_target_writer;
SET ROLE regress_target_writer;
CALL sqlite.migrate('{notes}', 'app', ('{' || :'reject')::jsonb) \gset
SELECT table_name, read, written, rejected FROM sqlite.job_tables WHERE job = :job ORDER BY 1;
SELECT status FROM sqlite.validate(:job);
CALL sqlite.rollback(:job);
SELECT table_name, severity, finding, rows, suggestion FROM sqlite.assess('{notes}', 'app', ('{"orphans": "keep", ' || :'notes' || '}')::jsonb) WHERE finding ~ 'orphans' ORDER BY 1, 2, 3;
RESET ROLE;
DROP SCHEMA app CASCADE;
DROP OWNED BY regress_target_writer;
DROP ROLE regress_target_writer;

-- Targets to be emptied to which other tables refer.
CREATE SCHEMA app;
CREATE TABLE app.kind (id int PRIMARY KEY, name text);
CREATE TABLE app.thing (id int PRIMARY KEY, kind int REFERENCES app.kind, other int REFERENCES app.thing);
CREATE TABLE app.stranger (id int, k int REFERENCES app.kind ON DELETE CASCADE);
INSERT INTO app.kind VALUES (7, 'seed');
INSERT INTO app.thing VALUES (7, 7, 7);
\set empty '{"include": ["kind", "thing"], "existing": "truncate"}'
SELECT object, statement FROM sqlite.plan('{notes}', 'app', :'empty') WHERE object ~ '^rows of';
CALL sqlite.migrate('{notes}', 'app', :'empty') \gset
SELECT string_agg(id::text, ',' ORDER BY id) FROM app.kind;
SELECT string_agg(status, ',') FROM sqlite.validate(:job);
SELECT object, statement FROM sqlite.plan('{notes}', 'app', '{"include": ["kind"], "existing": "truncate"}') WHERE object ~ '^rows of';
SELECT severity, table_name, finding, suggestion FROM sqlite.assess('{notes}', 'app', '{"include": ["kind"], "existing": "truncate"}') WHERE severity = 'blocker';
INSERT INTO app.stranger VALUES (1, 1);
SELECT severity, table_name, finding FROM sqlite.assess('{notes}', 'app', :'empty') WHERE severity = 'blocker';
CALL sqlite.migrate('{notes}', 'app', :'empty');
DELETE FROM app.stranger;
-- A circle of tables, with a stranger outside of it.
ALTER TABLE app.kind ADD leader int REFERENCES app.thing;
UPDATE app.kind SET leader = 2 WHERE id = 1;
SELECT object, statement FROM sqlite.plan('{notes}', 'app', :'empty') WHERE object ~ '^(rows of|foreign)';
ALTER TABLE app.thing ALTER CONSTRAINT thing_kind_fkey DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE app.kind ALTER CONSTRAINT kind_leader_fkey DEFERRABLE INITIALLY DEFERRED;
SELECT object, statement FROM sqlite.plan('{notes}', 'app', :'empty') WHERE object ~ '^(rows of|foreign)';
CALL sqlite.migrate('{notes}', 'app', :'empty') \gset
SELECT string_agg(id::text, ',' ORDER BY id) FROM app.kind;
DROP SCHEMA app CASCADE;
