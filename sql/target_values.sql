-- Values and a schema that exists: what its types, constraints and generated columns make of them is known before, what keeps a
-- row goes before what puts it aside, and `convert` sees what SQLite stores.
\set data `echo "$PG_SQLITE_DATA"`
\set values_db :data '/target_values.db'
CREATE SERVER stored FOREIGN DATA WRAPPER pg_sqlite OPTIONS (database :'values_db');
SET client_min_messages = error;
SET datestyle = 'ISO, YMD';
SET timezone = 'UTC';
\pset format unaligned
\pset tuples_only on
\set VERBOSITY default
\set SHOW_CONTEXT never
CREATE FUNCTION pg_temp.found(spec jsonb) RETURNS SETOF text LANGUAGE sql AS $$
  SELECT concat_ws(' | ', severity, column_name, finding, rows, example, suggestion) FROM sqlite.assess('{stored}', 'app', spec) WHERE severity <> 'note' ORDER BY 1
$$;
-- The spec that is suggested for one table, what is left under it, and what comes of it.
CREATE FUNCTION pg_temp.suggested(name text) RETURNS jsonb LANGUAGE sql AS $$
  SELECT jsonb_build_object('include', jsonb_build_array(name), 'tables', jsonb_build_object(name, coalesce(sqlite.suggest_spec('{stored}', 'app') #> ARRAY['servers', 'stored', 'tables', name], '{}')))
$$;
CREATE FUNCTION pg_temp.foreseen(spec jsonb) RETURNS SETOF text LANGUAGE sql AS $$
  SELECT 'blockers: ' || count(*) FROM sqlite.assess('{stored}', 'app', spec) WHERE severity = 'blocker'
  UNION ALL SELECT 'plan: ' || coalesce(sum(predicted_rejects)::text, 'NULL') FROM sqlite.plan('{stored}', 'app', spec)
  UNION ALL SELECT concat_ws(' | ', table_name, read, written, rejected, changed) FROM sqlite.rehearse('{stored}', 'app', spec)
$$;
CREATE FUNCTION pg_temp.done(number bigint) RETURNS SETOF text LANGUAGE sql AS $$
  SELECT concat_ws(' | ', table_name, read, written, rejected, changes) FROM sqlite.job_tables WHERE job = number
  UNION ALL SELECT concat_ws(' | ', 'reject', rowid, columns, sqlstate) FROM (SELECT * FROM sqlite.rejects WHERE job = number ORDER BY rowid) AS r
  UNION ALL SELECT concat_ws(' | ', missing, extra, different, status, reason) FROM sqlite.validate(number)
$$;

-- Arrays: each column by itself.
CREATE SCHEMA app;
CREATE TABLE app.list (id int PRIMARY KEY, a text[], n int[], m bigint[]);
SELECT * FROM pg_temp.found('{"include": ["list"]}');
SELECT pg_temp.suggested('list') AS spec \gset
SELECT jsonb_pretty(:'spec'::jsonb -> 'tables');
SELECT * FROM pg_temp.foreseen(:'spec');
CALL sqlite.migrate('{stored}', 'app', :'spec') \gset
SELECT * FROM pg_temp.done(:job);
TABLE app.list ORDER BY id;

-- Policies and encodings that keep a row go before reject, with numbers.
CREATE TABLE app.reading (id int PRIMARY KEY, at timestamp, total numeric(8,2), body text, doc jsonb, day date, note text, part int);
SELECT * FROM pg_temp.found('{"include": ["reading"]}');
SELECT pg_temp.suggested('reading') AS spec \gset
SELECT jsonb_pretty(:'spec'::jsonb -> 'tables');
SELECT * FROM pg_temp.foreseen(:'spec');
CALL sqlite.migrate('{stored}', 'app', :'spec') \gset
SELECT * FROM pg_temp.done(:job);
TABLE app.reading ORDER BY id;
SELECT sqlite.report(:job) -> 'policies';

-- Generated columns.
CREATE TABLE app.person (id int PRIMARY KEY, first text, last text, full_name text GENERATED ALWAYS AS (first || ' ' || last) STORED,
  initials text GENERATED ALWAYS AS (left(first, 1) || left(last, 1)) STORED, born date);
\set person '{"include": ["person"]}'
SELECT * FROM pg_temp.found(:'person');
SELECT * FROM pg_temp.foreseen(:'person');
CALL sqlite.migrate('{stored}', 'app', :'person') \gset
SELECT * FROM pg_temp.done(:job);
SELECT * FROM sqlite.differences(:job, 'app.person', 10) ORDER BY 1, 2;
\set VERBOSITY sqlstate
SELECT sqlite.assert_valid(:job);
\set VERBOSITY default
CALL sqlite.rollback(:job);
CALL sqlite.migrate('{stored}', 'app', '{"include": ["person"], "workers": 2, "transaction": "table"}') \gset
SELECT * FROM pg_temp.done(:job);
CALL sqlite.rollback(:job);
-- One that is left out is not compared; rows that are there are none of the job's.
INSERT INTO app.person VALUES (70, 'old', 'row');
\set person '{"include": ["person"], "existing": "append", "columns": {"person.full_name": {"skip": true}}}'
SELECT * FROM pg_temp.found(:'person');
CALL sqlite.migrate('{stored}', 'app', :'person') \gset
SELECT * FROM pg_temp.done(:job);
TRUNCATE app.person;
-- What the spec makes of it is what is compared.
\set person '{"include": ["person"], "columns": {"person.full_name": {"convert": "first || '' '' || last"}, "person.initials": {"skip": true}}}'
SELECT * FROM pg_temp.found(:'person');
CALL sqlite.migrate('{stored}', 'app', :'person') \gset
SELECT * FROM pg_temp.done(:job);

-- convert gets what SQLite stores where the declared type would refuse it, and where the expression asks for it.
CREATE TABLE app.odd (id int PRIMARY KEY, at timestamp, price numeric(10,2), flag boolean, n int);
\set odd '{"include": ["odd"], "columns": {"odd.at": {"convert": "to_timestamp(at, ''YYYY/MM/DD HH24:MI:SS'')::timestamp"}, "odd.price": {"convert": "sqlite.parse_numeric(price, '','', ''.'')"}, "odd.flag": {"convert": "flag = ''si''"}, "odd.n": {"convert": "n * 2"}}}'
SELECT * FROM pg_temp.foreseen(:'odd');
CALL sqlite.migrate('{stored}', 'app', :'odd') \gset
TABLE app.odd ORDER BY id;
SELECT * FROM pg_temp.done(:job);
CREATE TABLE app.plain (id int PRIMARY KEY, at timestamp, price numeric(10,2));
\set plain '{"include": ["plain"], "columns": {"plain.at": {"convert": "to_timestamp(at, ''YYYY-MM-DD HH24:MI:SS'')::timestamp"}, "plain.price": {"convert": "price * 2"}}}'
CALL sqlite.migrate('{stored}', 'app', :'plain') \gset
TABLE app.plain;
SELECT * FROM pg_temp.done(:job);
CALL sqlite.migrate('{stored}', 'other', '{"include": ["odd"], "columns": {"odd.price": {"convert": "sqlite.parse_numeric(price, '','', ''.'')"}, "odd.at": {"type": "text"}, "odd.flag": {"type": "text"}}}') \gset
SELECT price FROM other.odd ORDER BY id;
DROP SCHEMA other CASCADE;
SELECT finding FROM sqlite.assess('{stored}', 'app', '{"include": ["plain"], "columns": {"plain.at": {"convert": "nowhere(at)"}}}') WHERE severity = 'blocker';

-- CHECKs, domains, unique indexes over expressions, exclusion constraints, NOT NULL: known to the row, at whatever level on_error
-- is said.
CREATE DOMAIN app.short AS text CHECK (length(VALUE) < 4);
CREATE TABLE app.member (id int PRIMARY KEY, email text NOT NULL, age int CHECK (age >= 18), code app.short, room int, since date, until date,
  EXCLUDE USING gist (int4range(room, room + 1) WITH &&, daterange(since, until) WITH &&));
CREATE UNIQUE INDEX member_email ON app.member (lower(email));
SELECT * FROM pg_temp.found('{"include": ["member"]}');
CALL sqlite.migrate('{stored}', 'app', '{"include": ["member"]}');
SELECT level, foreseen FROM unnest('{
  "{\"include\": [\"member\"], \"on_error\": \"reject\"}",
  "{\"include\": [\"member\"], \"servers\": {\"stored\": {\"on_error\": \"reject\"}}}",
  "{\"include\": [\"member\"], \"tables\": {\"member\": {\"on_error\": \"reject\"}}}",
  "{\"include\": [\"member\"], \"columns\": {\"member.*\": {\"on_error\": \"reject\"}}}"}'::text[]) WITH ORDINALITY AS s (spec, level), pg_temp.foreseen(spec::jsonb);
CALL sqlite.migrate('{stored}', 'app', '{"include": ["member"], "columns": {"member.*": {"on_error": "reject"}}}') \gset
SELECT * FROM pg_temp.done(:job);
TRUNCATE app.member;
SELECT pg_temp.suggested('member') AS spec \gset
SELECT * FROM pg_temp.foreseen(:'spec');
CALL sqlite.migrate('{stored}', 'app', :'spec') \gset
SELECT * FROM pg_temp.done(:job);
-- Columns that nothing fills.
CREATE TABLE app.filled (id int PRIMARY KEY, at timestamp, price numeric, active boolean NOT NULL, made timestamptz NOT NULL, tag uuid UNIQUE NOT NULL, kind text NOT NULL, labels text[] NOT NULL, box point NOT NULL, nr int UNIQUE NOT NULL);
SELECT column_name, suggestion FROM sqlite.assess('{stored}', 'app', '{"tables": {"plain": {"target": "filled"}}, "include": ["plain"]}') WHERE severity = 'blocker' ORDER BY 1;
DROP SCHEMA app CASCADE;

-- What the type of a generated column refuses is another value than the target's, and keeps no row out of the proof.
CREATE SCHEMA app;
CREATE TABLE app.charge (id bigint PRIMARY KEY, fee smallint GENERATED ALWAYS AS (1) STORED, code int GENERATED ALWAYS AS (id) STORED, note text, made text);
\set charge '{"include": ["charge"], "columns": {"charge.made_at": {"skip": true}}}'
SELECT * FROM pg_temp.found(:'charge');
CALL sqlite.migrate('{stored}', 'app', :'charge') \gset
SELECT * FROM pg_temp.done(:job);
SELECT regexp_replace(line, 'job \d+', 'job N') FROM helper.outcome(format('SELECT sqlite.assert_valid(%s)::text', :job)) AS line;
SELECT * FROM sqlite.differences(:job, 'charge') ORDER BY 1, 2, 3;
CALL sqlite.rollback(:job);
CALL sqlite.migrate('{stored}', 'app', :'charge'::jsonb || '{"workers": 2, "transaction": "table", "on_error": "reject"}') \gset
SELECT * FROM pg_temp.done(:job);
CALL sqlite.rollback(:job);
-- So it is with what a convert makes of it, and under a policy of its own.
\set charge '{"include": ["charge"], "columns": {"charge.made_at": {"skip": true}, "charge.fee": {"convert": "fee::text::numeric::int"}, "charge.code": {"on_error": "reject"}}}'
SELECT * FROM pg_temp.found(:'charge');
CALL sqlite.migrate('{stored}', 'app', :'charge') \gset
SELECT * FROM pg_temp.done(:job);
CALL sqlite.rollback(:job);

-- An encoding that the column's type can't have is refused whether the column is read or not; a pattern does not bring it to
-- columns that are left out.
\set charge '{"include": ["charge"], "columns": {"charge.fee": {"skip": true}, "charge.code": {"skip": true}, "charge.made*": {"encoding": "unix"}, "charge.made_at": {"convert": "NULL::bigint"}}}'
SELECT severity, column_name, finding, suggestion FROM sqlite.assess('{stored}', 'other', :'charge') WHERE severity = 'blocker' ORDER BY column_name;
CALL sqlite.migrate('{stored}', 'other', :'charge');
CALL sqlite.migrate('{stored}', 'other', :'charge'::jsonb || '{"transaction": "table"}');
\set charge '{"include": ["charge"], "columns": {"charge.fee": {"skip": true}, "charge.code": {"skip": true}, "charge.made*": {"encoding": "unix"}, "charge.made_at": {"type": "timestamptz"}, "charge.made": {"skip": true}, "charge.note": {"convert": "note || made"}}}'
SELECT * FROM sqlite.assess('{stored}', 'other', :'charge') WHERE severity = 'blocker';
CALL sqlite.migrate('{stored}', 'other', :'charge') \gset
TABLE other.charge ORDER BY id;
SELECT sqlite.assert_valid(:job, allow => '{untranslated}');
DROP SCHEMA app, other CASCADE;
