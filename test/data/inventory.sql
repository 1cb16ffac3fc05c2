-- One of everything that an inventory tells apart.
PRAGMA page_size = 4096;
PRAGMA auto_vacuum = INCREMENTAL;
PRAGMA user_version = 42;
PRAGMA application_id = 1234;

CREATE TABLE customer (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    email TEXT NOT NULL UNIQUE COLLATE NOCASE,
    name VARCHAR(80) DEFAULT 'nobody',
    born DATE,
    credit DECIMAL(10, 2) NOT NULL DEFAULT (0 + 0),
    created DATETIME DEFAULT CURRENT_TIMESTAMP,
    initials TEXT GENERATED ALWAYS AS (substr(name, 1, 1)) VIRTUAL,
    doubled AS (credit * 2) STORED,
    anything
);
CREATE TABLE country (code TEXT PRIMARY KEY, name TEXT) WITHOUT ROWID;
CREATE TABLE reading (sensor INT, at TEXT, value ANY, PRIMARY KEY (sensor, at)) STRICT;
CREATE TABLE "Order" (
    id INTEGER PRIMARY KEY,
    customer_id INTEGER REFERENCES Customer,
    country TEXT REFERENCES country (CODE) ON DELETE SET NULL ON UPDATE CASCADE,
    sensor INT, at TEXT,
    ghost INTEGER REFERENCES nowhere (id),
    FOREIGN KEY (sensor, at) REFERENCES reading (sensor, at) ON DELETE CASCADE
);
CREATE TABLE "odd ""name"", ü" ("a, b" INT, 'it''s' TEXT, "NULL" BLOB);

CREATE INDEX customer_name ON customer (name COLLATE RTRIM DESC, born);
CREATE UNIQUE INDEX customer_lower ON customer (lower(email) /* ASCII only */, substr(name, 1, 2) DESC)
    WHERE credit > 0 AND name <> 'WHERE'; -- partial
CREATE INDEX order_customer ON "Order" (customer_id);

CREATE VIEW debtor (id, "who?") AS SELECT id, name FROM customer WHERE credit < 0;
CREATE VIEW broken AS SELECT * FROM gone;
CREATE VIRTUAL TABLE note USING fts5 (title, body);

CREATE TRIGGER customer_log AFTER UPDATE OF email, name ON customer BEGIN SELECT 1; END;
CREATE TRIGGER order_check BEFORE INSERT ON "Order" WHEN new.ghost > 0 BEGIN SELECT raise(ABORT, 'no'); END;
CREATE TRIGGER debtor_delete INSTEAD OF DELETE ON debtor BEGIN SELECT 1; END;

INSERT INTO customer (id, email) VALUES (1, 'a@example.com'), (2, 'b@example.com'), (1000, 'c@example.com');
DELETE FROM customer WHERE id = 1000;
INSERT INTO country VALUES ('de', 'Germany'), ('fr', 'France'), ('it', 'Italy');
INSERT INTO "Order" (id) VALUES (7);
INSERT INTO note VALUES ('one', 'two');
