-- What goes into a schema that the application has made.
CREATE TABLE doc (id INTEGER PRIMARY KEY AUTOINCREMENT, v TEXT);
INSERT INTO doc VALUES (41, 'a'), (42, 'b'), (50, 'gone');
DELETE FROM doc WHERE id = 50;
CREATE TABLE note (id INTEGER PRIMARY KEY, no INTEGER, code TEXT, v TEXT);
INSERT INTO note VALUES (7, 900, 'n-1', 'a'), (9, 300, 'n-2', 'b');
CREATE TABLE parent (id INTEGER PRIMARY KEY, tenant INTEGER);
INSERT INTO parent VALUES (1, 10), (2, 10), (3, 20);
CREATE TABLE child (id INTEGER PRIMARY KEY, tenant INTEGER, parent_id INTEGER, next_id INTEGER);
INSERT INTO child VALUES (1, 10, 1, 2), (2, 20, 3, NULL), (3, NULL, NULL, 1);
CREATE TABLE detail (child_id INTEGER PRIMARY KEY, v TEXT);
INSERT INTO detail VALUES (1, 'one'), (3, 'three');
