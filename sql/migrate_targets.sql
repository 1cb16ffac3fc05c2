-- Targets that an application made: its triggers are as they were when a migration has ended, and a default of the spec
-- is one that the column takes.
\set data `echo "$PG_SQLITE_DATA"`
\set rejects_db :data '/rejects.db'
CREATE SERVER targets FOREIGN DATA WRAPPER pg_sqlite OPTIONS (database :'rejects_db');
\pset format unaligned
\pset tuples_only on
\set VERBOSITY default
\set SHOW_CONTEXT never

-- Triggers that fire, never, always, and on a replica.
CREATE SCHEMA targets;
CREATE TABLE targets.link (id bigint PRIMARY KEY, before bigint, name text);
CREATE FUNCTION targets.mark() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.name := TG_NAME || ' ' || NEW.name; RETURN NEW; END $$;
CREATE TRIGGER "One" BEFORE INSERT ON targets.link FOR EACH ROW EXECUTE FUNCTION targets.mark();
CREATE TRIGGER asleep BEFORE INSERT ON targets.link FOR EACH ROW EXECUTE FUNCTION targets.mark();
CREATE TRIGGER ever BEFORE INSERT ON targets.link FOR EACH ROW EXECUTE FUNCTION targets.mark();
CREATE TRIGGER on_replica BEFORE INSERT ON targets.link FOR EACH ROW EXECUTE FUNCTION targets.mark();
ALTER TABLE targets.link DISABLE TRIGGER asleep, ENABLE ALWAYS TRIGGER ever, ENABLE REPLICA TRIGGER on_replica;
CREATE TABLE targets.spot (x bigint, y bigint);
\set spec '{"include": ["link", "spot"], "triggers": "disable"}'
SELECT object, statement FROM sqlite.plan('{targets}', 'targets', :'spec') WHERE object LIKE 'triggers%' ORDER BY step;
CALL sqlite.migrate('{targets}', 'targets', :'spec') \gset
SELECT name FROM targets.link ORDER BY id;
SELECT tgname, tgenabled FROM pg_trigger WHERE tgrelid = 'targets.link'::regclass ORDER BY tgname COLLATE "C";
SELECT statement, undo FROM sqlite.job_steps WHERE job = :job AND object LIKE 'triggers%' ORDER BY step;
-- So they are for rows that are tried again.
TRUNCATE targets.link;
ALTER TABLE targets.link ADD CONSTRAINT no_four CHECK (id <> 4);
CALL sqlite.migrate('{targets}', 'targets', '{"include": ["link"], "triggers": "disable", "on_error": "reject"}') \gset
ALTER TABLE targets.link DROP CONSTRAINT no_four;
CALL sqlite.retry_rejects(:job) \gset
SELECT name FROM targets.link WHERE id = 4;
SELECT tgname, tgenabled FROM pg_trigger WHERE tgrelid = 'targets.link'::regclass ORDER BY tgname COLLATE "C";

-- A job that fails between two commits has switched them off; its record says how to take that back. (Under row security
-- nothing is foreseen, so that it begins.)
TRUNCATE targets.link;
ALTER TABLE targets.link ENABLE ROW LEVEL SECURITY;
ALTER TABLE targets.link ADD CONSTRAINT no_four CHECK (id <> 4);
CALL sqlite.migrate('{targets}', 'targets', '{"include": ["link"], "triggers": "disable", "transaction": "table"}');
SELECT tgname, tgenabled FROM pg_trigger WHERE tgrelid = 'targets.link'::regclass ORDER BY tgname COLLATE "C";
SELECT undo FROM sqlite.job_steps WHERE job = sqlite.job_or_last() AND state = 'done' AND undo IS NOT NULL \gexec
SELECT tgname, tgenabled FROM pg_trigger WHERE tgrelid = 'targets.link'::regclass ORDER BY tgname COLLATE "C";
DROP SCHEMA targets CASCADE;

-- Defaults that a cast would cut or round.
CREATE SCHEMA targets;
CREATE DOMAIN targets.short AS varchar(4);
CREATE TABLE targets.trail (step varchar(3), x numeric(4,1), y bigint, z targets.short, at timestamp(0));
CALL sqlite.migrate('{targets}', 'targets', '{"include": ["trail"], "columns": {"trail.step": {"default": "none"}, "trail.z": {"default": "short"}, "trail.x": {"default": "1.25"}, "trail.at": {"default": "2024-01-01 10:00:00.5"}}}');
SELECT column_name, finding, example FROM sqlite.assess('{targets}', 'elsewhere', '{"include": ["trail"], "columns": {"trail.step": {"type": "varchar(3)", "default": "none"}}}') WHERE severity = 'blocker';
CALL sqlite.migrate('{targets}', 'targets', '{"include": ["trail"], "columns": {"trail.step": {"default": "non"}, "trail.z": {"default": "shor"}, "trail.x": {"default": "1.50"}, "trail.at": {"default": "2024-01-01 10:00:00"}}}') \gset
SELECT step, x, y, z, to_char(at, 'YYYY-MM-DD HH24:MI:SS') FROM targets.trail ORDER BY step;

-- A foreign key of the spec to a table that exists: its primary key where no columns are named, whatever becomes of orphans.
-- What PostgreSQL would refuse is not made, and said.
DROP TABLE targets.trail;
CREATE TABLE targets.account (code text UNIQUE, id bigint PRIMARY KEY, big numeric UNIQUE, loose bigint);
CREATE TABLE targets.bare (id bigint);
CREATE TABLE targets.pair (y bigint, x bigint, PRIMARY KEY (x, y));
CREATE VIEW targets.seen AS SELECT 1::bigint AS id;
INSERT INTO targets.account VALUES ('a', 1, 2, 3), ('b', 2, 3, 4);
INSERT INTO targets.pair VALUES (1, 1);
\set link '{"include": ["link"], "types": "stored", "tables": {"link": {"foreign_keys": [{"columns": ["before"], "orphans": '
CALL sqlite.migrate('{targets}', 'targets', (:'link' || '"reject", "references": "account"}]}}}')::jsonb) \gset
SELECT id, before FROM targets.link ORDER BY id;
SELECT pg_get_constraintdef(oid), convalidated FROM pg_constraint WHERE conrelid = 'targets.link'::regclass AND contype = 'f';
SELECT row ->> 'id', message FROM sqlite.rejects WHERE job = :job ORDER BY id;
CALL sqlite.rollback(:job);
CALL sqlite.migrate('{targets}', 'targets', (:'link' || '"null", "references": "account", "referenced_columns": ["big"]}]}}}')::jsonb) \gset
SELECT id, before FROM targets.link ORDER BY id;
CALL sqlite.rollback(:job);
CALL sqlite.migrate('{targets}', 'targets', (:'link' || '"keep", "references": "account"}]}}}')::jsonb) \gset
SELECT pg_get_constraintdef(oid), convalidated FROM pg_constraint WHERE conrelid = 'targets.link'::regclass AND contype = 'f';
CALL sqlite.rollback(:job);
SELECT orphans, parent, p.statement FROM unnest('{reject,keep}'::text[]) AS orphans, unnest('{bare,Account,seen,pair,nowhere,account.code,account.loose,account.none}'::text[]) AS parent,
  sqlite.plan('{targets}', 'targets', (:'link' || format('"%s", "references": "%s"', orphans, split_part(parent, '.', 1)) || CASE WHEN parent LIKE '%.%' THEN format(', "referenced_columns": ["%s"]', split_part(parent, '.', 2)) ELSE '' END || '}]}}}')::jsonb) AS p
  WHERE p.object LIKE 'foreign key%' ORDER BY orphans, parent;
-- Composite, in the order of the parent's key; and to a parent that exists and is filled by the same migration.
CALL sqlite.migrate('{targets}', 'targets', '{"include": ["trail"], "tables": {"trail": {"foreign_keys": [{"columns": ["x", "y"], "references": "pair", "orphans": "reject"}]}}}') \gset
SELECT step, x, y FROM targets.trail ORDER BY step;
CALL sqlite.rollback(:job);
CREATE TABLE targets.spot (y bigint, x bigint, PRIMARY KEY (x, y));
CALL sqlite.migrate('{targets}', 'targets', '{"include": ["trail", "spot"], "tables": {"trail": {"foreign_keys": [{"columns": ["x", "y"], "references": "spot", "orphans": "reject"}]}}}') \gset
SELECT step, x, y FROM targets.trail ORDER BY step;
CALL sqlite.rollback(:job);

-- Nobody waits for each other: three tables that fill one target, and targets that refer to each other.
CREATE TABLE targets.together (id bigint, egg bigint, hen bigint, before bigint, name text);
CALL sqlite.migrate('{targets}', 'targets', '{"include": ["hen", "egg", "link"], "tables": {"*": {"target": "together"}}, "workers": 3, "transaction": "table"}') \gset
SELECT table_name, cardinality(parents) AS parents, written FROM sqlite.job_tables WHERE job = :job ORDER BY table_no;
CALL sqlite.rollback(:job);
CREATE TABLE targets.hen (id bigint PRIMARY KEY, egg bigint);
CREATE TABLE targets.egg (id bigint PRIMARY KEY, hen bigint REFERENCES targets.hen DEFERRABLE INITIALLY DEFERRED);
ALTER TABLE targets.hen ADD FOREIGN KEY (egg) REFERENCES targets.egg DEFERRABLE INITIALLY DEFERRED;
CALL sqlite.migrate('{targets}', 'targets', '{"include": ["hen", "egg"], "tables": {"hen": {"where": "egg IS NULL"}, "egg": {"where": "hen IS NULL"}}, "workers": 2, "transaction": "table"}') \gset
SELECT table_name, cardinality(parents) AS parents, written FROM sqlite.job_tables WHERE job = :job ORDER BY table_no;

SET client_min_messages = error;
DROP SCHEMA targets CASCADE;
DROP SERVER targets CASCADE;
