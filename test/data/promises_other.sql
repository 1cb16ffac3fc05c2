-- Refers to the tables of promises.sql.
CREATE TABLE click (id INTEGER PRIMARY KEY, member INTEGER);
INSERT INTO click VALUES (1, 1), (2, 99), (3, NULL);
