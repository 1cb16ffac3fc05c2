-- Tables whose targets are partitioned, and tables that refer to themselves and to each other.
CREATE TABLE log (id INTEGER PRIMARY KEY, at INTEGER, level INTEGER, note TEXT UNIQUE, CHECK (level >= 0));
INSERT INTO log VALUES (1, 1704067200, 1, 'a'), (2, 1706745599, 2, 'b'), (3, 1711929600, 3, 'c'), (4, NULL, 4, 'd'), (6, 'no time', 6, 'f');
CREATE INDEX log_level ON log (level);
CREATE UNIQUE INDEX log_at ON log (at, level);
CREATE UNIQUE INDEX log_note ON log (lower(note));
CREATE TABLE detail (id INTEGER PRIMARY KEY, log_id INTEGER REFERENCES log (id), log_at INTEGER, level INTEGER, FOREIGN KEY (log_at, level) REFERENCES log (at, level));
INSERT INTO detail VALUES (1, 1, 1704067200, 1), (2, 3, NULL, 3);
CREATE TABLE number (n INTEGER, big INTEGER);
INSERT INTO number VALUES (-1001, 1), (-1, 2), (0, 9223372036854775807), (2500, -9223372036854775807);
CREATE TABLE day (d DATE PRIMARY KEY, v TEXT);
INSERT INTO day VALUES ('2023-12-31', 'x'), ('2024-01-01', 'y'), ('2024-01-08', 'z');
CREATE TABLE hollow (at DATETIME);
CREATE TABLE far (at DATETIME);
INSERT INTO far VALUES ('2024-01-01 10:00:00'), ('0001-01-01 00:00:00');
-- For targets that exist.
CREATE TABLE node (id INTEGER PRIMARY KEY, up INTEGER);
INSERT INTO node VALUES (1, 2), (2, 3), (3, NULL);
CREATE TABLE chicken (id INTEGER PRIMARY KEY, egg INTEGER);
CREATE TABLE egg (id INTEGER PRIMARY KEY, chicken INTEGER);
INSERT INTO chicken VALUES (1, 1), (2, 1);
INSERT INTO egg VALUES (1, 2), (2, 1), (3, 99);
CREATE TABLE leaf (id INTEGER PRIMARY KEY, node INTEGER);
INSERT INTO leaf VALUES (1, 3);
