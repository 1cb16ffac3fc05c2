-- sqlite.tables, columns, indexes, foreign_keys, views, triggers, inventory, conflicts: what is in a database.
\set data `echo "$PG_SQLITE_DATA"`
\set shop :data '/inventory.db'
\set branch :data '/inventory_other.db'
CREATE SERVER inventory FOREIGN DATA WRAPPER pg_sqlite OPTIONS (database :'shop');
CREATE SERVER branch FOREIGN DATA WRAPPER pg_sqlite OPTIONS (database :'branch');

-- Tables in the order they were made. Without a full read, rows are estimated by the range of rowids; a WITHOUT
-- ROWID table has none. Sizes are given because the file is small.
SELECT table_name, kind, module, strict, without_rowid AS wr, autoincrement AS auto, columns, primary_key
FROM sqlite.tables('inventory');
SELECT table_name, rows, rows_exact, size_bytes, index_bytes, unreadable
FROM sqlite.tables('inventory') WHERE kind <> 'shadow';

-- exact counts the rows.
SELECT table_name, rows, rows_exact FROM sqlite.tables('inventory', exact => true) WHERE kind <> 'shadow';
SELECT sql FROM sqlite.tables('inventory') WHERE table_name = 'country';

-- Columns, with the type an import by declaration gives.
SELECT table_name, ordinal_position AS "#", column_name, declared_type, affinity, postgres_type, collation_name
FROM sqlite.columns('inventory') WHERE table_name NOT LIKE 'note%';
SELECT table_name, column_name, not_null, default_sql, primary_key_position AS pk, generated, hidden
FROM sqlite.columns('inventory')
WHERE table_name NOT LIKE 'note\__%'
  AND (not_null OR default_sql <> '' OR primary_key_position > 0 OR generated <> '' OR hidden);

-- Server option timestamp_type decides what DATETIME becomes.
ALTER SERVER inventory OPTIONS (ADD timestamp_type 'timestamptz');
SELECT column_name, postgres_type FROM sqlite.columns('inventory') WHERE column_name = 'created';
ALTER SERVER inventory OPTIONS (DROP timestamp_type);

-- Indexes, those of constraints too; an expression stands as it was written.
SELECT table_name, index_name, is_unique AS u, is_partial AS p, origin, columns, descending, collations
FROM sqlite.indexes('inventory') WHERE table_name NOT LIKE 'note%';
SELECT index_name, predicate, sql FROM sqlite.indexes('inventory') WHERE is_partial;
SELECT bool_and(size_bytes = 4096) AS one_page_each
FROM sqlite.indexes('inventory') WHERE table_name IN ('customer', 'Order');

-- Foreign keys: the parent in its own spelling, implicit columns resolved, and parents that are missing.
SELECT * FROM sqlite.foreign_keys('inventory');

-- Views and triggers.
SELECT * FROM sqlite.views('inventory');
SELECT trigger_name, table_name, timing, event, update_columns FROM sqlite.triggers('inventory');
SELECT sql FROM sqlite.triggers('inventory') WHERE trigger_name = 'order_check';

-- All of it as one document, with the same objects.
SELECT jsonb_pretty((j -> 'file') - '{path,modified,schema_version,freelist_pages}'::text[]) AS file,
       jsonb_pretty(j -> 'counts') AS counts, j -> 'sqlite_sequence' AS sqlite_sequence
FROM sqlite.inventory('inventory') j;
SELECT j #>> '{file,path}' LIKE '/%/inventory.db' AS path,
       date_trunc('second', (j #>> '{file,modified}')::timestamptz) = f.modification AS modified,
       (j #>> '{file,size_bytes}')::bigint = f.size AS size
FROM sqlite.inventory('inventory') j, pg_stat_file(:'shop') f;
SELECT 'tables' AS part, (SELECT jsonb_agg(t) FROM sqlite.tables('inventory', true) t) = j -> 'tables' AS same
FROM sqlite.inventory('inventory', exact => true) j
UNION ALL SELECT 'columns', (SELECT jsonb_agg(t) FROM sqlite.columns('inventory') t) = sqlite.inventory('inventory') -> 'columns'
UNION ALL SELECT 'indexes', (SELECT jsonb_agg(t) FROM sqlite.indexes('inventory') t) = sqlite.inventory('inventory') -> 'indexes'
UNION ALL SELECT 'foreign_keys', (SELECT jsonb_agg(t) FROM sqlite.foreign_keys('inventory') t) = sqlite.inventory('inventory') -> 'foreign_keys'
UNION ALL SELECT 'views', (SELECT jsonb_agg(t) FROM sqlite.views('inventory') t) = sqlite.inventory('inventory') -> 'views'
UNION ALL SELECT 'triggers', (SELECT jsonb_agg(t) FROM sqlite.triggers('inventory') t) = sqlite.inventory('inventory') -> 'triggers';

-- An empty file, and one in UTF-16.
SELECT count(*) FROM sqlite.tables('cells');
SELECT sqlite.inventory('cells') -> 'counts' ->> 'tables' AS tables;
\set utf16 :data '/utf16.db'
CREATE SERVER inventory_utf16 FOREIGN DATA WRAPPER pg_sqlite OPTIONS (database :'utf16');
SELECT j -> 'file' ->> 'encoding' AS encoding, j -> 'tables' -> 0 ->> 'table_name' AS table_name
FROM sqlite.inventory('inventory_utf16') j;

-- Tables of one name in two databases.
SELECT table_name, sqlite_tables, comparison, differing_columns, proposal FROM sqlite.conflicts('{inventory,branch}');
SELECT table_name, unnest(differences) AS difference FROM sqlite.conflicts('{inventory,branch}');
SELECT table_name, reason, spec FROM sqlite.conflicts('{inventory,branch}');

-- A third copy with the same rows: equal tables whose keys overlap, so nothing can be merged as it is.
CREATE SERVER copy FOREIGN DATA WRAPPER pg_sqlite OPTIONS (database :'shop');
SELECT table_name, comparison, proposal, reason, spec FROM sqlite.conflicts('{inventory,copy}');
SELECT count(*) FROM sqlite.conflicts('{inventory}');
SELECT count(*) FROM sqlite.conflicts('{}');

-- What can't be answered.
SELECT helper.outcome('SELECT count(*)::text FROM sqlite.tables(''nowhere'')');
SELECT helper.outcome('SELECT count(*)::text FROM sqlite.conflicts(''{inventory,branch,inventory}'')');
SELECT helper.outcome('SELECT count(*)::text FROM sqlite.conflicts(''{inventory,NULL}'')');
SELECT count(*) FROM sqlite.tables(NULL);
CREATE FOREIGN DATA WRAPPER another;
CREATE SERVER another FOREIGN DATA WRAPPER another;
SELECT helper.outcome('SELECT sqlite.inventory(''another'')::text');
DROP FOREIGN DATA WRAPPER another CASCADE;
DROP SERVER inventory;
DROP SERVER inventory_utf16;
DROP SERVER branch;
DROP SERVER copy;
