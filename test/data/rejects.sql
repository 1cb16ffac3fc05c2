-- What a migration puts aside, in tables with a rowid and without, and foreign keys that refer to their own table or in
-- a ring.
CREATE TABLE "Visit" ("VisitId" INTEGER PRIMARY KEY, "OccurredOn" DATE, "Minutes" INTEGER CHECK ("Minutes" <> 13), note VARCHAR(5));
PRAGMA ignore_check_constraints = on;
INSERT INTO "Visit" VALUES (1, '2024-02-29', 10, 'a'), (2, '2024-02-30', 20, 'b'), (3, '2024-03-01', 13, 'c'), (4, '2024-03-02', -1, 'd'),
    (5, 'soon', 'many', 'too long');
-- Keys of every class: 5 and '5' are two rows.
CREATE TABLE code (code, "Part" INTEGER, amount INTEGER, day DATE, PRIMARY KEY (code, "Part")) WITHOUT ROWID;
INSERT INTO code VALUES ('ok', 1, 1, '2024-01-01'), (5, 1, 'x', '2024-01-01'), ('5', 1, 'y', '2024-01-02'), (2.5, 1, 13, '2024-01-03'),
    (x'ff', 2, 13, '2024-01-04'), ('tä"g', 3, -1, 20240101), ('z', 4, 2, '2024-01-05');

-- Each row's parent is the row before it; the first has none, so that all but the last branch goes, step by step.
CREATE TABLE link (id INTEGER PRIMARY KEY, before INTEGER REFERENCES link, name TEXT);
INSERT INTO link VALUES (2, 1, 'two'), (3, 2, 'three'), (4, 3, 'four'), (5, NULL, 'five'), (6, 5, 'six'), (7, 7, 'itself');
-- A ring.
CREATE TABLE hen (id INTEGER PRIMARY KEY, egg INTEGER REFERENCES egg (id));
CREATE TABLE egg (id INTEGER PRIMARY KEY, hen INTEGER REFERENCES hen (id));
INSERT INTO hen VALUES (1, 1), (2, 2), (3, NULL), (4, 99);
INSERT INTO egg VALUES (1, 1), (2, 4), (3, 2), (4, NULL);
-- Children by two columns, without rowid and without a column for it.
CREATE TABLE spot (x INTEGER, y INTEGER, PRIMARY KEY (x, y)) WITHOUT ROWID;
INSERT INTO spot VALUES (1, 1);
CREATE TABLE marker (tag TEXT PRIMARY KEY, "AtX" INTEGER, "AtY" INTEGER, FOREIGN KEY ("AtX", "AtY") REFERENCES spot) WITHOUT ROWID;
INSERT INTO marker VALUES ('here', 1, 1), ('there', 1, 2), ('nowhere', NULL, 2);
CREATE TABLE trail (step TEXT, x INTEGER, y INTEGER, FOREIGN KEY (x, y) REFERENCES spot (x, y));
INSERT INTO trail VALUES ('a', 1, 1), ('b', 3, 3);
