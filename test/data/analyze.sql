-- Tables whose statistics are known, for the tests of ANALYZE.
PRAGMA page_size = 4096;
BEGIN;
-- Small: everything is in the sample, so that the statistics are exact.
CREATE TABLE colour (id INTEGER PRIMARY KEY, name TEXT, weight REAL, note TEXT);
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000)
INSERT INTO colour SELECT i,
    CASE WHEN i % 10 < 5 THEN 'red' WHEN i % 10 < 8 THEN 'green' WHEN i % 10 < 9 THEN 'blue' END,
    i * 0.5, CASE WHEN i % 4 = 0 THEN 'note ' || i END FROM n;
-- Big, and its head differs from its tail. The index holds the rowids in another order.
CREATE TABLE clustered (id INTEGER PRIMARY KEY, part TEXT, n INTEGER);
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 60000)
INSERT INTO clustered SELECT i, CASE WHEN i <= 20000 THEN 'head' WHEN i <= 40000 THEN 'body' ELSE 'tail' END, i FROM n;
CREATE INDEX clustered_part ON clustered (part, n DESC);
-- A dense head and a few rows far behind it, and the other way round.
CREATE TABLE gaps (id INTEGER PRIMARY KEY, part TEXT);
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 40000) INSERT INTO gaps SELECT i, 'dense' FROM n;
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 4000)
INSERT INTO gaps SELECT 1000000000000 + i * 1000000000, 'sparse' FROM n;
-- Every other rowid of the first half, every rowid of the second.
CREATE TABLE holes (id INTEGER PRIMARY KEY, part TEXT);
WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 29999)
INSERT INTO holes SELECT i, CASE WHEN i < 15000 THEN 'thin' ELSE 'thick' END FROM n WHERE i >= 15000 OR i % 2 = 0;
-- All of SQLite's rowids: the width of the range does not fit in 64 bits.
CREATE TABLE extreme (id INTEGER PRIMARY KEY, v TEXT);
INSERT INTO extreme VALUES (-9223372036854775808, 'first'), (0, 'middle'), (9223372036854775807, 'last');
CREATE TABLE keyed (k TEXT PRIMARY KEY, v INTEGER) WITHOUT ROWID;
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 40000)
INSERT INTO keyed SELECT printf('%05d', i), i % 2 FROM n;
CREATE VIEW reds AS SELECT * FROM colour WHERE name = 'red';
CREATE TABLE empty_one (id INTEGER PRIMARY KEY, v TEXT);
-- Cells that do not fit what their columns declare.
CREATE TABLE dirty (id INTEGER PRIMARY KEY, amount INTEGER, born TEXT, code TEXT, doc TEXT);
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100)
INSERT INTO dirty SELECT i,
    CASE WHEN i % 10 = 0 THEN 'n/a' ELSE i % 5 END,
    CASE WHEN i % 20 = 0 THEN 'never' ELSE date('2024-01-01', '+' || (i % 3) || ' days') END,
    CASE WHEN i % 4 = 0 THEN 'bad' ELSE 'good' END,
    CASE WHEN i % 50 = 0 THEN '{' ELSE '{"a": 1}' END FROM n;
-- Values that are too wide to be kept: text of two-byte characters, bytes, JSON.
CREATE TABLE wide (id INTEGER PRIMARY KEY, t TEXT, b BLOB, j TEXT);
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20)
INSERT INTO wide SELECT i, CASE WHEN i > 10 THEN replace(hex(zeroblob(50000)), '00', 'é') ELSE 'short' END,
    CASE WHEN i > 10 THEN randomblob(100000) ELSE x'01' END,
    CASE WHEN i > 10 THEN json_object('k', hex(zeroblob(50000))) ELSE '{}' END FROM n;
-- sqlite_stat1 is what the planner uses before ANALYZE; here it is out of date.
CREATE TABLE grown (id INTEGER PRIMARY KEY);
INSERT INTO grown VALUES (1), (2);
ANALYZE grown;
WITH RECURSIVE n(i) AS (SELECT 3 UNION ALL SELECT i + 1 FROM n WHERE i < 5000) INSERT INTO grown SELECT i FROM n;
COMMIT;
