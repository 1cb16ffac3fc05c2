-- Analytics example: what sensors have sent, as it came. All values are texts: numbers with a comma or a point, 'n/a' and
-- empty ones; times are ISO texts or Unix milliseconds; payloads are JSON, two of them broken.
BEGIN;
CREATE TABLE message (id INTEGER PRIMARY KEY, sensor TEXT NOT NULL, taken TEXT NOT NULL, value TEXT, payload TEXT);
WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 600)
INSERT INTO message SELECT i, 's' || (1 + i % 5),
    CASE WHEN i % 3 = 0 THEN CAST(1704067200000 + i * 60000 AS TEXT) ELSE strftime('%Y-%m-%dT%H:%M:%SZ', 1704067200 + i * 60, 'unixepoch') END,
    CASE WHEN i % 50 = 0 THEN 'n/a' WHEN i % 70 = 0 THEN '' WHEN i % 2 = 0 THEN replace(printf('%.2f', i / 8.0), '.', ',') ELSE printf('%.3f', i / 8.0) END,
    printf('{"quality": %d, "firmware": "1.%d"}', i % 4, i % 7) FROM n;
UPDATE message SET payload = '{"quality": 1' WHERE id IN (123, 456);
UPDATE message SET taken = '2024-02-30T00:00:00Z' WHERE id = 77;
COMMIT;
