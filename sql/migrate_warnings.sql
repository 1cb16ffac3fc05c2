-- What a migration leaves out or makes otherwise than SQLite had it: the caller is told, and so are the log, the plan
-- and the report. Nothing of this stops it.
\set data `echo "$PG_SQLITE_DATA"`
\set assess :data '/assess.db'
CREATE SERVER warned FOREIGN DATA WRAPPER pg_sqlite OPTIONS (database :'assess');
\pset format unaligned
\pset tuples_only on

-- A CHECK that rows break is put behind them, as the plan says; a table that SQLite can't read is left out, so is a
-- shadow table.
\set spec '{"include": ["broken_*", "lost_module", "search*"]}'
CALL sqlite.migrate('{warned}', 'warned', :'spec') \gset
SELECT table_name, read, written, state FROM sqlite.job_tables WHERE job = :job ORDER BY 1;
SELECT conrelid::regclass, conname, convalidated FROM pg_constraint WHERE contype = 'c' AND connamespace = 'warned'::regnamespace ORDER BY 1, 2;
SELECT level, server, table_name, message FROM sqlite.job_log WHERE job = :job AND level <> 'info' ORDER BY table_name, message;
SELECT statement FROM sqlite.plan('{warned}', 'elsewhere', :'spec') WHERE object = 'table lost_module';
SELECT jsonb_path_query(sqlite.report(:job), '$.not_translated[*] ? (@.object starts with "table").reason') ORDER BY 1;
SELECT severity, finding, suggestion FROM sqlite.assess('{warned}', 'elsewhere', :'spec') WHERE table_name = 'lost_module';
DROP SCHEMA warned CASCADE;

-- Types by what is stored hold every row: a primary key with NULLs in it becomes a unique key, a foreign key with
-- orphans is not checked for them. By declared types, or where the spec says what it wants, that is an error.
\set spec '{"include": ["null_key", "parent", "orphan"], "types": "stored"}'
CALL sqlite.migrate('{warned}', 'warned', :'spec') \gset
SELECT conrelid::regclass, conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE connamespace = 'warned'::regnamespace AND contype <> 'n' ORDER BY 1, 2;
SELECT code, v FROM warned.null_key ORDER BY v;
SELECT id, parent_id FROM warned.orphan ORDER BY id;
SELECT level, server, table_name, message FROM sqlite.job_log WHERE job = :job AND level <> 'info' ORDER BY table_name, message;
SELECT severity, table_name, finding, rows, example, suggestion FROM sqlite.assess('{warned}', 'elsewhere', :'spec') WHERE severity <> 'note' ORDER BY 2, 3;
SELECT statement FROM sqlite.plan('{warned}', 'elsewhere', :'spec') WHERE object ~ '^(foreign|unique|primary) key .*(orphan|null_key)$';
DROP SCHEMA warned CASCADE;
\set VERBOSITY terse
CALL sqlite.migrate('{warned}', 'warned', '{"include": ["null_key"]}');
CALL sqlite.migrate('{warned}', 'warned', '{"include": ["parent", "orphan"]}');
CALL sqlite.migrate('{warned}', 'warned', '{"include": ["parent", "orphan"], "types": "stored", "orphans": "error"}');
CALL sqlite.migrate('{warned}', 'warned', '{"include": ["null_key"], "types": "stored", "tables": {"null_key": {"primary_key": ["code"]}}}');
SELECT count(*) FROM pg_namespace WHERE nspname = 'warned';
\set VERBOSITY default
-- Where a NULL gets a value, the key stays.
CALL sqlite.migrate('{warned}', 'warned', '{"include": ["null_key"], "types": "stored", "columns": {"*.code": {"default": "none"}}}') \gset
SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE connamespace = 'warned'::regnamespace AND contype = 'p';
SELECT code, v FROM warned.null_key ORDER BY v;

-- A setting that matches nothing, and a name that is nearly that of a table which is there.
CREATE TABLE warned.parents (id bigint);
CALL sqlite.migrate('{warned}', 'warned', '{"include": ["parent"], "tables": {"parrent": {"where": "id > 0"}}}') \gset
SELECT level, server, table_name, message FROM sqlite.job_log WHERE job = :job AND level <> 'info' ORDER BY message;

SET client_min_messages = error;
DROP SCHEMA warned CASCADE;
DROP SERVER warned CASCADE;
