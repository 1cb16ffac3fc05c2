-- What a file from outside may make SQLite allocate is limited.
SET client_min_messages = warning;
\set VERBOSITY terse
\set data `echo "$PG_SQLITE_DATA"`
\set file :data '/shop.db'
CREATE SERVER heap_limits FOREIGN DATA WRAPPER pg_sqlite OPTIONS (database :'file');
-- The library is loaded, so that the settings are known.
SELECT n FROM sqlite.query('heap_limits', 'SELECT length(hex(zeroblob(20000000))) AS n') AS t (n bigint);
SHOW pg_sqlite.soft_heap_limit;
SHOW pg_sqlite.hard_heap_limit;
SET pg_sqlite.hard_heap_limit = '32MB';
SELECT n FROM sqlite.query('heap_limits', 'SELECT length(hex(zeroblob(20000000))) AS n') AS t (n bigint);
-- The session goes on, and what takes less is not concerned.
SELECT n FROM sqlite.query('heap_limits', 'SELECT length(hex(zeroblob(2000000))) AS n') AS t (n bigint);
-- Beyond the soft limit nothing fails.
SET pg_sqlite.soft_heap_limit = '1MB';
SELECT n, s FROM sqlite.query('heap_limits', $$WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 50000)
    SELECT count(*), sum(length(v)) FROM (SELECT printf('%0100d', i) AS v FROM n ORDER BY 1 DESC LIMIT 40000)$$) AS t (n bigint, s bigint);
-- What goes to files counts against PostgreSQL's own limit.
SET temp_file_limit = '1MB';
-- Versions of PostgreSQL word it in two ways.
\set VERBOSITY sqlstate
SELECT n FROM sqlite.query('heap_limits', $$WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 50000)
    SELECT count(*) FROM (SELECT printf('%0100d', i) AS v FROM n ORDER BY 1 DESC LIMIT 40000)$$) AS t (n bigint);
SELECT n FROM sqlite.query('heap_limits', $$WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 50000)
    SELECT count(*) FROM (SELECT DISTINCT printf('%0100d', i) AS v FROM n)$$) AS t (n bigint);
\set VERBOSITY terse
RESET temp_file_limit;
SELECT count(*) AS files FROM pg_ls_tmpdir() WHERE name LIKE format('pgsql\_tmp%s.%%', pg_backend_pid());
SET pg_sqlite.hard_heap_limit = 0;
SELECT n FROM sqlite.query('heap_limits', 'SELECT length(hex(zeroblob(20000000))) AS n') AS t (n bigint);
RESET pg_sqlite.hard_heap_limit;
RESET pg_sqlite.soft_heap_limit;
\set VERBOSITY sqlstate
SET pg_sqlite.soft_heap_limit = -1;
\set VERBOSITY terse
CREATE ROLE heap_limits_user;
SET ROLE heap_limits_user;
SET pg_sqlite.soft_heap_limit = '8MB';
SET pg_sqlite.hard_heap_limit = 0;
RESET ROLE;
RESET pg_sqlite.soft_heap_limit;
DROP ROLE heap_limits_user;
DROP SERVER heap_limits;
