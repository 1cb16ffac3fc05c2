-- sqlite.profile: what the columns of SQLite tables hold, before anything is moved.
\set data `echo "$PG_SQLITE_DATA"`
\set profile :data '/profile.db'
SET datestyle = 'ISO, YMD';
CREATE SERVER profile FOREIGN DATA WRAPPER pg_sqlite OPTIONS (database :'profile');

-- A row a column, in the table's order: what it was declared as, and what is in it.
SELECT column_name, declared_type, affinity, "rows", nulls, integers, reals, texts, blobs, empties
FROM sqlite.profile('profile', 'customer');
SELECT column_name, min, max, min_length, max_length, duplicates FROM sqlite.profile('profile', 'customer');
-- What the values look like.
SELECT column_name, formats FROM sqlite.profile('profile', 'customer') WHERE formats IS NOT NULL;
-- The rows that the type an import gives will refuse: how many, the first, and all kinds of trouble.
SELECT column_name, postgres_type, misfits, misfit_row, misfit_value FROM sqlite.profile('profile', 'customer') WHERE misfits > 0;
SELECT column_name, f.* FROM sqlite.profile('profile', 'customer'),
    jsonb_to_recordset(faults) AS f (fault text, "rows" bigint, "row" text, class text, value text);
-- What would suit them better, and what speaks against it.
SELECT column_name, postgres_type, suggested_type, suggested_encoding, reason, contradicting, contradicting_row AS "row", contradicting_value AS value
FROM sqlite.profile('profile', 'customer') WHERE reason IS NOT NULL;

-- Damaged text is counted; a text may hold either fault.
SELECT column_name, texts, invalid_text, nul_bytes, misfits, faults FROM sqlite.profile('profile', 'damage');
-- Dates in all kinds of clothes. Where two readings are as good, none is suggested.
SELECT column_name, formats, suggested_type, suggested_encoding, contradicting FROM sqlite.profile('profile', 'dates');
-- Rows without a rowid are named by their key.
SELECT column_name, misfits, misfit_row, misfit_value FROM sqlite.profile('profile', 'rate');
-- Duplicates in would-be keys: known where they cost nothing, counted on demand.
SELECT column_name, duplicates FROM sqlite.profile('profile', 'product');
SELECT column_name, duplicates FROM sqlite.profile('profile', 'product', count_duplicates => true);

-- All tables of the server; views only by name.
SELECT table_name, count(*) AS columns, min("rows") AS "rows", sum(misfits) AS misfits, min(error) AS error
FROM sqlite.profile('profile') GROUP BY table_name ORDER BY table_name COLLATE "C";
SELECT column_name, "rows", min, max FROM sqlite.profile('profile', 'ACTIVE');

-- Policies of the server are heeded: what they settle is no misfit any more.
ALTER SERVER profile OPTIONS (ADD empty_as_null 'true', ADD zero_date_as_null 'true', ADD timestamp_type 'timestamptz');
SELECT column_name, postgres_type, misfits, faults FROM sqlite.profile('profile', 'customer') WHERE column_name IN ('born', 'updated');
ALTER SERVER profile OPTIONS (DROP empty_as_null, DROP zero_date_as_null, DROP timestamp_type);

-- Errors.
SELECT * FROM sqlite.profile('nowhere');
SELECT * FROM sqlite.profile(NULL);
SELECT * FROM sqlite.profile('profile', 'nothing of that name');
SELECT * FROM sqlite.profile('profile', 'secret');

DROP SERVER profile;
