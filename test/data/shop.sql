-- A small shop as an application left it after some years: the same column written by several versions of the
-- code, SQLite's loose types taken at their word, and no foreign keys enforced. Every value is computed, so
-- that each build gives the same database. What is wrong where is said at each table.

PRAGMA page_size = 4096;
PRAGMA foreign_keys = OFF;
PRAGMA user_version = 7;
BEGIN;

CREATE TABLE settings (key TEXT PRIMARY KEY, value);
INSERT INTO settings VALUES
    ('shop.name', 'Ye Olde Shoppe'), ('shop.currency', 'EUR'), ('vat', 0.2), ('orders.next', 1501),
    ('maintenance', NULL), ('logo', x'89504e470d0a1a0a'), ('limits', '{"basket": 50, "per_day": 1000}');

-- name: NOCASE, and some names differ by case only.
CREATE TABLE category (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL COLLATE NOCASE,
    parent_id INTEGER REFERENCES category (id)
);
CREATE INDEX category_name ON category (name);
INSERT INTO category (id, name, parent_id) VALUES
    (1, 'Home', NULL), (2, 'Garden', 1), (3, 'garden', 1), (4, 'Kitchen', 1), (5, 'Books', NULL),
    (6, 'Children''s Books', 5), (7, 'BOOKS', NULL), (8, 'Toys', NULL), (9, 'Músic', NULL), (10, 'Office', NULL),
    (11, 'Größe XL', NULL), (12, '', 99);

-- A reserved word as name. created_at: ISO with blank, ISO with T and Z, unix seconds. birthday: DD/MM/YYYY.
-- is_active: 0/1. newsletter: 't'/'f'. email: differs by case only for some. age: '' where unknown.
CREATE TABLE "user" (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    email TEXT NOT NULL COLLATE NOCASE,
    name VARCHAR(60) COLLATE NOCASE,
    is_active BOOLEAN NOT NULL DEFAULT 1,
    newsletter CHAR(1) DEFAULT 'f',
    age INTEGER,
    birthday TEXT,
    created_at DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
    settings JSON
);
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300)
INSERT INTO "user" (id, email, name, is_active, newsletter, age, birthday, created_at, settings)
SELECT
    i,
    CASE WHEN i % 50 = 0 THEN 'Customer' || (i - 1) || '@Example.org' ELSE 'customer' || i || '@example.org' END,
    CASE i % 7 WHEN 0 THEN 'Zoë Müller ' || i WHEN 1 THEN 'O''Brien, Pat ' || i WHEN 2 THEN NULL
               ELSE 'Customer ' || i END,
    i % 9 <> 0,
    CASE WHEN i % 3 = 0 THEN 't' ELSE 'f' END,
    CASE WHEN i % 11 = 0 THEN '' ELSE 18 + (i * 37) % 60 END,
    printf('%02d/%02d/%04d', 1 + (i * 7) % 28, 1 + (i * 5) % 12, 1950 + (i * 13) % 55),
    CASE i % 3
        WHEN 0 THEN datetime(1500000000 + i * 86411, 'unixepoch')
        WHEN 1 THEN strftime('%Y-%m-%dT%H:%M:%SZ', 1500000000 + i * 86411, 'unixepoch')
        ELSE 1500000000 + i * 86411
    END,
    CASE WHEN i % 13 = 0 THEN NULL
         ELSE json_object('theme', CASE i % 2 WHEN 0 THEN 'dark' ELSE 'light' END, 'page', 10 + i % 5,
                          'tags', json_array('a' || (i % 4), 'b'))
    END
FROM n;
DELETE FROM "user" WHERE id % 97 = 0;

-- A name in mixed case. price: decimal, hence REAL in SQLite. tax_rate: decimal as TEXT. attributes: JSON text.
-- in_stock: 0/1. uuid: text in three spellings. price_with_tax: generated. weight: sometimes '' or '1.5 kg'.
CREATE TABLE Product (
    id INTEGER PRIMARY KEY,
    uuid UUID NOT NULL,
    sku VARCHAR(20) NOT NULL UNIQUE,
    name TEXT NOT NULL,
    category_id INTEGER NOT NULL REFERENCES category (id),
    price DECIMAL(10, 2) NOT NULL CHECK (price >= 0),
    tax_rate TEXT NOT NULL DEFAULT '0.20',
    weight REAL,
    in_stock BOOLEAN,
    attributes JSON,
    image BLOB,
    price_with_tax REAL GENERATED ALWAYS AS (round(price * (1 + tax_rate), 2)) STORED
);
CREATE INDEX product_category ON Product (category_id, name);
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 240)
INSERT INTO Product (id, uuid, sku, name, category_id, price, tax_rate, weight, in_stock, attributes, image)
SELECT
    i,
    CASE i % 3
        WHEN 0 THEN printf('%08x-%04x-4%03x-8%03x-%012x', i * 2654435761 % 4294967296, i % 65536, i % 4096, i % 4096, i)
        WHEN 1 THEN printf('%08X-%04X-4%03X-8%03X-%012X', i * 2654435761 % 4294967296, i % 65536, i % 4096, i % 4096, i)
        ELSE printf('{%08x-%04x-4%03x-8%03x-%012x}', i * 2654435761 % 4294967296, i % 65536, i % 4096, i % 4096, i)
    END,
    printf('SKU-%05d', i),
    CASE i % 4 WHEN 0 THEN 'Teapot No. ' || i WHEN 1 THEN 'Café set ' || i || ' ☕' WHEN 2 THEN 'Lamp "' || i || '"'
               ELSE 'Book ' || i END,
    1 + i % 11,
    round((99 + i * 317 % 20000) / 100.0, 2),
    CASE i % 5 WHEN 0 THEN '0.05' WHEN 1 THEN '0.10' ELSE '0.20' END,
    CASE WHEN i % 17 = 0 THEN '' WHEN i % 19 = 0 THEN '1.5 kg' ELSE (i % 40) / 8.0 END,
    i % 6 <> 0,
    CASE WHEN i % 10 = 0 THEN NULL
         ELSE json_object('colour', CASE i % 3 WHEN 0 THEN 'red' WHEN 1 THEN 'green' ELSE 'blue' END,
                          'size', json_object('w', i % 30, 'h', i % 20), 'eco', json('true'))
    END,
    CASE i % 16 WHEN 0 THEN x'89504e470d0a1a0a0000ff' WHEN 8 THEN x'ffd8ffe000104a464946' END
FROM n;

-- Mixed case and reserved. placed_at: ISO, ISO with T and Z, unix seconds. shipped_on: DD/MM/YYYY. paid: 't'/'f'.
-- total: decimal as TEXT. user_id: some users were deleted since.
CREATE TABLE "Order" (
    id INTEGER PRIMARY KEY,
    reference UUID NOT NULL,
    user_id INTEGER REFERENCES "user" (id),
    placed_at TIMESTAMP NOT NULL,
    shipped_on DATE,
    status TEXT NOT NULL CHECK (status IN ('new', 'paid', 'shipped', 'cancelled')),
    paid BOOLEAN NOT NULL,
    total TEXT NOT NULL,
    "select" TEXT
);
CREATE INDEX order_user ON "Order" (user_id);
CREATE INDEX order_open ON "Order" (placed_at) WHERE status = 'new';
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1500)
INSERT INTO "Order" (id, reference, user_id, placed_at, shipped_on, status, paid, total, "select")
SELECT
    i,
    printf('%08x-%04x-4%03x-9%03x-%012x', i * 40503 % 4294967296, i % 65536, i * 7 % 4096, i * 11 % 4096, i),
    1 + i * 17 % 300,
    CASE i % 3
        WHEN 0 THEN 1600000000 + i * 21601
        WHEN 1 THEN datetime(1600000000 + i * 21601, 'unixepoch')
        ELSE strftime('%Y-%m-%dT%H:%M:%SZ', 1600000000 + i * 21601, 'unixepoch')
    END,
    CASE WHEN i % 4 = 2 THEN strftime('%d/%m/%Y', 1600000000 + i * 21601 + 172800, 'unixepoch') END,
    CASE i % 4 WHEN 0 THEN 'new' WHEN 1 THEN 'paid' WHEN 2 THEN 'shipped' ELSE 'cancelled' END,
    CASE WHEN i % 4 IN (1, 2) THEN 't' ELSE 'f' END,
    printf('%d.%02d', 5 + i * 89 % 400, i * 13 % 100),
    CASE WHEN i % 100 = 0 THEN 'gift' || char(10) || 'wrap' END
FROM n;

-- Without rowid. quantity: '' where the old code wrote an empty field. discount: decimal as TEXT.
-- Orphans: orders 1501 to 1503 and product 999 do not exist.
CREATE TABLE order_line (
    order_id INTEGER NOT NULL REFERENCES "Order" (id) ON DELETE CASCADE,
    line_no INTEGER NOT NULL,
    product_id INTEGER NOT NULL REFERENCES Product (id),
    quantity INTEGER,
    unit_price REAL NOT NULL,
    discount TEXT,
    PRIMARY KEY (order_id, line_no)
) WITHOUT ROWID;
WITH RECURSIVE n(i) AS (SELECT 3 UNION ALL SELECT i + 1 FROM n WHERE i < 4511)
INSERT INTO order_line (order_id, line_no, product_id, quantity, unit_price, discount)
SELECT
    i / 3, 1 + i % 3,
    CASE WHEN i % 900 = 0 THEN 999 ELSE 1 + i * 31 % 240 END,
    CASE WHEN i > 600 AND i % 151 = 0 THEN '' ELSE 1 + i % 5 END,
    round((99 + i * 317 % 20000) / 100.0, 2),
    CASE i % 10 WHEN 0 THEN '0.10' WHEN 5 THEN '0.05' END
FROM n;

-- paid_at: unix milliseconds. amount: money as integer cents; one value has 19 digits.
CREATE TABLE payment (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    order_id INT NOT NULL REFERENCES "Order" (id),
    amount_cents BIGINT NOT NULL,
    method NVARCHAR(10) NOT NULL,
    paid_at INTEGER NOT NULL,
    receipt BLOB
);
INSERT INTO payment (order_id, amount_cents, method, paid_at, receipt)
SELECT id, CAST(round(total * 100) AS INTEGER), CASE id % 2 WHEN 0 THEN 'card' ELSE 'transfer' END,
       (1600000000 + id * 21601) * 1000 + id % 1000, CAST('receipt ' || id AS BLOB)
FROM "Order" WHERE paid = 't';
INSERT INTO payment (order_id, amount_cents, method, paid_at) VALUES (1500, 9223372036854775807, 'test', 0);

-- A key that is no number, no rowid. expires: Julian day.
CREATE TABLE session (
    token UUID PRIMARY KEY NOT NULL,
    user_id INTEGER NOT NULL REFERENCES "user" (id) ON DELETE CASCADE,
    expires REAL NOT NULL,
    data JSON
) WITHOUT ROWID;
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 400)
INSERT INTO session
SELECT printf('%08x-%04x-4%03x-a%03x-%012x', i * 2246822519 % 4294967296, i * 3 % 65536, i % 4096, i % 4096, i),
       1 + i * 7 % 300, 2459000.5 + i / 8.0, json_object('ip', '192.0.2.' || (i % 256), 'hits', i)
FROM n;

CREATE VIEW order_summary AS
SELECT o.id, o.status, count(l.line_no) AS lines, round(sum(l.quantity * l.unit_price), 2) AS value
FROM "Order" AS o LEFT JOIN order_line AS l ON l.order_id = o.id
GROUP BY o.id;

CREATE TRIGGER order_line_gone AFTER DELETE ON "Order"
BEGIN
    DELETE FROM order_line WHERE order_id = OLD.id;
END;

COMMIT;
