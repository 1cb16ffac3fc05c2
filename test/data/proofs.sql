-- What a migration is proven by, where rows do not come over as they are.

-- Keys of tables without rowids: two that are one moment in PostgreSQL, one that is none, one of bytes.
CREATE TABLE moment (at DATETIME PRIMARY KEY, note TEXT) WITHOUT ROWID;
INSERT INTO moment VALUES ('2024-01-01', 'a'), ('2024-01-01 00:00:00', 'b'), ('soon', 'c'), (x'00ff', 'd'), ('2024-02-02', 'e');

CREATE TABLE parent (id INTEGER PRIMARY KEY);
CREATE TABLE child (id INTEGER PRIMARY KEY, parent INTEGER REFERENCES parent (id));
INSERT INTO parent VALUES (1);
INSERT INTO child VALUES (1, 1);

-- What an expression fails for, and what is mended.
CREATE TABLE share (id INTEGER PRIMARY KEY, part TEXT, note TEXT);
INSERT INTO share VALUES (1, '1', 'a'), (2, '2', 'b'), (3, 'x', 'c'), (4, '0', 'd'), (5, '5', 'e');
CREATE TABLE town (code TEXT PRIMARY KEY, zip TEXT) WITHOUT ROWID;
INSERT INTO town VALUES ('a', '12345'), ('b', '2134'), ('c', '99999'), ('d', 'none');

-- Rules that go on.
CREATE TABLE pupil (id INTEGER PRIMARY KEY, name TEXT, age INTEGER, mark INTEGER, team INTEGER REFERENCES parent (id));
INSERT INTO pupil VALUES (1, 'Ann', 10, 1, 1), (2, '', 11, 2, 1), (3, 'Bob', 200, 3, 1), (4, 'Cleo', 12, 9, 1);
