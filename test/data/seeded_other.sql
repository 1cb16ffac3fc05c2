-- Refers to rows of the other file.
CREATE TABLE visit (id INTEGER PRIMARY KEY, person_id INTEGER, at TEXT);
INSERT INTO visit VALUES (1, 2, '2024-01-01'), (2, 1, '2024-01-02'), (3, 5, '2024-01-03');
