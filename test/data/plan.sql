-- Everything that sqlite.plan makes statements of.
CREATE TABLE country (code TEXT PRIMARY KEY COLLATE NOCASE, name TEXT NOT NULL UNIQUE);
INSERT INTO country VALUES ('at', 'Austria'), ('FR', 'France');
CREATE TABLE customer (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name VARCHAR(40) NOT NULL DEFAULT "nobody",
    country TEXT,
    balance DECIMAL(10,2) DEFAULT 0 CHECK (balance > -1000),
    is_active BOOLEAN DEFAULT 1,
    joined DATETIME DEFAULT CURRENT_TIMESTAMP,
    secret BLOB DEFAULT x'c0ffee',
    mask INTEGER DEFAULT 0x1F,
    label TEXT GENERATED ALWAYS AS (name || ' of ' || country) STORED,
    CONSTRAINT known_country CHECK (length(country) = 2)
);
INSERT INTO customer (id, name, country, balance, is_active, joined) VALUES
    (1, 'Ann', 'at', 10.5, 1, '2024-01-01 10:00:00'), (2, 'Bob', 'FR', -3, 0, '2024-02-29 23:59:59.5'), (7, 'Zoë', NULL, NULL, NULL, NULL);
DELETE FROM customer WHERE id = 7;
INSERT INTO customer (id, name) VALUES (5, 'Eve');
-- A cycle, self references, composite and implicit keys.
CREATE TABLE department (id INTEGER PRIMARY KEY, head INTEGER REFERENCES employee (id) ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED, title TEXT);
CREATE TABLE employee (id INTEGER PRIMARY KEY, department_id INTEGER NOT NULL REFERENCES department, boss INTEGER REFERENCES employee ON UPDATE CASCADE);
INSERT INTO department VALUES (1, 10, 'All');
INSERT INTO employee VALUES (11, 1, 10), (10, 1, NULL);
CREATE TABLE invoice (year INTEGER, number INTEGER, customer_id INTEGER REFERENCES customer ON DELETE CASCADE, PRIMARY KEY (year, number));
INSERT INTO invoice VALUES (2024, 1, 1), (2024, 2, 2), (2025, 1, NULL);
CREATE TABLE line (year INTEGER, number INTEGER, position INTEGER, text TEXT, PRIMARY KEY (year, number, position), FOREIGN KEY (year, number) REFERENCES invoice) WITHOUT ROWID;
INSERT INTO line VALUES (2024, 1, 1, 'first'), (2024, 1, 2, 'a
second line');
-- Sequences: one that remembers more than is there, an empty one that does, one without AUTOINCREMENT.
CREATE TABLE emptied (id INTEGER PRIMARY KEY AUTOINCREMENT, v TEXT);
INSERT INTO emptied VALUES (41, 'gone');
DELETE FROM emptied;
CREATE TABLE never_filled (id INTEGER PRIMARY KEY, v TEXT);
CREATE TABLE negative (id INTEGER PRIMARY KEY, v TEXT);
INSERT INTO negative VALUES (-5, 'x');
-- Indexes.
CREATE INDEX customer_latest ON customer (joined DESC, name);
CREATE INDEX customer_poor ON customer (balance) WHERE balance < 0;
CREATE INDEX customer_lower ON customer (lower(name));
CREATE UNIQUE INDEX customer_name ON customer (name COLLATE NOCASE);
CREATE INDEX customer_soundex ON customer (hex(secret), instr(name, 'x'));
-- Defaults.
CREATE TABLE defaults (
    id INTEGER PRIMARY KEY,
    word TEXT DEFAULT 'it''s',
    quoted TEXT DEFAULT "double ""quoted""",
    negative INTEGER DEFAULT -5,
    ratio REAL DEFAULT 1e3,
    truth BOOLEAN DEFAULT TRUE,
    absent TEXT DEFAULT NULL,
    day DATE DEFAULT (date('now')),
    moment DATETIME DEFAULT (datetime('now')),
    stamp INTEGER DEFAULT (strftime('%s', 'now')),
    token TEXT DEFAULT (lower(hex(randomblob(16)))),
    bytes BLOB DEFAULT (randomblob(8)),
    lost TEXT DEFAULT (sqlite_version())
);
INSERT INTO defaults (id) VALUES (1);
-- Views, one over another that is made later.
CREATE VIEW rich AS SELECT name, balance FROM active WHERE balance > 0;
CREATE VIEW active AS SELECT id, name, balance FROM customer WHERE is_active;
CREATE VIEW grouped AS SELECT country, name, count(*) FROM customer GROUP BY country;
CREATE TRIGGER customer_log AFTER UPDATE ON customer BEGIN SELECT 1; END;
-- Names that try to become SQL. No table of the name "marker" may come into being.
CREATE TABLE "x'; CREATE TABLE marker (); --" ("a"" INTEGER); CREATE TABLE marker (); --" TEXT DEFAULT '*/ CREATE TABLE marker (); /*', "line
CREATE TABLE marker ();" TEXT CHECK ("line
CREATE TABLE marker ();" <> 'x
CREATE TABLE marker ();'), "back\slash" TEXT DEFAULT 'a\b');
INSERT INTO "x'; CREATE TABLE marker (); --" VALUES ('1', '2', '3');
CREATE INDEX "i
CREATE TABLE marker ();" ON "x'; CREATE TABLE marker (); --" ("back\slash") WHERE glob('x
CREATE TABLE marker ();', "back\slash");
CREATE VIEW "v
CREATE TABLE marker (); --" AS SELECT '
CREATE TABLE marker ();' AS "$$; CREATE TABLE marker ();", group_concat("back\slash") OVER () FROM "x'; CREATE TABLE marker (); --";
CREATE TRIGGER "t
CREATE TABLE marker ();" AFTER INSERT ON "x'; CREATE TABLE marker (); --" BEGIN SELECT '
CREATE TABLE marker ();'; END;
CREATE TABLE "carriage
CREATE TABLE marker ();" (v TEXT DEFAULT (changes() || '
CREATE TABLE marker ();'));
