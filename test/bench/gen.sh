#!/usr/bin/env bash
# Builds the database of the benchmarks: gen.sh FILE [ROWS] makes one table "bench" of ROWS rows (default
# 2,000,000, about 330 MB) and ten columns with the types that applications declare. Values are computed from
# the row number, so that every machine measures the same bytes; every value fits its declared type, because
# the conversions are to be measured, not the refusals.
set -euo pipefail
[ $# -ge 1 ] || { echo "usage: gen.sh FILE [ROWS]" >&2 && exit 2; }
file=$1
rows=${2:-2000000}
rm -f "$file" "$file"-*
sqlite3 -bail -init /dev/null "$file" >/dev/null <<SQL
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
PRAGMA page_size = 4096;
CREATE TABLE bench (
    id INTEGER PRIMARY KEY,
    customer_id INTEGER NOT NULL,
    name TEXT NOT NULL,
    note TEXT,
    amount REAL NOT NULL,
    price DECIMAL(12, 2) NOT NULL,
    created_at TIMESTAMP NOT NULL,
    active BOOLEAN NOT NULL,
    token UUID NOT NULL,
    attributes JSONB
);
-- r: the low 32 bits of a multiplicative hash of the row number (Knuth, volume 3, 6.4).
INSERT INTO bench
WITH RECURSIVE
    n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $rows),
    h(i, r) AS (SELECT i, i * 2654435761 & 4294967295 FROM n)
SELECT
    i,
    r % 100000,
    'Customer ' || (r % 1000003),
    CASE WHEN r % 2 = 0 THEN substr('delivered to the neighbour', 1, 5 + r % 22) END,
    (r - 2147483648) / 1024.0,
    (r % 10000000) / 100.0,
    datetime(1500000000 + r / 20, 'unixepoch'),
    r & 1,
    printf('%08x-%04x-4%03x-8%03x-%012x', r, r >> 7 & 65535, r & 4095, r >> 12 & 4095, i),
    CASE WHEN r % 16 <> 0 THEN
        printf('{"colour":"%s","size":%d,"tags":["t%d","t%d"],"eco":%s}',
               CASE r % 3 WHEN 0 THEN 'red' WHEN 1 THEN 'green' ELSE 'blue' END,
               r % 50, r % 7, r % 11, CASE r & 2 WHEN 0 THEN 'true' ELSE 'false' END)
    END
FROM h;
SQL
