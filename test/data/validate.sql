-- For sqlite.validate: keys and no keys, rows that don't fit, references without a parent, all that a spec may say.
CREATE TABLE team (id INTEGER PRIMARY KEY, name TEXT NOT NULL);
INSERT INTO team VALUES (1, 'red'), (2, 'blue'), (3, 'green');
CREATE TABLE person (
    id INTEGER PRIMARY KEY,
    team_id INTEGER REFERENCES team (id),
    email TEXT,
    born DATE,
    seen INTEGER,
    balance NUMERIC(8,2),
    age INTEGER
);
INSERT INTO person VALUES
    (1, 1, 'Anna@Example.com', '1980-02-29', 1700000000123, 12.5, 40),
    (2, 2, 'bert@example.com', '1990-01-01', 1700000000000, 0, 30),
    (3, 9, 'carl@example.com', '1970-12-31', NULL, -3.25, 150),
    (4, NULL, NULL, 'yesterday', 0, 1, 20),
    (5, 3, 'dora@example.com', '2001-06-15', 1, 1.125, 22),
    (6, 9, 'eve@example.com', NULL, 2, NULL, NULL);
CREATE TABLE word (a TEXT, b REAL);
INSERT INTO word VALUES ('x', 1.5), ('x', 1.5), ('y', NULL), (NULL, NULL), (NULL, NULL);
CREATE TABLE grade (subject TEXT, pupil INTEGER, mark INTEGER, PRIMARY KEY (subject, pupil)) WITHOUT ROWID;
INSERT INTO grade VALUES ('art', 1, 2), ('art', 2, 'good'), ('maths', 1, 5), ('maths', 2, 7);
