-- Numbers and texts that have two readings, in types, zones and suggestions: what is not said is refused, or told.
\pset null ''
SET datestyle = 'ISO, YMD';
-- A number is no interval, address or bit string without an encoding.
SELECT * FROM helper.arrives('interval', '', '1500000', '1.5', '''1500000''', '''1.02:03:04''', '''1 day 5''', '''-1 day 02:00''', '''-1 day +02:00''', '''1h30m''', '''-1h30m''', '''1-2''', '''1 2:03:04''', '''@ 1 minute ago''', '''P1Y2M3DT4H5M6.5S''', '''P10''');
SELECT * FROM helper.arrives('interval', 'encoding ''s''', '90061', '1.5', '''90061''', '-0.000001', '''1 day''', '''1.0000001''');
SELECT * FROM helper.arrives('interval', 'encoding ''pg,ms''', '1500', '''1 day''', '''1500''');
SELECT * FROM helper.arrives('interval', 'encoding ''us''', '1500000', '-1', '9223372036854775807');
SELECT * FROM helper.arrives('interval', 'encoding ''ns''', '1500', '1500000');
SELECT * FROM helper.arrives('interval', 'encoding ''ns'', excess_digits ''round''', '1500', '1499', '-1500');
SELECT * FROM helper.arrives('interval', 'encoding ''dotnet_timespan''', '''1.02:03:04''', '''-1.02:03:04.5000000''', '''02:03:04.1234567''', '''24:00:00''', '937840000000', '''1 day''');
SELECT * FROM helper.arrives('interval', 'encoding ''iso8601,s''', '''P1DT2H''', '5', '''1 day''');
SELECT * FROM helper.arrives('interval', 'encoding ''unix''', '5');
SELECT * FROM helper.arrives('interval day', '', '''1 day''', '''1 day 03:00:00''');
SELECT * FROM helper.arrives('macaddr', '', '123456789012', 'x''08002b010203''', '''08:00:2b:01:02:03''', '''08-00-2B-01-02-03''', '''0800.2b01.0203''', '''08002b010203''', '''8:0:2b:1:2:3''', '''12345678901''', '''08002b:0102''', 'x''08''');
SELECT * FROM helper.arrives('macaddr', 'encoding ''integer''', '8796814508547', '''8796814508547''', '281474976710656', '-1', '1.5', '''08:00:2b:01:02:03''');
SELECT * FROM helper.arrives('macaddr8', 'encoding ''integer''', '8796814508547');
SELECT * FROM helper.arrives('macaddr8', '', 'x''08002b0102030405''', '''08:00:2b:01:02:03:04:05''', '''08:00:2b:01:02:03''', '8796814508547');
SELECT * FROM helper.arrives('inet', '', '3232235777', 'x''c0a80101''', 'x''20010db8000000000000000000000001''', '''192.168.1.1''', '''10''');
SELECT * FROM helper.arrives('inet', 'encoding ''integer''', '3232235777', '4294967296');
SELECT * FROM helper.arrives('cidr', '', '10', '''10''', '''1.5''', '''10.0.0.0/8''');
SELECT * FROM helper.arrives('bit(4)', 'encoding ''integer''', '10', '16', '-1');
SELECT * FROM helper.arrives('bit varying', '', '10', '''1010''');
SELECT * FROM helper.arrives('bit varying', 'encoding ''integer''', '10', '0', '''10''');
SELECT * FROM helper.arrives('"char"', '', '5', '''5''');
SELECT * FROM helper.arrives('oid', '', '5', '5.0', '5.5', '-1', '4294967296');
SELECT * FROM helper.arrives('oid', '', '''5''', '''-1''', '''4294967296''', '''abc''');
SELECT * FROM helper.arrives('xid', '', '5', '-1', '''5''', '''abc''', '''4294967296''');
SELECT * FROM helper.arrives('xid8', '', '5', '-1', '1.5', '''18446744073709551615''', '''18446744073709551616''', '''1x''');
SELECT * FROM helper.arrives('money', '', '5', '5.25', '5.255', '''5.25''', '''1,234.50''', '''12,5''', '''1,2345''');
SELECT * FROM helper.arrives('money', 'excess_digits ''round''', '5.255', '''5.255''');
SELECT * FROM helper.arrives('tsvector', '', '5', '''a b''');
SELECT * FROM helper.arrives('int4range', '', '5');
CREATE TYPE helper.guess AS ENUM ('1', '2');
SELECT * FROM helper.arrives('helper.guess', '', '1', '''1''');
SELECT * FROM helper.arrives('interval[]', '', '''["1 day","PT1S"]''', '''[5]''', '''[1.5]''', '''["5"]''');
SELECT * FROM helper.arrives('macaddr[]', '', '''["08:00:2b:01:02:03"]''', '''[123456789012]''');

-- The oracle: PostgreSQL's own arithmetic, over numbers nobody listed.
CREATE FUNCTION helper.one(type text, options text, cell text) RETURNS text LANGUAGE sql AS $$ SELECT coalesce(value, refused) FROM helper.arrives(type, options, cell) $$;
SELECT encoding, count(*), bool_and(helper.one('interval', format('encoding %L', encoding), n::text)::interval = make_interval(secs => 0) + n * unit * interval '1 microsecond') AS same
FROM (VALUES ('s', 1000000), ('ms', 1000), ('us', 1)) u (encoding, unit), LATERAL (SELECT (random() * 4e9 - 2e9)::bigint AS n FROM generate_series(1, 20 + unit % 2)) AS g GROUP BY encoding ORDER BY encoding;
SELECT bool_and(helper.one('macaddr', 'encoding ''integer''', n::text) = trim(trailing ':' FROM regexp_replace(lpad(to_hex(n), 12, '0'), '(..)', '\1:', 'g'))) AS macaddr,
    bool_and(helper.one('inet', 'encoding ''integer''', (n % 4294967296)::text)::inet = '0.0.0.0'::inet + n % 4294967296) AS inet,
    bool_and(helper.one('bit(48)', 'encoding ''integer''', n::text) = n::bit(48)::text) AS bits
FROM (SELECT (random() * 281474976710655)::bigint AS n FROM generate_series(1, 20)) AS g;
-- Every spelling of a uuid that PostgreSQL's own function takes, and none that it does not.
CREATE FUNCTION helper.uuid_in(v text) RETURNS text LANGUAGE plpgsql AS $$ BEGIN RETURN v::uuid; EXCEPTION WHEN invalid_text_representation THEN RETURN NULL; END $$;
SELECT count(*) AS spellings, count(own) > 20 AS some_are, bool_and(own IS NOT DISTINCT FROM sqlite.try_parse_uuid(v)::text) AS same
FROM (SELECT v, helper.uuid_in(v) AS own FROM (
    SELECT CASE WHEN i % 5 = 0 THEN '{' || v || '}' WHEN i % 7 = 0 THEN '{' || v WHEN i % 2 = 0 THEN upper(v) ELSE v END AS v
    FROM (SELECT i, string_agg(substr(md5(i::text), 2 * k + 1, 2) || CASE WHEN i % 3 = 0 AND k % 2 = 1 AND k < 15 AND (i * k) % 4 < 2 THEN '-' WHEN i % 11 = 0 AND k = i % 15 THEN '-' ELSE '' END, '' ORDER BY k) AS v
        FROM generate_series(1, 120) i, generate_series(0, 15) k GROUP BY i) AS made) AS spelt) AS read;

-- A local time that a zone skips, or has twice, is refused unless a policy chooses.
\set data `echo "$PG_SQLITE_DATA"`
\set empty :data '/empty.db'
CREATE SERVER vienna FOREIGN DATA WRAPPER pg_sqlite OPTIONS (database :'empty', timezone 'Europe/Vienna');
CREATE FOREIGN TABLE local_times (at timestamptz) SERVER vienna OPTIONS (query 'SELECT ''2024-03-31 02:30:00'' AS at');
SELECT * FROM local_times;
CREATE FOREIGN TABLE local_twice (at timestamptz) SERVER vienna OPTIONS (query 'SELECT ''2024-10-27 02:30:00'' AS at');
SELECT * FROM local_twice;
SET timezone = 'UTC';
CREATE FOREIGN TABLE local_earlier (at timestamptz OPTIONS (ambiguous_time 'earlier')) SERVER vienna OPTIONS (query 'SELECT ''2024-03-31 02:30:00'' AS at UNION ALL SELECT ''2024-10-27 02:30:00'' UNION ALL SELECT ''2024-05-01 12:00''');
CREATE FOREIGN TABLE local_later (at timestamptz OPTIONS (ambiguous_time 'later')) SERVER vienna OPTIONS (query 'SELECT ''2024-03-31 02:30:00'' AS at UNION ALL SELECT ''2024-10-27 02:30:00'' UNION ALL SELECT ''2024-05-01 12:00''');
SELECT * FROM local_earlier;
SELECT * FROM local_later;
SELECT sqlite.try_parse_timestamptz('2024-03-31 02:30:00', zone => 'Europe/Vienna') IS NULL AS skipped, sqlite.parse_timestamptz('2024-03-31 03:00:00', zone => 'Europe/Vienna') AS behind;
-- The oracle: all instants around that PostgreSQL shows as this local time.
CREATE FUNCTION helper.instants(local timestamp, zone text) RETURNS timestamptz[] LANGUAGE sql STABLE AS $$
    SELECT array_agg(i ORDER BY i) FROM generate_series((local AT TIME ZONE 'UTC') - interval '15 hours', (local AT TIME ZONE 'UTC') + interval '15 hours', interval '15 minutes') i WHERE i AT TIME ZONE zone = local
$$;
SELECT zone, count(*) AS times, count(*) FILTER (WHERE coalesce(cardinality(instants), 0) = 0) AS skipped, count(*) FILTER (WHERE cardinality(instants) = 2) AS twice,
    bool_and(sqlite.try_parse_timestamptz(local::text, zone => zone) IS NOT DISTINCT FROM CASE WHEN cardinality(instants) = 1 THEN instants[1] END) AS same
FROM (VALUES ('Europe/Vienna', '2024-03-31'), ('Europe/Vienna', '2024-10-27'), ('America/New_York', '2007-03-11'), ('America/St_Johns', '2021-11-07'), ('Australia/Lord_Howe', '2021-04-04'), ('Australia/Lord_Howe', '2021-10-03'),
    ('Africa/Casablanca', '2021-05-16'), ('Asia/Kolkata', '2021-05-16'), ('Pacific/Apia', '2011-12-30')) z (zone, day),
    LATERAL (SELECT local, helper.instants(local, zone) AS instants FROM generate_series(day::timestamp - interval '3 hours', day::timestamp + interval '27 hours', interval '15 minutes') local) AS l
GROUP BY zone, day ORDER BY zone, day;

-- Numbers with a decimal comma, and with marks between thousands.
SELECT * FROM helper.arrives('numeric', 'encoding ''decimal_comma''', '''1.234,56''', '''7,5''', '''1.000,00''', '''1.234''', '''1.5''', '''-1 234,5''', '''12,5e2''', '''1,234,5''', '5', '5.5', '''abc''');
SELECT * FROM helper.arrives('numeric', 'encoding ''grouped''', '''1,234.56''', '''1,23.5''', '''1234.5''', '''1''''234.5''');
SELECT * FROM helper.arrives('numeric', 'encoding ''decimal_comma,grouped''', '''1.234,5''', '''1,234.5''', '''1,234''');
SELECT * FROM helper.arrives('double precision', 'encoding ''decimal_comma''', '''1,5''');
SELECT * FROM helper.arrives('integer', 'encoding ''decimal_comma''', '''1.234''', '''1,5''');
SELECT bool_and(helper.one('numeric', 'encoding ''decimal_comma''', quote_literal(translate(to_char(n, 'FM999,999,999,990.099'), ',.', '.,')))::numeric = to_char(n, 'FM999999999990.099')::numeric) AS same
FROM (SELECT (random() * 1e9)::numeric(12, 3) AS n FROM generate_series(1, 40)) AS g;

-- Several patterns in one list; an integer has the digits of one.
SELECT * FROM helper.arrives('date', 'encoding ''iso,DD/MM/YYYY,DD.MM.YYYY,YYYYMMDD,Mon DD, YYYY''', '''2020-01-31''', '''31/12/2020''', '''31.12.2021''', '''20220131''', '20220131', '''Jan 5, 2023''', '''31/02/2020''', '''neither''', '202201');
SELECT * FROM helper.arrives('date', 'encoding ''["iso", "DD/MM/YYYY", "Mon DD, YYYY"]''', '''31/12/2020''', '''Jan 5, 2023''');
SELECT * FROM helper.arrives('date', 'encoding ''"Mon DD, YYYY","DD Mon YYYY"''', '''Jan 5, 2023''', '''5 Jan 2023''');
SELECT * FROM helper.arrives('date', 'encoding ''YYYY,DD/MM''', '''2020''');
SELECT * FROM helper.arrives('timestamp', 'encoding ''DD/MM/YYYY HH24:MI,DD/MM/YYYY''', '''31/12/2020 12:30''', '''31/12/2020''');
SELECT * FROM helper.arrives('date', 'encoding ''iso,unix,unix_ms,julian,excel,webkit,cocoa,DD/MM/YYYY,YYYYMMDD''', '1');
SELECT * FROM helper.arrives('date', 'encoding ''DD/MM/YYYY,DD/MM/YYYY''', '''31/12/2020''');

-- Suggestions: nothing that would not come back as it is written, and of two readings none.
\set guesses :data '/guesses.db'
SET client_min_messages = warning;
SELECT sqlite.attach(:'guesses', 'guesses');
SELECT table_name, column_name, severity, finding, suggestion FROM sqlite.assess('{guesses}', 'guessed') WHERE column_name IS NOT NULL ORDER BY table_name, column_name, finding;
SELECT jsonb_pretty(sqlite.suggest_spec('{guesses}', 'guessed')) AS spec;
SELECT table_name, column_name, formats FROM sqlite.profile('guesses') WHERE formats IS NOT NULL;
SELECT sqlite.suggest_spec('{guesses}', 'guessed') AS spec \gset
CREATE SCHEMA guessed;
CALL sqlite.migrate('{guesses}', 'guessed', :'spec') \gset
SELECT country, grade, title, sure, flag FROM guessed.customer LIMIT 1;
SELECT * FROM guessed.item ORDER BY id;
SELECT * FROM guessed.file ORDER BY id;
SELECT * FROM guessed.written ORDER BY id;
SET timezone = 'UTC';
\x on
SELECT * FROM guessed.spelled ORDER BY id;
\x off
SELECT doc, any_doc FROM guessed.blobs ORDER BY id;
SELECT id, search_ FROM guessed.doc WHERE search_ @@ to_tsquery('english', 'dog');
SELECT id, label FROM guessed.box WHERE box(point(minx, miny), point(maxx, maxy)) && box '((0.5,0.5),(2,2))';
SELECT tablename, indexdef FROM pg_indexes WHERE schemaname = 'guessed' AND indexdef ~ 'USING gi' ORDER BY 1;
SELECT table_name, status FROM sqlite.validate() ORDER BY table_name;
-- What is read as a value is carried over as a default.
SELECT column_name, column_default FROM information_schema.columns WHERE table_schema = 'guessed' AND table_name = 'defaults' ORDER BY ordinal_position;
INSERT INTO guessed.defaults (id) VALUES (2);
SELECT id, at, j, k, o, m, n, e, f, s > 1000000000 AS s, d, t FROM guessed.defaults ORDER BY id;
DROP SCHEMA guessed CASCADE;
