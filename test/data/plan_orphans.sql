-- Rows that a target's constraints and types refuse.
CREATE TABLE parent (id INTEGER PRIMARY KEY);
INSERT INTO parent VALUES (1);
CREATE TABLE child (id INTEGER PRIMARY KEY, parent_id INTEGER REFERENCES parent);
INSERT INTO child VALUES (1, 1), (2, 2), (3, NULL);
CREATE TABLE node (id INTEGER PRIMARY KEY, up INTEGER REFERENCES node);
INSERT INTO node VALUES (1, NULL), (2, 1), (3, 99), (4, 3), (5, 4);
CREATE TABLE refused (id INTEGER PRIMARY KEY, a INTEGER NOT NULL, b INTEGER, c DATE);
INSERT INTO refused VALUES (1, 1, 1, '2024-01-01'), (2, 'x', 'y', 'z'), (3, 3, 'y', '2024-01-01'), (4, 4, 4, 'z');
