-- Schemas that nobody writes on purpose (test/data/hostile.sql): what can be read is read, the rest is named, and nothing runs for ever.
SET client_min_messages = warning;
\set VERBOSITY terse
\set SHOW_CONTEXT never
\set data `echo "$PG_SQLITE_DATA"`
\set file :data '/hostile.db'
CREATE SERVER hostile FOREIGN DATA WRAPPER pg_sqlite OPTIONS (database :'file');
CREATE SCHEMA hostile;
SELECT table_name, kind, columns, unreadable FROM sqlite.tables('hostile', true);
IMPORT FOREIGN SCHEMA main FROM SERVER hostile INTO hostile;
SELECT * FROM hostile.endless LIMIT 3;
SET statement_timeout = '200ms';
SELECT count(*) FROM hostile.endless;
SELECT * FROM hostile.endless_count;
RESET statement_timeout;
SELECT * FROM hostile.pragmas;
SELECT * FROM hostile.bytes;
-- The text says more, or something else, than the rows hold: as SQLite reads them.
SELECT * FROM hostile.wide;
SELECT * FROM hostile.other;
SELECT * FROM hostile.deep;
SELECT length(v), length(w) FROM hostile.huge;
-- Columns that raise errors.
SELECT i FROM sqlite.query('hostile', 'SELECT i FROM gen') AS t (i bigint);
SELECT j FROM sqlite.query('hostile', 'SELECT j FROM gen') AS t (j bigint);
SELECT k FROM sqlite.query('hostile', 'SELECT k FROM gen') AS t (k bigint);
SELECT m FROM sqlite.query('hostile', 'SELECT m FROM gen') AS t (m text);
SELECT severity, table_name, column_name, regexp_replace(finding, '\d+( by SQLite''s integrity check)', 'n\1') AS finding
    FROM sqlite.assess('{hostile}', 'hostile_moved') WHERE severity <> 'note' ORDER BY 2, 3, 4;
CALL sqlite.migrate('{hostile}', 'hostile_moved', '{"exclude": ["gen"], "on_error": "reject"}') \gset
SELECT table_name, source_rows, target_rows, status FROM sqlite.validate(:job);
-- The index is not called as the view is.
SELECT relname, relkind FROM pg_class WHERE relnamespace = 'hostile_moved'::regnamespace AND relname LIKE 'meet%' ORDER BY 1;
CALL sqlite.rollback(:job);
DROP SCHEMA hostile CASCADE;
DROP SERVER hostile;
