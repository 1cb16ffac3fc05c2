-- The first minute with pg_sqlite, run by demo.sh with every statement shown. :db is the path of the sample.
\set QUIET on
\pset pager off
\pset null '(null)'
\set ECHO all

\echo
\echo '== Attach a SQLite file: a server, a schema, and a foreign table for each of its tables =='
CREATE EXTENSION pg_sqlite;
SELECT sqlite.attach(:'db');
SELECT foreign_table_name FROM information_schema.foreign_tables WHERE foreign_table_schema = 'shop' ORDER BY 1;
\d shop."order"

\echo
\echo '== Query it live: this reads the file as it is now =='
SELECT c.name AS category, count(*) AS products, count(*) FILTER (WHERE p.in_stock) AS in_stock,
       sum(p.price) AS list_value
FROM shop.product AS p
JOIN shop.category AS c ON c.id = p.category_id
GROUP BY c.name
ORDER BY list_value DESC
LIMIT 5;

\echo
\echo '== Look first: what would stop a migration of this file into schema app, and what settles it =='
\pset null ''
SELECT table_name, column_name, rows, finding
FROM sqlite.assess('{shop}', 'app')
WHERE severity = 'blocker';
SELECT suggestion
FROM sqlite.assess('{shop}', 'app')
WHERE table_name = 'Order' AND column_name = 'placed_at'
\g (format=unaligned tuples_only=on)

\echo
\echo '== All fixes as one spec, to be edited; with it, nothing is in the way =='
CREATE TABLE migration AS SELECT sqlite.suggest_spec('{shop}', 'app') AS spec;
SELECT jsonb_pretty(spec #> '{servers,shop,tables,Order}') AS "of table Order" FROM migration
\g (format=unaligned tuples_only=on)
SELECT severity, count(*)
FROM migration, sqlite.assess('{shop}', 'app', spec)
GROUP BY severity
ORDER BY severity;

\echo
\echo '== The plan: the SQL that moves everything, ready for \\gexec; here is a part of it =='
SELECT section, object, rows, predicted_rejects
FROM migration, sqlite.plan('{shop}', 'app', spec)
WHERE object LIKE '%app."order"';
SELECT statement
FROM migration, sqlite.plan('{shop}', 'app', spec)
WHERE object IN ('table app."order"', 'index order_open of app."order"')
\g (format=unaligned tuples_only=on)
\pset null '(null)'

\echo
\echo '== A value that does not fit is refused and named, never guessed =='
\set ON_ERROR_STOP off
SELECT count(placed_at) FROM shop."order";
SELECT count(shipped_on) FROM shop."order";
SELECT count(quantity) FROM shop.order_line;
\set ON_ERROR_STOP on

\echo
\echo '== Settle it: one option a column says what the values mean =='
ALTER FOREIGN TABLE shop."order" ALTER COLUMN placed_at OPTIONS (ADD encoding 'iso,unix');
ALTER FOREIGN TABLE shop."order" ALTER COLUMN shipped_on OPTIONS (ADD encoding 'DD/MM/YYYY');
ALTER FOREIGN TABLE shop.order_line ALTER COLUMN quantity OPTIONS (ADD empty_as_null 'true');
SELECT id, placed_at, shipped_on, paid, total FROM shop."order" WHERE id BETWEEN 1 AND 4 ORDER BY id;

\echo
\echo '== Move it: plain INSERT ... SELECT into proper types =='
CREATE TABLE customer_order (
    id         bigint PRIMARY KEY,
    reference  uuid NOT NULL UNIQUE,
    user_id    bigint,
    placed_at  timestamptz NOT NULL,
    shipped_on date,
    status     text NOT NULL,
    paid       boolean NOT NULL,
    total      numeric(12, 2) NOT NULL
);
INSERT INTO customer_order
SELECT id, reference, user_id, placed_at AT TIME ZONE 'UTC', shipped_on, status, paid, total::numeric
FROM shop."order";

CREATE TABLE product (
    id         bigint PRIMARY KEY,
    sku        varchar(20) NOT NULL UNIQUE,
    name       text NOT NULL,
    price      numeric(10, 2),
    attributes jsonb
);
INSERT INTO product SELECT id, sku, name, price, attributes::jsonb FROM shop.product;
SELECT attributes ->> 'colour' AS colour, count(*), avg(price)::numeric(10, 2) AS avg_price
FROM product
GROUP BY 1
ORDER BY 1;

\echo
\echo '== Prove it: SQLite itself and PostgreSQL count and add up the same =='
SELECT 'sqlite' AS side, *
FROM sqlite.query('shop', 'SELECT count(*), sum(CAST(round(total * 100) AS INTEGER)), count(shipped_on) FROM "Order"')
     AS s(orders bigint, cents bigint, shipped bigint)
UNION ALL
SELECT 'postgres', count(*), sum(total * 100)::bigint, count(shipped_on) FROM customer_order;

\echo
\echo '== Or migrate the whole database: one call, everything or nothing; lines without a quantity are set aside =='
SELECT spec || '{"tables": {"order_line": {"required": ["quantity"]}}}' AS spec FROM migration \gset
CALL sqlite.migrate('{shop}', 'app', :'spec') \gset
SELECT sqlite.report_text(:job) \g (format=unaligned tuples_only=on)

\echo
\echo '== Nothing is lost: each rejected row with its reason =='
SELECT columns, message, row #> '{order_id,value}' AS order_id, row #> '{line_no,value}' AS line_no
FROM sqlite.rejects
WHERE job = :job
ORDER BY id
LIMIT 3;

\echo
\echo '== Prove it: every row and column of both sides, compared =='
SELECT table_name, source_rows, target_rows, status FROM sqlite.validate(:job);
