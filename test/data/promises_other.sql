-- Refers to the tables of promises.sql.
CREATE TABLE click (id INTEGER PRIMARY KEY, member INTEGER);
INSERT INTO click VALUES (1, 1), (2, 99), (3, NULL);
-- A key that follows the rows of its own table.
CREATE TABLE chain (id INTEGER PRIMARY KEY, next INTEGER REFERENCES chain (id) ON DELETE CASCADE);
INSERT INTO chain VALUES (1, NULL), (2, 1), (3, 7);
