-- Finance example, 5 of 5: alerts, and what became of them.
BEGIN;

-- threshold is a decimal as text; created_at unix seconds; is_read an integer.
CREATE TABLE alerts (
    id INTEGER PRIMARY KEY,
    user_id INTEGER NOT NULL,
    kind TEXT NOT NULL,
    threshold TEXT,
    is_read INTEGER NOT NULL DEFAULT 0,
    created_at INTEGER NOT NULL
);
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200)
INSERT INTO alerts
SELECT i, 1 + (i * 3) % 116, CASE i % 2 WHEN 0 THEN 'low_balance' ELSE 'large_payment' END,
    CASE WHEN i % 10 <> 0 THEN printf('%.2f', i * 2.5) END, i % 3 = 0, 1704067200 + i * 900
FROM n;

-- The same name as in analytics.db, and another thing.
CREATE TABLE events (
    id INTEGER PRIMARY KEY,
    alert_id INTEGER NOT NULL REFERENCES alerts (id) ON DELETE CASCADE,
    what TEXT NOT NULL,
    at TEXT NOT NULL
);
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 350)
INSERT INTO events
SELECT i, 1 + i % 200, CASE WHEN i <= 200 THEN 'sent' ELSE 'opened' END, datetime(1704067200 + i * 911, 'unixepoch') FROM n;

-- Channel 77 is of user 900, who was deleted.
CREATE TABLE channels (id INTEGER PRIMARY KEY, user_id INTEGER NOT NULL, kind TEXT NOT NULL, address TEXT NOT NULL);
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 120)
INSERT INTO channels
SELECT i, CASE i WHEN 77 THEN 900 ELSE 1 + (i * 9) % 116 END, CASE i % 2 WHEN 0 THEN 'mail' ELSE 'push' END, 'channel-' || i FROM n;

COMMIT;
