-- A second database with tables of the same names.
CREATE TABLE parent (id INTEGER PRIMARY KEY, name VARCHAR(20));
INSERT INTO parent VALUES (1, 'other'), (2, 'second');
CREATE TABLE child (id INTEGER PRIMARY KEY, parentid INTEGER REFERENCES parent (id));
INSERT INTO child VALUES (1, 2);
