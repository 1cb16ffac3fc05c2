-- What sqlite.rejects says of a row: the columns to blame by SQLite's names, its rowid or its key, and the row as SQLite
-- has it, whatever refused it.
\set data `echo "$PG_SQLITE_DATA"`
\set rejects_db :data '/rejects.db'
CREATE SERVER rejects FOREIGN DATA WRAPPER pg_sqlite OPTIONS (database :'rejects_db');
\pset format unaligned
\pset tuples_only on
\set tell 'table_name, rowid, key, columns, category, sqlstate, message FROM sqlite.rejects WHERE job = :job ORDER BY table_name, rowid, key::text COLLATE "C"'

-- Refused by conversion, by a rule, and by the target.
CREATE SCHEMA rejects;
CREATE TABLE rejects.visit (visit_id bigint PRIMARY KEY, occurred_on date, minutes integer, note varchar(5),
    CONSTRAINT no_thirteen CHECK (minutes <> 13));
CREATE TABLE rejects.code (code text, part smallint, amount integer CHECK (amount <> 13), day text, PRIMARY KEY (code, part));
\set spec '{"on_error": "reject", "include": ["Visit", "code"], "tables": {"Visit": {"rules": {"positive": "minutes > 0"}, "columns": {"VisitId": {"target": "visit_id"}, "OccurredOn": {"target": "occurred_on"}}}, "code": {"columns": {"code": {"type": "text", "convert": "code"}}, "rules": {"positive": "amount > 0"}}}}'
CALL sqlite.migrate('{rejects}', 'rejects', :'spec') \gset
SELECT :tell;
SELECT table_name, rowid, key, jsonb_pretty(row) FROM sqlite.rejects WHERE job = :job AND (rowid = 3 OR table_name = 'code') ORDER BY table_name, rowid, key::text COLLATE "C";
SELECT table_name, read, written, rejected FROM sqlite.job_tables WHERE job = :job ORDER BY 1;
TABLE rejects.visit ORDER BY 1;
TABLE rejects.code ORDER BY 1, 2;
-- The same where they end the job.
\set spec '{"include": ["code"], "existing": "append", "columns": {"code.code": {"convert": "code"}}}'
\set VERBOSITY default
\set SHOW_CONTEXT never
CALL sqlite.migrate('{rejects}', 'rejects', :'spec');
SELECT table_name, key, columns, category FROM sqlite.rejects WHERE job = sqlite.job_or_last() ORDER BY key::text COLLATE "C";
DROP SCHEMA rejects CASCADE;

-- Orphans: the columns of the foreign key, and the row in SQLite.
\set spec '{"orphans": "reject", "include": ["spot", "marker", "trail"]}'
CALL sqlite.migrate('{rejects}', 'rejects', :'spec') \gset
SELECT :tell;
SELECT table_name, row FROM sqlite.rejects WHERE job = :job ORDER BY table_name;
SELECT table_name, read, written, rejected FROM sqlite.job_tables WHERE job = :job ORDER BY 1;
SELECT conname, convalidated FROM pg_constraint WHERE connamespace = 'rejects'::regnamespace AND contype = 'f' ORDER BY 1;
DROP SCHEMA rejects CASCADE;

-- Tables that refer to themselves and to each other: what has lost its parent goes too, each row counted once, in all
-- three ways of committing; the plan's own statements leave the same rows.
\set spec '{"orphans": "reject", "include": ["link", "hen", "egg"]}'
CALL sqlite.migrate('{rejects}', 'rejects', :'spec') \gset
SELECT :tell;
SELECT table_name, read, written, rejected FROM sqlite.job_tables WHERE job = :job ORDER BY 1;
SELECT kind, object, columns, state FROM sqlite.job_steps WHERE job = :job AND kind = 'orphans' ORDER BY step;
TABLE rejects.link ORDER BY id;
TABLE rejects.hen ORDER BY id;
TABLE rejects.egg ORDER BY id;
SELECT conname, convalidated FROM pg_constraint WHERE connamespace = 'rejects'::regnamespace AND contype = 'f' ORDER BY 1;
CALL sqlite.migrate('{rejects}', 'rejects_batch', :'spec'::jsonb || '{"transaction": "batch", "commit_rows": 2}') \gset
SELECT table_name, read, written, rejected FROM sqlite.job_tables WHERE job = :job ORDER BY 1;
SET client_min_messages = warning;
SELECT statement FROM sqlite.plan('{rejects}', 'rejects_plan', :'spec') ORDER BY step \gexec
SELECT count(*) FROM (TABLE rejects.link EXCEPT TABLE rejects_plan.link UNION ALL TABLE rejects_batch.link EXCEPT TABLE rejects_plan.link) AS d;
SELECT count(*) FROM (TABLE rejects.hen EXCEPT TABLE rejects_plan.hen UNION ALL TABLE rejects_batch.egg EXCEPT TABLE rejects_plan.egg) AS d;
SELECT (SELECT count(*) FROM rejects_plan.link), (SELECT count(*) FROM rejects_plan.hen), (SELECT count(*) FROM rejects_plan.egg);
CALL sqlite.migrate('{rejects}', 'rejects_few', :'spec'::jsonb || '{"max_rejects": 3}');
SELECT count(*) FROM pg_namespace WHERE nspname = 'rejects_few';
-- The largest number that a spec takes.
CALL sqlite.migrate('{rejects}', 'rejects_all', :'spec'::jsonb || '{"max_rejects": 9223372036854775807}') \gset
SELECT max_rejects, state FROM sqlite.jobs WHERE job = :job;
CALL sqlite.rollback(:job);

DROP SCHEMA rejects, rejects_batch, rejects_plan CASCADE;
DROP SERVER rejects CASCADE;
