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

-- Inventory and conflicts.

CREATE FUNCTION sqlite.tables(
    server text, exact boolean DEFAULT false,
    OUT table_name text, OUT kind text, OUT module text, OUT strict boolean, OUT without_rowid boolean,
    OUT autoincrement boolean, OUT columns integer, OUT primary_key text[], OUT rows bigint, OUT rows_exact boolean,
    OUT size_bytes bigint, OUT index_bytes bigint, OUT unreadable text, OUT sql text) RETURNS SETOF record
    LANGUAGE c VOLATILE STRICT AS 'MODULE_PATHNAME', 'pg_sqlite_tables';
COMMENT ON FUNCTION sqlite.tables(text, boolean) IS
    'tables, views and virtual tables of a SQLite file; exact counts rows and adds up pages, which reads the whole file';

CREATE FUNCTION sqlite.columns(
    server text,
    OUT table_name text, OUT ordinal_position integer, OUT column_name text, OUT declared_type text, OUT affinity text,
    OUT postgres_type text, OUT not_null boolean, OUT default_sql text, OUT primary_key_position integer,
    OUT generated text, OUT hidden boolean, OUT collation_name text) RETURNS SETOF record
    LANGUAGE c VOLATILE STRICT AS 'MODULE_PATHNAME', 'pg_sqlite_columns';
COMMENT ON FUNCTION sqlite.columns(text) IS
    'columns of all tables and views of a SQLite file, with the types that an import by declaration gives them';

CREATE FUNCTION sqlite.indexes(
    server text, exact boolean DEFAULT false,
    OUT table_name text, OUT index_name text, OUT is_unique boolean, OUT is_partial boolean, OUT origin text,
    OUT columns text[], OUT descending boolean[], OUT collations text[], OUT predicate text, OUT size_bytes bigint,
    OUT sql text) RETURNS SETOF record
    LANGUAGE c VOLATILE STRICT AS 'MODULE_PATHNAME', 'pg_sqlite_indexes';
COMMENT ON FUNCTION sqlite.indexes(text, boolean) IS
    'indexes of a SQLite file, those of constraints included; exact adds up their pages, which reads the whole file';

CREATE FUNCTION sqlite.foreign_keys(
    server text,
    OUT table_name text, OUT columns text[], OUT parent_table text, OUT parent_columns text[], OUT implicit boolean,
    OUT parent_exists boolean, OUT on_update text, OUT on_delete text, OUT match text) RETURNS SETOF record
    LANGUAGE c VOLATILE STRICT AS 'MODULE_PATHNAME', 'pg_sqlite_foreign_keys';
COMMENT ON FUNCTION sqlite.foreign_keys(text) IS 'foreign keys of a SQLite file, in the order of their declaration';

CREATE FUNCTION sqlite.views(
    server text,
    OUT view_name text, OUT columns text[], OUT unreadable text, OUT sql text) RETURNS SETOF record
    LANGUAGE c VOLATILE STRICT AS 'MODULE_PATHNAME', 'pg_sqlite_views';
COMMENT ON FUNCTION sqlite.views(text) IS 'views of a SQLite file';

CREATE FUNCTION sqlite.triggers(
    server text,
    OUT trigger_name text, OUT table_name text, OUT timing text, OUT event text, OUT update_columns text[],
    OUT sql text) RETURNS SETOF record
    LANGUAGE c VOLATILE STRICT AS 'MODULE_PATHNAME', 'pg_sqlite_triggers';
COMMENT ON FUNCTION sqlite.triggers(text) IS 'triggers of a SQLite file';

CREATE FUNCTION sqlite.inventory(server text, exact boolean DEFAULT false) RETURNS jsonb
    LANGUAGE c VOLATILE STRICT AS 'MODULE_PATHNAME', 'pg_sqlite_inventory';
COMMENT ON FUNCTION sqlite.inventory(text, boolean) IS
    'a SQLite file''s facts and everything that sqlite.tables, columns, indexes, foreign_keys, views and triggers say of it';

CREATE FUNCTION sqlite.conflicts(
    servers text[],
    OUT table_name text, OUT in_servers text[], OUT sqlite_tables text[], OUT comparison text,
    OUT differing_columns text[], OUT differences text[], OUT proposal text, OUT reason text, OUT spec jsonb)
    RETURNS SETOF record
    LANGUAGE c VOLATILE STRICT AS 'MODULE_PATHNAME', 'pg_sqlite_conflicts';
COMMENT ON FUNCTION sqlite.conflicts(text[]) IS
    'tables that would get one name in PostgreSQL, whether they can become one, and what settles it in a migration spec';

-- Conversions and checks. Untyped literals are text to the first overload of each; anyelement takes numbers and
-- bytes. Functions with arguments behind the value are not strict: a NULL there is an error, not a NULL result.
CREATE FUNCTION sqlite.parse_timestamptz(value text, encoding text DEFAULT 'iso', zone text DEFAULT 'UTC') RETURNS timestamptz
    LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'pg_sqlite_parse_timestamptz';
CREATE FUNCTION sqlite.parse_timestamptz(value anyelement, encoding text DEFAULT 'iso', zone text DEFAULT 'UTC') RETURNS timestamptz
    LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'pg_sqlite_parse_timestamptz';
CREATE FUNCTION sqlite.try_parse_timestamptz(value text, encoding text DEFAULT 'iso', zone text DEFAULT 'UTC') RETURNS timestamptz
    LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'pg_sqlite_try_parse_timestamptz';
CREATE FUNCTION sqlite.try_parse_timestamptz(value anyelement, encoding text DEFAULT 'iso', zone text DEFAULT 'UTC') RETURNS timestamptz
    LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'pg_sqlite_try_parse_timestamptz';
COMMENT ON FUNCTION sqlite.parse_timestamptz(text, text, text) IS 'an instant; text without an offset is read in zone; an error when the value does not fit';
COMMENT ON FUNCTION sqlite.parse_timestamptz(anyelement, text, text) IS 'an instant; text without an offset is read in zone; an error when the value does not fit';
COMMENT ON FUNCTION sqlite.try_parse_timestamptz(text, text, text) IS 'an instant; text without an offset is read in zone; NULL when the value does not fit';
COMMENT ON FUNCTION sqlite.try_parse_timestamptz(anyelement, text, text) IS 'an instant; text without an offset is read in zone; NULL when the value does not fit';

CREATE FUNCTION sqlite.parse_timestamp(value text, encoding text DEFAULT 'iso', zone text DEFAULT 'UTC') RETURNS timestamp
    LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'pg_sqlite_parse_timestamp';
CREATE FUNCTION sqlite.parse_timestamp(value anyelement, encoding text DEFAULT 'iso', zone text DEFAULT 'UTC') RETURNS timestamp
    LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'pg_sqlite_parse_timestamp';
CREATE FUNCTION sqlite.try_parse_timestamp(value text, encoding text DEFAULT 'iso', zone text DEFAULT 'UTC') RETURNS timestamp
    LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'pg_sqlite_try_parse_timestamp';
CREATE FUNCTION sqlite.try_parse_timestamp(value anyelement, encoding text DEFAULT 'iso', zone text DEFAULT 'UTC') RETURNS timestamp
    LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'pg_sqlite_try_parse_timestamp';
COMMENT ON FUNCTION sqlite.parse_timestamp(text, text, text) IS 'a date and time without a zone; an instant becomes local time of zone; an error when the value does not fit';
COMMENT ON FUNCTION sqlite.parse_timestamp(anyelement, text, text) IS 'a date and time without a zone; an instant becomes local time of zone; an error when the value does not fit';
COMMENT ON FUNCTION sqlite.try_parse_timestamp(text, text, text) IS 'a date and time without a zone; an instant becomes local time of zone; NULL when the value does not fit';
COMMENT ON FUNCTION sqlite.try_parse_timestamp(anyelement, text, text) IS 'a date and time without a zone; an instant becomes local time of zone; NULL when the value does not fit';

CREATE FUNCTION sqlite.parse_date(value text, encoding text DEFAULT 'iso') RETURNS date
    LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'pg_sqlite_parse_date';
CREATE FUNCTION sqlite.parse_date(value anyelement, encoding text DEFAULT 'iso') RETURNS date
    LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'pg_sqlite_parse_date';
CREATE FUNCTION sqlite.try_parse_date(value text, encoding text DEFAULT 'iso') RETURNS date
    LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'pg_sqlite_try_parse_date';
CREATE FUNCTION sqlite.try_parse_date(value anyelement, encoding text DEFAULT 'iso') RETURNS date
    LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'pg_sqlite_try_parse_date';
COMMENT ON FUNCTION sqlite.parse_date(text, text) IS 'a date; an error when the value does not fit';
COMMENT ON FUNCTION sqlite.parse_date(anyelement, text) IS 'a date; an error when the value does not fit';
COMMENT ON FUNCTION sqlite.try_parse_date(text, text) IS 'a date; NULL when the value does not fit';
COMMENT ON FUNCTION sqlite.try_parse_date(anyelement, text) IS 'a date; NULL when the value does not fit';

CREATE FUNCTION sqlite.parse_time(value text, encoding text DEFAULT 'iso') RETURNS time
    LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'pg_sqlite_parse_time';
CREATE FUNCTION sqlite.parse_time(value anyelement, encoding text DEFAULT 'iso') RETURNS time
    LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'pg_sqlite_parse_time';
CREATE FUNCTION sqlite.try_parse_time(value text, encoding text DEFAULT 'iso') RETURNS time
    LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'pg_sqlite_try_parse_time';
CREATE FUNCTION sqlite.try_parse_time(value anyelement, encoding text DEFAULT 'iso') RETURNS time
    LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'pg_sqlite_try_parse_time';
COMMENT ON FUNCTION sqlite.parse_time(text, text) IS 'a time of day; an error when the value does not fit';
COMMENT ON FUNCTION sqlite.parse_time(anyelement, text) IS 'a time of day; an error when the value does not fit';
COMMENT ON FUNCTION sqlite.try_parse_time(text, text) IS 'a time of day; NULL when the value does not fit';
COMMENT ON FUNCTION sqlite.try_parse_time(anyelement, text) IS 'a time of day; NULL when the value does not fit';

CREATE FUNCTION sqlite.parse_boolean(value text) RETURNS boolean
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'pg_sqlite_parse_boolean';
CREATE FUNCTION sqlite.parse_boolean(value anyelement) RETURNS boolean
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'pg_sqlite_parse_boolean';
CREATE FUNCTION sqlite.try_parse_boolean(value text) RETURNS boolean
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'pg_sqlite_try_parse_boolean';
CREATE FUNCTION sqlite.try_parse_boolean(value anyelement) RETURNS boolean
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'pg_sqlite_try_parse_boolean';
COMMENT ON FUNCTION sqlite.parse_boolean(text) IS 'a boolean; an error when the value does not fit';
COMMENT ON FUNCTION sqlite.parse_boolean(anyelement) IS 'a boolean; an error when the value does not fit';
COMMENT ON FUNCTION sqlite.try_parse_boolean(text) IS 'a boolean; NULL when the value does not fit';
COMMENT ON FUNCTION sqlite.try_parse_boolean(anyelement) IS 'a boolean; NULL when the value does not fit';

CREATE FUNCTION sqlite.parse_numeric(value text, "decimal" text DEFAULT '.', "grouping" text DEFAULT '') RETURNS numeric
    LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'pg_sqlite_parse_numeric';
CREATE FUNCTION sqlite.parse_numeric(value anyelement) RETURNS numeric
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'pg_sqlite_parse_numeric';
CREATE FUNCTION sqlite.try_parse_numeric(value text, "decimal" text DEFAULT '.', "grouping" text DEFAULT '') RETURNS numeric
    LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'pg_sqlite_try_parse_numeric';
CREATE FUNCTION sqlite.try_parse_numeric(value anyelement) RETURNS numeric
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'pg_sqlite_try_parse_numeric';
COMMENT ON FUNCTION sqlite.parse_numeric(text, text, text) IS 'a decimal number, exactly; an error when the value does not fit';
COMMENT ON FUNCTION sqlite.parse_numeric(anyelement) IS 'a decimal number, exactly; an error when the value does not fit';
COMMENT ON FUNCTION sqlite.try_parse_numeric(text, text, text) IS 'a decimal number, exactly; NULL when the value does not fit';
COMMENT ON FUNCTION sqlite.try_parse_numeric(anyelement) IS 'a decimal number, exactly; NULL when the value does not fit';

CREATE FUNCTION sqlite.parse_uuid(value text) RETURNS uuid
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'pg_sqlite_parse_uuid';
CREATE FUNCTION sqlite.parse_uuid(value bytea) RETURNS uuid
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'pg_sqlite_parse_uuid';
CREATE FUNCTION sqlite.parse_uuid(value bytea, encoding text) RETURNS uuid
    LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'pg_sqlite_parse_uuid';
CREATE FUNCTION sqlite.try_parse_uuid(value text) RETURNS uuid
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'pg_sqlite_try_parse_uuid';
CREATE FUNCTION sqlite.try_parse_uuid(value bytea) RETURNS uuid
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'pg_sqlite_try_parse_uuid';
CREATE FUNCTION sqlite.try_parse_uuid(value bytea, encoding text) RETURNS uuid
    LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'pg_sqlite_try_parse_uuid';
COMMENT ON FUNCTION sqlite.parse_uuid(text) IS 'a UUID from text or 16 bytes; an error when the value does not fit';
COMMENT ON FUNCTION sqlite.parse_uuid(bytea) IS 'a UUID from text or 16 bytes; an error when the value does not fit';
COMMENT ON FUNCTION sqlite.parse_uuid(bytea, text) IS 'a UUID from text or 16 bytes; an error when the value does not fit';
COMMENT ON FUNCTION sqlite.try_parse_uuid(text) IS 'a UUID from text or 16 bytes; NULL when the value does not fit';
COMMENT ON FUNCTION sqlite.try_parse_uuid(bytea) IS 'a UUID from text or 16 bytes; NULL when the value does not fit';
COMMENT ON FUNCTION sqlite.try_parse_uuid(bytea, text) IS 'a UUID from text or 16 bytes; NULL when the value does not fit';

CREATE FUNCTION sqlite.parse_jsonb(value text) RETURNS jsonb
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'pg_sqlite_parse_jsonb';
CREATE FUNCTION sqlite.parse_jsonb(value anyelement) RETURNS jsonb
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'pg_sqlite_parse_jsonb';
CREATE FUNCTION sqlite.parse_jsonb(value bytea, encoding text) RETURNS jsonb
    LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'pg_sqlite_parse_jsonb';
CREATE FUNCTION sqlite.try_parse_jsonb(value text) RETURNS jsonb
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'pg_sqlite_try_parse_jsonb';
CREATE FUNCTION sqlite.try_parse_jsonb(value anyelement) RETURNS jsonb
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'pg_sqlite_try_parse_jsonb';
CREATE FUNCTION sqlite.try_parse_jsonb(value bytea, encoding text) RETURNS jsonb
    LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'pg_sqlite_try_parse_jsonb';
COMMENT ON FUNCTION sqlite.parse_jsonb(text) IS 'jsonb that holds all of the value; an error when the value does not fit';
COMMENT ON FUNCTION sqlite.parse_jsonb(anyelement) IS 'jsonb that holds all of the value; an error when the value does not fit';
COMMENT ON FUNCTION sqlite.parse_jsonb(bytea, text) IS 'jsonb that holds all of the value; an error when the value does not fit';
COMMENT ON FUNCTION sqlite.try_parse_jsonb(text) IS 'jsonb that holds all of the value; NULL when the value does not fit';
COMMENT ON FUNCTION sqlite.try_parse_jsonb(anyelement) IS 'jsonb that holds all of the value; NULL when the value does not fit';
COMMENT ON FUNCTION sqlite.try_parse_jsonb(bytea, text) IS 'jsonb that holds all of the value; NULL when the value does not fit';

CREATE FUNCTION sqlite.parse_text_array(value text, encoding text DEFAULT 'json') RETURNS text[]
    LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'pg_sqlite_parse_text_array';
CREATE FUNCTION sqlite.try_parse_text_array(value text, encoding text DEFAULT 'json') RETURNS text[]
    LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'pg_sqlite_try_parse_text_array';
COMMENT ON FUNCTION sqlite.parse_text_array(text, text) IS 'a text array, from a JSON array or text split at a delimiter; an error when the value does not fit';
COMMENT ON FUNCTION sqlite.try_parse_text_array(text, text) IS 'a text array, from a JSON array or text split at a delimiter; NULL when the value does not fit';

CREATE FUNCTION sqlite.try_cast(value text, target anyelement) RETURNS anyelement
    LANGUAGE c STABLE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'pg_sqlite_try_cast';
COMMENT ON FUNCTION sqlite.try_cast(text, anyelement) IS
    'the text as a value of the type of target (write NULL::type), or NULL when the type refuses it';

CREATE FUNCTION sqlite.uuid_for(namespace uuid, key text) RETURNS uuid
    LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'pg_sqlite_uuid_for';
CREATE FUNCTION sqlite.uuid_for(namespace uuid, key anyelement) RETURNS uuid
    LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'pg_sqlite_uuid_for';
CREATE FUNCTION sqlite.uuid_for(namespace text, key text) RETURNS uuid
    LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'pg_sqlite_uuid_for';
CREATE FUNCTION sqlite.uuid_for(namespace text, key anyelement) RETURNS uuid
    LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'pg_sqlite_uuid_for';
COMMENT ON FUNCTION sqlite.uuid_for(uuid, text) IS 'version 5 UUID of a key in a namespace; one for 5 and ''5''';
COMMENT ON FUNCTION sqlite.uuid_for(uuid, anyelement) IS 'version 5 UUID of a key in a namespace; one for 5 and ''5''';
COMMENT ON FUNCTION sqlite.uuid_for(text, text) IS 'version 5 UUID of a key in a namespace; one for 5 and ''5''';
COMMENT ON FUNCTION sqlite.uuid_for(text, anyelement) IS 'version 5 UUID of a key in a namespace; one for 5 and ''5''';

CREATE FUNCTION sqlite.is_email(value text) RETURNS boolean
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'pg_sqlite_is_email';
COMMENT ON FUNCTION sqlite.is_email(text) IS 'whether a text is a valid e-mail address by the rule of the HTML standard';
CREATE FUNCTION sqlite.is_us_zip(value text) RETURNS boolean
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'pg_sqlite_is_us_zip';
COMMENT ON FUNCTION sqlite.is_us_zip(text) IS 'whether a text is written as a ZIP code of the United States: 12345 or 12345-6789';

CREATE FUNCTION sqlite.reset_sequences(
    schema text, OUT table_name regclass, OUT column_name text, OUT sequence_name regclass, OUT last_value bigint)
    RETURNS SETOF record
    LANGUAGE c VOLATILE STRICT AS 'MODULE_PATHNAME', 'pg_sqlite_reset_sequences';
COMMENT ON FUNCTION sqlite.reset_sequences(text) IS
    'sets the sequences of a schema''s identity and serial columns behind the greatest key; never back';
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

CREATE FUNCTION sqlite.assess(
    servers text[], target_schema text DEFAULT 'public', spec jsonb DEFAULT '{}', quick boolean DEFAULT false,
    OUT severity text, OUT server text, OUT table_name text, OUT column_name text, OUT finding text,
    OUT rows bigint, OUT example text, OUT suggestion text) RETURNS SETOF record
    LANGUAGE c VOLATILE STRICT AS 'MODULE_PATHNAME', 'pg_sqlite_assess';
COMMENT ON FUNCTION sqlite.assess(text[], text, jsonb, boolean) IS
    'what a migration would meet: blockers, warnings and notes, each with what settles it';

CREATE FUNCTION sqlite.suggest_spec(servers text[], target_schema text DEFAULT 'public') RETURNS jsonb
    LANGUAGE c VOLATILE STRICT AS 'MODULE_PATHNAME', 'pg_sqlite_suggest_spec';
COMMENT ON FUNCTION sqlite.suggest_spec(text[], text) IS 'a spec that settles what sqlite.assess found, to be edited';

CREATE FUNCTION sqlite.plan(
    servers text[], target_schema text DEFAULT 'public', spec jsonb DEFAULT '{}',
    OUT step integer, OUT section text, OUT object text, OUT statement text, OUT rows bigint,
    OUT predicted_rejects bigint) RETURNS SETOF record
    LANGUAGE c VOLATILE STRICT AS 'MODULE_PATHNAME', 'pg_sqlite_plan';
COMMENT ON FUNCTION sqlite.plan(text[], text, jsonb) IS
    'the statements of a migration, in their order and ready to run; none is run';

-- Backup and restore.

CREATE FUNCTION sqlite.backup(server text, directory text, compress boolean DEFAULT false) RETURNS jsonb
    LANGUAGE c VOLATILE STRICT AS 'MODULE_PATHNAME', 'pg_sqlite_backup';
COMMENT ON FUNCTION sqlite.backup(text, text, boolean) IS
    'copies a SQLite file, consistent while others write, into a directory of the server; returns the manifest';

CREATE FUNCTION sqlite.verify_backup(manifest jsonb) RETURNS boolean
    LANGUAGE c VOLATILE STRICT AS 'MODULE_PATHNAME', 'pg_sqlite_verify_backup';
COMMENT ON FUNCTION sqlite.verify_backup(jsonb) IS
    'true when a backup is what its manifest says, read in full; else an error says what is wrong';

CREATE FUNCTION sqlite.restore_backup(manifest jsonb, path text) RETURNS text
    LANGUAGE c VOLATILE STRICT AS 'MODULE_PATHNAME', 'pg_sqlite_restore_backup';
COMMENT ON FUNCTION sqlite.restore_backup(jsonb, text) IS
    'writes the database of a backup to a new file of the server, whose path it returns';

-- Jobs: their records. Written only by the extension's own code, as the extension's owner; a role sees its own.

CREATE TABLE sqlite.jobs (
    job bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind text NOT NULL CHECK (kind IN ('migrate', 'load')),
    state text NOT NULL CHECK (state IN ('running', 'done', 'failed', 'rolled back')),
    owner name NOT NULL,
    servers text[] NOT NULL DEFAULT '{}',
    target_schema text,
    spec jsonb NOT NULL DEFAULT '{}',
    transaction text NOT NULL DEFAULT 'single',
    workers integer NOT NULL DEFAULT 1,
    read_from text,
    on_error text,
    max_rejects text,
    files jsonb NOT NULL DEFAULT '[]',
    backups jsonb NOT NULL DEFAULT '[]',
    started timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
    finished timestamptz,
    error jsonb,
    backend integer,
    backend_started timestamptz,
    version text
);
COMMENT ON TABLE sqlite.jobs IS 'one row a CALL of sqlite.migrate or sqlite.load: who, when, with which spec, on which files';

CREATE TABLE sqlite.job_steps (
    job bigint NOT NULL REFERENCES sqlite.jobs ON DELETE CASCADE,
    step integer NOT NULL,
    section text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('statement', 'load', 'comment')),
    object text NOT NULL,
    statement text NOT NULL,
    undo text,
    table_no integer,
    state text NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'done')),
    started timestamptz,
    finished timestamptz,
    PRIMARY KEY (job, step)
);
COMMENT ON TABLE sqlite.job_steps IS 'the plan that a job carries out, as sqlite.plan shows it, and how far it is';

CREATE TABLE sqlite.job_tables (
    job bigint NOT NULL REFERENCES sqlite.jobs ON DELETE CASCADE,
    table_no integer NOT NULL,
    server text,
    table_name text,
    target text NOT NULL,
    created boolean NOT NULL,
    existing text,
    state text NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'loading', 'done')),
    expected bigint,
    read bigint NOT NULL DEFAULT 0,
    written bigint NOT NULL DEFAULT 0,
    rejected bigint NOT NULL DEFAULT 0,
    skipped bigint NOT NULL DEFAULT 0,
    warned bigint NOT NULL DEFAULT 0,
    changes jsonb NOT NULL DEFAULT '{}',
    started timestamptz,
    finished timestamptz,
    load jsonb,
    PRIMARY KEY (job, table_no)
);
COMMENT ON TABLE sqlite.job_tables IS 'tables of a job and their account: read = written + rejected + skipped';

CREATE TABLE sqlite.job_chunks (
    job bigint NOT NULL,
    table_no integer NOT NULL,
    chunk bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    first_rowid bigint,
    last_rowid bigint,
    xids xid8[] NOT NULL,
    read bigint NOT NULL,
    written bigint NOT NULL,
    FOREIGN KEY (job, table_no) REFERENCES sqlite.job_tables ON DELETE CASCADE
);
CREATE INDEX ON sqlite.job_chunks (job, table_no);
COMMENT ON TABLE sqlite.job_chunks IS
    'what has been committed of a table: ranges of rowids (NULL: all rows), and the transactions that wrote them';

CREATE TABLE sqlite.job_log (
    job bigint NOT NULL REFERENCES sqlite.jobs ON DELETE CASCADE,
    at timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
    level text NOT NULL CHECK (level IN ('info', 'warning', 'error')),
    server text,
    table_name text,
    message text NOT NULL
);
CREATE INDEX ON sqlite.job_log (job, at);
COMMENT ON TABLE sqlite.job_log IS 'what happened during a job';

CREATE TABLE sqlite.rejects (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    job bigint NOT NULL REFERENCES sqlite.jobs ON DELETE CASCADE,
    table_no integer NOT NULL,
    server text,
    table_name text,
    target text NOT NULL,
    rowid bigint,
    key jsonb,
    columns text[] NOT NULL DEFAULT '{}',
    category text NOT NULL CHECK (category IN ('connection', 'conversion', 'validation', 'insertion', 'schema')),
    sqlstate text NOT NULL,
    message text NOT NULL,
    row jsonb,
    state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'loaded', 'ignored')),
    at timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp()
);
CREATE INDEX ON sqlite.rejects (job, table_no);
COMMENT ON TABLE sqlite.rejects IS
    'rows that did not fit: every column to blame, why, and the row as it stands in SQLite with storage classes';

SELECT pg_catalog.pg_extension_config_dump('sqlite.jobs', '');
SELECT pg_catalog.pg_extension_config_dump('sqlite.jobs_job_seq', '');
SELECT pg_catalog.pg_extension_config_dump('sqlite.job_steps', '');
SELECT pg_catalog.pg_extension_config_dump('sqlite.job_tables', '');
SELECT pg_catalog.pg_extension_config_dump('sqlite.job_chunks', '');
SELECT pg_catalog.pg_extension_config_dump('sqlite.job_chunks_chunk_seq', '');
SELECT pg_catalog.pg_extension_config_dump('sqlite.job_log', '');

ALTER TABLE sqlite.jobs ENABLE ROW LEVEL SECURITY;
ALTER TABLE sqlite.job_steps ENABLE ROW LEVEL SECURITY;
ALTER TABLE sqlite.job_tables ENABLE ROW LEVEL SECURITY;
ALTER TABLE sqlite.job_chunks ENABLE ROW LEVEL SECURITY;
ALTER TABLE sqlite.job_log ENABLE ROW LEVEL SECURITY;
ALTER TABLE sqlite.rejects ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON sqlite.jobs USING (owner = CURRENT_USER);
CREATE POLICY own ON sqlite.job_steps USING (EXISTS (SELECT FROM sqlite.jobs j WHERE j.job = job_steps.job));
CREATE POLICY own ON sqlite.job_tables USING (EXISTS (SELECT FROM sqlite.jobs j WHERE j.job = job_tables.job));
CREATE POLICY own ON sqlite.job_chunks USING (EXISTS (SELECT FROM sqlite.jobs j WHERE j.job = job_chunks.job));
CREATE POLICY own ON sqlite.job_log USING (EXISTS (SELECT FROM sqlite.jobs j WHERE j.job = job_log.job));
CREATE POLICY own ON sqlite.rejects USING (EXISTS (SELECT FROM sqlite.jobs j WHERE j.job = rejects.job));
GRANT SELECT ON sqlite.jobs, sqlite.job_steps, sqlite.job_tables, sqlite.job_chunks, sqlite.job_log, sqlite.rejects
    TO PUBLIC;
-- What a user mends or decides himself before sqlite.retry_rejects.
GRANT UPDATE (row, state) ON sqlite.rejects TO PUBLIC;
