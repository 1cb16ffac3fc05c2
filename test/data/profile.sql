-- One column for each thing that sqlite.profile tells: storage classes, formats, faults, suggestions.
CREATE TABLE customer (
    id INTEGER PRIMARY KEY,
    uuid TEXT,
    name VARCHAR(10) NOT NULL,
    email TEXT,
    born DATE,
    created_at INTEGER,
    updated DATETIME,
    is_active INTEGER,
    balance DECIMAL(8,2),
    settings TEXT,
    zip TEXT,
    photo BLOB,
    note
);
INSERT INTO customer VALUES
 (1, '550e8400-e29b-41d4-a716-446655440001', 'Ada', 'ada@example.org', '1815-12-10', 1700000000, 1700000000, 1, 12.5, '{"theme": "dark"}', '01234', x'89504e47', 'fine'),
 (2, '550e8400-e29b-41d4-a716-446655440002', 'Grace', 'grace@example.org', '1906-12-09', 1600000000, 1600000000, 0, 0, '[]', '90210', x'89504e470d', 42),
 (3, '550e8400-e29b-41d4-a716-446655440003', 'Konrad Zuse of Berlin', '', '1910-06-22', 1500000000, '2017-07-14 02:40:00', 1, 1.005, '{"a": 1, "a": 2}', '10115', NULL, NULL),
 (7, '550e8400-e29b-41d4-a716-446655440003', 'Zoë', 'not an address', '0000-00-00', 1400000000, '', 1, 'n/a', NULL, '00000', '', x'00');
-- What text may hold.
CREATE TABLE damage (text TEXT, number INTEGER);
INSERT INTO damage VALUES ('fine', 1), (CAST(x'636166e9' AS TEXT), '12'), ('a' || char(0) || 'b', 'twelve'), (x'ff', 1.5), ('', 9223372036854775807);
-- Dates as applications write them.
CREATE TABLE dates (iso TEXT, zulu TEXT, us TEXT, european TEXT, either TEXT, ms DATETIME, julian REAL, ticks DATETIME, cocoa TIMESTAMP);
INSERT INTO dates VALUES
 ('2024-01-31 10:00', '2024-01-31T10:00:00Z', '1/31/2024', '31.1.2024', '03/04/2024', 1706695200000, 2460340.9, 638422920000000000, 728388000.5),
 ('2024-02-29 10:00:00.5', '2024-02-29T10:00:00+01:00', '2/29/2024', '29.2.2024', '05/06/2024', 1709200800000, 2460369.9, 638448120000000000, 730893600);
-- Rows without a rowid are named by their key.
CREATE TABLE rate (currency TEXT, day TEXT, rate REAL, PRIMARY KEY (currency, day)) WITHOUT ROWID;
INSERT INTO rate VALUES ('EUR', '2024-01-31', 1), ('USD', '2024-01-31', '1,08');
-- A would-be key that an index orders, and one that is not ordered.
CREATE TABLE product (code TEXT, id TEXT);
CREATE INDEX product_code ON product (code);
INSERT INTO product VALUES ('b', 'y'), ('a', 'x'), ('b', 'y'), (NULL, 'z');
CREATE VIEW active AS SELECT id, name FROM customer WHERE is_active;
CREATE TABLE unused (a INTEGER, b TEXT);
-- Only an application that has the function can read it.
CREATE VIEW secret AS SELECT decrypt(note) AS note FROM customer;
CREATE VIRTUAL TABLE search USING fts5(body);
INSERT INTO search VALUES ('one'), ('two');
