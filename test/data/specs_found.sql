-- What migrations made at random have found, made small.

-- Keys of tables without rowids that are told apart by their class alone.
CREATE TABLE mark (k PRIMARY KEY, note TEXT) WITHOUT ROWID;
INSERT INTO mark VALUES ('', 'a'), (x'', 'b'), ('a', 'c'), (x'61', 'd'), (CAST(x'61ff' AS TEXT), 'e'), (x'61ff', 'f'), (1, 'g'), ('1', x'00'), (1.5, x'00'), ('1.5', 'h'), (9e999, x'00');

-- A document that jsonb would keep half of.
CREATE TABLE document (id INTEGER PRIMARY KEY, body TEXT);
INSERT INTO document VALUES (1, '{"a": 1, "a": 2}'), (2, '{"a": 1}');

-- A row that is an orphan, and too long.
CREATE TABLE parent (id INTEGER PRIMARY KEY);
CREATE TABLE child (code TEXT PRIMARY KEY, parent INTEGER NOT NULL REFERENCES parent (id)) WITHOUT ROWID;
INSERT INTO child VALUES ('longer than five', 7);

-- A name of 80 bytes, whose 63rd lies within a character once it has a prefix.
CREATE TABLE "ääääääääääääääääääääääääääääääääääääääää" (id INTEGER PRIMARY KEY, n INTEGER CHECK (n > 0));
INSERT INTO "ääääääääääääääääääääääääääääääääääääääää" VALUES (1, 1);

-- One value, written in two ways, under keys: one that others refer to, one of two columns.
CREATE TABLE device (id UUID PRIMARY KEY, n REAL);
CREATE TABLE reading (id INTEGER PRIMARY KEY, device UUID REFERENCES device (id), at TIMESTAMP, day DATE);
CREATE UNIQUE INDEX reading_at ON reading (at, day);
INSERT INTO device VALUES ('6b9c1c3e-1111-4222-8333-444455556666', 1), ('6B9C1C3E-1111-4222-8333-444455556666', 2);
INSERT INTO reading VALUES (1, '6B9C1C3E-1111-4222-8333-444455556666', '2024-01-01 10:00:00', '2024-01-01'), (2, NULL, '2024-01-01T10:00:00Z', '2024-01-01');

-- For a target that keeps whole seconds: numbers among texts, and digits.
CREATE TABLE event (id INTEGER PRIMARY KEY, at DATETIME);
INSERT INTO event VALUES (1, '2024-01-01 10:00:00.5'), (2, '1704103200'), (3, '2024-01-01 10:00:00');

-- Rows that repeat what is unique in the target.
CREATE TABLE seat (id INTEGER PRIMARY KEY, number INTEGER, guest TEXT);
INSERT INTO seat VALUES (1, 7, 'Ann'), (2, 7, 'Bob'), (3, 8, 'Cleo');

-- References without a parent, in two tables that become one.
CREATE TABLE branch (code TEXT PRIMARY KEY, up TEXT REFERENCES branch (code));
CREATE TABLE twig (code TEXT PRIMARY KEY, up TEXT REFERENCES twig (code));
INSERT INTO branch VALUES ('a', 'nowhere'), ('b', 'a');
INSERT INTO twig VALUES ('c', 'nowhere'), ('d', 'c');
