-- Tables whose targets exist already.
CREATE TABLE Child (id INTEGER PRIMARY KEY, ParentId INTEGER REFERENCES parent, mood TEXT, share INTEGER, small INTEGER, twice INTEGER);
CREATE TABLE parent (ID INTEGER PRIMARY KEY, NAME TEXT);
INSERT INTO parent VALUES (1, 'short'), (9, 'too long');
INSERT INTO child VALUES (1, 1, 'good', 50, 1, 2), (2, 9, 'ugly', 500, 70000, 140000);
CREATE TABLE looks (v INTEGER);
INSERT INTO looks VALUES (3);
CREATE TABLE full_already (id INTEGER PRIMARY KEY, v TEXT);
INSERT INTO full_already VALUES (1, 'theirs'), (2, 'new');
CREATE TABLE extra (unknown TEXT);
INSERT INTO extra VALUES ('x');
-- Unix seconds, and '' where nobody knew.
CREATE TABLE stay (guest TEXT, checked_in_at INTEGER, nights INTEGER);
INSERT INTO stay VALUES ('Ann', 1700000000, 2), ('Bob', 1700086400, '');
