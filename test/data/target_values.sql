-- Values that a schema which exists takes otherwise than SQLite has them, or not at all.
CREATE TABLE list (id INTEGER PRIMARY KEY, a TEXT, n TEXT, m TEXT);
INSERT INTO list VALUES (1, '["x"]', '[1]', '[1]'), (2, '', '[]', NULL), (3, '{p,q}', '["z"]', '{2,3}'), (4, NULL, '', '{}');
CREATE TABLE person (id INTEGER PRIMARY KEY, first TEXT, last TEXT, full_name TEXT, initials TEXT, born TEXT);
INSERT INTO person VALUES (1, 'A', 'B', 'A B', 'AB', '2000-01-01'), (2, 'C', 'D', 'Dr C D', 'CD', '2000-01-02'), (3, 'E', 'F', NULL, 'XX', '2000-01-03');
CREATE TABLE reading (id INTEGER PRIMARY KEY, at TEXT, total REAL, body TEXT, doc TEXT, day TEXT, note TEXT, part INTEGER);
INSERT INTO reading VALUES
  (1, '2023-02-22 10:11:12.1234567', 0.30000000000000004, CAST(x'7b7d' AS BLOB), '{"a": 1}', '2024-01-01', 'a', 1),
  (2, '2023-02-22 10:11:12.5', 1.25, 'plain', 'oops', '', 'b', 2),
  (3, 'never', 12345678.5, x'ff', '[]', '0000-00-00', 'c' || char(0) || 'd', 3);
CREATE TABLE odd (id INTEGER PRIMARY KEY, at DATETIME, price DECIMAL(10,2), flag BOOLEAN, n INTEGER);
INSERT INTO odd VALUES (1, '2018/02/13 23:59:59', '18,69', 'si', 1), (2, '2019/03/14 00:00:00', '7', 'no', 2);
CREATE TABLE plain (id INTEGER PRIMARY KEY, at DATETIME, price DECIMAL(10,2));
INSERT INTO plain VALUES (1, '2018-02-13 23:59:59', 18.5);
-- What CHECKs, domains, indexes and NOT NULL of the target refuse.
CREATE TABLE member (id INTEGER PRIMARY KEY, email TEXT, age INTEGER, code TEXT, room INTEGER, since TEXT, until TEXT);
INSERT INTO member VALUES (1, 'Ann@x.org', 20, 'ab', 1, '2024-01-01', '2024-01-31'), (2, 'ann@x.org', 30, 'cd', 1, '2024-01-15', '2024-02-15'),
  (3, 'bob@x.org', 10, 'ef', 2, '2024-01-01', '2024-01-31'), (4, NULL, 40, 'toolong', 2, '2024-02-01', '2024-02-28'), (5, 'ANN@x.org', 50, 'gh', 3, '2024-02-01', '2024-02-28');
-- What the type of a target's generated column refuses.
CREATE TABLE charge (id INTEGER PRIMARY KEY, fee MONEY, code ANY, note TEXT, made TEXT, made_at INTEGER);
INSERT INTO charge VALUES (1, 1, 1, 'a', '2000-01-01', 1), (2, 0.0, 'x', 'b', '2000-01-01', 2), (3, 'free', 3, 'c', '2000-01-01', 3), (4, 0.5, 4, 'd', '2000-01-01', 4), (5, 70000, 'y', 'e', '2000-01-01', 5), (6, NULL, 6, 'f', 'x', 6);
