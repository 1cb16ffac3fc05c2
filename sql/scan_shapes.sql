-- Tables of every shape SQLite knows, query tables, and large or odd values.
\set data `echo "$PG_SQLITE_DATA"`
\set scan :data '/scan.db'
CREATE SERVER shapes FOREIGN DATA WRAPPER pg_sqlite OPTIONS (database :'scan');
CREATE SCHEMA shapes;
SET search_path = shapes;
-- Views, WITHOUT ROWID, STRICT, generated columns, rowid by name.
CREATE FOREIGN TABLE cheap (id bigint, name text, price double precision) SERVER shapes;
SELECT * FROM cheap ORDER BY id;
CREATE FOREIGN TABLE pair (a text, b integer, v text) SERVER shapes;
SELECT * FROM pair ORDER BY b, a;
CREATE FOREIGN TABLE strict_one (id bigint, n bigint, r double precision, t text, b bytea, a text) SERVER shapes;
SELECT * FROM strict_one ORDER BY id;
CREATE FOREIGN TABLE computed (a bigint, b bigint, c text) SERVER shapes;
SELECT * FROM computed ORDER BY a;
CREATE FOREIGN TABLE bare (rowid bigint, a text, b bytea) SERVER shapes;
SELECT * FROM bare ORDER BY rowid;
EXPLAIN (VERBOSE, COSTS OFF) SELECT rowid FROM bare;
-- Where a refused value stands: by rowid, by key, or by the number of the row.
CREATE FOREIGN TABLE bare_wrong (a integer) SERVER shapes OPTIONS ("table" 'bare');
SELECT * FROM bare_wrong;
CREATE FOREIGN TABLE pair_wrong (v integer) SERVER shapes OPTIONS ("table" 'pair');
SELECT * FROM pair_wrong;
CREATE FOREIGN TABLE cheap_wrong (name integer) SERVER shapes OPTIONS ("table" 'cheap');
SELECT * FROM cheap_wrong;
CREATE FOREIGN TABLE hidden_wrong (v integer) SERVER shapes OPTIONS ("table" 'rowid_hidden');
SELECT * FROM hidden_wrong;
CREATE FOREIGN TABLE gone_wrong (v integer) SERVER shapes OPTIONS ("table" 'rowid_gone');
SELECT * FROM gone_wrong;
-- Of a type's own input function, too.
CREATE FOREIGN TABLE input_wrong (name inet) SERVER shapes OPTIONS ("table" 'item');
SELECT * FROM input_wrong;

-- Virtual tables and their shadow tables.
CREATE FOREIGN TABLE words (title text, body text) SERVER shapes;
SELECT * FROM words ORDER BY title;
CREATE FOREIGN TABLE found (title text, rank double precision) SERVER shapes OPTIONS (query $$SELECT title, rank FROM words WHERE words MATCH 'quick'$$);
SELECT title, rank < 0 AS ranked FROM found;
CREATE FOREIGN TABLE boxes (id bigint, x0 double precision, x1 double precision) SERVER shapes;
SELECT * FROM boxes ORDER BY id;
CREATE FOREIGN TABLE words_content (id bigint, c0 text) SERVER shapes;
SELECT * FROM words_content ORDER BY id;
CREATE FOREIGN TABLE catalog (type text, name text) SERVER shapes OPTIONS (query 'SELECT type, name FROM sqlite_schema');
SELECT type, count(*) > 0 AS some FROM catalog GROUP BY type ORDER BY type;

-- Names: PostgreSQL's and SQLite's spelling may differ; SQLite's is case-blind.
CREATE FOREIGN TABLE "odd" (a integer OPTIONS (column_name 'a "column"'), b text OPTIONS (column_name 'it''s'), c text OPTIONS (column_name E'with\nline'),
    e text OPTIONS (column_name 'select'), f text OPTIONS (column_name 'ünïcode 😀'), g text OPTIONS (column_name 'a b;--'))
    SERVER shapes OPTIONS ("table" E'odd "name" with ''quotes''\nand a line');
SELECT * FROM "odd";
EXPLAIN (VERBOSE, COSTS OFF) SELECT a, c FROM "odd";
CREATE FOREIGN TABLE "CASE" (id bigint, "MIXED" text) SERVER shapes;
SELECT * FROM "CASE";

-- Query tables.
CREATE FUNCTION query(text, columns text DEFAULT 'v text') RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('CREATE FOREIGN TABLE q (%s) SERVER shapes OPTIONS (query %L)', columns, $1);
    RETURN QUERY SELECT helper.outcome('SELECT q::text FROM q');
    DROP FOREIGN TABLE q;
END $$;
SELECT query('SELECT 1 AS v');
SELECT query('SELECT 1 AS v;');
SELECT query('SELECT 1 AS v ; ;; ');
SELECT query('SELECT 1 AS v -- comment');
SELECT query('SELECT 1 AS v; -- comment');
SELECT query('SELECT 1 AS v /* open comment');
SELECT query('-- first' || chr(10) || 'SELECT '';'' AS v');
SELECT query('WITH a(v) AS (VALUES (1), (2)) SELECT v FROM a ORDER BY v');
SELECT query('VALUES (1), (2)', 'column1 int');
SELECT query('SELECT id AS v FROM item UNION SELECT -1 ORDER BY 1 LIMIT 2');
SELECT query('SELECT name AS v FROM pragma_table_info(''pair'')');
SELECT query('SELECT value AS v FROM json_each(''[1,"two"]'')');
SELECT query('SELECT 1 AS w');
SELECT query('SELECT 1 AS v, 2 AS v');
SELECT query('SELECT "Nope" AS v');
SELECT query('');
SELECT query('   ');
SELECT query('-- nothing');
SELECT query('SELECT 1; SELECT 2');
SELECT query('SELECT 1 AS v) AS r; DROP TABLE item; --');
SELECT query('SELECT 1 AS v), (SELECT 2');
SELECT query('DELETE FROM item RETURNING id');
SELECT query('INSERT INTO item (id) VALUES (5000) RETURNING id AS v');
SELECT query('CREATE TABLE t (v)');
SELECT query('ATTACH ''x'' AS y');
SELECT query('PRAGMA user_version = 5');
SELECT query('PRAGMA user_version');
SELECT query('BEGIN');
SELECT query('SELECT load_extension(''x'') AS v');
SELECT query('SELECT * FROM nowhere');
SELECT query('SELEKT');
SELECT query('SELECT abs(-9223372036854775808) AS v');
SELECT query('EXPLAIN SELECT 1 AS v');
SELECT query('SELECT ? AS v');
SELECT query('SELECT writefile(''x'', ''y'') AS v');
SELECT query('SELECT readfile(''x'') AS v');
SELECT query('SELECT zeroblob(2000000000) AS v');

-- Odd values: infinities, minus zero, the last integers, characters outside the first plane.
CREATE FOREIGN TABLE odd_values (id int, n bigint, r double precision, t text) SERVER shapes OPTIONS (query $$
    SELECT 1 AS id, 9223372036854775807 AS n, 9e999 AS r, '😀 ' || char(0x10FFFF) AS t UNION ALL
    SELECT 2, -9223372036854775808, -9e999, char(0xFEFF, 0x200B) UNION ALL
    SELECT 3, 0, -0.0, '' UNION ALL
    SELECT 4, NULL, NULL, NULL UNION ALL
    SELECT 5, 1, 4.9e-324, char(10, 13, 9, 1, 127) $$);
SELECT id, n, r, length(t), encode(convert_to(t, 'UTF8'), 'hex') AS utf8 FROM odd_values ORDER BY id;

-- Large values: 100 MB of bytes and of text.
CREATE FOREIGN TABLE large (b bytea, t text) SERVER shapes OPTIONS (query $$SELECT zeroblob(100000000) AS b, replace(hex(zeroblob(50000000)), '0', 'x') AS t$$);
SELECT octet_length(b) FROM large;
SELECT length(t), md5(t) = md5(repeat('x', 100000000)) AS equal FROM large;
-- 300 MB of text is more than a value may take when it is output, not when it is stored.
CREATE FOREIGN TABLE larger (t text) SERVER shapes OPTIONS (query $$SELECT replace(hex(zeroblob(150000000)), '0', 'x') AS t$$);
SELECT octet_length(t) FROM larger;

-- 1,600 columns, and whole rows of them.
\set ECHO none
SELECT format('CREATE FOREIGN TABLE wide (%s) SERVER shapes OPTIONS (query %L)', string_agg(format('c%s integer', i), ', ' ORDER BY i),
              'SELECT ' || string_agg(format('%s AS c%s', i, i), ', ' ORDER BY i)) FROM generate_series(1, 1600) AS i \gexec
\set ECHO all
SELECT c1, c800, c1600 FROM wide;
SELECT length(w::text), md5(w::text) = (SELECT md5('(' || string_agg(i::text, ',' ORDER BY i) || ')') FROM generate_series(1, 1600) AS i) AS equal FROM wide w;
CREATE TEMP TABLE kept AS SELECT * FROM wide;
SELECT c1 + c1600 AS sum FROM kept;

-- A schema that uses SQLite's JSON functions.
\set json_schema :data '/json_schema.db'
SELECT sqlite.attach(:'json_schema', 'json_schema');
SELECT * FROM json_schema.event;
SELECT id FROM json_schema.event WHERE kind = 'login';
SELECT * FROM json_schema.logins;
