-- What runs in SQLite, and what stays: EXPLAIN shows "SQLite Filter" for the one, "Filter" for the other.
-- That the answers are those of a local copy is the differential test's business (test/t/010_differential.pl).
\set data `echo "$PG_SQLITE_DATA"`
\set file :data '/pushdown.db'
CREATE SERVER pushdown FOREIGN DATA WRAPPER pg_sqlite OPTIONS (database :'file');
CREATE SCHEMA pushdown;
IMPORT FOREIGN SCHEMA main FROM SERVER pushdown INTO pushdown;
-- Named collations: the answer must not depend on the database's.
ALTER FOREIGN TABLE pushdown.item ALTER COLUMN name TYPE text COLLATE "C", ALTER COLUMN code TYPE text COLLATE "C",
    ALTER COLUMN note TYPE text COLLATE "en-US-x-icu";
SET search_path = pushdown, public;

-- One condition: the statement's WHERE, and what PostgreSQL checks itself.
CREATE FUNCTION pg_temp.runs(condition text) RETURNS TABLE (in_sqlite text, in_postgresql text) LANGUAGE plpgsql AS $$
DECLARE
    line text;
BEGIN
    FOR line IN EXECUTE 'EXPLAIN (COSTS OFF) SELECT * FROM pushdown.item AS i WHERE ' || condition LOOP
        IF line LIKE '%SQLite Filter:%' THEN in_sqlite := regexp_replace(line, '.*SQLite Filter: ', ''); 
        ELSIF line LIKE '%Filter:%' THEN in_postgresql := regexp_replace(line, '.*Filter: ', ''); END IF;
    END LOOP;
    RETURN NEXT;
END $$;

-- Integers, doubles, texts: exact.
SELECT * FROM pg_temp.runs('id = 5');
SELECT * FROM pg_temp.runs('id BETWEEN 5 AND 7 AND stock <> 3');
SELECT * FROM pg_temp.runs('weight > 1.5 AND weight < stock');
SELECT * FROM pg_temp.runs('name = ''it''''s'' OR name IS NULL');
SELECT * FROM pg_temp.runs('name < ''m''');
SELECT * FROM pg_temp.runs('note < ''m''');
SELECT * FROM pg_temp.runs('code = ''a''');
SELECT * FROM pg_temp.runs('stock IN (1, 2, NULL)');
SELECT * FROM pg_temp.runs('stock <> ALL (ARRAY[1, 2])');
SELECT * FROM pg_temp.runs('name = ANY (''{a,b}''::text[])');
SELECT * FROM pg_temp.runs('stock IS DISTINCT FROM 1');
SELECT * FROM pg_temp.runs('(stock > 1) IS NOT TRUE');
SELECT * FROM pg_temp.runs('NOT (stock = 1 OR name = ''x'')');
SELECT * FROM pg_temp.runs('CASE WHEN stock > 1 THEN name ELSE code END = ''x''');
SELECT * FROM pg_temp.runs('coalesce(nullif(stock, 0), 7) = 7');
SELECT * FROM pg_temp.runs('stock = 9223372036854775807 OR stock = -9223372036854775808');
SELECT * FROM pg_temp.runs('data IS NOT NULL AND at IS NULL AND token IS NULL');
-- Functions of texts. lower and upper only where PostgreSQL knows ASCII alone, too.
SELECT * FROM pg_temp.runs('length(name) > 3 AND substr(name, 1, 2) = ''ab''');
SELECT * FROM pg_temp.runs('lower(name) = ''abc''');
SELECT * FROM pg_temp.runs('lower(note COLLATE "en-US-x-icu") = ''abc''');
SELECT * FROM pg_temp.runs('substr(name, 0, 2) = ''a''');
SELECT * FROM pg_temp.runs('trim(name) || code = ''ab'' AND strpos(name, ''b'') = 2');
SELECT * FROM pg_temp.runs('name LIKE ''a\%[b]_*%''');
SELECT * FROM pg_temp.runs('name LIKE ''it\_''''s''');
SELECT * FROM pg_temp.runs('code LIKE ''&%'' OR lower(name) LIKE ''a%''');
SELECT * FROM pg_temp.runs('name NOT LIKE ''a%''');
SELECT * FROM pg_temp.runs('name ILIKE ''a%''');
SELECT * FROM pg_temp.runs('left(name, 2) = ''ab'' AND starts_with(name, ''a'')');
-- Arithmetic: rows for which PostgreSQL raises an error are kept, so that it does.
SELECT * FROM pg_temp.runs('stock + 1 = 2');
SELECT * FROM pg_temp.runs('100 / stock > 2');
SELECT * FROM pg_temp.runs('stock % 3 = 1 OR small * 2 > 5');
-- Supersets, checked again: decimals, dates, booleans in words.
SELECT * FROM pg_temp.runs('price = 1.5');
SELECT * FROM pg_temp.runs('price > 1.5 AND stock < 2.5');
SELECT * FROM pg_temp.runs('at >= ''2024-02-29 12:00''');
SELECT * FROM pg_temp.runs('day = ''2024-02-29'' AND at < day');
SELECT * FROM pg_temp.runs('active');
SELECT * FROM pg_temp.runs('NOT active');
SELECT * FROM pg_temp.runs('(active AND stock > 1) OR price < 1');
-- Half of an AND is better than none; half of an OR is not.
SELECT * FROM pg_temp.runs('stock > 1 AND md5(name) = ''x''');
SELECT * FROM pg_temp.runs('stock > 1 OR md5(name) = ''x''');
-- Not in SQLite: other types, volatile functions, columns with an encoding or a policy.
SELECT * FROM pg_temp.runs('token = ''a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11''');
SELECT * FROM pg_temp.runs('data @> ''{"a": 1}''');
SELECT * FROM pg_temp.runs('stock > random()');
ALTER FOREIGN TABLE item ALTER COLUMN stock OPTIONS (ADD empty_as_null 'true');
SELECT * FROM pg_temp.runs('stock > 1 OR stock IS NULL');
ALTER FOREIGN TABLE item ALTER COLUMN stock OPTIONS (DROP empty_as_null);
ALTER FOREIGN TABLE item ALTER COLUMN at OPTIONS (ADD encoding 'unix');
SELECT * FROM pg_temp.runs('at > ''2024-01-01'' OR at IS NULL');
ALTER FOREIGN TABLE item ALTER COLUMN at OPTIONS (DROP encoding);

-- Values of PostgreSQL's go along as parameters.
PREPARE by_stock(bigint, text[]) AS SELECT id FROM item WHERE stock > $1 AND name = ANY ($2) ORDER BY id;
SET plan_cache_mode = force_generic_plan;
EXPLAIN (COSTS OFF) EXECUTE by_stock(1, '{b,c}');
EXECUTE by_stock(1, '{b,c}');
EXECUTE by_stock(3, '{b,NULL,d}');
EXECUTE by_stock(3, NULL);
-- Elements count, dimensions don't.
EXECUTE by_stock(1, '{{b,c},{d,e}}');
RESET plan_cache_mode;
-- Integers beyond 2^53 are not rounded to the double that bounds them.
SELECT n FROM large WHERE n > 9223372036854775806::numeric;
SELECT n FROM large WHERE n = 9223372036854775807::numeric;
SELECT n FROM large WHERE n < 9223372036854775806.5;
SELECT id FROM item WHERE stock = (SELECT max(stock) FROM item) ORDER BY id;
SELECT id FROM item WHERE weight < 'NaN' ORDER BY id;

-- Order and limit.
EXPLAIN (COSTS OFF) SELECT id FROM item ORDER BY id DESC LIMIT 2;
EXPLAIN (COSTS OFF) SELECT id FROM item ORDER BY name DESC NULLS LAST, id LIMIT 2 OFFSET 1;
EXPLAIN (COSTS OFF) SELECT id FROM item ORDER BY note LIMIT 2;
EXPLAIN (COSTS OFF) SELECT id FROM item WHERE md5(name) > 'a' ORDER BY id LIMIT 2;
SELECT name FROM item ORDER BY name LIMIT 3;
SELECT name FROM item ORDER BY name DESC LIMIT 3 OFFSET 1;
-- SQLite gets no limit that may read more rows, now or when the plan is used again.
SELECT name FROM item ORDER BY name FETCH FIRST 2 ROWS WITH TIES;
SET pushdown.rows = 1;
PREPARE some_rows AS SELECT id FROM item ORDER BY id LIMIT current_setting('pushdown.rows')::bigint;
EXECUTE some_rows;
SET pushdown.rows = 2;
EXECUTE some_rows;

-- Lookups: by the rowid and by an index, for each row of another table.
CREATE TABLE wanted (id bigint);
INSERT INTO wanted VALUES (2), (4), (NULL);
ANALYZE wanted;
SET enable_hashjoin = off;
SET enable_mergejoin = off;
EXPLAIN (COSTS OFF) SELECT i.id, i.name FROM wanted w JOIN item i USING (id);
SELECT i.id, i.name FROM wanted w JOIN item i USING (id) ORDER BY 1;
RESET enable_hashjoin;
RESET enable_mergejoin;

-- Aggregates. The plan below the scan is PostgreSQL's own, for when SQLite's answer can't stand.
EXPLAIN (VERBOSE, COSTS OFF) SELECT count(*) FROM item;
EXPLAIN (VERBOSE, COSTS OFF) SELECT name, count(*), sum(stock), avg(stock), max(weight) FROM item WHERE id > 1 GROUP BY name HAVING count(*) > 1;
SELECT name, count(*), sum(stock), avg(stock), max(weight) FROM item WHERE id > 1 GROUP BY name HAVING count(*) > 0 ORDER BY name;
EXPLAIN (COSTS OFF) SELECT DISTINCT code FROM item;
SELECT DISTINCT code FROM item ORDER BY code;
EXPLAIN (COSTS OFF) SELECT sum(weight), sum(price) FROM item;
SELECT sum(stock) FILTER (WHERE id < 3), count(DISTINCT code), min(small) FROM item;
-- A sum beyond 64 bits, and a cell that is no value: PostgreSQL's plan answers.
SELECT * FROM helper.explained('ANALYZE, TIMING OFF, SUMMARY OFF, BUFFERS OFF', 'SELECT sum(n) FROM large');
SELECT sum(n), avg(n) FROM large;
SELECT sum(n) FROM misfit;
SELECT count(n) FROM misfit;
SELECT count(*) FROM misfit;
SELECT count(*) FROM misfit WHERE n > 1;
SELECT n FROM misfit WHERE n < 3;
-- Infinity in words counts as what it means.
EXPLAIN (COSTS OFF) SELECT id FROM words WHERE r < 0;
SELECT id FROM words WHERE r < 0 ORDER BY id;
SELECT id, r FROM words ORDER BY r, id LIMIT 3;
SELECT r, count(*) FROM words GROUP BY r ORDER BY r;
SELECT min(r), max(r), count(DISTINCT r) FROM words;

-- Joins.
EXPLAIN (VERBOSE, COSTS OFF) SELECT i.name, p.label FROM item i JOIN part p ON p.item = i.id WHERE i.stock > 1;
SELECT i.name, p.label FROM item i JOIN part p ON p.item = i.id WHERE i.stock > 1 ORDER BY 1, 2;
EXPLAIN (VERBOSE, COSTS OFF) SELECT i.id, p.label FROM item i LEFT JOIN part p ON p.item = i.id AND p.label <> 'x' WHERE i.id < 2;
SELECT i.id, p.label FROM item i LEFT JOIN part p ON p.item = i.id AND p.label <> 'x' WHERE i.id = 1 ORDER BY 2;
-- How SQLite runs it is a matter of its version.
SELECT plan FROM helper.explained('VERBOSE', $$SELECT count(*) FROM item i WHERE EXISTS (SELECT FROM part p WHERE p.item = i.id)$$)
WHERE plan NOT LIKE '%SQLite Plan:%';
SELECT count(*) FROM item i WHERE NOT EXISTS (SELECT FROM part p WHERE p.item = i.id);
SELECT i.id, p.id FROM item i FULL JOIN part p ON p.item = i.id ORDER BY 1, 2;
-- STRICT: bytes that somebody has edited may break it, so it is asked, too.
EXPLAIN (VERBOSE, COSTS OFF) SELECT count(*) FROM strict WHERE n > 1;
-- Nothing is sent past a security barrier.
CREATE VIEW guarded WITH (security_barrier) AS SELECT * FROM item WHERE md5(name) > 'a';
EXPLAIN (COSTS OFF) SELECT * FROM guarded WHERE stock / 0 = 1;

SET client_min_messages = warning;
DROP TABLE wanted;
DROP SERVER pushdown CASCADE;
DROP SCHEMA pushdown CASCADE;
RESET search_path;

-- Storage classes proven by CHECKs: what may hold words or other classes elsewhere is exact here, and so LIMIT goes along.
\set checked :data '/checked.db'
CREATE SERVER checked FOREIGN DATA WRAPPER pg_sqlite OPTIONS (database :'checked');
CREATE FOREIGN TABLE checked (id bigint, r double precision, b bytea, f boolean, loose double precision) SERVER checked;
EXPLAIN (COSTS OFF, VERBOSE) SELECT id FROM checked WHERE r < 1 AND f ORDER BY r LIMIT 1;
SELECT id FROM checked WHERE r < 1 AND f ORDER BY r LIMIT 1;
EXPLAIN (COSTS OFF, VERBOSE) SELECT id FROM checked WHERE b > '\x00' ORDER BY b DESC LIMIT 1;
SELECT id FROM checked WHERE b > '\x00' ORDER BY b DESC LIMIT 1;
EXPLAIN (COSTS OFF, VERBOSE) SELECT id FROM checked WHERE loose < 5 ORDER BY loose DESC LIMIT 1;
SELECT id FROM checked WHERE loose < 5 ORDER BY loose DESC LIMIT 1;
DROP SERVER checked CASCADE;
