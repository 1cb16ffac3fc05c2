-- One case of every finding of sqlite.assess, each in a table of its own name.
CREATE TABLE clean (id INTEGER PRIMARY KEY, name TEXT NOT NULL);
INSERT INTO clean VALUES (1, 'a'), (2, 'b');

-- Values that do not fit their declared type.
CREATE TABLE wrong_number (id INTEGER PRIMARY KEY, age INTEGER);
INSERT INTO wrong_number VALUES (1, 30), (2, 'unknown'), (3, 41);
CREATE TABLE fraction_in_integer (id INTEGER PRIMARY KEY, amount INTEGER);
INSERT INTO fraction_in_integer VALUES (1, 1.5), (2, 2);
CREATE TABLE too_many_digits (id INTEGER PRIMARY KEY, price DECIMAL(6,2));
INSERT INTO too_many_digits VALUES (1, 9.99), (2, 0.125), (3, 123456.5);
CREATE TABLE too_long (id INTEGER PRIMARY KEY, code VARCHAR(3));
INSERT INTO too_long VALUES (1, 'abc'), (2, 'abcd');
CREATE TABLE out_of_range (id INTEGER PRIMARY KEY, n SMALLINT);
INSERT INTO out_of_range VALUES (1, 32767), (2, 32768);
CREATE TABLE flag (id INTEGER PRIMARY KEY, active BOOLEAN);
INSERT INTO flag VALUES (1, 1), (2, 't'), (3, 2);
CREATE TABLE empty_number (id INTEGER PRIMARY KEY, n INTEGER);
INSERT INTO empty_number VALUES (1, 1), (2, '');
CREATE TABLE zero_date (id INTEGER PRIMARY KEY, day DATE);
INSERT INTO zero_date VALUES (1, '2024-02-29'), (2, '0000-00-00');
CREATE TABLE no_such_day (id INTEGER PRIMARY KEY, day DATE);
INSERT INTO no_such_day VALUES (1, '2024-02-29'), (2, '2024-02-30');
CREATE TABLE number_as_date (id INTEGER PRIMARY KEY, created_at DATETIME);
INSERT INTO number_as_date VALUES (1, 1700000000), (2, 1700003600);
CREATE TABLE time_in_date (id INTEGER PRIMARY KEY, day DATE);
INSERT INTO time_in_date VALUES (1, '2024-02-29 12:00:00');
CREATE TABLE bad_json (id INTEGER PRIMARY KEY, doc JSON);
INSERT INTO bad_json VALUES (1, '{"a": 1}'), (2, '{a: 1}'), (3, '{"a": 1, "a": 2}');
CREATE TABLE bad_uuid (id INTEGER PRIMARY KEY, token UUID);
INSERT INTO bad_uuid VALUES (1, 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'), (2, 'none');
CREATE TABLE invalid_text (id INTEGER PRIMARY KEY, name TEXT);
INSERT INTO invalid_text VALUES (1, CAST(x'4dfc6c6c6572' AS TEXT)), (2, 'Müller');
CREATE TABLE nul_byte (id INTEGER PRIMARY KEY, name TEXT);
INSERT INTO nul_byte VALUES (1, 'a' || char(0) || 'b');
CREATE TABLE blob_in_text (id INTEGER PRIMARY KEY, name TEXT);
INSERT INTO blob_in_text VALUES (1, x'ff00'), (2, 'text');

CREATE TABLE bad_address (id INTEGER PRIMARY KEY, ip INET);
INSERT INTO bad_address VALUES (1, '10.0.0.1'), (2, 'nowhere');

-- What a type's name says and SQLite never checks; a CHECK that was switched off for a while.
CREATE TABLE broken_enum (id INTEGER PRIMARY KEY, size "ENUM('S','M','L')");
INSERT INTO broken_enum VALUES (1, 'S'), (2, 'XL');
CREATE TABLE broken_unsigned (id INTEGER PRIMARY KEY, stock INT UNSIGNED);
INSERT INTO broken_unsigned VALUES (1, 5), (2, -5);
CREATE TABLE broken_check (id INTEGER PRIMARY KEY, percent INTEGER CONSTRAINT percentage CHECK (percent BETWEEN 0 AND 100));
PRAGMA ignore_check_constraints = on;
INSERT INTO broken_check VALUES (1, 50), (2, 150);
PRAGMA ignore_check_constraints = off;

-- Better types.
CREATE TABLE could_be (id INTEGER PRIMARY KEY, token TEXT, doc TEXT, moment TEXT, is_new INTEGER);
INSERT INTO could_be VALUES (1, 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', '{"a": 1}', '2024-02-29 12:00:00', 0),
    (2, 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a12', '[1]', '2024-03-01 12:00:00', 1);

-- Keys.
CREATE TABLE null_key (code TEXT PRIMARY KEY, v INTEGER);
INSERT INTO null_key VALUES (NULL, 1), ('a', 2);
CREATE TABLE no_key (v INTEGER);
INSERT INTO no_key VALUES (1);
CREATE TABLE twice (id INTEGER PRIMARY KEY, token UUID UNIQUE);
INSERT INTO twice VALUES (1, 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'), (2, 'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11');
CREATE TABLE nocase (id INTEGER PRIMARY KEY, email TEXT COLLATE NOCASE UNIQUE);
INSERT INTO nocase VALUES (1, 'ÄRGER'), (2, 'ärger');
CREATE TABLE used_up (id INTEGER PRIMARY KEY AUTOINCREMENT);
INSERT INTO used_up VALUES (9223372036854775807);

-- Foreign keys.
CREATE TABLE parent (id INTEGER PRIMARY KEY, code TEXT);
INSERT INTO parent VALUES (1, 'a');
CREATE TABLE orphan (id INTEGER PRIMARY KEY, parent_id INTEGER REFERENCES parent ON DELETE CASCADE);
INSERT INTO orphan VALUES (1, 1), (2, 99), (3, NULL);
CREATE TABLE lost_parent (id INTEGER PRIMARY KEY, p INTEGER REFERENCES nowhere (id));
CREATE TABLE no_parent_key (id INTEGER PRIMARY KEY, c TEXT REFERENCES parent (code));
CREATE TABLE other_type (id INTEGER PRIMARY KEY, p TEXT REFERENCES parent (id));

-- An index entry that may be too long; more columns than fit a row; more than a table can have.
CREATE TABLE long_entry (id INTEGER PRIMARY KEY, v TEXT UNIQUE);
INSERT INTO long_entry VALUES (1, printf('%.*c', 3000, 'x'));
CREATE TABLE wide (c1 TEXT);
CREATE TABLE too_wide (c1 TEXT);
.dbconfig defensive off
PRAGMA writable_schema = on;
UPDATE sqlite_schema SET sql = (WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 500)
    SELECT 'CREATE TABLE wide (' || group_concat('c' || i || ' TEXT', ', ') || ')' FROM n) WHERE name = 'wide';
UPDATE sqlite_schema SET sql = (WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 1700)
    SELECT 'CREATE TABLE too_wide (' || group_concat('c' || i || ' TEXT', ', ') || ')' FROM n) WHERE name = 'too_wide';
PRAGMA writable_schema = reset;

-- What has no equivalent.
CREATE TABLE own_collation (id INTEGER PRIMARY KEY, name TEXT COLLATE NOCASE);
INSERT INTO own_collation VALUES (1, 'a');
CREATE INDEX by_own_collation ON own_collation (name);
PRAGMA writable_schema = on;
UPDATE sqlite_schema SET sql = replace(sql, 'NOCASE', 'company_order') WHERE name = 'own_collation';
INSERT INTO sqlite_schema VALUES ('table', 'lost_module', 'lost_module', 0, 'CREATE VIRTUAL TABLE lost_module USING no_such_module (a)');
PRAGMA writable_schema = reset;
CREATE TABLE like_check (id INTEGER PRIMARY KEY, email TEXT CHECK (email LIKE '%@example.org'));
INSERT INTO like_check VALUES (1, 'a@example.org');
CREATE TABLE own_function (id INTEGER PRIMARY KEY, v TEXT CHECK (hex(v)));
PRAGMA writable_schema = on;
UPDATE sqlite_schema SET sql = replace(sql, 'hex(v)', 'my_check(v)') WHERE name = 'own_function';
PRAGMA writable_schema = reset;
CREATE TABLE odd_default (id INTEGER PRIMARY KEY, n INTEGER DEFAULT (julianday('now')), t TEXT DEFAULT (changes()));
CREATE TABLE computed (id INTEGER PRIMARY KEY, v TEXT, s TEXT GENERATED ALWAYS AS (printf('%!.20e', v)), n INTEGER GENERATED ALWAYS AS (length(v)));
INSERT INTO computed (v) VALUES ('abc');
CREATE INDEX by_glob ON clean (name) WHERE name GLOB '[a-c]*';
CREATE INDEX by_hex ON clean (hex(name), instr(name, 'a'));
CREATE INDEX by_lower ON clean (lower(name));
CREATE VIEW names AS SELECT name, count(*) AS n FROM clean GROUP BY name;
CREATE VIEW bare AS SELECT name, id, count(*) FROM clean GROUP BY name;
CREATE VIEW broken AS SELECT v FROM nowhere;
CREATE TRIGGER log_clean AFTER INSERT ON clean BEGIN UPDATE clean SET name = 'x' WHERE id = new.id + 1; END;
CREATE VIRTUAL TABLE search USING fts5 (body);
INSERT INTO search VALUES ('some text');

-- Names.
CREATE TABLE "Order" ("Select" INTEGER PRIMARY KEY, "group" TEXT, "two words" TEXT, xmin INTEGER);
CREATE TABLE a_table_name_of_more_than_sixty_three_bytes_which_postgresql_does_not_take (v INTEGER PRIMARY KEY);
