-- What is read, and how often.
\set data `echo "$PG_SQLITE_DATA"`
\set scan :data '/scan.db'
CREATE SERVER scan FOREIGN DATA WRAPPER pg_sqlite OPTIONS (database :'scan');
CREATE SCHEMA scan;
CREATE FOREIGN TABLE scan.item (id bigint, name text, price double precision, note bytea) SERVER scan;
CREATE FOREIGN TABLE scan.sale (item_id bigint, day date, amount bigint) SERVER scan;

-- Only the columns that a query uses are read; count(*) reads none.
EXPLAIN (VERBOSE, COSTS OFF) SELECT name FROM scan.item;
EXPLAIN (VERBOSE, COSTS OFF) SELECT name FROM scan.item WHERE price > 10 ORDER BY id;
EXPLAIN (VERBOSE, COSTS OFF) SELECT count(*) FROM scan.item;
EXPLAIN (VERBOSE, COSTS OFF) SELECT i FROM scan.item AS i;
EXPLAIN (COSTS OFF) SELECT * FROM scan.item;
EXPLAIN (VERBOSE, COSTS OFF) SELECT i.name, sum(s.amount) FROM scan.item i JOIN scan.sale s ON s.item_id = i.id GROUP BY i.name;
SELECT count(*), count(note), sum(price), sum(length(note)) FROM scan.item;
-- A column nobody asks for may hold anything.
CREATE FOREIGN TABLE scan.wrong (id bigint, name integer) SERVER scan OPTIONS ("table" 'item');
SELECT count(*), sum(id) FROM scan.wrong;
SELECT max(name) FROM scan.wrong;
SELECT count(*) FROM scan.wrong WHERE name > 5;
DROP FOREIGN TABLE scan.wrong;

-- Rescans: nested loops, LATERAL, correlated subqueries, with and without materialization.
SET enable_hashjoin = off;
SET enable_mergejoin = off;
SET enable_material = off;
SET enable_memoize = off;
EXPLAIN (COSTS OFF) SELECT count(*), sum(s.amount) FROM scan.item i JOIN scan.sale s ON s.item_id = i.id;
SELECT count(*), sum(s.amount) FROM scan.item i JOIN scan.sale s ON s.item_id = i.id;
SELECT i.id, l.amount FROM scan.item i, LATERAL (SELECT amount FROM scan.sale s WHERE s.item_id = i.id ORDER BY amount DESC LIMIT 1) l ORDER BY i.id;
RESET ALL;
SELECT id, (SELECT count(*) FROM scan.sale s WHERE s.item_id = i.id) AS sales FROM scan.item i WHERE id <= 8 ORDER BY id;
SELECT count(*) FROM scan.item a WHERE EXISTS (SELECT FROM scan.item b WHERE b.id = a.id + 50);
WITH RECURSIVE chain(id) AS (SELECT 1::bigint UNION ALL SELECT i.id FROM chain c JOIN scan.item i ON i.id = c.id * 2) SELECT array_agg(id ORDER BY id) FROM chain;
-- The same file twice in one statement, and inside a function called for each row.
CREATE FUNCTION scan.sales_of(bigint) RETURNS bigint LANGUAGE sql AS 'SELECT count(*) FROM scan.sale WHERE item_id = $1';
SELECT id, scan.sales_of(id) FROM scan.item WHERE id < 4 ORDER BY id;

-- Parameters and prepared statements; a changed option acts at once.
PREPARE by_id(bigint) AS SELECT name FROM scan.item WHERE id = $1;
EXECUTE by_id(7);
EXECUTE by_id(8);
SET plan_cache_mode = force_generic_plan;
EXECUTE by_id(9);
RESET plan_cache_mode;
ALTER FOREIGN TABLE scan.item ALTER name OPTIONS (ADD column_name 'price');
EXECUTE by_id(7);
ALTER FOREIGN TABLE scan.item ALTER name OPTIONS (DROP column_name);
ALTER FOREIGN TABLE scan.item OPTIONS (ADD "table" 'cheap');
SELECT name FROM scan.item WHERE id = 3;
EXECUTE by_id(3);
EXECUTE by_id(7);
ALTER FOREIGN TABLE scan.item OPTIONS (SET "table" 'nowhere');
SELECT helper.outcome('SELECT item::text FROM scan.item');
ALTER FOREIGN TABLE scan.item OPTIONS (SET "table" 'item');
EXECUTE by_id(7);
\set empty :data '/empty.db'
ALTER SERVER scan OPTIONS (SET database :'empty');
SELECT helper.outcome('SELECT item::text FROM scan.item');
ALTER SERVER scan OPTIONS (SET database :'scan');
EXECUTE by_id(7);
DEALLOCATE by_id;
-- A column that the SQLite table lacks; SQLite would take "nope" for a text.
CREATE FOREIGN TABLE scan.lacking (id bigint, nope text) SERVER scan OPTIONS ("table" 'item');
SELECT helper.outcome('SELECT nope FROM scan.lacking');
SELECT count(id) FROM scan.lacking;

-- Cursors, forwards and backwards, several at a time, and one that outlives its transaction.
BEGIN;
DECLARE a CURSOR FOR SELECT id FROM scan.item ORDER BY id;
DECLARE b NO SCROLL CURSOR FOR SELECT id FROM scan.item;
DECLARE c SCROLL CURSOR FOR SELECT id FROM scan.item WHERE id < 5;
DECLARE d CURSOR WITH HOLD FOR SELECT id, name FROM scan.item WHERE id > 98;
FETCH 2 FROM a;
FETCH 2 FROM b;
FETCH 3 FROM c;
FETCH BACKWARD 2 FROM c;
FETCH FIRST FROM c;
MOVE 10 IN b;
FETCH 1 FROM b;
SAVEPOINT s;
FETCH 1 FROM b;
DECLARE e CURSOR FOR SELECT 1 / (id - 2) FROM scan.item;
FETCH 1 FROM e;
FETCH 1 FROM e;
ROLLBACK TO s;
FETCH 1 FROM b;
COMMIT;
FETCH ALL FROM d;
CLOSE d;
-- Backwards without SCROLL is refused, as everywhere.
BEGIN;
DECLARE b NO SCROLL CURSOR FOR SELECT id FROM scan.item;
FETCH BACKWARD 1 FROM b;
ROLLBACK;

-- LIMIT stops early; writing is refused; system columns.
SELECT id FROM scan.item LIMIT 3;
INSERT INTO scan.item VALUES (1000, 'new');
UPDATE scan.item SET name = 'x';
DELETE FROM scan.item;
TRUNCATE scan.item;
COPY (SELECT id, name FROM scan.item WHERE id < 3 ORDER BY id) TO STDOUT;
SELECT tableoid::regclass, id FROM scan.item WHERE id = 1;
SELECT ctid FROM scan.item WHERE id = 1;
-- Dropped columns, and columns added later.
ALTER FOREIGN TABLE scan.item DROP COLUMN price;
ALTER FOREIGN TABLE scan.item ADD COLUMN cost numeric OPTIONS (column_name 'price');
SELECT * FROM scan.item WHERE id = 3;
SELECT i FROM scan.item i WHERE id = 3;
EXPLAIN (VERBOSE, COSTS OFF) SELECT * FROM scan.item;
-- Inheritance and partitions.
CREATE TABLE scan.all_items (id bigint, name text) PARTITION BY RANGE (id);
CREATE TABLE scan.new_items PARTITION OF scan.all_items FOR VALUES FROM (1000) TO (2000);
CREATE FOREIGN TABLE scan.old_items PARTITION OF scan.all_items FOR VALUES FROM (1) TO (1000) SERVER scan OPTIONS ("table" 'item');
INSERT INTO scan.new_items VALUES (1000, 'new');
SELECT tableoid::regclass, count(*) FROM scan.all_items GROUP BY 1 ORDER BY 1;
SELECT name FROM scan.all_items WHERE id = 1000;
