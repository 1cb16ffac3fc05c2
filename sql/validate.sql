-- sqlite.validate, differences, digest, assert_valid and validate_queries.
\set data `echo "$PG_SQLITE_DATA"`
\set validate_db :data '/validate.db'
\set VERBOSITY terse
\set SHOW_CONTEXT never
SET timezone = 'UTC';
-- Numbers that don't depend on other tests.
ALTER TABLE sqlite.jobs ALTER COLUMN job RESTART WITH 9500001;
CREATE SERVER proof FOREIGN DATA WRAPPER pg_sqlite OPTIONS (database :'validate_db');
CREATE SCHEMA validate_test;
SET search_path = validate_test;
-- What a statement says, without the numbers of jobs.
CREATE FUNCTION said(statement text) RETURNS SETOF text LANGUAGE sql AS $$
    SELECT regexp_replace(line, 'job [0-9]+', 'job N') FROM helper.outcome(statement) AS line $$;
CREATE FUNCTION problems(job bigint, allow text[]) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
    detail text;
BEGIN
    PERFORM sqlite.assert_valid(job, allow);
    RETURN NEXT 'none';
EXCEPTION WHEN assert_failure THEN
    GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL;
    RETURN QUERY SELECT regexp_replace(line, 'job [0-9]+', 'job N') FROM string_to_table(detail, E'\n') AS line;
END $$;
CREATE VIEW proven AS SELECT table_name, source_rows, target_rows, source_digest = target_digest AS same, missing, extra,
    different, status, reason FROM sqlite.validate();

-- Rows that don't fit are put aside, by rowid, by key, or because they have no parent: the others are the same.
CALL sqlite.migrate('{proof}', 'proof', '{"on_error": "reject", "orphans": "reject"}') \gset
SELECT target, rowid, columns, category FROM sqlite.rejects WHERE job = :job ORDER BY id;
SELECT * FROM proven;
SELECT target, kind, object, status, rows FROM sqlite.validate_constraints() WHERE kind <> 'index';
SELECT problems(NULL, '{}');
SELECT sqlite.assert_valid(:job, '{reject}');
-- Exceptions are kinds, things of the job, or both; what is neither is refused, with the list.
\set VERBOSITY default
SELECT sqlite.assert_valid(:job, '{reject,rejcts}');
SELECT sqlite.assert_valid(:job, '{policy:empty_as_nul}');
SELECT sqlite.assert_valid(:job, '{public.nowhere}');
SELECT sqlite.assert_valid(:job, '{""}');
SELECT sqlite.assert_valid(:job, '{reject,NULL}');
\set VERBOSITY terse
SELECT sqlite.assert_valid(:job, ARRAY['reject', 'difference:whatever', 'policy:empty_as_null', 'too_long', 'proof.person',
    'person_pkey of proof.person', 'constraint:any of nothing', 'job ' || :job, 'unfinished']);

-- One change each: found and named.
BEGIN;
UPDATE proof.person SET email = 'anna@Example.com', balance = 12.51 WHERE id = 1;
DELETE FROM proof.team WHERE id = 3;
INSERT INTO proof.word VALUES ('x', 1.5);
UPDATE proof.grade SET pupil = 3 WHERE pupil = 1 AND subject = 'art';
SELECT * FROM proven;
SELECT * FROM sqlite.differences(:job, 'person');
SELECT * FROM sqlite.differences(:job, 'proof.team');
SELECT * FROM sqlite.differences(:job, 'word');
SELECT * FROM sqlite.differences(:job, 'grade');
SELECT said(format('SELECT target FROM sqlite.differences(%s, %L)', :job, 'nowhere'));
ROLLBACK;
-- Values that are spelled differently are the same.
BEGIN;
ALTER TABLE proof.person ALTER balance TYPE numeric;
UPDATE proof.person SET balance = 12.5000 WHERE id = 1;
SELECT table_name, status FROM proven WHERE table_name = 'person';
ROLLBACK;

-- What holds of the target, whatever was switched off meanwhile.
BEGIN;
SET LOCAL session_replication_role = replica;
UPDATE proof.person SET team_id = 77 WHERE id = 1;
SELECT setval('proof.person_id_seq', 1);
ALTER TABLE proof.grade DROP CONSTRAINT grade_pkey;
SELECT target, kind, object, status, rows FROM sqlite.validate_constraints() WHERE status <> 'holds';
SELECT problems(:job, '{reject}');
ROLLBACK;
BEGIN;
DROP TABLE proof.word;
ALTER TABLE proof.grade DROP COLUMN mark;
SELECT table_name, status, reason FROM proven WHERE status <> 'identical';
SELECT * FROM sqlite.differences(:job, 'word');
ROLLBACK;

-- Rows that were put aside, mended and loaded have values of their own.
UPDATE sqlite.rejects SET row = jsonb_set(row, '{born,value}', '"1999-01-01"') WHERE job = :job AND rowid = 4;
CALL sqlite.retry_rejects(:job, from_stored => true) \gset
SELECT rowid, state FROM sqlite.rejects WHERE job = :job ORDER BY id;
SELECT table_name, extra, status, reason FROM proven WHERE table_name = 'person';
UPDATE proof.person SET age = 41 WHERE id = 1;
SELECT table_name, extra, different, status, reason FROM proven WHERE table_name = 'person';
-- Half a migration: what is loaded can be compared, with the job's copy.
CREATE SCHEMA proof_half;
CREATE TABLE proof_half.grade (subject text, pupil bigint, mark text);
CREATE FUNCTION proof_half.refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE insufficient_privilege; END';
CREATE TRIGGER refuse BEFORE INSERT ON proof_half.grade EXECUTE FUNCTION proof_half.refuse();
CALL sqlite.migrate('{proof}', 'proof_half', '{"transaction": "table", "include": ["team", "grade"]}') \gset
SELECT max(job) AS job FROM sqlite.jobs \gset
SELECT table_name, status, reason FROM sqlite.validate(:job);
SELECT problems(:job, '{}');

-- A spec that converts, filters, fills, renames and judges: expected is what the job's own query gives.
CALL sqlite.migrate('{proof}', 'proof_spec', '{"on_error": "reject", "orphans": "null", "keys": "uuid", "servers": {"proof": {"tables": {
    "person": {"target": "people", "where": "id <> 2", "rules": {"old": "age < 120", "known": {"condition": "mail IS NOT NULL", "on_fail": "null", "columns": ["age"]}},
        "columns": {"email": {"target": "mail", "convert": "lower(email)"}, "seen": {"type": "timestamptz", "encoding": "unix_ms"},
            "age": {"default": "1"}}}}}}}') \gset
SELECT * FROM proven;
SELECT mail, seen, age FROM proof_spec.people ORDER BY mail;
SELECT count(*) FILTER (WHERE team_id IS NULL) AS orphans FROM proof_spec.people;
UPDATE proof_spec.people SET age = age + 1 WHERE mail = 'eve@example.com';
UPDATE proof_spec.people SET seen = seen + interval '1 microsecond' WHERE mail = 'anna@example.com';
UPDATE proof_spec.people SET team_id = NULL WHERE mail = 'anna@example.com';
SELECT difference, column_name, source_value IS NULL AS source_null, target_value IS NULL AS target_null
FROM sqlite.differences(:job, 'person') ORDER BY column_name;

-- Rows without a rowid that a rule or the target refused, known by their key.
CREATE SCHEMA proof_key;
CREATE TABLE proof_key.grade (subject text, pupil bigint CHECK (pupil <> 1 OR subject <> 'art'), mark bigint);
CALL sqlite.migrate('{proof}', 'proof_key', '{"on_error": "reject", "include": ["grade"], "servers": {"proof": {"tables": {"grade": {"rules": {"small": "mark < 6"}}}}}}') \gset
SELECT key, category FROM sqlite.rejects WHERE job = :job ORDER BY id;
SELECT * FROM proven;
UPDATE proof_key.grade SET mark = mark + 1;
SELECT * FROM proven;

-- Only the rows of a job, where it added to others'.
CREATE TABLE word (a text, b float8);
INSERT INTO word VALUES ('mine', 0);
CALL sqlite.migrate('{proof}', 'validate_test', '{"include": ["word"], "existing": "append"}') \gset
SELECT * FROM proven;
UPDATE word SET b = 2 WHERE a = 'y';
SELECT status, missing, extra FROM proven;
CALL sqlite.migrate('{proof}', 'validate_test', '{"include": ["word"], "existing": "skip"}') \gset
SELECT table_name, status, reason FROM proven;
-- A load from a query, with rows that were put aside.
CREATE TABLE item (id int PRIMARY KEY, v text CHECK (length(v) < 5));
CALL sqlite.load('item', 'SELECT i, repeat(''x'', i % 7) FROM generate_series(1, 20) i', 'reject') \gset
SELECT * FROM proven;
UPDATE item SET v = 'y' WHERE id = 8;
SELECT difference, key, column_name, source_value, target_value FROM sqlite.differences(:job, 'validate_test.item');

-- Any two relations.
CREATE FOREIGN TABLE f_grade (subject text, pupil int, mark text) SERVER proof OPTIONS ("table" 'grade');
CREATE TABLE g (mark varchar(10), pupil bigint, subject text, PRIMARY KEY (pupil, subject));
INSERT INTO g SELECT mark, pupil, subject FROM f_grade;
SELECT source_rows, target_rows, source_digest = target_digest AS same, status, reason FROM sqlite.validate('f_grade'::regclass, 'g'::regclass);
UPDATE g SET mark = 'Good' WHERE mark = 'good';
SELECT * FROM sqlite.differences('f_grade'::regclass, 'g'::regclass);
SELECT status, source_rows, different FROM sqlite.validate('f_grade'::regclass, 'g'::regclass, '{"columns": {"mark": "initcap(mark)"}, "where": "pupil = 2", "target_where": "pupil = 2"}');
SELECT status, reason FROM sqlite.validate('f_grade'::regclass, 'item'::regclass);
SELECT status, reason FROM sqlite.validate('f_grade'::regclass, 'g'::regclass, '{"columns": {"mark": "pupil"}}');
SELECT status FROM sqlite.validate('f_grade'::regclass, 'g'::regclass, '{"ignore": ["mark"], "key": ["pupil", "subject"]}');
SELECT status FROM sqlite.validate('f_grade'::regclass, 'g'::regclass, '{"colums": {}}');
SELECT status FROM sqlite.validate('f_grade'::regclass, 'g'::regclass, '{"key": ["nothing"]}');
SELECT * FROM sqlite.differences('f_grade'::regclass, 'g'::regclass, max_rows => 0);

-- Numbers are compared as numbers, moments only within their type.
CREATE TABLE n1 (id int, a bigint, b float8, c numeric, d timestamp);
CREATE TABLE n2 (id bigint, a numeric(20,4), b numeric, c float8, d timestamptz);
INSERT INTO n1 VALUES (1, 5, 0.1, 1e20, '2024-01-01'), (2, -7, 'NaN', 'Infinity', NULL);
INSERT INTO n2 VALUES (1, 5.0000, 0.1, 1e20, '2024-01-01'), (2, -7, 'NaN', 'Infinity', NULL);
SELECT status, reason FROM sqlite.validate('n1'::regclass, 'n2'::regclass);
SELECT status FROM sqlite.validate('n1'::regclass, 'n2'::regclass, '{"ignore": ["d"]}');
SELECT status FROM sqlite.validate('n1'::regclass, 'n2'::regclass, '{"columns": {"d": "d AT TIME ZONE ''UTC''"}}');
UPDATE n2 SET b = 0.1000000000000000055511151231257827 WHERE id = 1;
SELECT * FROM sqlite.differences('n1'::regclass, 'n2'::regclass, '{"ignore": ["d"], "key": ["id"]}');
CREATE TABLE o1 (id int PRIMARY KEY, a int[], j jsonb, p point, i interval, m int4range, e name, c char(5));
CREATE TABLE o2 (LIKE o1 INCLUDING ALL);
INSERT INTO o1 VALUES (1, '{1,NULL,3}', '{"b": 1.0, "a": [true, null]}', '(1,2)', '1 day', '[1,5)', 'x', 'a'), (2, '{{1},{2}}', '1', NULL, NULL, 'empty', NULL, '');
INSERT INTO o2 VALUES (1, '{1,NULL,3}', '{"a": [true, null], "b": 1.000}', '(1,2)', '1 day', '[1,4]', 'x', 'a    '), (2, '{{1},{2}}', '1', NULL, NULL, '[3,3)', NULL, '  ');
SELECT status FROM sqlite.validate('o1'::regclass, 'o2'::regclass);
UPDATE o2 SET a = '{1,2}', j = '"1"', i = '24:00', m = '(,5)' WHERE id = 2;
UPDATE o2 SET i = '24:00:00', a = '[0:2]={1,NULL,3}' WHERE id = 1;
SELECT key, column_name, source_value, target_value FROM sqlite.differences('o1'::regclass, 'o2'::regclass);

-- Checksums by chunks: alike for the same rows, whatever the order of rows and columns.
SELECT * FROM sqlite.digest('n1', '{id}', 1);
SELECT a.chunk, a.first_key, a.last_key, a.rows, a.digest = b.digest AS same FROM sqlite.digest('f_grade', '{subject,pupil}', 3) a
JOIN sqlite.digest('f_grade', '{subject,pupil}', 3) b USING (chunk);
ALTER TABLE o2 ADD COLUMN b text;
ALTER TABLE o1 ADD COLUMN b text;
ALTER TABLE o1 DROP COLUMN a;
ALTER TABLE o1 ADD COLUMN a int[];
UPDATE o1 SET a = '{1,2}'; UPDATE o2 SET a = '{1,2}', j = o1.j, i = o1.i, m = o1.m FROM o1 WHERE o1.id = o2.id;
SELECT a.rows, a.digest = b.digest AS same FROM sqlite.digest('o1') a, sqlite.digest('o2') b;
SELECT chunk, first_key, rows FROM sqlite.digest('word');
SELECT * FROM sqlite.digest('n1', '{nothing}');
SELECT * FROM sqlite.digest('n1', chunk_rows => 0);

-- An application's queries.
SELECT name, status, source_rows, target_rows, missing, extra, reason, source_median_ms > 0 AND source_p95_ms >= source_median_ms
    AND target_median_ms > 0 AND target_p95_ms >= target_median_ms AS timed
FROM sqlite.validate_queries('proof', 'proof', '{
    "one for both": "SELECT subject, count(*) FROM grade WHERE mark > 1 AND typeof(mark) = ''integer'' GROUP BY subject",
    "teams": "SELECT id, name FROM team ORDER BY name",
    "two": {"sqlite": "SELECT group_concat(name) FROM (SELECT name FROM team ORDER BY id)", "postgresql": "SELECT string_agg(name, '','' ORDER BY id) FROM team"},
    "another order": {"sqlite": "SELECT name FROM team ORDER BY id", "postgresql": "SELECT name FROM team ORDER BY name"},
    "another answer": {"sqlite": "SELECT id, name FROM team", "postgresql": "SELECT id, upper(name) FROM team WHERE id < 3"},
    "columns": {"sqlite": "SELECT 1", "postgresql": "SELECT 1, 2"},
    "writes": {"sqlite": "SELECT 1", "postgresql": "DELETE FROM team RETURNING 1"}}', 3);
SELECT * FROM sqlite.validate_queries('proof', 'proof', '["SELECT 1"]');
SELECT * FROM sqlite.validate_queries('proof', 'nowhere', '{}');

-- Whose rows are hidden is not compared, nor what may not be read.
CREATE ROLE validate_reader;
GRANT USAGE ON SCHEMA validate_test TO validate_reader;
GRANT SELECT ON n1, n2 TO validate_reader;
GRANT USAGE ON SCHEMA helper TO validate_reader;
ALTER TABLE n2 ENABLE ROW LEVEL SECURITY;
SET ROLE validate_reader;
SELECT status, reason FROM sqlite.validate('n1'::regclass, 'n2'::regclass, '{"ignore": ["d"]}');
SELECT status FROM sqlite.validate('n1'::regclass, 'item'::regclass, '{"ignore": ["a", "b", "c", "d", "v"]}');
SELECT status FROM sqlite.validate('f_grade'::regclass, 'n1'::regclass, '{"ignore": ["subject", "pupil", "a", "b", "c", "d"], "columns": {"id": "mark"}}');
SELECT said(format('SELECT status FROM sqlite.validate(%s)', :job));
SELECT said(format('SELECT sqlite.assert_valid(%s)::text', :job));
SELECT * FROM sqlite.digest('item');
SELECT * FROM sqlite.validate_queries('proof', 'validate_test', '{}');
RESET ROLE;

SET client_min_messages = warning;
DROP SCHEMA validate_test, proof, proof_half, proof_key, proof_spec CASCADE;
DROP SERVER proof;
DROP OWNED BY validate_reader;
DROP ROLE validate_reader;
