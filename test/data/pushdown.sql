-- What the pushdown script reads: each kind of column once, an index, parts to join, misfits, a STRICT table.
CREATE TABLE item (id INTEGER PRIMARY KEY, stock INTEGER, small SMALLINT, name TEXT, code TEXT COLLATE NOCASE, note TEXT, weight REAL, price DECIMAL(10,2), active BOOLEAN, day DATE, at DATETIME, token UUID, data JSON);
CREATE INDEX item_stock ON item (stock);
INSERT INTO item VALUES
    (1, 1, 1, 'a', 'x', 'n', 1.5, 1.5, 1, '2024-02-29', '2024-02-29 12:00', NULL, '{"a": 1}'),
    (2, 2, 2, 'b', 'X', 'N', 2.5, 2.25, 'yes', '2024-03-01', '2024-03-01T12:00:00Z', NULL, NULL),
    (3, 3, NULL, 'b', 'y', NULL, -0.0, 3, 0, NULL, NULL, NULL, NULL),
    (4, 4, 4, 'é', NULL, 'é', 9e999, 1, 'f', '2024-01-01', '2024-01-01', NULL, NULL),
    (5, NULL, 5, NULL, 'Y', 'z', NULL, NULL, NULL, NULL, NULL, NULL, NULL);
CREATE TABLE part (id INTEGER PRIMARY KEY, item INTEGER, label TEXT);
CREATE INDEX part_item ON part (item);
INSERT INTO part VALUES (1, 1, 'one'), (2, 2, 'two'), (3, 2, 'three'), (4, 9, 'lost'), (5, NULL, 'loose');
CREATE TABLE large (n INTEGER);
INSERT INTO large VALUES (9223372036854775807), (9223372036854775807), (1);
CREATE TABLE misfit (n INTEGER);
INSERT INTO misfit VALUES (1), (2), ('many');
CREATE TABLE strict (id INTEGER PRIMARY KEY, n INTEGER NOT NULL) STRICT;
INSERT INTO strict VALUES (1, 1), (2, 2);
-- Numbers in words, which SQLite keeps as texts behind all numbers.
CREATE TABLE words (id INTEGER PRIMARY KEY, r REAL);
INSERT INTO words VALUES (1, 1.5), (2, '-Infinity'), (3, -9e999), (4, 'NaN');
