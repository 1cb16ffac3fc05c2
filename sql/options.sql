-- The options: where each is allowed, and what it takes.
-- An unknown option: the nearest valid one and all of them.
CREATE SERVER opt FOREIGN DATA WRAPPER pg_sqlite OPTIONS (databse '/x.db');
CREATE SERVER opt FOREIGN DATA WRAPPER pg_sqlite OPTIONS (zzz '1');
CREATE SERVER opt FOREIGN DATA WRAPPER pg_sqlite OPTIONS (database '/nowhere/x.db', "table" 'x');
CREATE SERVER opt FOREIGN DATA WRAPPER pg_sqlite OPTIONS (database '/nowhere/x.db', encoding 'unix');
ALTER FOREIGN DATA WRAPPER pg_sqlite OPTIONS (ADD database '/x.db');
-- A server without a file can be made, and says what is missing when it is used.
CREATE SERVER opt FOREIGN DATA WRAPPER pg_sqlite;
CREATE FOREIGN TABLE opt_table (id integer) SERVER opt;
SELECT * FROM opt_table;
CREATE USER MAPPING FOR CURRENT_USER SERVER opt OPTIONS (user 'x');
-- Values of server options.
ALTER SERVER opt OPTIONS (ADD database 'relative.db');
ALTER SERVER opt OPTIONS (ADD database '');
ALTER SERVER opt OPTIONS (ADD database 'file:/x.db?mode=rw');
ALTER SERVER opt OPTIONS (ADD busy_timeout '-1');
ALTER SERVER opt OPTIONS (ADD busy_timeout '1.5');
ALTER SERVER opt OPTIONS (ADD busy_timeout 'long');
ALTER SERVER opt OPTIONS (ADD busy_timeout '99999999999');
ALTER SERVER opt OPTIONS (ADD immutable 'perhaps');
ALTER SERVER opt OPTIONS (ADD updatable '2');
ALTER SERVER opt OPTIONS (ADD snapshot 'forever');
ALTER SERVER opt OPTIONS (ADD timezone 'Mars/Olympus');
ALTER SERVER opt OPTIONS (ADD timezone '');
ALTER SERVER opt OPTIONS (ADD timestamp_type 'date');
ALTER SERVER opt OPTIONS (ADD fdw_tuple_cost '-0.1');
ALTER SERVER opt OPTIONS (ADD fdw_startup_cost 'NaN');
ALTER SERVER opt OPTIONS (ADD batch_size 'many');
ALTER SERVER opt OPTIONS (ADD on_error 'ignore');
ALTER SERVER opt OPTIONS (ADD excess_digits 'null');
ALTER SERVER opt OPTIONS (ADD invalid_text 'strip');
ALTER SERVER opt OPTIONS (ADD nul_bytes 'replace');
ALTER SERVER opt OPTIONS (ADD invalid_json 'text');
ALTER SERVER opt OPTIONS (ADD too_long 'null');
ALTER SERVER opt OPTIONS (ADD empty_as_null 'maybe');
ALTER SERVER opt OPTIONS (ADD zero_date_as_null '3');
-- All of them together.
ALTER SERVER opt OPTIONS (ADD database '/nowhere/x.db', ADD updatable 'false', ADD force_readonly 'true', ADD busy_timeout '100', ADD immutable 'off', ADD snapshot 'Statement',
    ADD timezone 'Europe/Vienna', ADD timestamp_type 'timestamptz', ADD keep_connections 'on', ADD batch_size '100', ADD truncatable 'no', ADD fdw_startup_cost '10', ADD fdw_tuple_cost '0.1',
    ADD on_error 'null', ADD excess_digits 'ROUND', ADD invalid_text 'replace', ADD nul_bytes 'strip', ADD invalid_json 'string', ADD too_long 'truncate', ADD empty_as_null 'true', ADD zero_date_as_null 'true');
SELECT * FROM opt_table;
-- Table options.
CREATE FOREIGN TABLE t (a integer) SERVER opt OPTIONS (tabel 'x');
CREATE FOREIGN TABLE t (a integer) SERVER opt OPTIONS (database '/x');
CREATE FOREIGN TABLE t (a integer) SERVER opt OPTIONS (encoding 'unix');
CREATE FOREIGN TABLE t (a integer) SERVER opt OPTIONS (query '');
CREATE FOREIGN TABLE t (a integer) SERVER opt OPTIONS ("table" 'x', query 'SELECT 1');
CREATE FOREIGN TABLE t (a integer) SERVER opt OPTIONS (truncatable 'x');
CREATE FOREIGN TABLE t (a integer) SERVER opt OPTIONS (query 'SELECT 1 AS a', updatable 'false', truncatable 'false', batch_size '10', on_error 'error', excess_digits 'error', invalid_text 'error',
    nul_bytes 'error', invalid_json 'error', too_long 'error', empty_as_null 'false', zero_date_as_null 'false');
ALTER FOREIGN TABLE t OPTIONS (ADD "table" 'x');
-- Column options.
ALTER FOREIGN TABLE t ALTER a OPTIONS (ADD colum_name 'x');
ALTER FOREIGN TABLE t ALTER a OPTIONS (ADD database 'x');
ALTER FOREIGN TABLE t ALTER a OPTIONS (ADD "table" 'x');
ALTER FOREIGN TABLE t ALTER a OPTIONS (ADD key 'perhaps');
ALTER FOREIGN TABLE t ALTER a OPTIONS (ADD on_error 'sometimes');
ALTER FOREIGN TABLE t ALTER a OPTIONS (ADD encoding '');
ALTER FOREIGN TABLE t ALTER a OPTIONS (ADD column_name 'a', ADD key 'true', ADD column_type 'INT', ADD on_error 'null');

-- The nearest setting wins: column, table, server, default.
CREATE SERVER policies FOREIGN DATA WRAPPER pg_sqlite;
\set ECHO none
SELECT format('ALTER SERVER policies OPTIONS (ADD database %L)', split_part(o, '=', 2)) FROM pg_foreign_server, unnest(srvoptions) o WHERE srvname = 'cells' \gexec
\set ECHO all
CREATE FOREIGN TABLE nearest (a integer, b integer) SERVER policies OPTIONS (query $$SELECT '' AS a, 'x' AS b$$);
SELECT * FROM nearest;
ALTER SERVER policies OPTIONS (ADD empty_as_null 'true', ADD on_error 'null');
SELECT * FROM nearest;
ALTER FOREIGN TABLE nearest OPTIONS (ADD on_error 'error');
SELECT * FROM nearest;
ALTER FOREIGN TABLE nearest ALTER b OPTIONS (ADD on_error 'null');
SELECT * FROM nearest;
ALTER FOREIGN TABLE nearest ALTER a OPTIONS (ADD empty_as_null 'false');
SELECT * FROM nearest;

-- What a policy changed is counted: one NOTICE for a table at the end of its scan, and a line in EXPLAIN ANALYZE.
CREATE FOREIGN TABLE counted (a integer OPTIONS (empty_as_null 'true', on_error 'null'), b text OPTIONS (nul_bytes 'strip', invalid_text 'replace'), c numeric(3,1) OPTIONS (excess_digits 'round'), d varchar(2) OPTIONS (too_long 'truncate'),
    e jsonb OPTIONS (invalid_json 'string'), f date OPTIONS (zero_date_as_null 'true')) SERVER policies OPTIONS (query $$
    SELECT '' AS a, CAST(x'6100' AS TEXT) AS b, 1.25 AS c, 'abc' AS d, '{a}' AS e, '0000-00-00' AS f UNION ALL
    SELECT 'x', CAST(x'61ff00' AS TEXT), 1.5, 'ab', '{}', '2024-01-01' UNION ALL
    SELECT 5, 'plain', NULL, NULL, NULL, NULL$$);
SELECT * FROM counted;
SELECT count(*) FROM counted;
SELECT c, d FROM counted;
SELECT * FROM helper.explained('ANALYZE, TIMING OFF, SUMMARY OFF, BUFFERS OFF', 'SELECT * FROM counted');
SELECT a FROM counted LIMIT 1;
\set VERBOSITY terse
DROP SERVER opt, policies CASCADE;
\set VERBOSITY default
-- The setting.
SET pg_sqlite.allowed_directories = 'relative';
SET pg_sqlite.allowed_directories = '/nowhere';
SELECT helper.outcome('SELECT v FROM sqlite.query(''cells'', ''SELECT 1'') AS t (v text)');
RESET pg_sqlite.allowed_directories;
SET pg_sqlite.nonsense = 1;
