-- What plans leave out: relations that the planner never asked for their size, and everything that reads them. And
-- what SQLite would refuse for its limits, which PostgreSQL answers.
\set data `echo "$PG_SQLITE_DATA"`
\set planner :data '/planner.db'
CREATE SERVER planner FOREIGN DATA WRAPPER pg_sqlite OPTIONS (database :'planner');
CREATE SCHEMA planned;
SET search_path = planned, public;
\pset format unaligned
\pset tuples_only on
CREATE FOREIGN TABLE t (a int, b int, name text) SERVER planner;
CREATE FOREIGN TABLE u (a int, c int) SERVER planner;
CREATE FOREIGN TABLE of_t (a int, b int, name text) SERVER planner;

-- A foreign table with a local child and a foreign one.
CREATE FOREIGN TABLE parent (a int, b int) SERVER planner OPTIONS (table 't');
CREATE TABLE local_child () INHERITS (parent);
CREATE FOREIGN TABLE foreign_child () INHERITS (parent) SERVER planner OPTIONS (table 't');
INSERT INTO local_child VALUES (5000, 1), (5001, 2);
CREATE FUNCTION unsafe(int) RETURNS int LANGUAGE sql PARALLEL UNSAFE AS 'SELECT $1';
CREATE TABLE copied (a int, b int);
SELECT set_config('min_parallel_table_scan_size', '0', false), set_config('parallel_setup_cost', '0', false),
       set_config('parallel_tuple_cost', '0', false);
SELECT count(*), sum(a) FROM parent;
SELECT count(*) FROM ONLY parent;
INSERT INTO copied SELECT * FROM parent;
INSERT INTO copied SELECT a, unsafe(b) FROM parent;
SELECT count(*), sum(a) FROM copied;
SELECT count(*) FROM (SELECT * FROM parent FOR UPDATE) x;
SELECT count(*) FROM (SELECT parent.* FROM parent JOIN u USING (a) FOR UPDATE OF parent) x;
SELECT unsafe(count(*)::int) FROM parent;
BEGIN;
DECLARE c SCROLL CURSOR FOR SELECT a FROM parent ORDER BY a;
FETCH 2 FROM c;
FETCH BACKWARD 1 FROM c;
FETCH LAST FROM c;
DECLARE held CURSOR WITH HOLD FOR SELECT a FROM parent WHERE b = 1 ORDER BY a DESC;
DECLARE marked CURSOR FOR SELECT a FROM parent ORDER BY a FOR UPDATE;
FETCH 1 FROM marked;
COMMIT;
FETCH 2 FROM held;
CLOSE held;
CREATE TEMP TABLE temp_child () INHERITS (parent);
INSERT INTO temp_child VALUES (6000, 1);
SELECT count(*) FROM parent;
SELECT count(*) FROM (SELECT * FROM parent FOR UPDATE) x;
-- Excluded by constraints: no size is asked for, either.
SELECT count(*) FROM (SELECT p.* FROM parent p LEFT JOIN (SELECT * FROM local_child WHERE a IS NULL AND false) x ON p.a = x.a FOR UPDATE OF p) y;
INSERT INTO copied SELECT t.a, u.c FROM t LEFT JOIN (SELECT * FROM u WHERE false) u ON u.a = t.a;
INSERT INTO copied SELECT a, b FROM parent WHERE false;
SELECT count(*) FROM t LEFT JOIN (SELECT a FROM u WHERE false) x USING (a);
-- What a parent of ours can't be used for is said, before anything runs.
DELETE FROM parent WHERE a = 5000;
UPDATE parent SET b = 1;
TRUNCATE parent;
EXPLAIN (COSTS OFF) DELETE FROM parent;
SELECT count(*) FROM local_child;
ANALYZE parent;
-- Placeholders of a foreign table that only the leader may compute.
CREATE FUNCTION restricted(int) RETURNS int LANGUAGE plpgsql PARALLEL RESTRICTED AS 'BEGIN RETURN $1; END';
INSERT INTO copied SELECT u.a, x.r FROM u LEFT JOIN (SELECT a, restricted(coalesce(b, 0)) AS r FROM t) x USING (a);
-- Partitions.
CREATE TABLE parts (a int, b int) PARTITION BY RANGE (a);
CREATE FOREIGN TABLE parts_1 PARTITION OF parts FOR VALUES FROM (0) TO (3000) SERVER planner OPTIONS (table 't');
CREATE TABLE parts_2 PARTITION OF parts FOR VALUES FROM (3000) TO (4000);
INSERT INTO parts VALUES (3001, 1);
INSERT INTO parts VALUES (1, 1);
SET enable_partitionwise_join = on;
SET enable_partitionwise_aggregate = on;
SELECT b, count(*) FROM parts GROUP BY b ORDER BY b LIMIT 2;
SELECT count(*), sum(x.b) FROM parts x JOIN parts y USING (a);
SELECT grouping(b), b, count(*) FROM parts WHERE b < 2 GROUP BY ROLLUP (b) ORDER BY 1, 2;
SELECT count(*) FROM (SELECT x.* FROM parts x JOIN parts y USING (a) FOR UPDATE OF x) z;
SELECT x.a, l.c FROM parts x, LATERAL (SELECT c FROM u WHERE u.a = x.a ORDER BY c LIMIT 1) l WHERE x.a < 3 ORDER BY 1;
-- A partition's condition that names the other table: by its parent.
SELECT count(*) FROM parts x LEFT JOIN LATERAL (SELECT x.b AS xb, y.* FROM parts y) s ON x.a = s.a WHERE s.xb = s.b;
SELECT set_config('min_parallel_table_scan_size', NULL, false), set_config('parallel_setup_cost', NULL, false),
       set_config('parallel_tuple_cost', NULL, false) IS NOT NULL;
RESET enable_partitionwise_join;
RESET enable_partitionwise_aggregate;

-- Deep and long expressions: the answer of the same query over a local table, whoever gives it.
CREATE TABLE local_t AS SELECT * FROM t;
CREATE FUNCTION same(condition text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    answer text;
    expected text;
    relation text;
BEGIN
    EXECUTE 'SELECT count(*) || '' '' || coalesce(sum(a), 0) FROM local_t AS t WHERE ' || condition INTO expected;
    FOREACH relation IN ARRAY '{t,of_t,t JOIN u USING (a)}'::text[] LOOP
        EXECUTE format('SELECT count(*) || '' '' || coalesce(sum(a), 0) FROM (SELECT * FROM %s) AS t WHERE %s', relation,
                       condition) INTO answer;
        IF relation LIKE '%JOIN%' THEN
            EXECUTE format('SELECT count(*) || '' '' || coalesce(sum(a), 0) FROM (SELECT * FROM local_t JOIN u USING (a)) AS t WHERE %s',
                           condition) INTO expected;
        END IF;
        IF answer <> expected THEN RETURN relation || ': ' || answer || ' instead of ' || expected; END IF;
        EXECUTE format('SELECT array_agg(x)::text FROM (SELECT a AS x FROM (SELECT * FROM %s) AS t WHERE %s ORDER BY a LIMIT 3) y',
                       relation, condition) INTO answer;
    END LOOP;
    RETURN 'same ' || expected;
END $$;
-- Every depth around what SQLite's parser and its trees take.
SELECT DISTINCT left(same(repeat('(', n) || 'a' || repeat(' + 1)', n) || ' > 100'), 4) FROM generate_series(60, 130, 2) n;
SELECT DISTINCT left(same('100 < ' || repeat('(1 + ', n) || 'a' || repeat(')', n)), 4) FROM generate_series(20, 50, 3) n;
SELECT DISTINCT left(same(repeat('abs(', n) || 'a' || repeat(')', n) || ' > 100'), 4) FROM generate_series(10, 40, 6) n;
SELECT DISTINCT left(same(repeat('NOT (b = 3 AND ', n) || 'a > 50' || repeat(')', n)), 4) FROM generate_series(15, 90, 5) n;
SELECT DISTINCT left(same('name = ' || repeat('replace(', n) || 'name' || repeat(', ''x'', ''y'')', n)), 4) FROM generate_series(8, 40, 3) n;
SELECT DISTINCT left(same(repeat('CASE WHEN b = 1 THEN a ELSE ', n) || '7' || repeat(' END', n) || ' > 100'), 4) FROM generate_series(6, 40, 2) n;
-- Rules that name an operand twice would double the text at each level.
SELECT same('starts_with(name, ' || repeat('CASE WHEN starts_with(name, ', 40) || '''n1''' || repeat(') THEN name ELSE ''n2'' END', 40) || ')');
SELECT same('a' || repeat(' + 1', 400) || ' > 500');
-- Long ones.
SELECT same(string_agg(format('name = %L OR a = %s', 'n' || i, i), ' OR ')) FROM generate_series(2, 3000) i;
SELECT same(string_agg(format('name <> %L', 'n' || i), ' AND ')) FROM generate_series(2, 1500) i;
SELECT same(string_agg(format('(a <> %s OR b < %s)', i, i), ' AND ')) FROM generate_series(2, 1500) i;
SELECT same('a IN (' || string_agg(i::text, ', ') || ')') FROM generate_series(2, 40000, 3) i;
SELECT same('a::text IN (' || string_agg(quote_literal(i::text), ', ') || ')') FROM generate_series(2, 3000, 3) i;
SELECT same('CASE ' || string_agg(format('WHEN a = %s THEN b = %s', i, i % 3), ' ') || ' ELSE false END') FROM generate_series(1, 2000) i;
SELECT same('coalesce(' || string_agg(format('nullif(b, %s)', i % 9), ', ') || ', 1) > 3') FROM generate_series(1, 300) i;
SELECT same(string_agg(format('name = %L', 'n' || i || repeat('x', 2000)), ' OR ') || ' OR a = 7') FROM generate_series(1, 600) i;
SELECT same(string_agg(format('a = %s + length(current_user) * 0', i), ' OR ')) FROM generate_series(1, 2000) i;
-- More parameters than SQLite numbers.
SELECT same('a IN (1, 2) OR ' || string_agg(format('name = %L', i || repeat('x', 1001)), ' OR ')) FROM generate_series(1, 300) i;
-- Many tables.
SET join_collapse_limit = 1;
SET geqo = off;
SELECT 'SELECT count(*) FROM u AS u0 ' || string_agg(format('JOIN u AS u%s ON u%s.a = u0.a', i, i), ' ') AS joined FROM generate_series(1, 70) i \gset
:joined;
RESET join_collapse_limit;
RESET geqo;
-- Aggregates and orders that are too deep for SQLite.
SELECT 'SELECT b, sum(CASE WHEN ' || repeat('(NOT ', 120) || 'a > 3' || repeat(')', 120) || ' THEN 1 ELSE 2 END) FROM t GROUP BY b ORDER BY ' || repeat('(', 120) || 'b' || repeat(' + 0)', 120) || ' LIMIT 2' AS grouped \gset
:grouped;
SELECT 'SELECT a FROM t ORDER BY ' || repeat('(', 120) || 'b' || repeat(' + 0)', 120) || ', a LIMIT 2' AS ordered \gset
:ordered;
-- What wide comparisons keep for PostgreSQL's errors.
SELECT count(*) FROM t WHERE (a + 2147483000)::numeric < 5.5;

-- A constant in one branch of UNION ALL is an order there, and not the number of a column.
SET enable_sort = off;
SELECT 1 AS first, b AS second FROM t UNION ALL SELECT 1, a FROM t WHERE a < 0 ORDER BY 1, 2 DESC LIMIT 3;
SELECT -7 AS first, a AS second FROM t UNION ALL SELECT b, a FROM t WHERE a < 2 ORDER BY 1, 2 LIMIT 2;
RESET enable_sort;

-- EXPLAIN says nothing of what only running the statement meets.
CREATE FOREIGN TABLE fading (kept int, lost int) SERVER planner;
EXPLAIN (COSTS OFF, VERBOSE) SELECT * FROM fading;
SELECT helper.outcome('SELECT fading::text FROM fading');
CREATE FOREIGN TABLE no_such_table (a int) SERVER planner;
EXPLAIN (COSTS OFF, VERBOSE) SELECT a FROM no_such_table WHERE a = 1 ORDER BY a LIMIT 1;
EXPLAIN (COSTS OFF) SELECT count(*) FROM no_such_table JOIN t USING (a);
SELECT helper.outcome('SELECT a::text FROM no_such_table WHERE a = 1 ORDER BY a LIMIT 1');
SELECT count(*) FROM (SELECT a FROM no_such_table LIMIT 0) x;
CREATE SERVER no_such_file FOREIGN DATA WRAPPER pg_sqlite OPTIONS (database '/no/such/file.db');
CREATE FOREIGN TABLE no_file (a int) SERVER no_such_file;
EXPLAIN (COSTS OFF, VERBOSE) SELECT a FROM no_file WHERE a = 1;
SELECT helper.outcome('SELECT a::text FROM no_file WHERE a = 1');
CREATE FOREIGN TABLE no_query (a int) SERVER planner OPTIONS (query 'SELECT a FROM no_such_table');
EXPLAIN (COSTS OFF) SELECT a FROM no_query;
SELECT helper.outcome('SELECT a::text FROM no_query');
\set VERBOSITY terse
DROP SERVER no_such_file CASCADE;
DROP SCHEMA planned CASCADE;
DROP SERVER planner CASCADE;
