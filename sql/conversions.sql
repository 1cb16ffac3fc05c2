-- Conversions and checks by hand, on any source. The oracles are PostgreSQL's own functions and SQLite's answers.
\set data `echo "$PG_SQLITE_DATA"`
\set shop :data '/shop.db'
CREATE SCHEMA convert;
SET search_path = convert, public;
SET timezone = 'America/New_York'; -- which must not matter
SET datestyle = 'ISO, YMD';
\pset null NULL

-- Dates stored as numbers, against to_timestamp.
SELECT sqlite.parse_timestamptz(1709208000, 'unix') = to_timestamp(1709208000) AS unix,
    sqlite.parse_timestamptz(1709208000123, 'unix_ms') = to_timestamp(1709208000.123) AS unix_ms,
    sqlite.parse_timestamptz(1709208000123456, 'unix_us') = to_timestamp(1709208000) + interval '0.123456 s' AS unix_us,
    sqlite.parse_timestamptz('1709208000123456000', 'unix_ns') = to_timestamp(1709208000) + interval '0.123456 s' AS unix_ns,
    sqlite.parse_timestamptz(1709208000.5::float8, 'unix') = to_timestamp(1709208000.5) AS float8,
    sqlite.parse_timestamptz(1709208000.5::numeric, 'unix') = to_timestamp(1709208000.5) AS "numeric",
    sqlite.parse_timestamptz(730900800::real, 'cocoa') = '2024-02-29 12:00Z' AS "real";
SELECT bool_and(sqlite.parse_timestamptz(s, 'unix') = to_timestamp(s) AND sqlite.parse_timestamptz(s::text, 'unix') = to_timestamp(s)
    AND sqlite.parse_timestamptz(s * 1000000 + 11644473600000000, 'webkit') = to_timestamp(s)
    AND sqlite.parse_timestamptz(s - 978307200, 'cocoa') = to_timestamp(s)
    AND sqlite.parse_timestamp(s * 10000000 + 621355968000000000, 'dotnet_ticks') = to_timestamp(s) AT TIME ZONE 'UTC'
    AND sqlite.parse_timestamptz(s / 86400.0::float8 + 2440587.5, 'julian') BETWEEN to_timestamp(s) - interval '1 ms' AND to_timestamp(s) + interval '1 ms'
    AND sqlite.parse_date(floor(s / 86400.0)::bigint + 25569, 'excel') = (to_timestamp(s) AT TIME ZONE 'UTC')::date) AS all_equal
FROM (SELECT -2000000000 + i * 7654321 AS s FROM generate_series(0::bigint, 1000) i) AS seconds;

-- Text, in the zone that is given: never the session's.
SELECT sqlite.parse_timestamptz('2024-07-01 12:00') AT TIME ZONE 'UTC' AS utc,
    sqlite.parse_timestamptz('2024-07-01 12:00', 'iso', 'Europe/Vienna') AT TIME ZONE 'UTC' AS vienna,
    sqlite.parse_timestamptz('2024-07-01 12:00+05:30', zone => 'Europe/Vienna') AT TIME ZONE 'UTC' AS with_offset;
SELECT bool_and(sqlite.parse_timestamptz(t::text, 'iso', zone) = t AT TIME ZONE zone
    AND sqlite.parse_timestamp(to_char(t, 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), zone => zone) = t AT TIME ZONE 'UTC' AT TIME ZONE zone) AS as_postgres
FROM generate_series(timestamp '1960-01-01 00:30', '2037-12-31', '31 days 1 hour') t,
    unnest(ARRAY['UTC', 'Europe/Vienna', 'America/St_Johns', 'Asia/Kathmandu', 'Australia/Lord_Howe']) zone;
SELECT sqlite.parse_timestamp(1709208000, 'unix', 'Europe/Vienna'), sqlite.parse_date('29/02/2024', 'DD/MM/YYYY'),
    sqlite.parse_date('2024-02-29', 'iso,unix_ms'), sqlite.parse_date('1709164800000', 'iso,unix_ms'),
    sqlite.parse_time('01:30 PM', 'HH12:MI AM'), sqlite.parse_time('13:45:00.5'), sqlite.parse_time(3661, 'unix');

-- The other types, and each kind of source.
SELECT sqlite.parse_boolean(w) AS text, w FROM unnest(ARRAY['t', 'F', 'Yes', 'off', '1', ' 0 ']) w;
SELECT sqlite.parse_boolean(1), sqlite.parse_boolean(0::smallint), sqlite.parse_boolean(1::bigint), sqlite.parse_boolean(1.0), sqlite.parse_boolean(true);
SELECT sqlite.parse_numeric('1.234.567,50', ',', '.') AS german, sqlite.parse_numeric('1,234,567.50', '.', ',') AS english,
    sqlite.parse_numeric('-1 234,5', "decimal" => ',', "grouping" => ' ') AS french, sqlite.parse_numeric('12.50') AS plain,
    sqlite.parse_numeric(0.1::float8) AS float8, sqlite.parse_numeric(0.1::real) AS "real", sqlite.parse_numeric(7) AS "integer",
    sqlite.parse_numeric(12345678901234567890.5) AS "numeric";
SELECT sqlite.parse_numeric('-$1,234.50', '.', ',', '$') AS dollars, sqlite.parse_numeric('12,50 EUR', ',', '.', '*') AS euros, sqlite.parse_numeric('CHF 12', '.', '', '*') AS francs,
    sqlite.parse_numeric('7.5 %', '.', '', '', 'number') AS percent, sqlite.parse_numeric('7.5%', '.', '', percent => 'fraction', currency => '') AS fraction,
    sqlite.try_parse_numeric('EUR 5', '.', ',', '$') AS other, sqlite.try_parse_numeric('5%', '.', ',', '$') AS no_percent;
SELECT bool_and(sqlite.parse_numeric(to_char(n, 'FM999G999G999G990D00'), '.', ',') = n) AS as_to_char
FROM (SELECT (i * i * 7919) / 100.0 AS n FROM generate_series(0::bigint, 3000) i) AS numbers;
SELECT sqlite.parse_uuid('{0F8FAD5BD9CB469FA16570867728950E}') = '0f8fad5b-d9cb-469f-a165-70867728950e'::uuid AS braces,
    sqlite.parse_uuid('\x0f8fad5bd9cb469fa16570867728950e'::bytea) AS bytes,
    sqlite.parse_uuid('\x5bad8f0fcbd99f46a16570867728950e'::bytea, 'guid_le') AS guid;
SELECT sqlite.parse_jsonb('{"b":[1,2.50],"a":null}') = '{"b":[1,2.50],"a":null}'::jsonb AS text, sqlite.parse_jsonb(12.5) AS number,
    sqlite.parse_jsonb('{"a": 1}'::json) AS json, sqlite.parse_jsonb(convert_to('{"é": 1}', 'UTF8'), 'utf8') AS bytes;
SELECT sqlite.parse_text_array('["a","b,c",null,5]') AS json, sqlite.parse_text_array('a;b;;c', ';') AS list, sqlite.parse_text_array('', ';') AS empty;

-- NULL gives NULL. An argument that says how must not be NULL: it would make every result NULL without a word.
SELECT sqlite.parse_date(NULL), sqlite.parse_boolean(NULL), sqlite.parse_numeric(NULL::text), sqlite.parse_uuid(NULL::bytea, 'guid_le'), sqlite.try_parse_time(NULL::integer, 'unix');
SELECT sqlite.parse_date('2024-02-29', NULL);
SELECT sqlite.try_parse_timestamptz('2024-02-29', zone => NULL);
SELECT sqlite.try_parse_numeric('1', ',', NULL);
SELECT sqlite.uuid_for(NULL::uuid, 5);

-- What does not fit is an error that names the value and what would fit, with a scan's SQLSTATE.
\set VERBOSITY verbose
\set SHOW_CONTEXT never
CREATE FUNCTION refusal(call text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE state text; message text; detail text; hint text;
BEGIN
    EXECUTE 'SELECT ' || call INTO message;
    RETURN NEXT 'no error: ' || coalesce(message, 'NULL');
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
    RETURN NEXT state || ' ' || message;
    IF detail <> '' THEN RETURN NEXT 'detail: ' || detail; END IF;
    IF hint <> '' THEN RETURN NEXT 'hint: ' || hint; END IF;
END $$;
\pset format unaligned
\pset tuples_only on
SELECT refusal($$sqlite.parse_date(702917147)$$);
SELECT refusal($$sqlite.parse_timestamptz('1709208000123', 'iso')$$);
SELECT refusal($$sqlite.parse_timestamptz('2024-02-29 12:00', 'unix')$$);
SELECT refusal($$sqlite.parse_date('29.02.2024')$$);
SELECT refusal($$sqlite.parse_date('2024-02-30')$$);
SELECT refusal($$sqlite.parse_date('2024-02-29 12:00')$$);
SELECT refusal($$sqlite.parse_date('0000-00-00')$$);
SELECT refusal($$sqlite.parse_date('')$$);
SELECT refusal($$sqlite.parse_time('25:00')$$);
SELECT refusal($$sqlite.parse_time('noon')$$);
SELECT refusal($$sqlite.parse_timestamp('2024-02-29 12:00:00.1234567')$$);
SELECT refusal($$sqlite.parse_timestamptz(1709208000.1234567, 'unix')$$);
SELECT refusal($$sqlite.parse_timestamptz(9e300, 'unix')$$);
SELECT refusal($$sqlite.parse_timestamptz('NaN'::float8, 'unix')$$);
SELECT refusal($$sqlite.parse_timestamptz('\x00'::bytea, 'unix')$$);
SELECT refusal($$sqlite.parse_boolean('maybe')$$);
SELECT refusal($$sqlite.parse_boolean(2)$$);
SELECT refusal($$sqlite.parse_numeric('1,5')$$);
SELECT refusal($$sqlite.parse_numeric('1.5', ',', '.')$$);
SELECT refusal($$sqlite.parse_uuid('0f8fad5b')$$);
SELECT refusal($$sqlite.parse_jsonb('{"a":1,"a":2}')$$);
SELECT refusal($$sqlite.parse_jsonb('{"a":')$$);
SELECT refusal($$sqlite.parse_jsonb('"\u0000"')$$);
SELECT refusal($$sqlite.parse_jsonb('\x7b7d'::bytea)$$);
SELECT refusal($$sqlite.parse_jsonb('\xff'::bytea, 'utf8')$$);
SELECT refusal($$sqlite.parse_text_array('{}')$$);
-- The arguments themselves; these are errors of the try_ twins too.
SELECT refusal($$sqlite.try_parse_date('2024-02-29', 'unixms')$$);
SELECT refusal($$sqlite.try_parse_date('2024-02-29', 'guid_le')$$);
SELECT refusal($$sqlite.try_parse_date('2024-02-29', '')$$);
SELECT refusal($$sqlite.try_parse_timestamptz('2024-02-29', 'iso', 'Nowhere/Land')$$);
SELECT refusal($$sqlite.try_parse_numeric('1', ',', ',')$$);
SELECT refusal($$sqlite.parse_numeric('$5', '.', ',', 'EUR')$$);
SELECT refusal($$sqlite.parse_numeric('5', '.', ',', '', 'per mille')$$);
-- Local times that a zone skips or has twice.
SELECT refusal($$sqlite.parse_timestamptz('2024-03-31 02:30', 'iso', 'Europe/Vienna')$$);
SELECT refusal($$sqlite.parse_timestamptz('2024-10-27 02:30', 'iso', 'Europe/Vienna', 'first')$$);
SELECT t, sqlite.parse_timestamptz(t, 'iso', 'Europe/Vienna', 'earlier') AT TIME ZONE 'UTC' AS earlier, sqlite.parse_timestamptz(t, 'iso', 'Europe/Vienna', 'later') AT TIME ZONE 'UTC' AS later,
    sqlite.try_parse_timestamptz(t, 'iso', 'Europe/Vienna', 'error') AT TIME ZONE 'UTC' AS error
FROM unnest(ARRAY['2024-03-31 02:30', '2024-10-27 02:30', '2024-05-01 12:00']) AS t;
SELECT refusal($$sqlite.try_parse_numeric('1', '')$$);
SELECT refusal($$sqlite.try_parse_date(current_date)$$);
SELECT refusal($$sqlite.try_parse_date(ARRAY[1])$$);
SELECT refusal($$sqlite.try_parse_date(true, 'unix')$$);
\pset format aligned
\pset tuples_only off
\set VERBOSITY default

-- The twins give NULL for all of these.
SELECT num_nonnulls(sqlite.try_parse_date(702917147), sqlite.try_parse_timestamptz('2024-02-30'), sqlite.try_parse_timestamp(9e300, 'unix'),
    sqlite.try_parse_time('25:00'), sqlite.try_parse_boolean(2), sqlite.try_parse_numeric('1,5'), sqlite.try_parse_numeric('1.5', ',', '.'),
    sqlite.try_parse_uuid('x'), sqlite.try_parse_jsonb('{"a":1,"a":2}'), sqlite.try_parse_jsonb('\x7b7d'::bytea), sqlite.try_parse_text_array('{}'),
    sqlite.try_parse_date('')) AS values;
SELECT sqlite.try_parse_date('2024-02-29'), sqlite.try_parse_boolean('on'), sqlite.try_parse_numeric('1.5'), sqlite.try_parse_jsonb('[]');

-- Another encoding, zone or value from row to row.
SELECT v, e, z, sqlite.try_parse_timestamptz(v, e, z) AT TIME ZONE 'UTC' AS utc
FROM (VALUES (1, '1709208000', 'unix', 'UTC'), (2, '1709208000000', 'unix_ms', 'UTC'), (3, '2024-02-29 12:00', 'iso', 'Europe/Vienna'),
    (4, '2024-02-29 12:00', 'iso', 'UTC'), (5, 'x', 'iso', 'UTC'), (6, '2024-02-29 12:00', 'iso', 'Asia/Tokyo')) AS rows (n, v, e, z) ORDER BY n;
-- Untyped parameters are text; named arguments in any order.
PREPARE day AS SELECT sqlite.parse_date($1, encoding => 'iso');
EXECUTE day('2024-02-29');
-- IMMUTABLE: fit for an index and a generated column.
CREATE TABLE visit (seen text, day date GENERATED ALWAYS AS (sqlite.try_parse_date(seen, 'iso,DD/MM/YYYY')) STORED);
CREATE INDEX ON visit (sqlite.try_parse_timestamptz(seen));
INSERT INTO visit VALUES ('2024-02-29'), ('29/02/2024'), ('never');
SELECT * FROM visit ORDER BY seen;

-- A heap table, and the same cells through SQLite: a conversion by hand and a scan agree.
SET client_min_messages = warning;
SELECT sqlite.attach(:'shop', 'convert_shop');
RESET client_min_messages;
CREATE TABLE staging AS SELECT id, paid_at FROM convert_shop.payment;
CREATE FOREIGN TABLE scanned (id bigint, paid_at timestamptz OPTIONS (encoding 'unix_ms', on_error 'null')) SERVER convert_shop OPTIONS ("table" 'payment');
SELECT count(*) AS payments, count(s.paid_at) AS with_a_date, bool_and(s.paid_at IS NOT DISTINCT FROM sqlite.try_parse_timestamptz(t.paid_at, 'unix_ms')) AS as_scanned
FROM staging t JOIN scanned s USING (id);
SELECT bool_and(left(q.t, 23)::timestamp = sqlite.parse_timestamp(t.paid_at, 'unix_ms')) AS as_sqlite
FROM sqlite.query('convert_shop', 'SELECT id, strftime(''%Y-%m-%d %H:%M:%f'', paid_at / 1000.0, ''unixepoch'') FROM payment WHERE paid_at > 0') AS q (id bigint, t text)
JOIN staging t USING (id);
-- Another wrapper's foreign table, where there is one.
SELECT count(*) FILTER (WHERE name = 'file_fdw') = 1 AS has_file_fdw, count(*) FILTER (WHERE name = 'uuid-ossp') = 1 AS has_uuid_ossp
FROM pg_available_extensions \gset
\if :has_file_fdw
CREATE EXTENSION file_fdw SCHEMA public;
CREATE SERVER files FOREIGN DATA WRAPPER file_fdw;
CREATE FOREIGN TABLE exported (id integer, at text, price text) SERVER files
    OPTIONS (program 'printf "1;1709208000;1.234,50\n2;29/02/2024;2,5\n3;soon;x\n"', format 'csv', delimiter ';');
\else
CREATE TABLE exported (id, at, price) AS VALUES (1, '1709208000', '1.234,50'), (2, '29/02/2024', '2,5'), (3, 'soon', 'x');
\endif
SELECT id, sqlite.try_parse_timestamp(at, 'unix,DD/MM/YYYY') AS at, sqlite.try_parse_numeric(price, ',', '.') AS price FROM exported;

-- try_cast: any type's input function.
CREATE DOMAIN positive AS integer CHECK (VALUE > 0);
CREATE DOMAIN present AS text NOT NULL;
CREATE TYPE mood AS ENUM ('ok', 'bad');
CREATE TYPE pair AS (a integer, b positive);
SELECT v, sqlite.try_cast(v, NULL::integer) AS "integer", sqlite.try_cast(v, NULL::positive) AS positive, sqlite.try_cast(v, NULL::varchar(3)) AS varchar3,
    sqlite.try_cast(v, NULL::mood) AS mood, sqlite.try_cast(v, NULL::numeric(4,1)) AS numeric41, sqlite.try_cast(v, NULL::tsquery) AS tsquery
FROM unnest(ARRAY['5', '-5', 'ok', 'a &', '99999999999', NULL]) v;
SELECT v, sqlite.try_cast(v, NULL::integer[]) AS integers, sqlite.try_cast(v, NULL::positive[]) AS positives, sqlite.try_cast(v, NULL::mood[]) AS moods,
    sqlite.try_cast(v, NULL::pair) AS pair, sqlite.try_cast(v, NULL::int4range) AS range, sqlite.try_cast(v, NULL::inet) AS inet
FROM unnest(ARRAY['{1,2}', '{1,-2}', '{ok}', '(1,2)', '(1,-2)', '[1,3)', '[3,1)', '10.0.0.1/8']) v;
SELECT sqlite.try_cast('{"a":', NULL::jsonb), sqlite.try_cast('2024-02-30', NULL::date), sqlite.try_cast('2024-02-29', NULL::date), sqlite.try_cast('nowhere', NULL::regclass), sqlite.try_cast('pg_class', NULL::regclass);
SELECT bool_and(sqlite.try_cast(v, NULL::interval) IS NOT DISTINCT FROM CASE WHEN v ~ '^\d+ day$' THEN v::interval END) FROM unnest(ARRAY['1 day', '22 day', 'soon', '']) v;
-- Thousands of failing values leave nothing behind.
SELECT count(*), count(sqlite.try_cast(i::text, NULL::positive)) FROM generate_series(-5000, 5000) i;
-- Other errors go on, and leave the transaction to whoever catches them.
CREATE FUNCTION broken() RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'broken'; END $$;
CREATE DOMAIN unlucky AS text CHECK (broken());
SELECT sqlite.try_cast('x', NULL::unlucky);
DO $$ BEGIN
    PERFORM sqlite.try_cast('x', NULL::convert.unlucky);
EXCEPTION WHEN OTHERS THEN
    RAISE NOTICE 'caught %', SQLSTATE;
END $$;
SELECT now() = statement_timestamp() AS a_new_transaction;
SET statement_timeout = '100ms';
SELECT count(sqlite.try_cast((-i)::text, NULL::positive)) FROM generate_series(1, 100000000) i;
RESET statement_timeout;
SELECT sqlite.try_cast('x', NULL);

-- uuid_for: version 5 of RFC 9562. Its own vector (appendix A.4), and one of Python's documentation.
SELECT sqlite.uuid_for('6ba7b810-9dad-11d1-80b4-00c04fd430c8'::uuid, 'www.example.com') = '2ed6657d-e927-568b-95e1-2665a8aea6a2' AS rfc,
    sqlite.uuid_for('dns', 'python.org') = '886313e1-3b8a-5372-9b90-0c9aee199e5d' AS python;
\if :has_uuid_ossp
CREATE EXTENSION "uuid-ossp" SCHEMA public;
SELECT bool_and(sqlite.uuid_for(n, k) = uuid_generate_v5(n::uuid, k))
    AND sqlite.uuid_for('dns', 'x') = uuid_generate_v5(uuid_ns_dns(), 'x') AND sqlite.uuid_for('url', 'x') = uuid_generate_v5(uuid_ns_url(), 'x')
    AND sqlite.uuid_for('oid', 'x') = uuid_generate_v5(uuid_ns_oid(), 'x') AND sqlite.uuid_for('x500', 'x') = uuid_generate_v5(uuid_ns_x500(), 'x') AS as_uuid_ossp
FROM (SELECT md5(i::text) AS n, repeat('é' || i, i % 50) AS k FROM generate_series(1, 500) i) AS keys;
\else
SELECT true AS as_uuid_ossp;
\endif
-- One key however it is typed, so that foreign keys follow.
SELECT count(DISTINCT u) AS one FROM (VALUES (sqlite.uuid_for('dns', '5')), (sqlite.uuid_for('dns', 5)), (sqlite.uuid_for('dns', 5::smallint)), (sqlite.uuid_for('dns', 5::bigint)),
    (sqlite.uuid_for('dns', 5.0)), (sqlite.uuid_for('dns', 5.000)), (sqlite.uuid_for('dns', 5::float8)), (sqlite.uuid_for('dns', 5::real)), (sqlite.uuid_for('dns', 5::varchar))) AS k (u);
SELECT count(DISTINCT u) AS one FROM (VALUES (sqlite.uuid_for('dns', '2.5')), (sqlite.uuid_for('dns', 2.50)), (sqlite.uuid_for('dns', 2.5::float8)), (sqlite.uuid_for('dns', 2.5::real))) AS k (u);
SELECT sqlite.uuid_for('dns', '05') = sqlite.uuid_for('dns', '5') AS texts_as_spelled, sqlite.uuid_for('dns', NULL::integer) AS of_null,
    sqlite.uuid_for('dns', 9223372036854775807) = sqlite.uuid_for('dns', '9223372036854775807') AS widest,
    sqlite.uuid_for('dns', 18446744073709551616.0) = sqlite.uuid_for('dns', '18446744073709551616') AS wider,
    sqlite.uuid_for('dns', '0F8FAD5B-D9CB-469F-A165-70867728950E'::uuid) = sqlite.uuid_for('dns', '0f8fad5b-d9cb-469f-a165-70867728950e') AS uuids;
SELECT sqlite.uuid_for('orders', 5);
SELECT sqlite.uuid_for('dns', '\x05'::bytea);

-- Checks.
SELECT v, sqlite.is_email(v) AS email,
    v ~ '^[a-zA-Z0-9.!#$%&''*+/=?^_`{|}~-]+@[a-zA-Z0-9]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?(\.[a-zA-Z0-9]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)*$' AS html_standard
FROM unnest(ARRAY['a@example.com', 'first.last+tag@sub.example.co', 'a@localhost', 'a@b-.c', 'a b@c', 'a@b@c', '@b', 'a@', 'é@b.c', '', NULL]) v;
SELECT v, sqlite.is_us_zip(v) AS zip, v ~ '^\d{5}(-\d{4})?$' AS by_regexp FROM unnest(ARRAY['12345', '12345-6789', '1234', '12345-678', '123456789', ' 12345', '', NULL]) v;

-- What the planner is told.
SELECT p.proname, string_agg(DISTINCT p.provolatile::text || '/' || p.proparallel::text || '/' || CASE WHEN p.proisstrict THEN 'strict' ELSE 'not strict' END, ', ') AS marks
FROM pg_proc p WHERE p.pronamespace = 'sqlite'::regnamespace AND (p.proname ~ '^(parse_|is_)' OR p.proname IN ('try_cast', 'uuid_for', 'reset_sequences'))
GROUP BY 1 ORDER BY 1;

-- reset_sequences: the sequence of each identity or serial column goes on behind the greatest key.
CREATE SCHEMA seq;
CREATE TABLE seq."Odd ""name" (id serial, "Two" integer GENERATED ALWAYS AS IDENTITY);
INSERT INTO seq."Odd ""name" OVERRIDING SYSTEM VALUE VALUES (7, 9), (3, 12);
CREATE TABLE seq.ahead (id bigint GENERATED BY DEFAULT AS IDENTITY (START 100));
INSERT INTO seq.ahead VALUES (50);
CREATE TABLE seq.down (id integer GENERATED BY DEFAULT AS IDENTITY (INCREMENT -1 MAXVALUE -1));
INSERT INTO seq.down VALUES (-8), (-3);
CREATE TABLE seq.empty (id serial);
CREATE TABLE seq.odd (id integer GENERATED BY DEFAULT AS IDENTITY (INCREMENT 2));
INSERT INTO seq.odd VALUES (10);
CREATE TABLE seq.parent (id serial);
CREATE TABLE seq.child () INHERITS (seq.parent);
INSERT INTO seq.child VALUES (20);
CREATE TABLE seq.parts (id bigint GENERATED BY DEFAULT AS IDENTITY, k integer) PARTITION BY LIST (k);
CREATE TABLE seq.parts_1 PARTITION OF seq.parts FOR VALUES IN (1);
INSERT INTO seq.parts VALUES (30, 1);
CREATE SEQUENCE seq.counted_elsewhere;
CREATE TABLE seq.decimal (id numeric DEFAULT nextval('seq.counted_elsewhere'));
ALTER SEQUENCE seq.counted_elsewhere OWNED BY seq.decimal.id;
INSERT INTO seq.decimal VALUES (4.5);
CREATE SEQUENCE seq.words;
CREATE TABLE seq.text (id text DEFAULT 'n' || nextval('seq.words'));
ALTER SEQUENCE seq.words OWNED BY seq.text.id;
SET search_path = pg_catalog;
SELECT * FROM sqlite.reset_sequences('seq');
-- Again: nothing more to do, and never set back.
DELETE FROM seq.parts;
SELECT * FROM sqlite.reset_sequences('seq');
INSERT INTO seq."Odd ""name" DEFAULT VALUES RETURNING *;
INSERT INTO seq.ahead DEFAULT VALUES RETURNING *;
INSERT INTO seq.down DEFAULT VALUES RETURNING *;
INSERT INTO seq.empty DEFAULT VALUES RETURNING *;
INSERT INTO seq.odd DEFAULT VALUES RETURNING *;
INSERT INTO seq.parent DEFAULT VALUES RETURNING *;
INSERT INTO seq.parts (k) VALUES (1) RETURNING *;
INSERT INTO seq.decimal DEFAULT VALUES RETURNING *;
SELECT * FROM sqlite.reset_sequences('nowhere');
-- A key that the sequence can't reach.
CREATE SCHEMA seq_full;
CREATE TABLE seq_full.t (id bigint GENERATED BY DEFAULT AS IDENTITY (MAXVALUE 100));
INSERT INTO seq_full.t VALUES (1000);
SELECT * FROM sqlite.reset_sequences('seq_full');
CREATE SCHEMA seq_widest;
CREATE TABLE seq_widest.t (id bigint GENERATED BY DEFAULT AS IDENTITY (INCREMENT 10));
INSERT INTO seq_widest.t VALUES (9223372036854775807), (-9223372036854775808);
SELECT * FROM sqlite.reset_sequences('seq_widest');
-- Privileges: those of SELECT and setval, and no row may be hidden.
CREATE SCHEMA seq_guarded;
CREATE TABLE seq_guarded.t (id serial, owner text);
INSERT INTO seq_guarded.t VALUES (5);
CREATE ROLE regress_sequences;
SET ROLE regress_sequences;
SELECT * FROM sqlite.reset_sequences('seq_guarded');
RESET ROLE;
GRANT USAGE ON SCHEMA seq_guarded TO regress_sequences;
GRANT SELECT ON seq_guarded.t, seq_guarded.t_id_seq TO regress_sequences;
SET ROLE regress_sequences;
SELECT * FROM sqlite.reset_sequences('seq_guarded');
RESET ROLE;
GRANT UPDATE ON seq_guarded.t_id_seq TO regress_sequences;
ALTER TABLE seq_guarded.t ENABLE ROW LEVEL SECURITY;
SET ROLE regress_sequences;
SELECT * FROM sqlite.reset_sequences('seq_guarded');
RESET ROLE;
ALTER TABLE seq_guarded.t DISABLE ROW LEVEL SECURITY;
SET ROLE regress_sequences;
SELECT * FROM sqlite.reset_sequences('seq_guarded');
RESET ROLE;

-- Arguments of a size that no such word has, and a target that no table has.
SELECT sqlite.parse_numeric('1', '.', repeat(',', 10001));
SELECT sqlite.try_parse_date('1', repeat('DD ', 5000));
SELECT sqlite.parse_timestamptz('2024-01-01', 'iso', repeat('x', 20000));
CALL sqlite.load(repeat('x', 1048577), 'SELECT 1');
SELECT count(*) FROM sqlite.plan('{convert_shop}', 'x', ('{"tables": {"' || repeat('x', 16777216) || '": {}}}')::jsonb);

SET client_min_messages = warning;
DROP SCHEMA convert, seq, seq_full, seq_widest, seq_guarded, convert_shop CASCADE;
DROP SERVER convert_shop;
DROP EXTENSION IF EXISTS file_fdw CASCADE;
DROP EXTENSION IF EXISTS "uuid-ossp";
DROP ROLE regress_sequences;
RESET search_path;
