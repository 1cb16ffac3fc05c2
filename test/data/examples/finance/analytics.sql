-- Finance example, 4 of 5: what users did, and sums by month.
BEGIN;

-- at is unix milliseconds; session a token of the application's; payload_json JSON.
CREATE TABLE events (
    id INTEGER PRIMARY KEY,
    user_id INTEGER NOT NULL,
    session TEXT NOT NULL,
    name TEXT NOT NULL,
    at INTEGER NOT NULL,
    payload_json TEXT
);
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 800)
INSERT INTO events
SELECT i, 1 + (i * 5) % 116, printf('s%04x', i / 4),
    CASE i % 3 WHEN 0 THEN 'login' WHEN 1 THEN 'view' ELSE 'export' END,
    1704067200000 + i * 60001,
    CASE WHEN i % 3 <> 0 THEN json_object('page', 'p' || (i % 7), 'ms', i % 900) END
FROM n;

-- Decimals as text.
CREATE TABLE monthly_summary (
    user_id INTEGER NOT NULL,
    month TEXT NOT NULL,
    income TEXT NOT NULL,
    spending TEXT NOT NULL,
    PRIMARY KEY (user_id, month)
);
WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 347)
INSERT INTO monthly_summary
SELECT 1 + i % 116, '2023-0' || (1 + i / 116), printf('%.2f', i * 17.35), printf('%.2f', i * 9.1) FROM n;

CREATE TABLE experiments (id INTEGER PRIMARY KEY, name TEXT NOT NULL, settings_json TEXT);
INSERT INTO experiments VALUES (1, 'new onboarding', '{"share": 0.5}'), (2, 'weekly mail', '{"share": 0.1}');

CREATE TABLE assignments (
    experiment_id INTEGER NOT NULL REFERENCES experiments (id),
    user_id INTEGER NOT NULL,
    variant TEXT NOT NULL,
    PRIMARY KEY (experiment_id, user_id)
) WITHOUT ROWID;
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 116)
INSERT INTO assignments SELECT 1, i, CASE i % 2 WHEN 0 THEN 'a' ELSE 'b' END FROM n;

CREATE TABLE funnels (id INTEGER PRIMARY KEY, name TEXT NOT NULL, steps_json TEXT NOT NULL);
INSERT INTO funnels VALUES (1, 'sign up', '["visit", "form", "mail", "done"]'), (2, 'first budget', '["open", "fill", "save"]');

COMMIT;
