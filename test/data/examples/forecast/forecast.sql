-- Forecast example: the database of an application that plans materials. What is odd is said at each table.
BEGIN;

CREATE TABLE suppliers (
    code TEXT PRIMARY KEY COLLATE NOCASE,
    name TEXT NOT NULL,
    lead_days INTEGER NOT NULL
) WITHOUT ROWID;
INSERT INTO suppliers VALUES ('ACME', 'Acme Metals', 14), ('NORD', 'Nordic Polymers', 21), ('SUND', 'Sundries & Co.', 5);

-- Costs are decimals that SQLite holds as floating-point numbers: 1.2501, not 1.25009999….
CREATE TABLE materials (
    id INTEGER PRIMARY KEY,
    sku TEXT NOT NULL UNIQUE,
    unit TEXT NOT NULL CHECK (unit IN ('kg', 'm', 'pc')),
    unit_cost DECIMAL(12,4) NOT NULL,
    supplier TEXT REFERENCES suppliers (code),
    discontinued BOOL NOT NULL DEFAULT 0
);
WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 40)
INSERT INTO materials SELECT i, printf('MAT-%04d', i), CASE i % 3 WHEN 0 THEN 'kg' WHEN 1 THEN 'm' ELSE 'pc' END,
    i * 1.25 + 0.0001, CASE i % 4 WHEN 0 THEN NULL WHEN 1 THEN 'ACME' WHEN 2 THEN 'NORD' ELSE 'SUND' END, i % 10 = 0 FROM n;

-- counted is a day count of spreadsheets (44927 is 2023-01-01); changed is unix seconds.
CREATE TABLE stock (
    material_id INTEGER NOT NULL REFERENCES materials (id),
    site TEXT NOT NULL,
    counted INTEGER NOT NULL,
    quantity NUMERIC NOT NULL,
    changed INTEGER NOT NULL,
    PRIMARY KEY (material_id, site)
) WITHOUT ROWID;
WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 40)
INSERT INTO stock SELECT i, site, 45290 + i % 5, i * 10 + length(site), 1704067200 + i * 60 FROM n, (SELECT 'Hamburg' AS site UNION ALL SELECT 'Oslo');

-- Demand is only ever added to.
CREATE TABLE demand (
    id INTEGER PRIMARY KEY,
    material_id INTEGER NOT NULL REFERENCES materials (id),
    day DATE NOT NULL,
    quantity REAL NOT NULL
);
WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 6000)
INSERT INTO demand SELECT i, 1 + i % 40, date('2023-01-01', '+' || (i / 10) || ' days'), (i * 7 % 100) / 4.0 FROM n;
CREATE INDEX demand_material ON demand (material_id, day);
COMMIT;
