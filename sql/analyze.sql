-- ANALYZE of foreign tables: what PostgreSQL's planner then knows. Small tables are read as a whole, so their
-- statistics are exact; of bigger ones only what holds for every sample is shown.
\set data `echo "$PG_SQLITE_DATA"`
\set analyze :data '/analyze.db'
CREATE SERVER stats FOREIGN DATA WRAPPER pg_sqlite OPTIONS (database :'analyze');
CREATE SCHEMA stats;
SET client_min_messages = warning;  -- what IMPORT has to say of dirty
IMPORT FOREIGN SCHEMA main FROM SERVER stats INTO stats;
RESET client_min_messages;
SET search_path = stats;

-- The rows that the planner expects of a statement.
CREATE FUNCTION expected_rows(statement text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE plan json;
BEGIN
    EXECUTE 'EXPLAIN (FORMAT JSON) ' || statement INTO plan;
    RETURN (plan -> 0 -> 'Plan' ->> 'Plan Rows')::bigint;
END $$;
CREATE FUNCTION frequency(table_name text, column_name text, value text) RETURNS real LANGUAGE sql AS $$
    SELECT most_common_freqs[array_position(most_common_vals::text::text[], value)] FROM pg_stats
    WHERE schemaname = 'stats' AND tablename = table_name AND attname = column_name $$;

-- A small table: exact. Its rows stay in their order (correlation).
ANALYZE colour;
SELECT reltuples, relpages > 0 AS has_pages FROM pg_class WHERE oid = 'colour'::regclass;
SELECT attname, null_frac, n_distinct, most_common_vals, most_common_freqs, correlation
FROM pg_stats WHERE schemaname = 'stats' AND tablename = 'colour' ORDER BY attname COLLATE "C";
SELECT expected_rows('SELECT * FROM colour'), expected_rows($$SELECT * FROM colour WHERE name = 'red'$$),
    expected_rows($$SELECT * FROM colour WHERE name = 'mauve'$$), expected_rows('SELECT * FROM colour WHERE name IS NULL'),
    expected_rows('SELECT * FROM colour WHERE weight < 250') BETWEEN 490 AND 510 AS half;
-- Some columns only; a setting for one column.
ANALYZE colour (id, note);
ALTER FOREIGN TABLE colour ALTER name SET STATISTICS 0;
ALTER FOREIGN TABLE colour ALTER weight SET (n_distinct = -0.5);
ANALYZE colour;
SELECT n_distinct FROM pg_stats WHERE schemaname = 'stats' AND tablename = 'colour' AND attname = 'weight';
ALTER FOREIGN TABLE colour ALTER name SET STATISTICS -1;
-- Within a transaction, beside a scan of the same table.
BEGIN;
DECLARE c CURSOR FOR SELECT id FROM colour ORDER BY id;
FETCH 1 FROM c;
ANALYZE colour;
FETCH 1 FROM c;
COMMIT;

-- A sample is not the head of the table. With the smallest statistics target 300 rows are sampled: drawn from
-- the range of rowids.
SET default_statistics_target = 1;
ANALYZE clustered;
SELECT reltuples FROM pg_class WHERE oid = 'clustered'::regclass;
ALTER FOREIGN TABLE clustered ALTER part SET STATISTICS 3;
ANALYZE clustered;
SELECT v AS part, frequency('clustered', 'part', v) BETWEEN 0.22 AND 0.45 AS a_third FROM unnest('{head,body,tail}'::text[]) AS v;
SELECT correlation = 1 AS in_order FROM pg_stats WHERE schemaname = 'stats' AND tablename = 'clustered' AND attname = 'n';
-- Rowids with gaps: a row behind a gap is no likelier to be taken. 4000 of 44000 rows lie behind gaps of 10^9.
ALTER FOREIGN TABLE gaps ALTER part SET STATISTICS 2;
ANALYZE gaps;
SELECT reltuples FROM pg_class WHERE oid = 'gaps'::regclass;
SELECT frequency('gaps', 'part', 'sparse') BETWEEN 0.03 AND 0.17 AS eleventh, frequency('gaps', 'part', 'dense') BETWEEN 0.83 AND 0.97 AS the_rest;
-- Half of one half is missing: a third of the rows lie there. The row count is an estimate then.
ALTER FOREIGN TABLE holes ALTER part SET STATISTICS 2;
ANALYZE holes;
SELECT reltuples BETWEEN 21700 AND 23300 AS near_22500 FROM pg_class WHERE oid = 'holes'::regclass;
SELECT frequency('holes', 'part', 'thin') BETWEEN 0.23 AND 0.43 AS a_third;
RESET default_statistics_target;
ANALYZE clustered, gaps, holes, extreme, empty_one;
SELECT relname, reltuples FROM pg_class WHERE relname IN ('clustered', 'gaps', 'holes', 'extreme', 'empty_one') AND relnamespace = 'stats'::regnamespace ORDER BY relname COLLATE "C";
SELECT v AS part, frequency('clustered', 'part', v) BETWEEN 0.32 AND 0.345 AS a_third FROM unnest('{head,body,tail}'::text[]) AS v;
SELECT frequency('gaps', 'part', 'sparse') BETWEEN 0.083 AND 0.099 AS eleventh;
SELECT expected_rows('SELECT * FROM clustered WHERE id <= 30000') BETWEEN 29000 AND 31000 AS half;
SELECT expected_rows('SELECT * FROM empty_one'), count(*) FROM pg_stats WHERE schemaname = 'stats' AND tablename = 'empty_one';

-- Rows without a rowid: WITHOUT ROWID, a view, a query.
CREATE FOREIGN TABLE by_query (name text, colours bigint) SERVER stats
    OPTIONS (query 'SELECT name, count(*) AS colours FROM colour GROUP BY name; -- a comment');
SELECT expected_rows('SELECT * FROM by_query') AS before;
ANALYZE keyed, reds, by_query;
SELECT relname, reltuples FROM pg_class WHERE relname IN ('keyed', 'reds', 'by_query') AND relnamespace = 'stats'::regnamespace ORDER BY relname COLLATE "C";
SELECT expected_rows('SELECT * FROM by_query') AS after;
SELECT n_distinct, correlation = 1 AS in_order FROM pg_stats WHERE schemaname = 'stats' AND tablename = 'keyed' AND attname = 'k';
SELECT frequency('keyed', 'v', '1') BETWEEN 0.48 AND 0.52 AS half;
SELECT n_distinct, null_frac FROM pg_stats WHERE schemaname = 'stats' AND tablename = 'by_query' AND attname = 'name';

-- The estimate of SQLite's own ANALYZE is out of date.
SELECT expected_rows('SELECT * FROM grown') AS before;
ANALYZE grown;
SELECT expected_rows('SELECT * FROM grown') AS after;

-- Cells that do not fit count as NULL; no ANALYZE fails for them.
CREATE DOMAIN positive AS integer NOT NULL CHECK (value > 0);
CREATE TYPE quality AS ENUM ('good', 'worse');
CREATE FOREIGN TABLE fussy (id bigint, amount positive, born date, code quality, doc json) SERVER stats OPTIONS ("table" 'dirty');
ANALYZE fussy;
SELECT attname, null_frac, n_distinct, most_common_vals FROM pg_stats
WHERE schemaname = 'stats' AND tablename = 'fussy' AND attname <> 'id' ORDER BY attname COLLATE "C";
-- No word of those that are read as NULL anyway.
ALTER FOREIGN TABLE fussy ALTER amount OPTIONS (ADD on_error 'null'), ALTER born OPTIONS (ADD on_error 'null'), ALTER code OPTIONS (ADD on_error 'null');
ANALYZE fussy;
ALTER FOREIGN TABLE fussy ALTER doc OPTIONS (ADD invalid_json 'null');
ANALYZE fussy;
-- Those in the sample are counted, not those of rows that had to leave it again.
CREATE FOREIGN TABLE misread (k integer, v date) SERVER stats OPTIONS ("table" 'keyed');
SET default_statistics_target = 1;
ANALYZE misread;
RESET default_statistics_target;

-- Wide values are not kept; they stay too wide to be among the common ones, and valid for statistics on expressions.
CREATE FOREIGN TABLE wide_values (id bigint, t text, b bytea, j jsonb, d text OPTIONS (column_name 'j')) SERVER stats OPTIONS ("table" 'wide');
CREATE STATISTICS wide_lengths ON (length(t)), (j ->> 'k') FROM wide_values;
ANALYZE wide_values;
SELECT attname, null_frac, avg_width < 3000 AS cut, most_common_vals FROM pg_stats
WHERE schemaname = 'stats' AND tablename = 'wide_values' AND attname <> 'id' ORDER BY attname COLLATE "C";

-- Children of a partitioned table and of a plain one: each gets its share of the sample, the more exactly once
-- its rows have been counted.
CREATE TABLE parts (id bigint, part text) PARTITION BY LIST (part);
CREATE FOREIGN TABLE parts_one PARTITION OF parts FOR VALUES IN ('dense', 'sparse') SERVER stats OPTIONS ("table" 'gaps');
CREATE TABLE parts_two PARTITION OF parts FOR VALUES IN ('local');
INSERT INTO parts_two SELECT i, 'local' FROM generate_series(1, 22000) AS i;
ANALYZE parts;
SELECT tablename, inherited FROM pg_stats WHERE schemaname = 'stats' AND tablename LIKE 'parts%' AND attname = 'part' ORDER BY tablename COLLATE "C", inherited;
ANALYZE parts;
SELECT frequency('parts', 'part', 'dense') BETWEEN 0.52 AND 0.7 AS dense, frequency('parts', 'part', 'local') BETWEEN 0.25 AND 0.42 AS local;
CREATE TABLE parent (id bigint, part text);
ALTER FOREIGN TABLE holes INHERIT parent;
SET client_min_messages = error;  -- PostgreSQL 18 says that it does not vacuum foreign tables
VACUUM ANALYZE parent;
RESET client_min_messages;
SELECT inherited, count(*) FROM pg_stats WHERE schemaname = 'stats' AND tablename IN ('parent', 'holes') GROUP BY inherited ORDER BY inherited;

-- Dropped columns, no columns, no table, no such column.
CREATE FOREIGN TABLE dropped (id bigint, gone integer, name text) SERVER stats OPTIONS ("table" 'colour');
ALTER FOREIGN TABLE dropped DROP COLUMN gone;
ANALYZE dropped;
SELECT attname, n_distinct FROM pg_stats WHERE schemaname = 'stats' AND tablename = 'dropped' ORDER BY attname COLLATE "C";
CREATE FOREIGN TABLE columnless () SERVER stats OPTIONS ("table" 'colour');
ANALYZE columnless;
SELECT reltuples FROM pg_class WHERE oid = 'columnless'::regclass;
CREATE FOREIGN TABLE missing (id bigint) SERVER stats;
\set VERBOSITY terse
ANALYZE missing;
CREATE FOREIGN TABLE misnamed (id bigint, nme text) SERVER stats OPTIONS ("table" 'colour');
ANALYZE misnamed;
\set VERBOSITY default

SET client_min_messages = warning;
DROP SCHEMA stats CASCADE;
DROP SERVER stats CASCADE;
