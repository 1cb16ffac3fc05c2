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
