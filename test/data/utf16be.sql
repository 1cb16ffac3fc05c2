PRAGMA encoding = 'UTF-16be';
CREATE TABLE words (id INTEGER PRIMARY KEY, v TEXT);
INSERT INTO words VALUES (1, 'Grüße'), (2, '日本 😀'), (3, CAST(x'd83d' AS TEXT)), (4, CAST(x'dc00' AS TEXT)), (5, CAST(x'fffd' AS TEXT));
