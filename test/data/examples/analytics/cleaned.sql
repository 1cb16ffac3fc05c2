-- Analytics example: what the old pipeline made of it. It took 'n/a' for 0, and lost what it could not read.
BEGIN;
CREATE TABLE reading (id INTEGER PRIMARY KEY, site TEXT, taken TEXT NOT NULL, value REAL, quality TEXT);
WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 600)
INSERT INTO reading SELECT i, CASE i % 5 WHEN 0 THEN 'Roof' WHEN 1 THEN 'Roof' WHEN 2 THEN 'Cellar' WHEN 3 THEN 'Yard' END,
    strftime('%Y-%m-%d %H:%M:%S', 1704067200 + i * 60, 'unixepoch'),
    CASE WHEN i % 50 = 0 THEN 0 WHEN i % 70 = 0 THEN NULL WHEN i % 2 = 0 THEN round(i / 8.0, 2) ELSE i / 8.0 END,
    CASE i % 4 WHEN 0 THEN 'bad' WHEN 1 THEN 'doubtful' WHEN 2 THEN 'good' ELSE 'very good' END
FROM n WHERE i NOT IN (77, 123, 456);
COMMIT;
