-- IMPORT FOREIGN SCHEMA: what is imported, under which names and types.
\set data `echo "$PG_SQLITE_DATA"`
\set import :data '/import.db'
\set empty :data '/empty.db'
SET datestyle = 'ISO, YMD';
SET timezone = 'UTC';
CREATE SERVER import FOREIGN DATA WRAPPER pg_sqlite OPTIONS (database :'import');
-- A foreign table as IMPORT left it.
CREATE FUNCTION pg_temp.columns(t regclass) RETURNS TABLE (name text, type text, "not null" boolean, "default" text, options text) LANGUAGE sql AS $$
    SELECT attname, format_type(atttypid, atttypmod), attnotnull, pg_get_expr(adbin, adrelid), array_to_string(attfdwoptions, ' ')
    FROM pg_attribute LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum WHERE attrelid = t AND attnum > 0 ORDER BY attnum $$;

CREATE SCHEMA declared;
IMPORT FOREIGN SCHEMA main FROM SERVER import INTO declared;
SELECT relname, ftoptions FROM pg_foreign_table JOIN pg_class ON oid = ftrelid WHERE relnamespace = 'declared'::regnamespace ORDER BY relname COLLATE "C";
SELECT * FROM pg_temp.columns('declared.customer');
SELECT * FROM pg_temp.columns('declared."order"');
SELECT * FROM pg_temp.columns('declared."user"');
SELECT * FROM pg_temp.columns('declared.clash');
SELECT * FROM pg_temp.columns('declared.a_table_name_that_is_longer_than_sixty_three_bytes_and_goes_on_');
SELECT * FROM declared.a_table_name_that_is_longer_than_sixty_three_bytes_and_goes_on_;
SELECT * FROM pg_temp.columns('declared.keyed');
SELECT * FROM declared."user";
SELECT * FROM declared.clash;
SELECT * FROM declared."table";
SELECT n, total FROM declared.totals;
SELECT * FROM declared.customer;

-- types 'stored': every row fits.
CREATE SCHEMA stored;
IMPORT FOREIGN SCHEMA main LIMIT TO (customer, messy, nothing_declared, promoted, keyed, no_rows, totals, typed, network) FROM SERVER import INTO stored OPTIONS (types 'stored');
SELECT * FROM pg_temp.columns('stored.messy');
SELECT * FROM stored.messy ORDER BY id;
SELECT * FROM pg_temp.columns('stored.nothing_declared');
SELECT * FROM stored.nothing_declared ORDER BY i;
SELECT * FROM pg_temp.columns('stored.promoted');
SELECT * FROM pg_temp.columns('stored.keyed');
SELECT * FROM pg_temp.columns('stored.no_rows');
SELECT name, type FROM pg_temp.columns('stored.typed');
SELECT name, type FROM pg_temp.columns('stored.network');
SELECT * FROM stored.network ORDER BY id;
SELECT * FROM stored.totals;
SELECT count(*) FROM (SELECT * FROM stored.customer) c;

-- promote: all, or some.
CREATE SCHEMA promote_all;
IMPORT FOREIGN SCHEMA main LIMIT TO (promoted) FROM SERVER import INTO promote_all OPTIONS (types 'stored', promote 'all');
SELECT name, type FROM pg_temp.columns('promote_all.promoted');
SELECT * FROM promote_all.promoted ORDER BY id;
CREATE SCHEMA promote_some;
IMPORT FOREIGN SCHEMA main LIMIT TO (promoted) FROM SERVER import INTO promote_some OPTIONS (types 'stored', promote 'uuid, boolean');
SELECT name, type FROM pg_temp.columns('promote_some.promoted');

-- types 'text': numbers and all.
CREATE SCHEMA as_text;
IMPORT FOREIGN SCHEMA main LIMIT TO (messy) FROM SERVER import INTO as_text OPTIONS (types 'text');
SELECT DISTINCT type FROM pg_temp.columns('as_text.messy');
SELECT id, n, amount, moment FROM as_text.messy ORDER BY id;

-- The other options.
CREATE SCHEMA more;
IMPORT FOREIGN SCHEMA main LIMIT TO (customer, keyed) FROM SERVER import INTO more OPTIONS (import_default 'true', import_not_null 'false', import_generated 'false', import_rowid 'true', timestamp_type 'timestamptz');
SELECT * FROM pg_temp.columns('more.customer');
CREATE SCHEMA rowids;
IMPORT FOREIGN SCHEMA main LIMIT TO ("Order", clash, keyed, totals) FROM SERVER import INTO rowids OPTIONS (import_rowid 'true', fold_case 'preserve');
SELECT relname, ftoptions FROM pg_foreign_table JOIN pg_class ON oid = ftrelid WHERE relnamespace = 'rowids'::regnamespace ORDER BY relname COLLATE "C";
SELECT * FROM pg_temp.columns('rowids.clash');
SELECT * FROM pg_temp.columns('rowids."Order"');
SELECT rowid, "Straße" FROM rowids.clash;
CREATE SCHEMA quick;
IMPORT FOREIGN SCHEMA main LIMIT TO (messy) FROM SERVER import INTO quick OPTIONS (probe_rows '0');
DROP SCHEMA quick CASCADE;
CREATE SCHEMA quick;
IMPORT FOREIGN SCHEMA main LIMIT TO (messy) FROM SERVER import INTO quick OPTIONS (probe_rows '1');

-- LIMIT TO and EXCEPT take PostgreSQL's or SQLite's spelling.
CREATE SCHEMA limited;
IMPORT FOREIGN SCHEMA main LIMIT TO ("Order") FROM SERVER import INTO limited;
IMPORT FOREIGN SCHEMA main LIMIT TO ("ORDER", absent, keyed) FROM SERVER import INTO limited;
SELECT relname FROM pg_class WHERE relnamespace = 'limited'::regnamespace ORDER BY relname COLLATE "C";
CREATE SCHEMA excepted;
SET client_min_messages = error;
IMPORT FOREIGN SCHEMA main EXCEPT ("Order", customer, messy, search, search_config, search_content, search_data, search_docsize, search_idx, clash, "table") FROM SERVER import INTO excepted;
RESET client_min_messages;
SELECT relname FROM pg_class WHERE relnamespace = 'excepted'::regnamespace ORDER BY relname COLLATE "C";

-- Errors.
IMPORT FOREIGN SCHEMA public FROM SERVER import INTO limited;
IMPORT FOREIGN SCHEMA main FROM SERVER import INTO limited OPTIONS (type 'stored');
IMPORT FOREIGN SCHEMA main FROM SERVER import INTO limited OPTIONS (types 'guess');
IMPORT FOREIGN SCHEMA main FROM SERVER import INTO limited OPTIONS (promote 'all');
IMPORT FOREIGN SCHEMA main FROM SERVER import INTO limited OPTIONS (types 'stored', promote 'uuid, xml');
IMPORT FOREIGN SCHEMA main FROM SERVER import INTO limited OPTIONS (fold_case 'upper');
IMPORT FOREIGN SCHEMA main FROM SERVER import INTO limited OPTIONS (timestamp_type 'date');
IMPORT FOREIGN SCHEMA main FROM SERVER import INTO limited OPTIONS (probe_rows '-1');
IMPORT FOREIGN SCHEMA main FROM SERVER import INTO limited OPTIONS (import_default 'maybe');
-- A file without tables.
CREATE SCHEMA nothing;
\set VERBOSITY terse
IMPORT FOREIGN SCHEMA main FROM SERVER cells INTO nothing;
