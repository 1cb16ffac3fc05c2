-- Rows without a parent, for a schema that exists. Rows 99 and above have none.
CREATE TABLE note (id INTEGER PRIMARY KEY, name TEXT);
INSERT INTO note VALUES (1, 'a'), (2, 'b');
CREATE TABLE file (id INTEGER PRIMARY KEY, note_id INTEGER NOT NULL);
INSERT INTO file VALUES (1, 1), (2, 99), (3, 2);
CREATE TABLE tag (id INTEGER PRIMARY KEY, note_id INTEGER, file_id INTEGER);
INSERT INTO tag VALUES (1, 99, 1), (2, 1, 2), (3, 2, 3), (4, NULL, 99);
-- A tree, and rows that refer to seeds.
CREATE TABLE node (id INTEGER PRIMARY KEY, up INTEGER);
INSERT INTO node VALUES (1, 2), (2, NULL), (3, 1), (4, 98), (5, 4);
CREATE TABLE person (id INTEGER PRIMARY KEY, country TEXT, x INTEGER, y INTEGER);
INSERT INTO person VALUES (1, 'de', 1, 1), (2, 'xx', 1, 2), (3, NULL, 1, NULL), (4, 'fr', NULL, NULL);
CREATE TABLE kind (id INTEGER PRIMARY KEY, name TEXT);
INSERT INTO kind VALUES (1, 'a'), (2, 'b');
CREATE TABLE thing (id INTEGER PRIMARY KEY, kind INTEGER, other INTEGER);
INSERT INTO thing VALUES (1, 1, NULL), (2, 2, 1);
