\echo Use "CREATE EXTENSION pg_sqlite" to load this file. \quit

-- Whoever could make objects in the schema, or has made some, could have them found in place of ours.
DO $$
DECLARE
    problem text;
BEGIN
    SELECT pg_catalog.format('It is owned by role %I.', r.rolname) INTO problem
    FROM pg_catalog.pg_namespace n JOIN pg_catalog.pg_roles r ON r.oid OPERATOR(pg_catalog.=) n.nspowner
    WHERE n.nspname OPERATOR(pg_catalog.=) 'sqlite' AND NOT r.rolsuper AND r.rolname OPERATOR(pg_catalog.<>) CURRENT_USER;
    IF problem IS NULL THEN
        SELECT pg_catalog.format('%s may create objects in it.', COALESCE('Role ' OPERATOR(pg_catalog.||) pg_catalog.quote_ident(r.rolname), 'Everybody'))
        INTO problem
        FROM pg_catalog.pg_namespace n CROSS JOIN LATERAL pg_catalog.aclexplode(n.nspacl) AS a
            LEFT JOIN pg_catalog.pg_roles r ON r.oid OPERATOR(pg_catalog.=) a.grantee
        WHERE n.nspname OPERATOR(pg_catalog.=) 'sqlite' AND a.privilege_type OPERATOR(pg_catalog.=) 'CREATE'
            AND a.grantee OPERATOR(pg_catalog.<>) n.nspowner AND (NOT r.rolsuper) IS NOT FALSE
        LIMIT 1;
    END IF;
    IF problem IS NULL THEN
        SELECT pg_catalog.format('It holds %s.', pg_catalog.pg_describe_object(d.classid, d.objid, d.objsubid)) INTO problem
        FROM pg_catalog.pg_depend d
        WHERE d.refclassid OPERATOR(pg_catalog.=) 'pg_catalog.pg_namespace'::pg_catalog.regclass
            AND d.refobjid OPERATOR(pg_catalog.=) (
                SELECT n.oid FROM pg_catalog.pg_namespace n WHERE n.nspname OPERATOR(pg_catalog.=) 'sqlite')
            AND d.deptype OPERATOR(pg_catalog.=) 'n' AND d.classid OPERATOR(pg_catalog.<>) 'pg_catalog.pg_extension'::pg_catalog.regclass
        LIMIT 1;
    END IF;
    IF problem IS NOT NULL THEN
        RAISE EXCEPTION 'schema "sqlite" cannot be used for extension pg_sqlite'
            USING ERRCODE = 'insufficient_privilege', DETAIL = problem,
                HINT = 'Drop it, or rename it: CREATE EXTENSION makes a new one.';
    END IF;
END;
$$;

CREATE FUNCTION sqlite.pg_sqlite_handler() RETURNS fdw_handler
    LANGUAGE c STRICT AS 'MODULE_PATHNAME';
CREATE FUNCTION sqlite.pg_sqlite_validator(options text[], catalog oid) RETURNS void
    LANGUAGE c STRICT AS 'MODULE_PATHNAME';

CREATE FOREIGN DATA WRAPPER pg_sqlite
    HANDLER sqlite.pg_sqlite_handler VALIDATOR sqlite.pg_sqlite_validator;

-- Whoever may read the server's files may use them as SQLite databases.
GRANT USAGE ON FOREIGN DATA WRAPPER pg_sqlite TO pg_read_server_files;
GRANT USAGE ON SCHEMA sqlite TO PUBLIC;

CREATE FUNCTION sqlite.version(OUT name text, OUT value text) RETURNS SETOF record
    LANGUAGE c STABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'pg_sqlite_version_items';
COMMENT ON FUNCTION sqlite.version() IS
    'versions of the extension, of PostgreSQL and of SQLite, running and built with, and SQLite''s compile options';

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
CREATE FUNCTION sqlite.parse_timestamptz(value text, encoding text, zone text, ambiguous_time text) RETURNS timestamptz
    LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'pg_sqlite_parse_timestamptz';
CREATE FUNCTION sqlite.parse_timestamptz(value anyelement, encoding text, zone text, ambiguous_time text) RETURNS timestamptz
    LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'pg_sqlite_parse_timestamptz';
CREATE FUNCTION sqlite.try_parse_timestamptz(value text, encoding text, zone text, ambiguous_time text) RETURNS timestamptz
    LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'pg_sqlite_try_parse_timestamptz';
CREATE FUNCTION sqlite.try_parse_timestamptz(value anyelement, encoding text, zone text, ambiguous_time text) RETURNS timestamptz
    LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'pg_sqlite_try_parse_timestamptz';
COMMENT ON FUNCTION sqlite.parse_timestamptz(text, text, text, text) IS 'an instant; of a local time that zone skips or has twice the earlier or the later one';
COMMENT ON FUNCTION sqlite.parse_timestamptz(anyelement, text, text, text) IS 'an instant; of a local time that zone skips or has twice the earlier or the later one';
COMMENT ON FUNCTION sqlite.try_parse_timestamptz(text, text, text, text) IS 'an instant; of a local time that zone skips or has twice the earlier or the later one; NULL when the value does not fit';
COMMENT ON FUNCTION sqlite.try_parse_timestamptz(anyelement, text, text, text) IS 'an instant; of a local time that zone skips or has twice the earlier or the later one; NULL when the value does not fit';

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
CREATE FUNCTION sqlite.parse_numeric(value text, "decimal" text, "grouping" text, currency text, percent text DEFAULT 'error') RETURNS numeric
    LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'pg_sqlite_parse_numeric';
CREATE FUNCTION sqlite.try_parse_numeric(value text, "decimal" text, "grouping" text, currency text, percent text DEFAULT 'error') RETURNS numeric
    LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'pg_sqlite_try_parse_numeric';
COMMENT ON FUNCTION sqlite.parse_numeric(text, text, text, text, text) IS 'a decimal number beside a currency (* for any) or a percent sign (number or fraction), exactly; an error when the value does not fit';
COMMENT ON FUNCTION sqlite.try_parse_numeric(text, text, text, text, text) IS 'a decimal number beside a currency (* for any) or a percent sign (number or fraction), exactly; NULL when the value does not fit';

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

CREATE FUNCTION sqlite.assign(value "any", target anyelement, excess_digits text DEFAULT 'error', too_long text DEFAULT 'error')
    RETURNS anyelement
    LANGUAGE c STABLE PARALLEL RESTRICTED AS 'MODULE_PATHNAME', 'pg_sqlite_assign';
COMMENT ON FUNCTION sqlite.assign("any", anyelement, text, text) IS
    'the value as INSERT would assign it to a column of the type of target (write NULL::type); what that would round or cut is an error, or done under the policy named';

CREATE FUNCTION sqlite.unmatched(key anyelement, taken boolean, target text) RETURNS anyelement
    LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'pg_sqlite_unmatched';
COMMENT ON FUNCTION sqlite.unmatched(anyelement, boolean, text) IS
    'the key of a reference to a row that the source has not, as it is; an error where another row of the target has taken it';

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

-- Jobs: their records. Written only by the extension's own code, as the extension's owner; a role sees its own, and
-- those of roles that it is a member of.
-- They refer to each other by numbers alone, without foreign keys: pg_restore, when it has several connections, loads tables of an
-- extension in any order.

CREATE TABLE sqlite.jobs (
    job bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind text NOT NULL CHECK (kind IN ('migrate', 'load')),
    state text NOT NULL CHECK (state IN ('running', 'done', 'failed', 'rolled back')),
    -- Not by name: a role that is renamed keeps its jobs, and one that takes the name of another gets none.
    owner regrole NOT NULL,
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
    staging jsonb NOT NULL DEFAULT '{}',
    version text,
    -- When it was at its end for the first time.
    completed timestamptz,
    -- What its keys became UUIDs from; NULL where they stayed what they are.
    uuid_namespace uuid,
    -- Schemas of its targets, by name: their OIDs. They and those of the targets mean something in one cluster's database only.
    schemas jsonb NOT NULL DEFAULT '{}',
    place text
);
COMMENT ON TABLE sqlite.jobs IS 'one row a CALL of sqlite.migrate or sqlite.load: who, when, with which spec, on which files';

CREATE TABLE sqlite.job_steps (
    job bigint NOT NULL,
    step integer NOT NULL,
    section text NOT NULL,
    -- 0.1.0 had statement and key for several of these.
    kind text NOT NULL CHECK (kind IN ('statement', 'schema', 'table', 'partition', 'drop foreign key', 'truncate', 'triggers', 'load',
        'sequence', 'orphans', 'clear orphans', 'key', 'primary key', 'unique key', 'check', 'index', 'foreign key', 'view',
        'statistics', 'logged', 'hook', 'comment')),
    object text NOT NULL,
    statement text NOT NULL,
    staged text,
    undo text,
    columns text[],
    table_no integer,
    state text NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'done', 'rolled back')),
    started timestamptz,
    finished timestamptz,
    -- What it makes, and of a foreign key the table that it refers to.
    name text,
    parent_no integer,
    -- Of orphans: which rows are meant, over the target as c.
    condition text,
    -- The (sub)transaction that did it, whose number rows bear that it changed.
    xid xid,
    PRIMARY KEY (job, step)
);
COMMENT ON TABLE sqlite.job_steps IS 'the plan that a job carries out, as sqlite.plan shows it, and how far it is';

CREATE TABLE sqlite.job_tables (
    job bigint NOT NULL,
    table_no integer NOT NULL,
    server text,
    table_name text,
    target text NOT NULL,
    staged text,
    created boolean NOT NULL,
    existing text,
    parents integer[] NOT NULL DEFAULT '{}',
    state text NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'loading', 'done', 'rolled back')),
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
    -- Of an upsert: of the rows written, those that were there; of the rows skipped, those that were there as they are.
    updated bigint NOT NULL DEFAULT 0,
    unchanged bigint NOT NULL DEFAULT 0,
    -- The target's OID, as soon as it is there.
    relation oid,
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
    -- Transaction numbers mean nothing in another cluster, where a dump may have brought them.
    system_identifier bigint NOT NULL DEFAULT (pg_catalog.pg_control_system()).system_identifier
);
CREATE INDEX ON sqlite.job_chunks (job, table_no);
COMMENT ON TABLE sqlite.job_chunks IS
    'what has been committed of a table: ranges of rowids (NULL: all rows), and the transactions that wrote them';

CREATE TABLE sqlite.job_log (
    job bigint NOT NULL,
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
    job bigint NOT NULL,
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
    mended boolean NOT NULL DEFAULT false,
    at timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp()
);
CREATE INDEX ON sqlite.rejects (job, table_no);
COMMENT ON TABLE sqlite.rejects IS
    'rows that did not fit: every column to blame, why, and the row as it stands in SQLite with storage classes';

-- Secrets: who knows one can tell which key of SQLite a UUID was.
CREATE TABLE sqlite.uuid_namespaces (
    schema name PRIMARY KEY,
    namespace uuid NOT NULL
);
COMMENT ON TABLE sqlite.uuid_namespaces IS
    'what keys of SQLite become UUIDs from in a target schema; seen by those who may create tables in it';
ALTER TABLE sqlite.uuid_namespaces ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON sqlite.uuid_namespaces USING (
    pg_catalog.has_schema_privilege(pg_catalog.to_regnamespace(pg_catalog.quote_ident(schema::text))::oid, 'CREATE'));
GRANT SELECT ON sqlite.uuid_namespaces TO PUBLIC;
SELECT pg_catalog.pg_extension_config_dump('sqlite.uuid_namespaces',
    'WHERE schema IN (SELECT n.nspname FROM pg_catalog.pg_namespace n)');

-- Records of roles that are gone are left out: their number may be another role's where they are restored.
SELECT pg_catalog.pg_extension_config_dump('sqlite.jobs', 'WHERE owner::pg_catalog.oid IN (SELECT r.oid FROM pg_catalog.pg_roles r)');
SELECT pg_catalog.pg_extension_config_dump('sqlite.job_steps',
    'WHERE job IN (SELECT j.job FROM sqlite.jobs j WHERE j.owner::pg_catalog.oid IN (SELECT r.oid FROM pg_catalog.pg_roles r))');
SELECT pg_catalog.pg_extension_config_dump('sqlite.job_tables',
    'WHERE job IN (SELECT j.job FROM sqlite.jobs j WHERE j.owner::pg_catalog.oid IN (SELECT r.oid FROM pg_catalog.pg_roles r))');
SELECT pg_catalog.pg_extension_config_dump('sqlite.job_chunks',
    'WHERE job IN (SELECT j.job FROM sqlite.jobs j WHERE j.owner::pg_catalog.oid IN (SELECT r.oid FROM pg_catalog.pg_roles r))');
SELECT pg_catalog.pg_extension_config_dump('sqlite.job_log',
    'WHERE job IN (SELECT j.job FROM sqlite.jobs j WHERE j.owner::pg_catalog.oid IN (SELECT r.oid FROM pg_catalog.pg_roles r))');
SELECT pg_catalog.pg_extension_config_dump('sqlite.jobs_job_seq', '');
SELECT pg_catalog.pg_extension_config_dump('sqlite.job_chunks_chunk_seq', '');
SELECT pg_catalog.pg_extension_config_dump('sqlite.rejects',
    'WHERE job IN (SELECT j.job FROM sqlite.jobs j WHERE j.owner::pg_catalog.oid IN (SELECT r.oid FROM pg_catalog.pg_roles r))');
SELECT pg_catalog.pg_extension_config_dump('sqlite.rejects_id_seq', '');

ALTER TABLE sqlite.jobs ENABLE ROW LEVEL SECURITY;
ALTER TABLE sqlite.job_steps ENABLE ROW LEVEL SECURITY;
ALTER TABLE sqlite.job_tables ENABLE ROW LEVEL SECURITY;
ALTER TABLE sqlite.job_chunks ENABLE ROW LEVEL SECURITY;
ALTER TABLE sqlite.job_log ENABLE ROW LEVEL SECURITY;
ALTER TABLE sqlite.rejects ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON sqlite.jobs USING (pg_catalog.pg_has_role(owner, 'USAGE'));
CREATE POLICY own ON sqlite.job_steps USING (job IN (SELECT j.job FROM sqlite.jobs j));
CREATE POLICY own ON sqlite.job_tables USING (job IN (SELECT j.job FROM sqlite.jobs j));
CREATE POLICY own ON sqlite.job_chunks USING (job IN (SELECT j.job FROM sqlite.jobs j));
CREATE POLICY own ON sqlite.job_log USING (job IN (SELECT j.job FROM sqlite.jobs j));
CREATE POLICY own ON sqlite.rejects USING (job IN (SELECT j.job FROM sqlite.jobs j));
GRANT SELECT ON sqlite.jobs, sqlite.job_steps, sqlite.job_tables, sqlite.job_chunks, sqlite.job_log, sqlite.rejects
    TO PUBLIC;
-- For pg_dump by a role that is not a superuser, with --enable-row-security.
GRANT SELECT ON SEQUENCE sqlite.jobs_job_seq, sqlite.job_chunks_chunk_seq, sqlite.rejects_id_seq TO PUBLIC;
-- What a user mends or decides himself.
GRANT UPDATE (row, state) ON sqlite.rejects TO PUBLIC;

-- Moving.

CREATE PROCEDURE sqlite.load(
    target text, query text, on_error text DEFAULT 'error', max_rejects "any" DEFAULT NULL, rules jsonb DEFAULT NULL,
    INOUT job bigint DEFAULT NULL)
    LANGUAGE c AS 'MODULE_PATHNAME', 'pg_sqlite_load';
COMMENT ON PROCEDURE sqlite.load(text, text, text, "any", jsonb, bigint) IS
    'an INSERT ... SELECT that keeps the account: counts, rejected rows, progress; job gets its number';

CREATE PROCEDURE sqlite.migrate(
    servers text[], target_schema text DEFAULT 'public', spec jsonb DEFAULT '{}', INOUT job bigint DEFAULT NULL)
    LANGUAGE c AS 'MODULE_PATHNAME', 'pg_sqlite_migrate';
COMMENT ON PROCEDURE sqlite.migrate(text[], text, jsonb, bigint) IS
    'whole SQLite databases into PostgreSQL: what sqlite.plan shows, with its account; job gets its number';

CREATE FUNCTION sqlite.rehearse(
    servers text[], target_schema text DEFAULT 'public', spec jsonb DEFAULT '{}',
    OUT table_name text, OUT read bigint, OUT written bigint, OUT rejected bigint, OUT changed bigint,
    OUT seconds numeric, OUT reasons text[], OUT server text, OUT target text, OUT skipped bigint)
    RETURNS SETOF record
    LANGUAGE c VOLATILE ROWS 100 AS 'MODULE_PATHNAME', 'pg_sqlite_rehearse';
COMMENT ON FUNCTION sqlite.rehearse(text[], text, jsonb) IS
    'a dry run: the whole migration, done and taken back in one statement; a row a table says what would become of it';

CREATE PROCEDURE sqlite.resume(INOUT job bigint DEFAULT NULL)
    LANGUAGE c AS 'MODULE_PATHNAME', 'pg_sqlite_resume';
COMMENT ON PROCEDURE sqlite.resume(bigint) IS
    'goes on with a migration that failed or was cut short, the session''s last unless named, behind what is committed';

-- Rejected rows once more.

CREATE PROCEDURE sqlite.retry_rejects(
    INOUT job bigint DEFAULT NULL, ids bigint[] DEFAULT NULL, spec jsonb DEFAULT NULL, from_stored boolean DEFAULT false,
    INOUT loaded bigint DEFAULT NULL, INOUT left_open bigint DEFAULT NULL)
    LANGUAGE c AS 'MODULE_PATHNAME', 'pg_sqlite_retry_rejects';
COMMENT ON PROCEDURE sqlite.retry_rejects(bigint, bigint[], jsonb, boolean, bigint, bigint) IS
    'loads rejected rows again, after the source, the target, the spec or the stored row was mended';

CREATE FUNCTION sqlite.check_reject() RETURNS trigger
    LANGUAGE c AS 'MODULE_PATHNAME', 'pg_sqlite_check_reject';
COMMENT ON FUNCTION sqlite.check_reject() IS 'the trigger of sqlite.rejects: what its owner may change';
-- What the extension itself writes has a time of its own, which nobody else may change.
CREATE TRIGGER check_reject BEFORE UPDATE ON sqlite.rejects
    FOR EACH ROW WHEN (NEW.at = OLD.at) EXECUTE FUNCTION sqlite.check_reject();
-- Taking back and forgetting.

CREATE PROCEDURE sqlite.rollback(job bigint DEFAULT NULL, tables text[] DEFAULT NULL, force boolean DEFAULT false)
    LANGUAGE c AS 'MODULE_PATHNAME', 'pg_sqlite_rollback';
COMMENT ON PROCEDURE sqlite.rollback(bigint, text[], boolean) IS
    'takes back what a job made and wrote, all or nothing; refuses where targets have changed since, unless forced';

CREATE FUNCTION sqlite.rollback_sql(job bigint DEFAULT NULL) RETURNS text
    LANGUAGE c VOLATILE AS 'MODULE_PATHNAME', 'pg_sqlite_rollback_sql';
COMMENT ON FUNCTION sqlite.rollback_sql(bigint) IS 'what sqlite.rollback would do, as a script for psql';

CREATE PROCEDURE sqlite.forget(job bigint DEFAULT NULL, older_than interval DEFAULT NULL)
    LANGUAGE c AS 'MODULE_PATHNAME', 'pg_sqlite_forget';
COMMENT ON PROCEDURE sqlite.forget(bigint, interval) IS
    'deletes the records of a job, or of the caller''s jobs that ended so long ago, with their rejected rows';

-- Watching and reporting. These run with the caller's rights: row security of the job tables hides the jobs of other
-- roles, PostgreSQL's own rules their backends.

CREATE FUNCTION sqlite.job_or_last(job bigint DEFAULT NULL) RETURNS bigint
    LANGUAGE c STABLE AS 'MODULE_PATHNAME', 'pg_sqlite_job_or_last';
COMMENT ON FUNCTION sqlite.job_or_last(bigint) IS 'a job of the caller''s: the one named, else the last of this session';

-- A backend publishes its job in the parameters that COPY leaves free in its progress slot (src/pg/jobs/progress.cpp):
-- param8 tells them from a COPY's, "pgsqlite" in ASCII. They are NULL where the caller may not look.
CREATE FUNCTION sqlite.progress(
    OUT job bigint, OUT pid integer, OUT phase text, OUT server text, OUT table_name text, OUT target text,
    OUT rows_total bigint, OUT read bigint, OUT written bigint, OUT rejected bigint, OUT skipped bigint,
    OUT percent numeric, OUT rows_per_second bigint, OUT time_left interval, OUT started timestamptz)
    RETURNS SETOF record
    LANGUAGE sql VOLATILE
BEGIN ATOMIC
    WITH activity AS (
        SELECT p.pid, p.relid, p.param9 AS job, p.param10 AS phase, p.param11 AS table_no,
            NULLIF(p.param12, -1) AS total, p.param13 AS read, p.param14 AS written, p.param15 AS rejected,
            p.param16 AS skipped,
            timestamptz '2000-01-01 00:00:00+00' + p.param17 * interval '1 microsecond' AS started
        FROM pg_stat_get_progress_info('COPY') AS p
        WHERE p.param8 = x'706773716C697465'::bigint
            AND p.datid = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())
    ), timed AS (
        SELECT a.*, a.read / NULLIF(extract(epoch FROM clock_timestamp() - a.started), 0) AS rate FROM activity a
    )
    SELECT a.job, a.pid,
        CASE a.phase WHEN 1 THEN 'planning' WHEN 2 THEN 'copying' WHEN 3 THEN 'pre-data' WHEN 4 THEN 'loading'
            WHEN 5 THEN 'post-data' WHEN 6 THEN 'finishing' END,
        t.server, t.table_name, COALESCE(t.target, (
            SELECT format('%I.%I', n.nspname, c.relname)
            FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = a.relid
        ), NULLIF(a.relid, 0)::text),
        a.total, a.read, a.written, a.rejected, a.skipped,
        CASE WHEN a.read <= a.total THEN trunc(100.0 * a.read / NULLIF(a.total, 0), 1) END,
        round(a.rate)::bigint,
        CASE WHEN a.read <= a.total AND a.rate > 0
            THEN make_interval(secs => round(LEAST((a.total - a.read) / a.rate, 1e9))::double precision) END,
        a.started
    FROM timed a LEFT JOIN sqlite.job_tables t ON t.job = a.job AND t.table_no = a.table_no
    ORDER BY a.job, a.pid;
END;
COMMENT ON FUNCTION sqlite.progress() IS 'what is being done for jobs at this moment';

CREATE VIEW sqlite.progress AS SELECT * FROM sqlite.progress();
COMMENT ON VIEW sqlite.progress IS
    'what is being done for jobs at this moment, also by transactions that have not committed';
GRANT SELECT ON sqlite.progress TO PUBLIC;

CREATE FUNCTION sqlite.report(job bigint DEFAULT NULL) RETURNS jsonb
    LANGUAGE sql STABLE
BEGIN ATOMIC
    WITH wanted AS MATERIALIZED (
        SELECT sqlite.job_or_last(report.job) AS job
    ), chosen AS MATERIALIZED (
        SELECT w.job, j.kind, j.state, j.owner, j.servers, j.target_schema, j.spec, j.transaction, j.workers,
            j.read_from, j.on_error, j.max_rejects, j.files, j.backups, j.started, j.finished, j.error, j.version,
            j.state = 'running' AND NOT EXISTS (
                SELECT FROM pg_stat_activity a
                WHERE a.pid = j.backend AND COALESCE(a.backend_start, j.backend_started) = j.backend_started
            ) AS interrupted,
            extract(epoch FROM COALESCE(j.finished, clock_timestamp()) - j.started) AS seconds
        -- From the left side: a job that is not there must be an error, also while sqlite.jobs is empty.
        FROM wanted w LEFT JOIN sqlite.jobs j ON j.job = w.job
    ), tables AS MATERIALIZED (
        -- Targets by the names that they have now.
        SELECT t.*, extract(epoch FROM COALESCE(t.finished, clock_timestamp()) - t.started) AS seconds,
            COALESCE(r.name, t.target) AS present
        FROM sqlite.job_tables t JOIN chosen c ON t.job = c.job JOIN sqlite.jobs j ON j.job = t.job
            LEFT JOIN LATERAL (
                SELECT format('%I.%I', n.nspname, k.relname) AS name
                FROM pg_class k JOIN pg_namespace n ON n.oid = k.relnamespace
                WHERE k.oid = t.relation AND j.place = (pg_control_system()).system_identifier || '/'
                    || (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())
            ) AS r ON true
    ), totals AS (
        SELECT count(*) AS tables, count(*) FILTER (WHERE t.state = 'done') AS tables_done,
            COALESCE(sum(t.read), 0) AS read, COALESCE(sum(t.written), 0) AS written,
            COALESCE(sum(t.rejected), 0) AS rejected, COALESCE(sum(t.skipped), 0) AS skipped,
            COALESCE(sum(t.warned), 0) AS warned,
            COALESCE(sum((SELECT sum(e.count::numeric) FROM jsonb_each_text(t.changes) AS e (name, count))), 0) AS changed,
            COALESCE(sum(t.updated), 0) AS updated, COALESCE(sum(t.unchanged), 0) AS unchanged,
            COALESCE(bool_and(t.read = t.written + t.rejected + t.skipped), true) AS balanced
        FROM tables t
    ), policies AS (
        SELECT e.name, sum(e.count::numeric) AS count
        FROM tables t, jsonb_each_text(t.changes) AS e (name, count) GROUP BY e.name
    ), reject_groups AS (
        SELECT r.category, r.sqlstate, r.columns, count(*) AS rows, count(*) FILTER (WHERE r.state = 'open') AS open,
            count(*) FILTER (WHERE r.state = 'loaded') AS loaded, count(*) FILTER (WHERE r.state = 'ignored') AS ignored,
            min(r.id) AS first_id
        FROM sqlite.rejects r WHERE r.job = (SELECT c.job FROM chosen c)
        GROUP BY r.table_no, r.category, r.sqlstate, r.columns
    ), shown_groups AS (
        SELECT g.*, e.server, e.table_name, e.target, e.rowid, e.key, e.message FROM (
            SELECT * FROM reject_groups ORDER BY rows DESC, first_id LIMIT 100
        ) AS g JOIN sqlite.rejects e ON e.id = g.first_id
    ), reject_states AS (
        SELECT COALESCE(sum(g.open), 0) AS open, COALESCE(sum(g.loaded), 0) AS loaded,
            COALESCE(sum(g.ignored), 0) AS ignored
        FROM reject_groups g
    ), steps AS (
        SELECT count(*) AS steps, count(*) FILTER (WHERE s.state = 'done') AS steps_done,
            min(s.step) FILTER (WHERE s.state <> 'done') AS next_step
        FROM sqlite.job_steps s JOIN chosen c ON s.job = c.job WHERE s.kind <> 'comment'
    ), chunks AS (
        SELECT count(*) AS chunks, COALESCE(sum(k.written), 0) AS written
        FROM sqlite.job_chunks k JOIN chosen c ON k.job = c.job
    ), next_steps AS (
        SELECT n.place, n.statement, n.why
        FROM chosen c, reject_states r, steps s, chunks k,
            LATERAL (
                SELECT c.state = 'failed' OR c.interrupted AS broken, s.steps_done > 0 OR k.chunks > 0 AS begun
            ) AS b,
            LATERAL (VALUES
                (1, c.state = 'running' AND NOT c.interrupted,
                    format('SELECT * FROM sqlite.progress WHERE job = %s', c.job), 'watch it'),
                (2, r.open > 0 AND c.state <> 'rolled back',
                    format('SELECT * FROM sqlite.rejects WHERE job = %s AND state = ''open''', c.job),
                    'see the rows that did not fit'),
                (3, c.kind = 'migrate' AND b.broken, format('CALL sqlite.resume(%s)', c.job),
                    CASE WHEN b.begun THEN 'go on behind what is committed' ELSE 'plan it anew and carry it out' END),
                (4, c.state = 'done' AND r.open > 0, format('CALL sqlite.retry_rejects(%s)', c.job),
                    'load them after mending rows, target or spec'),
                (5, c.state = 'done' OR b.broken AND b.begun, format('CALL sqlite.rollback(%s)', c.job),
                    'take back what it created and wrote'),
                (6, c.state = 'rolled back', format('CALL sqlite.forget(%s)', c.job), 'delete its records')
            ) AS n (place, applies, statement, why)
        WHERE n.applies
    )
    SELECT jsonb_build_object(
        'job', c.job, 'kind', c.kind, 'state', c.state, 'interrupted', c.interrupted,
        'owner', pg_get_userbyid(c.owner),
        'version', c.version, 'started', c.started, 'finished', c.finished, 'seconds', round(c.seconds, 3),
        'servers', to_jsonb(c.servers), 'target_schema', c.target_schema, 'spec', c.spec,
        'transaction', c.transaction, 'workers', c.workers, 'read_from', c.read_from, 'on_error', c.on_error,
        'max_rejects', c.max_rejects, 'files', c.files, 'backups', c.backups,
        'totals', (
            SELECT jsonb_build_object('tables', t.tables, 'read', t.read, 'written', t.written,
                'inserted', t.written - t.updated, 'updated', t.updated, 'unchanged', t.unchanged,
                'rejected', t.rejected, 'skipped', t.skipped, 'warned', t.warned, 'changed', t.changed,
                'balanced', t.balanced, 'rows_per_second', round(t.read / NULLIF(c.seconds, 0)),
                -- In percent; never 100 or 0 where a row says otherwise.
                'total', t.read, 'success_rate', trunc(100.0 * (t.written + t.skipped) / NULLIF(t.read, 0), 4),
                'error_rate', round(ceil(1000000.0 * t.rejected / NULLIF(t.read, 0)) / 10000.0, 4))
            FROM totals t),
        'tables', COALESCE((
            SELECT jsonb_agg(jsonb_build_object('table_no', t.table_no, 'server', t.server, 'table', t.table_name,
                'target', t.present, 'created', t.created, 'existing', t.existing, 'state', t.state,
                'expected', t.expected, 'read', t.read, 'written', t.written, 'rejected', t.rejected,
                'inserted', t.written - t.updated, 'updated', t.updated, 'unchanged', t.unchanged,
                'skipped', t.skipped, 'warned', t.warned, 'balanced', t.read = t.written + t.rejected + t.skipped,
                'seconds', round(t.seconds, 3), 'rows_per_second', round(t.read / NULLIF(t.seconds, 0)),
                'policies', t.changes) ORDER BY t.table_no)
            FROM tables t), '[]'),
        'policies', COALESCE((SELECT jsonb_object_agg(p.name, p.count) FROM policies p), '{}'),
        'rejects', (
            SELECT jsonb_build_object('open', s.open, 'loaded', s.loaded, 'ignored', s.ignored,
                'kinds', (SELECT count(*) FROM reject_groups),
                'groups', COALESCE((
                    SELECT jsonb_agg(jsonb_build_object('server', g.server, 'table', g.table_name, 'target', g.target,
                        'category', g.category, 'sqlstate', g.sqlstate, 'columns', to_jsonb(g.columns),
                        'rows', g.rows, 'open', g.open,
                        'example', jsonb_build_object('id', g.first_id, 'rowid', g.rowid, 'key', g.key,
                            'message', g.message)) ORDER BY g.rows DESC, g.first_id)
                    FROM shown_groups g), '[]'))
            FROM reject_states s),
        'error', c.error,
        'errors', COALESCE((
            SELECT jsonb_agg(jsonb_build_object('at', l.at, 'server', l.server, 'table', l.table_name,
                'message', l.message) ORDER BY l.at)
            FROM sqlite.job_log l WHERE l.job = c.job AND l.level = 'error'), '[]'),
        'warnings', COALESCE((
            SELECT jsonb_agg(jsonb_build_object('at', l.at, 'server', l.server, 'table', l.table_name,
                'message', l.message) ORDER BY l.at)
            FROM sqlite.job_log l WHERE l.job = c.job AND l.level = 'warning'), '[]'),
        'not_translated', COALESCE((
            SELECT jsonb_agg(jsonb_build_object('section', s.section, 'object', s.object,
                'reason', regexp_replace(s.statement, '^-- ?', '', 'gn')) ORDER BY s.step)
            FROM sqlite.job_steps s WHERE s.job = c.job AND s.kind = 'comment'), '[]'),
        'checkpoint', (
            SELECT jsonb_build_object('steps', s.steps, 'steps_done', s.steps_done, 'tables', t.tables,
                'tables_done', t.tables_done, 'chunks', k.chunks, 'rows_committed', k.written,
                'next_step', (
                    SELECT jsonb_build_object('step', n.step, 'section', n.section, 'object', n.object)
                    FROM sqlite.job_steps n WHERE n.job = c.job AND n.step = s.next_step))
            FROM steps s, totals t, chunks k),
        'next', COALESCE((
            SELECT jsonb_agg(jsonb_build_object('statement', n.statement, 'why', n.why) ORDER BY n.place)
            FROM next_steps n), '[]'))
    FROM chosen c;
END;
COMMENT ON FUNCTION sqlite.report(bigint) IS
    'all that is known of a job, the session''s last unless named: counts, times, rejects, policies, what to do next';

CREATE FUNCTION sqlite.report_text(job bigint DEFAULT NULL) RETURNS SETOF text
    LANGUAGE sql STABLE
BEGIN ATOMIC
    WITH report AS MATERIALIZED (
        SELECT sqlite.report(report_text.job) AS r
    ), counts AS (
        SELECT t.line, t.target, CASE WHEN t.state = 'done' THEN '' ELSE t.state END AS state, t.read, t.written,
            t.rejected, t.skipped
        FROM report, ROWS FROM (jsonb_to_recordset(r -> 'tables') AS (
            target text, state text, read bigint, written bigint, rejected bigint, skipped bigint))
            WITH ORDINALITY AS t (target, state, read, written, rejected, skipped, line)
        UNION ALL
        SELECT 1000000, format('%s tables', t.tables), '', t.read, t.written, t.rejected, t.skipped
        FROM report, jsonb_to_record(r -> 'totals') AS t (
            tables bigint, read bigint, written bigint, rejected bigint, skipped bigint)
        WHERE t.tables > 1
    ), cells AS (
        SELECT 0 AS line, 'Table' AS target, '' AS state, 'Read' AS read, 'Written' AS written,
            'Rejected' AS rejected, 'Skipped' AS skipped
        FROM (SELECT FROM counts LIMIT 1) AS any_table
        UNION ALL
        SELECT line, regexp_replace(target, '[[:cntrl:]]+', ' ', 'g'), state,
            to_char(read, 'FM999,999,999,999,999,990'),
            to_char(written, 'FM999,999,999,999,999,990'), to_char(rejected, 'FM999,999,999,999,999,990'),
            to_char(skipped, 'FM999,999,999,999,999,990')
        FROM counts
    ), lines AS (
        SELECT 10 AS part, 0::bigint AS line, format('Job %s: %s%s%s, %s', r ->> 'job', r ->> 'kind',
            ' of ' || NULLIF((SELECT string_agg(s, ', ') FROM jsonb_array_elements_text(r -> 'servers') AS s), ''),
            ' into ' || (r ->> 'target_schema'),
            CASE WHEN (r -> 'interrupted')::boolean THEN 'interrupted' ELSE r ->> 'state' END) AS text
        FROM report
        UNION ALL
        SELECT 20, 0, format('Started %s, %s s%s', to_char((r ->> 'started')::timestamptz, 'YYYY-MM-DD HH24:MI:SSOF'),
            to_char((r ->> 'seconds')::numeric, 'FM999,999,999,990.0'),
            ', ' || to_char(NULLIF((r #>> '{totals,rows_per_second}')::numeric, 0), 'FM999,999,999,990') || ' rows/s')
        FROM report
        UNION ALL
        SELECT 30, 0, format(E'\nError %s: %s%s%s', r #>> '{error,sqlstate}', r #>> '{error,message}',
            E'\n  ' || replace(r #>> '{error,detail}', E'\n', E'\n  '), E'\n  Hint: ' || (r #>> '{error,hint}'))
        FROM report WHERE jsonb_typeof(r -> 'error') = 'object'
        UNION ALL
        SELECT 40, c.line, rtrim(format('%s%s  %s  %s  %s  %s  %s', CASE c.line WHEN 0 THEN E'\n' END,
            rpad(c.target, max(length(c.target)) OVER ()), lpad(c.read, max(length(c.read)) OVER ()),
            lpad(c.written, max(length(c.written)) OVER ()), lpad(c.rejected, max(length(c.rejected)) OVER ()),
            lpad(c.skipped, max(length(c.skipped)) OVER ()), c.state))
        FROM cells c
        UNION ALL
        SELECT 50, 0, format('%s: %s read %s %s written + %s rejected + %s skipped',
            CASE WHEN t.balanced THEN 'Proof' ELSE 'The account does not balance' END,
            to_char(t.read, 'FM999,999,999,999,999,990'), CASE WHEN t.balanced THEN '=' ELSE '<>' END,
            to_char(t.written, 'FM999,999,999,999,999,990'), to_char(t.rejected, 'FM999,999,999,999,999,990'),
            to_char(t.skipped, 'FM999,999,999,999,999,990'))
        FROM report, jsonb_to_record(r -> 'totals') AS t (
            tables bigint, balanced boolean, read bigint, written bigint, rejected bigint, skipped bigint)
        WHERE t.tables > 0 AND (t.read > 0 OR r ->> 'state' = 'done')
        UNION ALL
        SELECT 55, 0, format('Success rate %s %%, error rate %s %%', trim_scale(t.success_rate), trim_scale(t.error_rate))
        FROM report, jsonb_to_record(r -> 'totals') AS t (success_rate numeric, error_rate numeric)
        WHERE t.success_rate IS NOT NULL
        UNION ALL
        SELECT 60, 0, format(E'\nRows that did not fit: %s open, %s loaded, %s ignored', s.open, s.loaded, s.ignored)
        FROM report, jsonb_to_record(r -> 'rejects') AS s (open bigint, loaded bigint, ignored bigint)
        WHERE s.open + s.loaded + s.ignored > 0
        UNION ALL
        SELECT 60, g.line, format('  %s: %s %s, %s %s%s: %s%s', g.target, g.rows,
            CASE g.rows WHEN 1 THEN 'row' ELSE 'rows' END, g.category, g.sqlstate,
            ' (' || NULLIF((SELECT string_agg(c, ', ') FROM jsonb_array_elements_text(g.columns) AS c), '') || ')',
            left(regexp_replace(g.example ->> 'message', '[[:cntrl:]]+', ' ', 'g'), 200),
            COALESCE(' [rowid ' || (g.example ->> 'rowid') || ']', ' [key ' || NULLIF(g.example ->> 'key', '') || ']'))
        FROM report, ROWS FROM (jsonb_to_recordset(r #> '{rejects,groups}') AS (
            target text, rows bigint, category text, sqlstate text, columns jsonb, example jsonb))
            WITH ORDINALITY AS g (target, rows, category, sqlstate, columns, example, line)
        WHERE g.line <= 20
        UNION ALL
        SELECT 60, 1000, format('  and %s more kinds of rejects: see sqlite.rejects',
            (r #>> '{rejects,kinds}')::bigint - 20)
        FROM report WHERE (r #>> '{rejects,kinds}')::bigint > 20
        UNION ALL
        SELECT 70, 0, E'\nChanged by policies: '
            || (SELECT string_agg(format('%s %s', e.name, e.count), ', ' ORDER BY e.name)
                FROM jsonb_each_text(r -> 'policies') AS e (name, count))
        FROM report
        UNION ALL
        SELECT 75, 0, format(E'\nRows kept with a warning: %s', r #>> '{totals,warned}')
        FROM report WHERE (r #>> '{totals,warned}')::bigint > 0
        UNION ALL
        SELECT 80, 0, format(E'\nWarnings: %s', jsonb_array_length(r -> 'warnings'))
        FROM report WHERE jsonb_array_length(r -> 'warnings') > 0
        UNION ALL
        SELECT 80, w.line, format('  %s%s', (w.warning ->> 'table') || ': ',
            left(regexp_replace(w.warning ->> 'message', '[[:cntrl:]]+', ' ', 'g'), 200))
        FROM report, jsonb_array_elements(r -> 'warnings') WITH ORDINALITY AS w (warning, line)
        WHERE w.line <= 20
        UNION ALL
        SELECT 90, 0, format(E'\nNot translated: %s', jsonb_array_length(r -> 'not_translated'))
        FROM report WHERE jsonb_array_length(r -> 'not_translated') > 0
        UNION ALL
        SELECT 90, o.line, format('  %s: %s', o.item ->> 'object',
            left(regexp_replace(o.item ->> 'reason', '[[:cntrl:]]+', ' ', 'g'), 200))
        FROM report, jsonb_array_elements(r -> 'not_translated') WITH ORDINALITY AS o (item, line)
        WHERE o.line <= 20
        UNION ALL
        SELECT 100, n.line, format('%s  %s  -- %s', CASE n.line WHEN 1 THEN E'\nNext:\n' END,
            rpad(n.statement || ';', max(length(n.statement)) OVER () + 1), n.why)
        FROM report, ROWS FROM (jsonb_to_recordset(r -> 'next') AS (statement text, why text))
            WITH ORDINALITY AS n (statement, why, line)
    )
    SELECT string_to_table(string_agg(l.text, E'\n' ORDER BY l.part, l.line), E'\n') FROM lines l;
END;
COMMENT ON FUNCTION sqlite.report_text(bigint) IS 'a job in words, a line a row; the session''s last unless named';

CREATE FUNCTION sqlite.report_html(job bigint DEFAULT NULL, proof boolean DEFAULT true) RETURNS text
    LANGUAGE c VOLATILE AS 'MODULE_PATHNAME', 'pg_sqlite_report_html';
COMMENT ON FUNCTION sqlite.report_html(bigint, boolean) IS
    'a job as one page of HTML to attach to a ticket; with proof both sides are read and compared for it';

-- Proving.

CREATE FUNCTION sqlite.validate(
    job bigint DEFAULT NULL, OUT server text, OUT table_name text, OUT target text, OUT source_rows bigint,
    OUT target_rows bigint, OUT source_digest text, OUT target_digest text, OUT missing bigint, OUT extra bigint,
    OUT different bigint, OUT status text, OUT reason text)
    RETURNS SETOF record
    LANGUAGE c VOLATILE AS 'MODULE_PATHNAME', 'pg_sqlite_validate_job';
COMMENT ON FUNCTION sqlite.validate(bigint) IS
    'compares every row and column that a job moved with its source: identical, differs or cannot compare';

CREATE FUNCTION sqlite.validate(
    source regclass, target regclass, mapping jsonb DEFAULT '{}', OUT server text, OUT table_name text,
    OUT target_name text, OUT source_rows bigint, OUT target_rows bigint, OUT source_digest text,
    OUT target_digest text, OUT missing bigint, OUT extra bigint, OUT different bigint, OUT status text,
    OUT reason text)
    RETURNS SETOF record
    LANGUAGE c VOLATILE STRICT AS 'MODULE_PATHNAME', 'pg_sqlite_validate_relations';
COMMENT ON FUNCTION sqlite.validate(regclass, regclass, jsonb) IS
    'compares every row and column of two relations, columns by name unless the mapping says otherwise';

CREATE FUNCTION sqlite.differences(
    job bigint, table_name text, max_rows integer DEFAULT 100, OUT target text, OUT difference text, OUT key jsonb,
    OUT column_name text, OUT source_value text, OUT target_value text)
    RETURNS SETOF record
    LANGUAGE c VOLATILE AS 'MODULE_PATHNAME', 'pg_sqlite_differences_job';
COMMENT ON FUNCTION sqlite.differences(bigint, text, integer) IS
    'missing, extra and changed rows of a table that a job moved: key, column, both values';

CREATE FUNCTION sqlite.differences(
    source regclass, target regclass, mapping jsonb DEFAULT '{}', max_rows integer DEFAULT 100, OUT target_name text,
    OUT difference text, OUT key jsonb, OUT column_name text, OUT source_value text, OUT target_value text)
    RETURNS SETOF record
    LANGUAGE c VOLATILE STRICT AS 'MODULE_PATHNAME', 'pg_sqlite_differences_relations';
COMMENT ON FUNCTION sqlite.differences(regclass, regclass, jsonb, integer) IS
    'missing, extra and changed rows between two relations: key, column, both values';

CREATE FUNCTION sqlite.digest(
    relation regclass, key text[] DEFAULT NULL, chunk_rows bigint DEFAULT 10000, OUT chunk bigint, OUT first_key text[],
    OUT last_key text[], OUT rows bigint, OUT digest text)
    RETURNS SETOF record
    LANGUAGE c VOLATILE AS 'MODULE_PATHNAME', 'pg_sqlite_digest';
COMMENT ON FUNCTION sqlite.digest(regclass, text[], bigint) IS
    'checksums of a relation''s rows, by chunks of its key: the primary key unless another is named';

CREATE FUNCTION sqlite.validate_constraints(
    job bigint DEFAULT NULL, OUT target text, OUT kind text, OUT object text, OUT status text, OUT rows bigint)
    RETURNS SETOF record
    LANGUAGE c VOLATILE AS 'MODULE_PATHNAME', 'pg_sqlite_validate_constraints';
COMMENT ON FUNCTION sqlite.validate_constraints(bigint) IS
    'keys, checks, sequences and indexes of a job''s targets: holds, broken, not valid, behind or missing';

CREATE FUNCTION sqlite.assert_valid(job bigint DEFAULT NULL, allow text[] DEFAULT '{}') RETURNS void
    LANGUAGE c VOLATILE AS 'MODULE_PATHNAME', 'pg_sqlite_assert_valid';
COMMENT ON FUNCTION sqlite.assert_valid(bigint, text[]) IS
    'an error unless all that a job moved is proven; allow names kinds, objects and policies that are meant to be so';

CREATE FUNCTION sqlite.validate_queries(
    server text, target_schema text, queries jsonb, runs integer DEFAULT 1, OUT name text, OUT status text,
    OUT source_rows bigint, OUT target_rows bigint, OUT missing bigint, OUT extra bigint,
    OUT source_median_ms double precision, OUT source_p95_ms double precision, OUT target_median_ms double precision,
    OUT target_p95_ms double precision, OUT reason text)
    RETURNS SETOF record
    LANGUAGE c VOLATILE STRICT AS 'MODULE_PATHNAME', 'pg_sqlite_validate_queries';
COMMENT ON FUNCTION sqlite.validate_queries(text, text, jsonb, integer) IS
    'asks an application''s queries in SQLite and in PostgreSQL: are the answers the same, and how long do they take';
