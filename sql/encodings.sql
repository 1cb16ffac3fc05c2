-- Databases in UTF-16, and names and values beyond ASCII. (Servers with other encodings: test/t/004_encodings.pl.)
\set data `echo "$PG_SQLITE_DATA"`
\set utf16 :data '/utf16.db'
\set utf16be :data '/utf16be.db'
CREATE SERVER utf16 FOREIGN DATA WRAPPER pg_sqlite OPTIONS (database :'utf16');
CREATE SERVER utf16be FOREIGN DATA WRAPPER pg_sqlite OPTIONS (database :'utf16be');
CREATE SCHEMA utf16;
IMPORT FOREIGN SCHEMA main FROM SERVER utf16 INTO utf16;
SELECT * FROM utf16."tâble" WHERE id <> 6 ORDER BY id;
SELECT count("naïve" || '') FROM utf16."tâble";
ALTER FOREIGN TABLE utf16."tâble" ALTER "naïve" OPTIONS (ADD nul_bytes 'strip');
SELECT id, "naïve" FROM utf16."tâble" ORDER BY id;
CREATE FOREIGN TABLE utf16.upper (id integer, v text) SERVER utf16 OPTIONS (query 'SELECT id, v FROM seen WHERE id < 4');
SELECT * FROM utf16.upper ORDER BY id;
EXPLAIN (VERBOSE, COSTS OFF) SELECT "naïve" FROM utf16."tâble";
SELECT * FROM sqlite.query('utf16', 'SELECT "naïve" FROM "tâble" WHERE "naïve" = ''Grüße''') AS q (v text);
CREATE FOREIGN TABLE utf16.bytes (id integer, "naïve" bytea) SERVER utf16 OPTIONS ("table" 'tâble');
SELECT * FROM utf16.bytes ORDER BY id;
CREATE SCHEMA utf16be;
IMPORT FOREIGN SCHEMA main FROM SERVER utf16be INTO utf16be OPTIONS (types 'stored');
-- A lone surrogate is no text; 'stored' saw two of them.
SELECT * FROM utf16be.words ORDER BY id;
ALTER FOREIGN TABLE utf16be.words ALTER v TYPE text;
SELECT * FROM utf16be.words;
ALTER FOREIGN TABLE utf16be.words ALTER v OPTIONS (ADD invalid_text 'replace');
SELECT * FROM utf16be.words ORDER BY id;
