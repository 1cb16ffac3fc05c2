-- Written to by sql/writing.sql.
CREATE TABLE note (id INTEGER PRIMARY KEY, title TEXT NOT NULL UNIQUE, stars INTEGER DEFAULT 3 CHECK (stars BETWEEN 0 AND 5), doubled INTEGER AS (stars * 2));
CREATE TABLE pair (a TEXT, b INTEGER, v TEXT, PRIMARY KEY (a, b)) WITHOUT ROWID;
CREATE TABLE bare (x TEXT);
CREATE TABLE far (x TEXT);
INSERT INTO far (rowid, x) VALUES (-5, 'negative'), (281474976710656, 'large'), (7, 'near');
CREATE TABLE tag (id INTEGER PRIMARY KEY AUTOINCREMENT, note INTEGER REFERENCES note (id), word TEXT);
CREATE TABLE strict (i INTEGER, r REAL, t TEXT, b BLOB, a ANY) STRICT;
CREATE TABLE log (what TEXT);
CREATE TRIGGER seen AFTER INSERT ON tag BEGIN
    INSERT INTO log VALUES ('tag ' || NEW.word);
    SELECT RAISE(ABORT, 'no such word') WHERE NEW.word = 'bad';
END;
CREATE VIEW named AS SELECT id, title FROM note;
CREATE TRIGGER into_view INSTEAD OF INSERT ON named BEGIN INSERT INTO note (title) VALUES (NEW.title); END;
-- More than work_mem holds.
CREATE TABLE many (id INTEGER PRIMARY KEY, x TEXT);
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000) INSERT INTO many SELECT i, 'row ' || i FROM n;
-- A conflict that rolls back SQLite's whole transaction.
CREATE TABLE abrupt (a INTEGER UNIQUE ON CONFLICT ROLLBACK);
-- A key that is spelt as no date is written.
CREATE TABLE dated (day TEXT PRIMARY KEY, n INTEGER) WITHOUT ROWID;
INSERT INTO dated VALUES ('2024-01-05', 1), ('2024-01-06 00:00:00', 2);
CREATE TABLE part (id INTEGER, x TEXT);
CREATE TABLE typed (id INTEGER PRIMARY KEY, flag BOOLEAN, small SMALLINT, f FLOAT, n NUMERIC, d TEXT, ts DATETIME, tz TEXT, unix_ms INTEGER, julian REAL, t TEXT, u TEXT, ub BLOB, j JSON, jb TEXT, a TEXT, i TEXT, b BLOB, c TEXT);
-- What SQLite makes of a boolean here reads as none.
CREATE TABLE real (id INTEGER PRIMARY KEY, r REAL);
CREATE TABLE child (id INTEGER PRIMARY KEY, note INTEGER REFERENCES note (id), later INTEGER REFERENCES note (id) DEFERRABLE INITIALLY DEFERRED);
