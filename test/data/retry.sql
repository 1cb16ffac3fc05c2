-- Rows that do not fit, each for a reason of its own, for sqlite.retry_rejects.
CREATE TABLE customer (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL, age INTEGER, balance DECIMAL(8,2), joined DATE, twice INTEGER AS (age * 2));
INSERT INTO customer (id, name, age, balance, joined) VALUES
    (1, 'Ann', 31, 1.5, '2024-01-01'), (2, 'Bo', 32, 2, '2024-01-02'), (3, 'Cy', 'forty', 3, '2024-01-03'),
    (4, 'Di', 34, 4.005, '2024-01-04'), (5, 'Ed', 35, 5, '2024-13-05'), (6, 'Flo', 'sixty', 6.255, 'soon'),
    (7, 'Gus', x'00ff', 7, NULL), (9, 'Ivy', 39, 1e300, '2024-01-09');
CREATE TABLE purchase (id INTEGER PRIMARY KEY, customer_id INTEGER REFERENCES customer, note VARCHAR(10));
INSERT INTO purchase VALUES (1, 1, 'one'), (2, 3, 'two'), (3, 6, 'three'), (4, 2, 'far too long a note'), (5, 5, 'five');
CREATE TABLE setting (name TEXT, host TEXT, value INTEGER, PRIMARY KEY (name, host)) WITHOUT ROWID;
INSERT INTO setting VALUES ('a', 'x', 1), ('b', 'x', 'two'), ('b', 'y', 'three');
CREATE TABLE chain (id INTEGER PRIMARY KEY, next INTEGER REFERENCES chain, v INTEGER);
INSERT INTO chain VALUES (1, 2, 'x'), (2, 3, 'x'), (3, NULL, 'x'), (4, 99, 'x');
CREATE TABLE event (id INTEGER PRIMARY KEY, at DATE);
INSERT INTO event VALUES (1, '2024-01-31'), (2, 'never');
