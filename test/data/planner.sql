-- For sql/planner.sql: what plans may leave out, and what is more than SQLite takes.
CREATE TABLE t(a INTEGER PRIMARY KEY, b INTEGER, name TEXT);
INSERT INTO t WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300)
SELECT i, i % 10, 'n' || i FROM n;
CREATE TABLE u(a INTEGER PRIMARY KEY, c INTEGER);
INSERT INTO u SELECT a, a % 7 FROM t WHERE a <= 100;
CREATE TABLE fading(kept INTEGER, gone INTEGER);
CREATE VIEW of_t AS SELECT a, b, name FROM t;
