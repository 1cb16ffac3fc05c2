-- Parallel scans: their plans, and the same rows as without workers.
\set data `echo "$PG_SQLITE_DATA"`
\set parallel :data '/parallel.db'
CREATE SERVER parallel FOREIGN DATA WRAPPER pg_sqlite OPTIONS (database :'parallel');
CREATE SCHEMA par;
SET client_min_messages = warning;
IMPORT FOREIGN SCHEMA main EXCEPT (misfits, dirty) FROM SERVER parallel INTO par;
RESET client_min_messages;
CREATE FOREIGN TABLE par.dirty (id bigint, n integer) SERVER parallel;
CREATE FOREIGN TABLE par.misfits (id bigint, v text, n bigint OPTIONS (on_error 'null')) SERVER parallel;
CREATE FOREIGN TABLE par.asked (id bigint, v text) SERVER parallel OPTIONS (query 'SELECT id, v FROM dense');

-- SQLite knows no bit_or(), so the rows come to PostgreSQL. By default a small table is read without workers.
EXPLAIN (COSTS OFF) SELECT count(v), bit_or(length(v)) FROM par.dense;

SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SET max_parallel_workers_per_gather = 2;
-- All rows come from workers, so that nothing here depends on who is faster.
SET parallel_leader_participation = off;

EXPLAIN (VERBOSE, COSTS OFF) SELECT count(*), sum(id), bit_or(id) FROM par.dense;
EXPLAIN (COSTS OFF) SELECT id FROM par.dense ORDER BY v;
-- Only tables with a rowid are shared out.
EXPLAIN (COSTS OFF) SELECT count(v), bit_or(length(v)) FROM par.no_rowid;
EXPLAIN (COSTS OFF) SELECT count(v), bit_or(length(v)) FROM par.some;
EXPLAIN (COSTS OFF) SELECT count(v), bit_or(length(v)) FROM par.words;
EXPLAIN (COSTS OFF) SELECT count(v), bit_or(length(v)) FROM par.asked;

-- The same rows, also where rowids have gaps, are negative or reach both ends. Without workers and with.
CREATE FUNCTION par.compare(tables text[]) RETURNS TABLE (name text, rows bigint, same boolean, plan text)
LANGUAGE plpgsql AS $$
DECLARE
    query text;
    line text;
    hash text;
    serial text;
BEGIN
    FOREACH name IN ARRAY tables LOOP
        query := format('SELECT count(*), md5(string_agg(t::text, '','' ORDER BY t::text)) FROM par.%I AS t', name);
        SET LOCAL max_parallel_workers_per_gather = 0;
        EXECUTE query INTO rows, serial;
        SET LOCAL max_parallel_workers_per_gather = 2;
        EXECUTE query INTO rows, hash;
        same := hash IS NOT DISTINCT FROM serial;
        plan := NULL;
        FOR line IN EXECUTE 'EXPLAIN (COSTS OFF) ' || query LOOP
            IF line LIKE '%Foreign Scan%' THEN plan := regexp_replace(line, '^.*->\s*| on .*$', '', 'g'); END IF;
        END LOOP;
        RETURN NEXT;
    END LOOP;
END $$;
SELECT * FROM par.compare('{dense,gaps,far,negative,hidden,no_rowid}');
-- Where there is next to nothing to read, both plans cost the same.
SELECT name, rows, same FROM par.compare('{one,vacant}');
SET parallel_leader_participation = on;
SELECT * FROM par.compare('{dense,gaps,far,negative,hidden}');
SET parallel_leader_participation = off;
-- No column at all.
SELECT count(*) FROM (SELECT FROM par.gaps OFFSET 0) AS x;
-- A plan made for workers that gets none.
SET max_parallel_workers = 0;
SELECT count(*), sum(id), bit_or(id) FROM par.dense;
SELECT count(*), min(id), max(id), bit_xor(id) FROM par.gaps;
RESET max_parallel_workers;
SET parallel_leader_participation = off;

-- A refused value is reported as without workers.
\set VERBOSITY terse
SELECT sum(n), bit_or(n) FROM par.dirty;
\set VERBOSITY default
SELECT helper.outcome('SELECT bit_or(n)::text FROM par.dirty');
SELECT bit_or(id) FROM par.dirty;

-- What policies changed is counted over all workers, and told once.
SELECT count(*), count(v), count(n), bit_or(id) FROM par.misfits;
SET max_parallel_workers_per_gather = 0;
SELECT count(*), count(v), count(n), bit_or(id) FROM par.misfits;
SET max_parallel_workers_per_gather = 2;
SET parallel_leader_participation = on;
SELECT count(*), count(v), count(n), bit_or(id) FROM par.misfits;

-- Conditions and their parameters beside the chunk's own; a chunk is always read by rowid.
EXPLAIN (VERBOSE, COSTS OFF) SELECT bit_xor(id) FROM par.dense WHERE grp <> 5 AND id > 700;
SELECT count(*), bit_xor(id) FROM par.dense WHERE grp <> 5 AND id > 700;
SELECT count(*), bit_xor(id) FROM par.dense WHERE grp IN (1, 2, 96) AND (id < 500 OR id > 19000);
SELECT count(*), bit_xor(i.id) FROM (SELECT count(*) AS n FROM par.far) f, par.dense i WHERE i.grp = f.n;

-- Joins: both sides shared out.
SET enable_mergejoin = off;
SET enable_nestloop = off;
EXPLAIN (COSTS OFF) SELECT count(*), sum(a.id + b.id) FROM par.dense a JOIN par.dense b ON b.id = a.grp;
SELECT count(*), sum(a.id + b.id) FROM par.dense a JOIN par.dense b ON b.id = a.grp;
SET parallel_leader_participation = off;
SELECT count(*), sum(a.id + b.id) FROM par.dense a JOIN par.dense b ON b.id = a.grp;
SELECT count(*), sum(a.id), count(b.id) FROM par.dense a LEFT JOIN par.gaps b USING (v);
RESET enable_mergejoin;
RESET enable_nestloop;

-- Partitions that are foreign tables, and a local one beside them.
CREATE TABLE par.parts (id bigint, v text) PARTITION BY LIST (v);
CREATE FOREIGN TABLE par.part_one PARTITION OF par.parts FOR VALUES IN ('a') SERVER parallel OPTIONS ("table" 'dense');
CREATE TABLE par.part_two PARTITION OF par.parts FOR VALUES IN ('b');
CREATE FOREIGN TABLE par.part_three PARTITION OF par.parts FOR VALUES IN ('c') SERVER parallel OPTIONS ("table" 'negative');
INSERT INTO par.part_two SELECT i, 'b' FROM generate_series(1, 10000) i;
ANALYZE par.part_two;
EXPLAIN (COSTS OFF) SELECT count(*), sum(id), bit_or(id) FROM par.parts;
SELECT count(*), sum(id), bit_or(id) FROM par.parts;
EXPLAIN (COSTS OFF) SELECT count(*), sum(id) FROM (SELECT id FROM par.dense UNION ALL SELECT id FROM par.negative UNION ALL SELECT id FROM par.part_two) x;
SELECT count(*), sum(id) FROM (SELECT id FROM par.dense UNION ALL SELECT id FROM par.negative UNION ALL SELECT id FROM par.part_two) x;
SET parallel_leader_participation = on;
SELECT count(*), sum(id) FROM (SELECT id FROM par.dense UNION ALL SELECT id FROM par.negative UNION ALL SELECT id FROM par.part_two) x;

-- Rescans: a Gather on the inner side of a nested loop, and one that is left early each time.
SET enable_hashjoin = off;
SET enable_mergejoin = off;
SET enable_material = off;
SET enable_memoize = off;
CREATE TABLE par.outer_rows AS SELECT i FROM generate_series(1, 4) i;
ANALYZE par.outer_rows;
EXPLAIN (COSTS OFF) SELECT count(*), sum(d.id) FROM par.outer_rows o LEFT JOIN (SELECT id FROM par.dense OFFSET 0) d ON d.id % 5 = o.i;
SELECT count(*), sum(d.id) FROM par.outer_rows o LEFT JOIN (SELECT id FROM par.dense OFFSET 0) d ON d.id % 5 = o.i;
EXPLAIN (COSTS OFF) SELECT count(*) FROM par.outer_rows o WHERE EXISTS (SELECT 1 FROM (SELECT id FROM par.dense OFFSET 0) d WHERE d.id > o.i);
SELECT count(*) FROM par.outer_rows o WHERE EXISTS (SELECT 1 FROM (SELECT id FROM par.dense OFFSET 0) d WHERE d.id > o.i);
RESET enable_hashjoin;
RESET enable_mergejoin;
RESET enable_material;
RESET enable_memoize;
-- The leader stops before the workers do.
SELECT count(*) FROM (SELECT v FROM par.gaps LIMIT 10) x;

-- CREATE TABLE AS, prepared statements, cursors.
EXPLAIN (COSTS OFF) CREATE TABLE par.copy AS SELECT * FROM par.gaps;
CREATE TABLE par.copy AS SELECT * FROM par.gaps;
SELECT count(*), count(DISTINCT id), min(id), max(id) FROM par.copy;
PREPARE p(bigint) AS SELECT count(*), bit_xor(id) FROM par.dense WHERE id > $1;
SET plan_cache_mode = force_generic_plan;
EXPLAIN (COSTS OFF) EXECUTE p(10);
EXECUTE p(10);
EXECUTE p(19999);
RESET plan_cache_mode;
BEGIN;
DECLARE c CURSOR FOR SELECT id FROM par.dense ORDER BY id;
FETCH 2 FROM c;
MOVE FORWARD ALL IN c;
SELECT count(*), bit_or(id) FROM par.dense;
COMMIT;
DO $$ DECLARE r record; n int := 0; BEGIN FOR r IN SELECT id FROM par.dense LOOP n := n + 1; END LOOP; RAISE NOTICE '%', n; END $$;

-- A function that claims to be safe in a worker is not: a worker has no snapshot of its leader's for it.
CREATE FUNCTION par.lookup(bigint) RETURNS text LANGUAGE plpgsql PARALLEL SAFE AS 'BEGIN RETURN (SELECT v FROM par.far WHERE id = $1); END';
SET parallel_leader_participation = off;
\set VERBOSITY terse
SELECT count(par.lookup(id)) FROM par.negative;
\set VERBOSITY default
ALTER FUNCTION par.lookup PARALLEL RESTRICTED;
SELECT count(par.lookup(id + 2)) FROM par.negative WHERE id = -1;

-- Values that are tried in subtransactions, which can't be had beside workers: also where only another table of the query is read by workers.
CREATE DOMAIN par.even AS bigint CHECK (VALUE % 2 = 0);
CREATE FOREIGN TABLE par.guarded (id par.even OPTIONS (on_error 'null'), v text) SERVER parallel OPTIONS ("table" 'dense');
SELECT count(*), count(id), bit_or(length(v)) FROM par.guarded;
SELECT count(*), count(g.id), bit_or(d.id) FROM par.dense d JOIN par.guarded g ON g.id = d.id + 0;

-- snapshot 'statement', and a role without any right to the file.
ALTER SERVER parallel OPTIONS (ADD snapshot 'statement');
SELECT count(*), sum(id), bit_or(id) FROM par.dense;
ALTER SERVER parallel OPTIONS (DROP snapshot, ADD immutable 'true');
SELECT count(*), sum(id), bit_or(id) FROM par.dense;
ALTER SERVER parallel OPTIONS (DROP immutable);
CREATE ROLE par_reader;
GRANT USAGE ON SCHEMA par TO par_reader;
GRANT SELECT ON par.dense TO par_reader;
SET ROLE par_reader;
SELECT count(*), sum(id), bit_or(id) FROM par.dense;
RESET ROLE;
SET client_min_messages = warning;
DROP SERVER parallel CASCADE;
DROP SCHEMA par CASCADE;
DROP ROLE par_reader;
