\echo Use "ALTER EXTENSION pg_sqlite UPDATE TO '0.2.0'" to load this file. \quit

-- What 0.2.0 has other than 0.1.0. After it every object is as a fresh installation makes it (test/t/070_upgrade.pl).

DROP FUNCTION sqlite.version();
CREATE FUNCTION sqlite.version(OUT name text, OUT value text) RETURNS SETOF record
    LANGUAGE c STABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'pg_sqlite_version_items';
COMMENT ON FUNCTION sqlite.version() IS
    'versions of the extension, of PostgreSQL and of SQLite, running and built with, and SQLite''s compile options';

-- Rejected rows may have been mended by hand, and their source may be gone: a dump takes them along.
SELECT pg_catalog.pg_extension_config_dump('sqlite.rejects', '');
SELECT pg_catalog.pg_extension_config_dump('sqlite.rejects_id_seq', '');
-- For pg_dump by a role that is not a superuser, with --enable-row-security.
GRANT SELECT ON SEQUENCE sqlite.jobs_job_seq, sqlite.job_chunks_chunk_seq, sqlite.rejects_id_seq TO PUBLIC;

-- pg_restore, when it has several connections, loads tables of an extension in any order.
ALTER TABLE sqlite.job_steps DROP CONSTRAINT job_steps_job_fkey;
ALTER TABLE sqlite.job_tables DROP CONSTRAINT job_tables_job_fkey;
ALTER TABLE sqlite.job_chunks DROP CONSTRAINT job_chunks_job_table_no_fkey;
ALTER TABLE sqlite.job_log DROP CONSTRAINT job_log_job_fkey;
ALTER TABLE sqlite.rejects DROP CONSTRAINT rejects_job_fkey;
