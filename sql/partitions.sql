-- partition_by: the partitions that rows need are part of the plan. And the foreign keys of targets that exist,
-- where rows come before those that they refer to.
\set data `echo "$PG_SQLITE_DATA"`
\set partitions :data '/partitions.db'
SET datestyle = 'ISO, YMD';
CREATE SERVER parts FOREIGN DATA WRAPPER pg_sqlite OPTIONS (database :'partitions');
\set show 'concat(severity, \' \', table_name, \'.\' || column_name, \': \', finding, \' [\' || rows || \' rows]\', E\'\\n    e.g. \' || left(example, 100), E\'\\n    -> \' || suggestion)'
\pset format unaligned
\pset tuples_only on

-- By month, under the column's encoding; a key that lacks the column can't be had.
\set log '{"on_error": "null", "include": ["log", "detail"], "tables": {"log": {"partition_by": {"range": "at", "every": "1 month", "ahead": 2}, "columns": {"at": {"type": "timestamptz", "encoding": "unix"}}}}}'
SELECT statement FROM sqlite.plan('{parts}', 'parted', :'log') WHERE section = 'pre-data' AND object ~ 'log$' ORDER BY step;
SELECT :show FROM sqlite.assess('{parts}', 'parted', :'log') WHERE severity <> 'note' ORDER BY 1;
-- A quick look reads no row, and so makes no partition.
SELECT count(*) FROM sqlite.assess('{parts}', 'parted', :'log', quick => true) WHERE severity = 'blocker';
\set log '{"include": ["log", "detail"], "on_error": "null", "columns": {"*.*at": {"type": "timestamptz", "encoding": "unix"}}, "tables": {"log": {"primary_key": [], "partition_by": {"range": "at", "every": "1 month", "ahead": 2}}}}'
SELECT :show FROM sqlite.assess('{parts}', 'parted', :'log') WHERE severity = 'blocker' ORDER BY 1;
\set ON_ERROR_STOP on
\set ECHO none
\o /dev/null
SET client_min_messages = warning;
SELECT statement FROM sqlite.plan('{parts}', 'parted', :'log') ORDER BY step \gexec
RESET client_min_messages;
\o
\set ECHO all
\set ON_ERROR_STOP off
SELECT tableoid::regclass, id, at AT TIME ZONE 'UTC' FROM parted.log ORDER BY id;
SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE connamespace = 'parted'::regnamespace AND conparentid = 0 AND contype = 'f' ORDER BY conname;
SELECT indexdef FROM pg_indexes WHERE schemaname = 'parted' AND tablename = 'log' ORDER BY indexname;

-- Integers, also below zero and at the ends of the type; names that are taken get a number.
CREATE SCHEMA other;
CREATE TABLE other.number_p0 (a int);
SELECT statement FROM sqlite.plan('{parts}', 'other', '{"include": ["number"], "tables": {"number": {"partition_by": {"range": "n", "every": "1000", "default": false}}}}') WHERE section = 'pre-data' ORDER BY step;
SELECT statement FROM sqlite.plan('{parts}', 'other', '{"include": ["number"], "tables": {"number": {"partition_by": {"range": "big", "every": "9000000000000000000", "ahead": 5}}}}') WHERE object LIKE 'partition%' ORDER BY step;
-- Days and weeks: a week begins on Monday. The primary key holds the column.
SELECT statement FROM sqlite.plan('{parts}', 'other', '{"include": ["day"], "tables": {"day": {"partition_by": {"range": "d", "every": "1 week"}}}}') WHERE object LIKE 'partition%' ORDER BY step;
SELECT :show FROM sqlite.assess('{parts}', 'other', '{"include": ["day"], "tables": {"day": {"partition_by": {"range": "d", "every": "1 week"}}}}') WHERE severity <> 'note';
\set ON_ERROR_STOP on
\set ECHO none
\o /dev/null
SET client_min_messages = warning;
SELECT statement FROM sqlite.plan('{parts}', 'other', '{"include": ["day", "number"], "tables": {"number": {"partition_by": {"range": "big", "every": "9000000000000000000", "ahead": 5}}, "day": {"partition_by": {"range": "d", "every": "1 week"}}}}') ORDER BY step \gexec
RESET client_min_messages;
\o
\set ECHO all
\set ON_ERROR_STOP off
SELECT tableoid::regclass, * FROM other.number ORDER BY n;
SELECT tableoid::regclass, * FROM other.day ORDER BY d;
-- What can't be.
SELECT :show FROM sqlite.assess('{parts}', 'none', '{"tables": {"log": {"partition_by": {"range": "att", "every": "1 month"}}, "number": {"partition_by": {"range": "n", "every": "1 month"}}, "day": {"partition_by": {"range": "d", "every": "1 hour"}}, "far": {"partition_by": {"range": "at", "every": "1 month"}},
    "detail": {"primary_key": [], "partition_by": {"range": "level", "every": "10", "default": false}, "columns": {"level": {"convert": "level + 1"}}}}}') WHERE finding LIKE '%partition_by%' ORDER BY 1;
SELECT :show FROM sqlite.assess('{parts}', 'none', '{"tables": {"log": {"primary_key": [], "partition_by": {"range": "at", "every": "1000000", "default": false}}, "hollow": {"partition_by": {"range": "at", "every": "1 month"}}, "far": {"partition_by": {"range": "at", "every": "1 year", "max": 2023}}}}') WHERE finding LIKE '%partition%' ORDER BY 1;
SELECT count(*) FROM sqlite.assess('{parts}', 'none', '{"tables": {"log": {"partition_by": {"range": "at", "every": "often"}}}}');

-- Rows of several tables meet: all of them tell how far the partitions go, also one that lacks the column.
CREATE SERVER parts2 FOREIGN DATA WRAPPER pg_sqlite OPTIONS (database :'partitions');
\set meet '{"include": ["number", "detail"], "tables": {"parts.number": {"target": "met", "partition_by": {"range": "n", "every": "1000"}}, "parts2.number": {"target": "met", "columns": {"n": {"target": "other"}, "big": {"target": "x"}}}, "parts.detail": {"target": "met", "primary_key": [], "foreign_keys": [], "columns": {"level": {"target": "n"}}}, "parts2.detail": {"target": "met", "foreign_keys": [], "columns": {"level": {"target": "n"}, "log_at": {"convert": "log_at + 0"}}}}}'
SELECT object, split_part(statement, E'\n', 2) FROM sqlite.plan('{parts,parts2}', 'meeting', :'meet') WHERE object LIKE 'partition%' ORDER BY step;
SELECT :show FROM sqlite.assess('{parts,parts2}', 'meeting', jsonb_set(:'meet', '{tables,parts.number,partition_by,default}', 'false')) WHERE finding LIKE '%partition_by%' ORDER BY 1;
SELECT :show FROM sqlite.assess('{parts,parts2}', 'meeting', jsonb_set(:'meet', '{tables,parts2.detail,columns,level}', '{"target": "n", "convert": "level * 1000"}')) WHERE finding LIKE '%partition_by%' ORDER BY 1;
\set ON_ERROR_STOP on
\set ECHO none
\o /dev/null
SET client_min_messages = warning;
SELECT statement FROM sqlite.plan('{parts,parts2}', 'meeting', :'meet') ORDER BY step \gexec
RESET client_min_messages;
\o
\set ECHO all
\set ON_ERROR_STOP off
SELECT tableoid::regclass, count(*), min(n), max(n) FROM meeting.met GROUP BY 1 ORDER BY 1;

-- Targets that exist and refer to themselves and to each other: their keys wait until all rows are there.
CREATE SCHEMA app;
SET search_path = app;
CREATE TABLE node (id bigint PRIMARY KEY, up bigint, CONSTRAINT "Up" FOREIGN KEY (up) REFERENCES node ON DELETE CASCADE);
CREATE TABLE egg (id bigint PRIMARY KEY, chicken bigint);
CREATE TABLE chicken (id bigint PRIMARY KEY, egg bigint REFERENCES egg DEFERRABLE);
ALTER TABLE egg ADD FOREIGN KEY (chicken) REFERENCES chicken DEFERRABLE INITIALLY DEFERRED;
CREATE TABLE leaf (id bigint PRIMARY KEY, node bigint REFERENCES node);
-- One that is checked at the end of the transaction anyway may stay.
SELECT object FROM sqlite.plan('{parts}', 'app', '{"include": ["node", "egg", "chicken", "leaf"]}') WHERE section = 'pre-data' ORDER BY step;
\set app '{"include": ["node", "egg", "chicken", "leaf"], "transaction": "table", "orphans": "null"}'
SELECT object, statement FROM sqlite.plan('{parts}', 'app', :'app') WHERE object LIKE 'foreign key%' OR object LIKE 'orphans%' OR object LIKE 'data%' ORDER BY step;
SELECT :show FROM sqlite.assess('{parts}', 'app', :'app') WHERE finding LIKE 'foreign key%' ORDER BY 1;
SELECT statement FROM sqlite.plan('{parts}', 'app', '{"include": ["egg", "chicken"], "transaction": "table", "orphans": "keep"}') WHERE section = 'post-data' AND object LIKE 'foreign key%';
CREATE TEMP TABLE keys AS SELECT conrelid, conname, pg_get_constraintdef(oid) AS definition FROM pg_constraint WHERE connamespace = 'app'::regnamespace AND contype = 'f';
RESET search_path;
\set ON_ERROR_STOP on
\set ECHO none
\o /dev/null
SELECT statement FROM sqlite.plan('{parts}', 'app', :'app') ORDER BY step \gexec
\o
\set ECHO all
\set ON_ERROR_STOP off
SELECT * FROM app.node ORDER BY id;
SELECT * FROM app.egg ORDER BY id;
SET search_path = app;
SELECT count(*) FROM keys NATURAL JOIN (SELECT conrelid, conname, pg_get_constraintdef(oid) AS definition FROM pg_constraint WHERE contype = 'f') k;
RESET search_path;
-- Who does not own the target can't.
SET client_min_messages = warning;
CREATE ROLE regress_parts_guest;
RESET client_min_messages;
GRANT USAGE ON FOREIGN SERVER parts TO regress_parts_guest;
GRANT USAGE ON SCHEMA app TO regress_parts_guest;
SET ROLE regress_parts_guest;
SELECT :show FROM sqlite.assess('{parts}', 'app', '{"include": ["node"]}', quick => true) WHERE finding LIKE 'foreign key%';
RESET ROLE;

-- A new table beside one of nearly its name.
CREATE TABLE app.logs (id bigint);
SELECT :show FROM sqlite.assess('{parts}', 'app', '{"include": ["log", "leaf"]}', quick => true) WHERE finding LIKE '%beside%';
SELECT :show FROM sqlite.assess('{parts}', 'app', '{"include": ["log"], "tables": {"log": {"target": "lggs"}}}', quick => true) WHERE finding LIKE '%beside%';

DROP SERVER parts, parts2 CASCADE;
SET client_min_messages = warning;
DROP SCHEMA parted, other, meeting, app CASCADE;
DROP ROLE regress_parts_guest;
