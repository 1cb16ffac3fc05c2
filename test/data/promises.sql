-- What a migration is judged by before a row moves: keys and what refers to them, values that need another type, rows that only
-- PostgreSQL refuses.

-- A key of numbers with a few texts, and what refers to it.
CREATE TABLE code (authority TEXT NOT NULL, code INTEGER_OR_TEXT NOT NULL, name TEXT, PRIMARY KEY (authority, code));
CREATE TABLE use (id INTEGER PRIMARY KEY, authority TEXT, code INTEGER_OR_TEXT, FOREIGN KEY (authority, code) REFERENCES code (authority, code));
WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 30) INSERT INTO code SELECT 'E', i, 'c' || i FROM n;
INSERT INTO code VALUES ('I', 'A1', 'x'), ('I', 'A2', 'y');
INSERT INTO use (authority, code) SELECT authority, code FROM code WHERE authority = 'I' OR code < 4;

-- A value that its type does not take, in a row that others refer to, and whose children have children.
CREATE TABLE machine (id INTEGER PRIMARY KEY, running BOOLEAN);
CREATE TABLE part (id INTEGER PRIMARY KEY, machine INTEGER REFERENCES machine (id));
CREATE TABLE screw (id INTEGER PRIMARY KEY, part INTEGER REFERENCES part (id));
WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10) INSERT INTO machine SELECT i, i % 2 FROM n;
UPDATE machine SET running = 2 WHERE id = 5;
INSERT INTO part SELECT id, id FROM machine;
INSERT INTO screw SELECT id, id FROM part UNION ALL SELECT id + 100, id FROM part;

CREATE TABLE price (id INTEGER PRIMARY KEY, price DECIMAL(10,2));
INSERT INTO price VALUES (1, 19.99), (2, 35.0), (3, 9.999);

CREATE TABLE number (id INTEGER PRIMARY KEY, n INTEGER, amount TEXT);
INSERT INTO number VALUES (1, 'abc', '5.5'), (2, 5, 'N/A'), (3, 'def', '7');

-- Values too long for an entry of an index, unless a hash stands in for them.
CREATE TABLE document (id INTEGER PRIMARY KEY, body TEXT UNIQUE, kind TEXT);
INSERT INTO document SELECT value, hex(randomblob(4500)), 'k' FROM (SELECT 1 AS value UNION SELECT 2 UNION SELECT 3);
CREATE INDEX document_body ON document (body);
CREATE INDEX document_kind ON document (kind, body);
CREATE TABLE page (document TEXT REFERENCES document (body));

-- A table that is called as a type is.
CREATE TABLE text (id INTEGER PRIMARY KEY, value TEXT UNIQUE CHECK (value <> ''));
CREATE TABLE word (id INTEGER PRIMARY KEY, text INTEGER REFERENCES text (id) CHECK (text > 0));
INSERT INTO text VALUES (1, 'a'), (2, 'b');
INSERT INTO word VALUES (1, 1), (2, 2);

CREATE TABLE declared (a INT UNSIGNED, e "ENUM('x','y')");
INSERT INTO declared VALUES (1, 'x');

CREATE TABLE customer (id INTEGER PRIMARY KEY, name TEXT, note TEXT);
CREATE TABLE "order" (id INTEGER PRIMARY KEY, customer INTEGER REFERENCES customer (id), time TEXT, "ä" TEXT, "Big" TEXT, "a b" TEXT);
INSERT INTO customer VALUES (1, 'x', NULL);
INSERT INTO "order" (id, customer) VALUES (1, 1), (2, 1);
CREATE VIEW orders_of AS SELECT c.id, c.name, count(o.id) AS n FROM customer c JOIN "order" o ON o.customer = c.id GROUP BY c.id ORDER BY c.note, c.id;
CREATE INDEX customer_name ON customer (name);
CREATE INDEX customer_note ON customer (note DESC);
CREATE TRIGGER of_customer AFTER INSERT ON customer BEGIN SELECT 1; END;

CREATE TABLE member (id INTEGER PRIMARY KEY);
INSERT INTO member VALUES (1), (2);
CREATE TABLE pair (a INTEGER, b TEXT, PRIMARY KEY (a, b)) WITHOUT ROWID;
INSERT INTO pair VALUES (1, 'x'), (2, 'y');
-- A default that a better type would not take.
CREATE TABLE tasting (id INTEGER PRIMARY KEY, day TEXT DEFAULT 'unknown');
INSERT INTO tasting VALUES (1, '2024-01-01'), (2, '2024-01-02');
-- Texts that are all dates, in a column that a generated column reads as text.
CREATE TABLE visit (id INTEGER PRIMARY KEY, day TEXT, year TEXT AS (substr(day, 1, 4)) STORED);
INSERT INTO visit (id, day) VALUES (1, '2024-01-01'), (2, '2024-02-02'), (3, '2025-03-03');
