-- Columns and tables of SQLite and those of a schema that exists: the same name goes before the same in other case; a column
-- that the target lacks is left out where the spec says so, and told with the number of its values.
\set data `echo "$PG_SQLITE_DATA"`
\set columns_db :data '/target_columns.db'
\set other_db :data '/target_columns_other.db'
CREATE SERVER shows FOREIGN DATA WRAPPER pg_sqlite OPTIONS (database :'columns_db');
CREATE SERVER more_shows FOREIGN DATA WRAPPER pg_sqlite OPTIONS (database :'other_db');
SET client_min_messages = error;
\pset format unaligned
\pset tuples_only on
\set VERBOSITY default
\set SHOW_CONTEXT never

-- A column that the target lacks.
CREATE SCHEMA app;
CREATE TABLE app.show (id serial PRIMARY KEY, title text NOT NULL, code text);
SELECT severity, column_name, finding, rows, suggestion FROM sqlite.assess('{shows}', 'app', '{"include": ["show"]}') WHERE severity <> 'note' ORDER BY column_name;
SELECT severity, column_name, finding, rows FROM sqlite.assess('{shows}', 'app', '{"include": ["show"]}', quick => true) WHERE severity <> 'note' ORDER BY column_name;
CALL sqlite.migrate('{shows}', 'app', '{"include": ["show"]}');
SELECT jsonb_pretty(sqlite.suggest_spec('{shows}', 'app') #> '{servers,shows,tables,show}');
\set skip '{"include": ["show"], "columns": {"show.alt_title": {"skip": true}, "show.spare": {"skip": true}}}'
SELECT severity, column_name, finding, rows FROM sqlite.assess('{shows}', 'app', :'skip') ORDER BY column_name;
SELECT object, statement, predicted_rejects FROM sqlite.plan('{shows}', 'app', :'skip') WHERE object ~ '^(column|data)';
SELECT table_name, read, written, rejected FROM sqlite.rehearse('{shows}', 'app', :'skip');
CALL sqlite.migrate('{shows}', 'app', :'skip') \gset
TABLE app.show ORDER BY id;
SELECT status FROM sqlite.validate(:job);
SELECT jsonb_path_query(sqlite.report(:job), '$.not_translated[*].object');
SELECT count(*) FROM sqlite.report_text(:job) AS line WHERE line ~ '2 values of column "alt_title" .* are not migrated';
SELECT regexp_replace(line, 'job \d+', 'job N') FROM helper.outcome(format('SELECT sqlite.assert_valid(%s)::text', :job)) AS line;
SELECT sqlite.assert_valid(:job, '{"untranslated:column app.show.alt_title"}');
CALL sqlite.rollback(:job);
-- The same by a pattern, by batches and by workers; what is left out can still be read for another column.
\set all '{"include": ["show"], "columns": {"*.alt_*": {"skip": true}, "show.spa*": {"skip": true}, "show.title": {"convert": "title || coalesce('' ('' || alt_title || '')'', '''')"}}, '
CALL sqlite.migrate('{shows}', 'app', (:'all' || '"transaction": "batch", "commit_rows": 2}')::jsonb) \gset
TABLE app.show ORDER BY id;
SELECT status FROM sqlite.validate(:job);
CALL sqlite.rollback(:job);
CALL sqlite.migrate('{shows}', 'app', (:'all' || '"transaction": "table", "workers": 2}')::jsonb) \gset
SELECT count(*), string_agg(DISTINCT status, ',') FROM app.show, sqlite.validate(:job);
CALL sqlite.rollback(:job);
-- Two files into one target.
\set both '{"include": ["show"], "conflicts": "merge", "columns": {"*.alt_title": {"skip": true}, "*.spare": {"skip": true}}}'
SELECT server, column_name, finding FROM sqlite.assess('{shows,more_shows}', 'app', :'both') WHERE severity <> 'note' ORDER BY 1, 2;
CALL sqlite.migrate('{shows,more_shows}', 'app', :'both') \gset
SELECT string_agg(title, '' ORDER BY id) FROM app.show;
SELECT status FROM sqlite.validate(:job);
-- With a where, too; and of a contradiction there is word.
SELECT finding FROM sqlite.assess('{shows}', 'app', '{"columns": {"show.alt_title": {"skip": true, "default": "-"}}}');
DROP SCHEMA app CASCADE;

-- In a new table the column is not made, nor what is said over it.
\set skip '{"exclude": ["Users", "role"], "columns": {"show.alt_title": {"skip": true}, "show.code": {"skip": true}, "episode.nr": {"skip": true}}}'
SELECT severity, table_name, column_name, finding FROM sqlite.assess('{shows}', 'app', :'skip') WHERE severity <> 'note' ORDER BY 2, 3, 4;
CALL sqlite.migrate('{shows}', 'app', :'skip') \gset
SELECT attrelid::regclass, string_agg(attname, ', ' ORDER BY attnum) FROM pg_attribute WHERE attrelid IN ('app.show'::regclass, 'app.episode'::regclass) AND attnum > 0 GROUP BY 1 ORDER BY 1;
SELECT nr2 FROM app.episode ORDER BY id;
SELECT status FROM sqlite.validate(:job);
DROP SCHEMA app CASCADE;
CALL sqlite.migrate('{shows,more_shows}', 'app', '{"include": ["show"], "conflicts": "merge", "columns": {"shows.show.alt_title": {"skip": true}}}') \gset
SELECT id, title, alt_title FROM app.show ORDER BY id;
DROP SCHEMA app CASCADE;

-- "Users" goes into "Users", also where a users is there; a table that is written otherwise than both takes the name that it
-- would get.
CREATE SCHEMA app;
CREATE TABLE app.users (id int PRIMARY KEY, userid text);
CREATE TABLE app."Users" (id int PRIMARY KEY, userid text, "userId" text, email text);
CREATE TABLE app.role (id int PRIMARY KEY, name text);
CREATE TABLE app."Role" (id int PRIMARY KEY, name text, "NAME" text);
SELECT severity, table_name, column_name, finding FROM sqlite.assess('{shows,more_shows}', 'app', '{"include": ["users", "role"]}') WHERE finding ~ 'there, too' ORDER BY 2, 3;
CALL sqlite.migrate('{shows,more_shows}', 'app', '{"include": ["users", "role"]}') \gset
SELECT 'users', id, userid FROM app.users UNION ALL SELECT '"Users"', id, concat_ws('|', userid, "userId", email) FROM app."Users" UNION ALL SELECT 'role', id, name FROM app.role UNION ALL SELECT '"Role"', id, name FROM app."Role" ORDER BY 1;
SELECT target, status FROM sqlite.validate(:job) ORDER BY 1;
CALL sqlite.rollback(:job);
-- The spec's target is taken as it is; a name that nothing else fills is one that may be meant.
CALL sqlite.migrate('{shows,more_shows}', 'app', '{"include": ["users", "role"], "tables": {"shows.users": {"target": "Users", "columns": {"userId": {"target": "userid"}}}, "role": {"target": "Role"}}}') \gset
SELECT 'users', id, userid FROM app.users UNION ALL SELECT '"Users"', id, concat_ws('|', userid, "userId", email) FROM app."Users" UNION ALL SELECT 'role', id, name FROM app.role UNION ALL SELECT '"Role"', id, name FROM app."Role" ORDER BY 1;
CALL sqlite.rollback(:job);
ALTER TABLE app."Users" DROP COLUMN userid;
ALTER TABLE app."Users" RENAME "userId" TO user_id;
SELECT column_name, finding, suggestion FROM sqlite.assess('{shows}', 'app', '{"include": ["users"]}') WHERE severity = 'blocker';
-- Two columns into one.
SELECT column_name, finding, suggestion FROM sqlite.assess('{shows}', 'app', '{"include": ["users"], "columns": {"users.userId": {"target": "email"}}}') WHERE severity = 'blocker';
DROP SCHEMA app CASCADE;
