\echo Use "CREATE EXTENSION pg_sqlite" to load this file. \quit

CREATE FUNCTION sqlite.pg_sqlite_handler() RETURNS fdw_handler
    LANGUAGE c STRICT AS 'MODULE_PATHNAME';
CREATE FUNCTION sqlite.pg_sqlite_validator(options text[], catalog oid) RETURNS void
    LANGUAGE c STRICT AS 'MODULE_PATHNAME';

CREATE FOREIGN DATA WRAPPER pg_sqlite
    HANDLER sqlite.pg_sqlite_handler VALIDATOR sqlite.pg_sqlite_validator;

-- Whoever may read the server's files may use them as SQLite databases.
GRANT USAGE ON FOREIGN DATA WRAPPER pg_sqlite TO pg_read_server_files;
GRANT USAGE ON SCHEMA sqlite TO PUBLIC;

CREATE FUNCTION sqlite.version() RETURNS text
    LANGUAGE c STABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'pg_sqlite_version';
COMMENT ON FUNCTION sqlite.version() IS 'versions of the extension and of the SQLite library, and its compile options';

CREATE FUNCTION sqlite.attach(database text, name text DEFAULT NULL, types text DEFAULT 'declared') RETURNS text
    LANGUAGE c VOLATILE AS 'MODULE_PATHNAME', 'pg_sqlite_attach';
COMMENT ON FUNCTION sqlite.attach(text, text, text) IS
    'creates a server and a schema of one name and imports a SQLite file into it; returns the name';

CREATE FUNCTION sqlite.detach(name text) RETURNS void
    LANGUAGE c VOLATILE STRICT AS 'MODULE_PATHNAME', 'pg_sqlite_detach';
COMMENT ON FUNCTION sqlite.detach(text) IS 'drops what sqlite.attach created';

CREATE FUNCTION sqlite.query(server text, sql text) RETURNS SETOF record
    LANGUAGE c VOLATILE STRICT AS 'MODULE_PATHNAME', 'pg_sqlite_query';
COMMENT ON FUNCTION sqlite.query(text, text) IS 'runs one SELECT in SQLite; needs a column definition list';

CREATE FUNCTION sqlite.connections(
    OUT server text, OUT database text, OUT mode text, OUT valid boolean, OUT in_use boolean,
    OUT snapshot_since timestamptz, OUT snapshot_age interval) RETURNS SETOF record
    LANGUAGE c VOLATILE STRICT AS 'MODULE_PATHNAME', 'pg_sqlite_connections';
COMMENT ON FUNCTION sqlite.connections() IS 'SQLite connections of this session, with the age of their snapshots';

CREATE FUNCTION sqlite.disconnect(server text) RETURNS boolean
    LANGUAGE c VOLATILE STRICT AS 'MODULE_PATHNAME', 'pg_sqlite_disconnect';
COMMENT ON FUNCTION sqlite.disconnect(text) IS 'closes this session''s connection to a server; false when there was none';

CREATE FUNCTION sqlite.disconnect_all() RETURNS boolean
    LANGUAGE c VOLATILE STRICT AS 'MODULE_PATHNAME', 'pg_sqlite_disconnect_all';
COMMENT ON FUNCTION sqlite.disconnect_all() IS 'closes all connections of this session';

-- Profile.
CREATE FUNCTION sqlite.profile(
    server text, INOUT table_name text DEFAULT NULL, count_duplicates boolean DEFAULT false,
    OUT column_name text, OUT declared_type text, OUT affinity text, OUT "rows" bigint,
    OUT nulls bigint, OUT integers bigint, OUT reals bigint, OUT texts bigint, OUT blobs bigint, OUT empties bigint,
    OUT min text, OUT max text, OUT min_length bigint, OUT max_length bigint,
    OUT invalid_text bigint, OUT nul_bytes bigint, OUT duplicates bigint, OUT formats jsonb,
    OUT postgres_type text, OUT misfits bigint, OUT misfit_row text, OUT misfit_value text, OUT faults jsonb,
    OUT suggested_type text, OUT suggested_encoding text, OUT reason text,
    OUT contradicting bigint, OUT contradicting_row text, OUT contradicting_value text,
    OUT error text) RETURNS SETOF record
    LANGUAGE c VOLATILE AS 'MODULE_PATHNAME', 'pg_sqlite_profile';
COMMENT ON FUNCTION sqlite.profile(text, text, boolean) IS
    'what the columns of a SQLite table, or of all tables of a server, hold: a row a column, by one read of every row';
