-- Example of moving into a schema that an application made: a help desk that began on SQLite, and whose next version
-- creates its own tables in PostgreSQL. What the new schema will refuse is said at each table.
PRAGMA foreign_keys = OFF;
BEGIN;

-- Of the application's framework: the same rows that an installation makes, and one of a plug-in.
CREATE TABLE content_type (id INTEGER PRIMARY KEY, app_label VARCHAR(100) NOT NULL, model VARCHAR(100) NOT NULL, UNIQUE (app_label, model));
INSERT INTO content_type VALUES (1, 'auth', 'user'), (2, 'desk', 'ticket'), (3, 'desk', 'comment'), (9, 'plugin', 'survey');

CREATE TABLE permission (
    id INTEGER PRIMARY KEY,
    content_type_id INTEGER NOT NULL REFERENCES content_type (id),
    codename VARCHAR(100) NOT NULL,
    UNIQUE (content_type_id, codename)
);
INSERT INTO permission
SELECT (c.rowid - 1) * 2 + a.key + 1, c.id, a.value || '_' || c.model FROM content_type c, json_each('["add", "delete"]') a
WHERE c.id < 9;
INSERT INTO permission VALUES (50, 9, 'add_survey');

-- Keyed by its name; administrators have changed the number of slots.
CREATE TABLE slot_pool (id INTEGER PRIMARY KEY, pool VARCHAR(256) UNIQUE, slots INTEGER, description TEXT);
INSERT INTO slot_pool VALUES (1, 'default_pool', 64, 'raised in March'), (2, 'mail', 5, NULL), (3, 'reports', 2, 'nightly');

-- A department has a head, who is an employee of a department: a cycle. An employee has a manager, often one with a
-- higher id.
CREATE TABLE department (id INTEGER PRIMARY KEY, name VARCHAR(80) NOT NULL, head_id INTEGER REFERENCES employee (id));
CREATE TABLE employee (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    department_id INTEGER NOT NULL REFERENCES department (id),
    manager_id INTEGER REFERENCES employee (id),
    email TEXT NOT NULL,
    isActive INTEGER NOT NULL DEFAULT 1,
    locale TEXT,
    updated_at TEXT NOT NULL
);
INSERT INTO department VALUES (1, 'Support', 12), (2, 'Sales', 5), (3, 'Archive', NULL);
-- locale is NULL for some, and the new schema has it NOT NULL DEFAULT 'en'.
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 40)
INSERT INTO employee
SELECT i, 1 + i % 2, CASE WHEN i IN (5, 12) THEN NULL WHEN i % 2 = 0 THEN 5 ELSE 12 END, 'e' || i || '@example.org', i % 7 <> 0,
    CASE i % 3 WHEN 0 THEN NULL WHEN 1 THEN 'de' ELSE 'fr' END, datetime(1640995200 + i * 86413, 'unixepoch')
FROM n;

-- priority is a smallint in the new schema: ticket 30 has 99999. title is varchar(60) there: that of ticket 60 is longer.
-- status is an enum of lower-case words there. rating has CHECK (rating BETWEEN 1 AND 5): ticket 90 has 0.
CREATE TABLE ticket (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    title TEXT NOT NULL,
    status TEXT NOT NULL,
    priority INTEGER NOT NULL,
    rating INTEGER,
    reporter_id INTEGER NOT NULL REFERENCES employee (id),
    duplicate_of INTEGER REFERENCES ticket (id),
    cost DECIMAL(10, 2),
    opened_at INTEGER NOT NULL,
    updated_at TEXT NOT NULL
);
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300)
INSERT INTO ticket
SELECT i,
    CASE i WHEN 60 THEN 'Printer: ' || replace(hex(zeroblob(40)), '00', 'again ') ELSE 'Ticket no. ' || i END,
    CASE i % 4 WHEN 0 THEN 'Open' WHEN 1 THEN 'open' WHEN 2 THEN 'Waiting' ELSE 'CLOSED' END,
    CASE i WHEN 30 THEN 99999 ELSE i % 10 END,
    CASE WHEN i = 90 THEN 0 WHEN i % 3 = 0 THEN 1 + i % 5 END,
    1 + i % 40,
    CASE WHEN i % 50 = 1 THEN i + 1 END,
    CASE WHEN i % 2 = 0 THEN (i * 125) / 100.0 END,
    1700000000 + i * 3600,
    datetime(1700000000 + i * 7200, 'unixepoch')
FROM n;
-- Tickets up to 320 were deleted: 321 comes next.
UPDATE sqlite_sequence SET seq = 320 WHERE name = 'ticket';

-- Three comments are of tickets that no longer exist.
CREATE TABLE comment (
    id INTEGER PRIMARY KEY,
    ticket_id INTEGER NOT NULL REFERENCES ticket (id),
    author_id INTEGER NOT NULL REFERENCES employee (id),
    body TEXT NOT NULL,
    created_at TEXT NOT NULL
);
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 500)
INSERT INTO comment
SELECT i, CASE WHEN i IN (100, 200, 300) THEN 310 + i / 100 WHEN i % 3 = 0 THEN 7 ELSE 1 + (i * 17) % 300 END, 1 + i % 40,
    'Comment ' || i, datetime(1700000000 + i * 1800, 'unixepoch') FROM n;

CREATE TABLE log_entry (at INTEGER NOT NULL, actor TEXT, message TEXT NOT NULL);
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 120)
INSERT INTO log_entry SELECT 1700000000 + i * 999, CASE WHEN i % 5 <> 0 THEN 'e' || (1 + i % 40) END, 'entry ' || i FROM n;

COMMIT;
