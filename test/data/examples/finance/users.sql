-- Finance example, 1 of 5: who uses the application. 120 users, their profiles and the application's settings.
-- What is wrong is said at each table.
PRAGMA user_version = 12;
BEGIN;

-- Mixed-case names; times as ISO text and as unix seconds; booleans as integers. Users 117 to 120 never finished
-- signing up: a name that is '', and three e-mail addresses that are none. No other row refers to them.
CREATE TABLE users (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    Email TEXT NOT NULL UNIQUE,
    fullName TEXT NOT NULL,
    isActive BOOLEAN NOT NULL DEFAULT 1,
    createdAt TEXT NOT NULL,
    lastLogin INTEGER
);
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 120)
INSERT INTO users
SELECT i,
    CASE i WHEN 118 THEN 'not an address' WHEN 119 THEN 'pat@@example.com' WHEN 120 THEN ''
           ELSE 'user' || i || '@example.com' END,
    CASE WHEN i = 117 THEN '' WHEN i % 10 = 0 THEN 'Zoë O''Neil ' || i ELSE 'User ' || i END,
    i % 8 <> 0,
    strftime('%Y-%m-%dT%H:%M:%SZ', 1640995200 + i * 86399, 'unixepoch'),
    CASE WHEN i % 6 <> 0 THEN 1704067200 + i * 3607 END
FROM n;
-- Users were deleted: the next key is 131.
UPDATE sqlite_sequence SET seq = 130 WHERE name = 'users';

-- The key is the user's. zip: user 7 lost a leading zero, user 30 has a foreign one. bornOn is MM/DD/YYYY; that of
-- user 44 lies in the future. annualIncome, a REAL: user 51 has a negative one. preferences is JSON, but that of user 60
-- is what Python prints.
CREATE TABLE user_profiles (
    user_id INTEGER PRIMARY KEY REFERENCES users (id),
    zip TEXT,
    bornOn TEXT,
    annualIncome REAL,
    preferences_json TEXT
);
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 116)
INSERT INTO user_profiles
SELECT i,
    CASE i WHEN 7 THEN '2134' WHEN 30 THEN 'SW1A 1AA' ELSE printf('%05d', 1000 + i * 613) END,
    CASE i WHEN 44 THEN '02/29/2096' ELSE printf('%02d/%02d/%04d', 1 + i % 12, 1 + i % 28, 1950 + i % 50) END,
    CASE i WHEN 51 THEN -1.0 ELSE 20000 + i * 431.25 END,
    CASE WHEN i = 60 THEN '{''theme'': ''dark''}'
         WHEN i % 9 <> 0 THEN json_object('theme', CASE i % 2 WHEN 0 THEN 'dark' ELSE 'light' END, 'weekly', i % 3 = 0) END
FROM n;

-- The same name as in checkins.db, and another thing.
CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT);
INSERT INTO settings VALUES ('signup', 'open'), ('session_minutes', '30'), ('currency', 'USD');

-- zip: address 40 has a foreign one.
CREATE TABLE addresses (
    id INTEGER PRIMARY KEY,
    user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    street TEXT NOT NULL,
    city TEXT NOT NULL,
    zip TEXT
);
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 140)
INSERT INTO addresses
SELECT i, 1 + (i * 7) % 116, i || ' Main Street', CASE i % 3 WHEN 0 THEN 'Springfield' WHEN 1 THEN 'Portland' ELSE 'Salem' END,
    CASE i WHEN 40 THEN 'EC1A 1BB' ELSE printf('%05d', 10000 + i * 97) END
FROM n;

CREATE TABLE user_devices (
    id INTEGER PRIMARY KEY,
    user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    last_seen TEXT
);
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 180)
INSERT INTO user_devices
SELECT i, 1 + (i * 5) % 116, CASE i % 2 WHEN 0 THEN 'Phone' ELSE 'Laptop' END, datetime(1704067200 + i * 4001, 'unixepoch') FROM n;

CREATE TABLE consents (
    user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    kind TEXT NOT NULL,
    given_at TEXT NOT NULL,
    PRIMARY KEY (user_id, kind)
) WITHOUT ROWID;
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 116)
INSERT INTO consents SELECT i, 'terms', datetime(1640995200 + i * 86399, 'unixepoch') FROM n
UNION ALL SELECT i, 'newsletter', datetime(1640995300 + i * 86399, 'unixepoch') FROM n WHERE i % 3 = 0;

COMMIT;
