-- Names, types and tables that make trouble for an import.
CREATE TABLE customer (id INTEGER PRIMARY KEY, name VARCHAR(20) NOT NULL DEFAULT 'none', balance DECIMAL(10,2) DEFAULT 0, since DATETIME DEFAULT CURRENT_TIMESTAMP,
    active BOOLEAN NOT NULL DEFAULT TRUE, token UUID, profile JSON, photo BLOB DEFAULT x'00', score REAL DEFAULT 1.5, stock UNSIGNED BIG INT, tiny TINYINT(1), note, initial GENERATED ALWAYS AS (substr(name, 1, 1)),
    kind "ENUM('a','b')" DEFAULT 'a', price MONEY DEFAULT (1 + 1), due DATE DEFAULT CURRENT_DATE, at TIME, address INET, odd WHATEVER, txt TEXT DEFAULT 'it''s', neg INTEGER DEFAULT -5);
INSERT INTO customer (id, name, token, profile, stock, tiny, note, kind, since, due, price) VALUES
    (1, 'Ann', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', '{"a":1}', 5, 1, 'x', 'a', '2024-02-29 12:00:00', '2024-02-29', 1), (2, 'Bob', NULL, '[]', NULL, 0, 7, 'b', '2024-03-01 12:00:00', '2024-03-01', 2);
CREATE TABLE "Order" (ID INTEGER PRIMARY KEY, "CustomerName" TEXT, "select" TEXT);
INSERT INTO "Order" VALUES (1, 'Ann', 's');
CREATE TABLE "user" (a, A2 TEXT, ctid TEXT, xmin INTEGER, tableoid TEXT);
INSERT INTO "user" VALUES (1, 'two', 'three', 4, 'five');
CREATE TABLE clash ("Straße" TEXT, "a_b" TEXT, "a
b" TEXT, "A_B_1" TEXT, "a	b" TEXT);
INSERT INTO clash VALUES ('a', 'b', 'c', 'd', 'e');
CREATE TABLE a_table_name_that_is_longer_than_sixty_three_bytes_and_goes_on_1 (a_column_name_that_is_longer_than_sixty_three_bytes_and_goes_on_1 TEXT, a_column_name_that_is_longer_than_sixty_three_bytes_and_goes_on_2 TEXT);
CREATE TABLE a_table_name_that_is_longer_than_sixty_three_bytes_and_goes_on_2 (v TEXT);
INSERT INTO a_table_name_that_is_longer_than_sixty_three_bytes_and_goes_on_1 VALUES ('one', 'two');
CREATE TABLE "emoji 😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀" (v TEXT);
CREATE TABLE "" ("" TEXT, " " TEXT, "a""b" TEXT, "c'd" TEXT, "e\f" TEXT, "g
h" TEXT);
INSERT INTO "" VALUES ('empty', 'blank', 'quote', 'apostrophe', 'backslash', 'line');
CREATE TABLE messy (id INTEGER PRIMARY KEY, n INTEGER, d DATE, at TIMESTAMP, flag BOOLEAN, amount DECIMAL(5,2), code VARCHAR(3), doc JSON, b TEXT, key UUID, moment DATETIME, empty INTEGER);
INSERT INTO messy VALUES (1, 5, '2024-02-29', 1709208000, 1, 1.5, 'abc', '{}', 'text', 'a0eebc999c0b4ef8bb6d6bb9bd380a11', 702917147.73, ''),
    (2, 'five', '30.02.2024', 1709208001, 't', 1.125, 'abcd', '{"a":1,"a":2}', x'ff', 'no key', 702917148.5, 1), (3, NULL, NULL, '2024-02-29 12:00:00+02:00', 2, 99999, NULL, 'oops', NULL, NULL, NULL, NULL);
CREATE TABLE promoted (id INTEGER PRIMARY KEY, u TEXT, j TEXT, t TEXT, z TEXT, f TEXT, i TEXT, yes INTEGER, small INTEGER, mixed TEXT, void TEXT);
INSERT INTO promoted VALUES (1, 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', '{"a":1}', '2024-02-29 12:00', '2024-02-29T12:00:00Z', '1', '42', 0, 5, 'a', NULL), (2, 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a12', '[1]', '2024-02-29', '2024-02-29 12:00:00+02:00', '0', '-7', 1, 40000, '5', NULL);
CREATE TABLE nothing_declared (i, r, t, b, m, n);
INSERT INTO nothing_declared VALUES (1, 1.5, 'a', x'00', 1, NULL), (2, 2.5, 'b', x'01', 'x', NULL);
CREATE TABLE keyed (a TEXT NOT NULL, b INTEGER NOT NULL, v INTEGER NOT NULL, w INTEGER, PRIMARY KEY (a, b)) WITHOUT ROWID;
INSERT INTO keyed VALUES ('x', 1, 2, 3);
CREATE TABLE network (id INTEGER PRIMARY KEY, ip INET, mac MACADDR, often INTERVAL, broken INET, body BLOB);
INSERT INTO network VALUES (1, '10.0.0.1', '08:00:2b:01:02:03', '1 day', 'unknown', x'01'), (2, '::1', NULL, '02:30', '10.0.0.2', NULL);
CREATE TABLE no_rows (id INTEGER PRIMARY KEY, v NUMERIC(5,2), d DATE);
CREATE VIRTUAL TABLE search USING fts5(body);
INSERT INTO search VALUES ('hello');
CREATE VIEW totals AS SELECT count(*) AS n, sum(balance) AS total FROM customer;
CREATE VIEW typed AS SELECT id, name, CAST(balance AS REAL) AS balance FROM customer;
CREATE VIEW broken AS SELECT * FROM absent;
CREATE VIEW needs_function AS SELECT no_such_function(id) AS v FROM customer;
CREATE INDEX customer_name ON customer (name);
CREATE TRIGGER customer_added AFTER INSERT ON customer BEGIN SELECT 1; END;
CREATE TABLE counted (id INTEGER PRIMARY KEY AUTOINCREMENT);
CREATE TABLE no_module (v TEXT);
CREATE TABLE no_collation (v TEXT PRIMARY KEY COLLATE BINARY) WITHOUT ROWID;
CREATE TABLE foreign_collation (v TEXT COLLATE BINARY);
INSERT INTO foreign_collation VALUES ('B'), ('a');
INSERT INTO no_collation VALUES ('x');
.dbconfig defensive off
PRAGMA writable_schema = ON;
UPDATE sqlite_schema SET sql = 'CREATE VIRTUAL TABLE no_module USING spellfix1', rootpage = 0 WHERE name = 'no_module';
UPDATE sqlite_schema SET sql = 'CREATE TABLE no_collation (v TEXT PRIMARY KEY COLLATE unicode_ci) WITHOUT ROWID' WHERE name = 'no_collation';
UPDATE sqlite_schema SET sql = 'CREATE TABLE foreign_collation (v TEXT COLLATE unicode_ci)' WHERE name = 'foreign_collation';
