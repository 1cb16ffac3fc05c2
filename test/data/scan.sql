-- Tables of every shape SQLite knows, for the scan tests.
PRAGMA page_size = 1024;
CREATE TABLE item (id INTEGER PRIMARY KEY, name TEXT, price REAL, note BLOB);
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100)
INSERT INTO item SELECT i, 'item ' || i, i * 1.25, CASE WHEN i % 10 = 0 THEN zeroblob(i) END FROM n;
CREATE TABLE sale (item_id INTEGER, day TEXT, amount INTEGER);
INSERT INTO sale SELECT id % 7 + 1, date('2024-01-01', '+' || id || ' days'), id FROM item;
CREATE VIEW cheap AS SELECT id, name, price FROM item WHERE price < 5;
CREATE TABLE bare (a, b);  -- no declared types, rowid only by name
INSERT INTO bare (rowid, a, b) VALUES (10, 'ten', 1), (-3, 'minus three', 2.5), (9223372036854775807, 'last', x'00');
CREATE TABLE pair (a TEXT, b INTEGER, v TEXT, PRIMARY KEY (b, a)) WITHOUT ROWID;
INSERT INTO pair VALUES ('x', 1, 'one'), ('y', 1, 'two'), ('x', 2, 'oops');
CREATE TABLE strict_one (id INTEGER PRIMARY KEY, n INT, r REAL, t TEXT, b BLOB, a ANY) STRICT;
INSERT INTO strict_one VALUES (1, 5, 2.5, 'text', x'01', 'any'), (2, NULL, NULL, NULL, NULL, 7);
CREATE TABLE computed (a INTEGER, b INTEGER GENERATED ALWAYS AS (a * 2) VIRTUAL, c TEXT AS (a || '!') STORED);
INSERT INTO computed (a) VALUES (1), (2), (NULL);
CREATE VIRTUAL TABLE words USING fts5(title, body);
INSERT INTO words VALUES ('first', 'the quick brown fox'), ('second', 'the lazy dog');
CREATE VIRTUAL TABLE boxes USING rtree(id, x0, x1, y0, y1);
INSERT INTO boxes VALUES (1, 0, 1, 0, 1), (2, 10.5, 11.5, 10, 20);
CREATE TABLE "odd ""name"" with 'quotes'
and a line" ("a ""column""" INTEGER, "it's" TEXT, "with
line" TEXT, "" TEXT, "select" TEXT, "ünïcode 😀" TEXT, "a b;--" TEXT);
INSERT INTO "odd ""name"" with 'quotes'
and a line" VALUES (1, 'two', 'three', 'four', 'five', 'six', 'seven');
CREATE TABLE rowid_hidden (rowid TEXT, oid TEXT, v TEXT);  -- only _rowid_ still names it
INSERT INTO rowid_hidden (_rowid_, rowid, oid, v) VALUES (5, 'a', 'b', 'bad');
CREATE TABLE rowid_gone (rowid TEXT, oid TEXT, _rowid_ TEXT, v TEXT);
INSERT INTO rowid_gone VALUES ('a', 'b', 'c', 'bad');
CREATE TABLE "case" (id INTEGER PRIMARY KEY, "Mixed" TEXT);
INSERT INTO "case" VALUES (1, 'case');
CREATE TABLE big (id INTEGER PRIMARY KEY, n INTEGER);
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 50000) INSERT INTO big SELECT i, i % 1000 FROM n;
