-- Columns whose values have two readings, or look like what they are not.
CREATE TABLE customer (id INTEGER PRIMARY KEY, country TEXT NOT NULL, grade CHAR(1), title TEXT, sure TEXT, flag TEXT);
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 50)
INSERT INTO customer SELECT i, 'NO', 'F', 'No', CASE i % 2 WHEN 0 THEN 'true' ELSE 'false' END, CASE i % 2 WHEN 0 THEN 'Y' ELSE 'N' END FROM n;
CREATE TABLE item (id INTEGER PRIMARY KEY, start_date REAL, read_at INTEGER, created_at INTEGER, day_date INTEGER, ticks_at INTEGER);
INSERT INTO item VALUES (1, 703502100.0, 588813210539900000, 1500172822, 20220131, 638355968000000000), (2, 703602100.0, 588813210539788032, 1600172822, 20211231, 638355969000000000);
CREATE TABLE file (id INTEGER PRIMARY KEY, checksum TEXT, token TEXT, shouted TEXT);
INSERT INTO file VALUES (1, '0f8fad5bd9cb469fa16570867728950e', '0f8fad5b-d9cb-469f-a165-70867728950e', '0F8FAD5B-D9CB-469F-A165-70867728950E'),
    (2, '1f8fad5bd9cb469fa16570867728950e', '1f8fad5b-d9cb-469f-a165-70867728950e', '1F8FAD5B-D9CB-469F-A165-70867728950E');
CREATE TABLE guid (id INTEGER PRIMARY KEY, u UUID, g UNIQUEIDENTIFIER, b BLOB);
INSERT INTO guid VALUES (1, 'a0ee-bc99-9c0b-4ef8-bb6d-6bb9-bd38-0a11', x'00112233445566778899aabbccddeeff', x'00112233445506478899aabbccddeeff'),
    (2, 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', x'10112233445566778899aabbccddeeff', x'00112233445516478899aabbccddeeff');
CREATE TABLE written (id INTEGER PRIMARY KEY, d DATE, either TEXT, at TEXT, price TEXT, thousands TEXT, marks TEXT);
INSERT INTO written VALUES (1, '2020-01-31', '03/04/2020', '31/12/2020 23:59', '1.234,56', '1,234.50', '1,234'), (2, '31/12/2020', '05/06/2020', '3 Jan 2020', '7,5', '12', '5,678'),
    (3, '31.12.2021', '07/08/2020', '01/02/2020 1:05 PM', '1.000,00', '1,000', '9,012'), (4, '20220131', '', '12/01/2020 10:00', '-3', '7.5', '3,456'), (5, 'Jan 5, 2023', '09/10/2020', '13/01/2020 10:00', '0,5', '3', '7,890');
CREATE TABLE defaults (id INTEGER PRIMARY KEY, at TIMESTAMP NOT NULL DEFAULT '2000-01-01 00:00:00.000000000+00:00', j JSON DEFAULT '[]', k TEXT DEFAULT (json_array()), o JSON DEFAULT (json_object('a', 1)),
    m TEXT DEFAULT (json(' { "b" : [1, 2 ] } ')), n JSON DEFAULT 5, e TEXT DEFAULT 1e20, f TEXT DEFAULT 0.1, s INTEGER NOT NULL DEFAULT (strftime('%s', 'now')), d DATE DEFAULT '1999-12-31 00:00:00', t TEXT DEFAULT (upper('a') || char(98)));
INSERT INTO defaults (id) VALUES (1);
-- Dates and times as programs write them, by names that say nothing.
CREATE TABLE spelled (id INTEGER PRIMARY KEY, mail TEXT, js TEXT, go TEXT, c TEXT, week TEXT, short TEXT, clock TEXT, fine TEXT, seven DATETIME, seven_text TEXT, mixed TEXT, local TEXT);
INSERT INTO spelled VALUES
    (1, 'Tue, 02 Jan 2024 03:04:05 +0100', 'Tue Jan 02 2024 03:04:05 GMT+0100 (Central European Standard Time)', '2024-01-02 03:04:05.678 +0100 CET', 'Tue Jan  2 03:04:05 2024', '2024-W01-2', '31/12/99', '3:04 PM', '2024-01-02 03:04:05.123456789', '2024-01-02 03:04:05.1234567', '2024-01-02 03:04:05.1234560', '2024-01-02', '1/31/2024, 3:04:05 PM'),
    (2, '3 Jan 2024 04:05 GMT', 'Wed Jul 03 2024 04:05:06 GMT-0730 (somewhere)', '2024-01-02 03:04:05.6 +0000 UTC m=+0.012', 'Wed Jan  3 04:05:06 2024', '2020-W53-7', '01/02/03', '11:59 am', '2024-01-02 03:04:05.1', '2024-01-02 03:04:05.0000000', '2024-01-02 03:04:05.0000000', '2024-01-02 03:04:05', '2/1/2024, 12:00:00 AM');
-- What looks like dates, times or numbers, and is not, or may not be.
CREATE TABLE alike (id INTEGER PRIMARY KEY, date_id INTEGER, run_time INTEGER, opens_time INTEGER, version TEXT, lap TEXT, starts_at TEXT, pairs TEXT, ids TEXT, percent TEXT, money TEXT, offsets TEXT, seconds_at TEXT, zip TEXT, released TEXT);
INSERT INTO alike VALUES
    (1, 1500000001, 1500000001, 30600, '2024.4.2', '04:35', '04:35', '1,2', '101,205,309', '12 %', '$1,234.50', '2024-01-02 03:04:05+01:00', '1500000001', '01234', '10.11.12'),
    (2, 1500000002, 1500000002, 64800, '2023.12.1', '03:59', '13:59', '3,14', '101,777', '7.5%', '$5', '2024-07-02 03:04:05+02:00', '1500000002', '99999', '09.08.07');
-- Blobs that say what they are: SQLite's binary JSON (jsonb() of 3.46), geometries of GeoPackage and SpatiaLite, MD5 sums.
CREATE TABLE blobs (id INTEGER PRIMARY KEY, doc JSON, any_doc BLOB, gpkg GEOMETRY, spatialite POINT, sum BLOB);
INSERT INTO blobs VALUES
    (1, x'cc16176113311762cb0e010200852d302e35652d31301778', x'cc16176113311762cb0e010200852d302e35652d31301778', x'47500003e6100000000000000000f03f000000000000f03f000000000000004000000000000000400101000000000000000000f03f0000000000000040', x'0001e6100000000000000000f03f0000000000000040000000000000f03f00000000000000407c01000000000000000000f03f0000000000000040fe', x'0f8fad5bd9cb469fa16570867728950e'),
    (2, '[1]', x'0b', x'47500001ffffffff0101000000000000000000f03f0000000000000040', x'0001e6100000000000000000f03f0000000000000040000000000000f03f00000000000000407c01000000000000000000f03f0000000000000040fe', x'1f8fad5bd9cb969fd16570867728950e');
-- Full-text indexes of another table's columns and of their own, and R-trees.
CREATE TABLE doc (id INTEGER PRIMARY KEY, title TEXT, body TEXT, search TEXT);
INSERT INTO doc VALUES (1, 'Hello', 'the quick brown fox', NULL), (2, NULL, 'lazy dogs', 'x');
CREATE VIRTUAL TABLE doc_words USING fts5(title, body, content='doc', content_rowid='id', tokenize='porter unicode61');
INSERT INTO doc_words (doc_words) VALUES ('rebuild');
CREATE VIRTUAL TABLE note USING fts5(subject, text UNINDEXED, "at, or so" UNINDEXED);
INSERT INTO note VALUES ('meeting notes', 'kept only', 'noon');
CREATE VIRTUAL TABLE older USING fts4(a, b, notindexed=b);
INSERT INTO older VALUES ('some words', 'others');
CREATE VIRTUAL TABLE kept_elsewhere USING fts5(words, content='');
CREATE VIRTUAL TABLE box USING rtree(id, minx, maxx, miny, maxy, +label);
INSERT INTO box VALUES (1, 0, 1, 0, 1, 'one'), (2, 5, 6, 5, 6, 'two');
CREATE VIRTUAL TABLE span USING rtree_i32(id, first, last, +a, +b);
INSERT INTO span VALUES (1, 2, 3, 'a', 'b');
