#!/usr/bin/env bash
# Builds a database of the benchmarks: gen.sh FILE [ROWS [TABLE...]] makes tables of ROWS rows (default 2,000,000):
#   bench   ten columns with the types that applications declare (the default; about 330 MB)
#   narrow  a key, an integer and a real
#   keyed   WITHOUT ROWID, with a key of two columns
#   large   texts and blobs of 2 kB to 512 kB each; a row for every 2,000 of ROWS (about 220 kB a row)
# Values are computed from the row number, so that every machine measures the same bytes; every value fits its
# declared type, because the conversions are to be measured, not the refusals.
set -euo pipefail
[ $# -ge 1 ] || { echo "usage: gen.sh FILE [ROWS [TABLE...]]" >&2 && exit 2; }
file=$1
rows=${2:-2000000}
tables=("${@:3}")
[ ${#tables[@]} -gt 0 ] || tables=(bench)

# numbers ROWS: the common table expressions n, the row numbers i, and h, each with r, the low 32 bits of its
# multiplicative hash (Knuth, volume 3, 6.4).
numbers() {
    cat <<SQL
WITH RECURSIVE
    n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $1),
    h(i, r) AS (SELECT i, i * 2654435761 & 4294967295 FROM n)
SQL
}

table_bench() {
    cat <<SQL
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
INSERT INTO bench
$(numbers "$rows")
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
}

table_narrow() {
    cat <<SQL
CREATE TABLE narrow (id INTEGER PRIMARY KEY, number INTEGER NOT NULL, value REAL NOT NULL);
INSERT INTO narrow $(numbers "$rows") SELECT i, r, r / 1024.0 FROM h;
SQL
}

table_keyed() {
    cat <<SQL
CREATE TABLE keyed (
    region TEXT NOT NULL,
    number INTEGER NOT NULL,
    amount REAL NOT NULL,
    note TEXT,
    PRIMARY KEY (region, number)
) WITHOUT ROWID;
INSERT INTO keyed
$(numbers "$rows")
SELECT printf('region %06d', i / 1000), i % 1000, r / 1024.0,
       CASE WHEN r % 2 = 0 THEN substr('delivered to the neighbour', 1, 5 + r % 22) END
FROM h;
SQL
}

# Stretches of one random text (Park and Miller's generator), so that PostgreSQL finds little to compress.
table_large() {
    cat <<SQL
CREATE TABLE large (id INTEGER PRIMARY KEY, title TEXT NOT NULL, body TEXT NOT NULL, content BLOB NOT NULL);
CREATE TEMP TABLE pool AS
WITH RECURSIVE s(i, r) AS (SELECT 1, 1 UNION ALL SELECT i + 1, r * 48271 % 2147483647 FROM s WHERE i < 1048576)
SELECT group_concat(char(32 + r % 95), '') AS characters FROM s;
INSERT INTO large
$(numbers "$((rows < 2000 ? 1 : rows / 2000))")
SELECT i, 'Document ' || i,
       substr(characters, 1 + r % 500000, 2048 << (r >> 20) % 9),
       CAST(substr(characters, 1 + r % 400000, 2048 << (r >> 10) % 9) AS BLOB)
FROM pool, h;
SQL
}

rm -f "$file" "$file"-*
{
    printf 'PRAGMA %s;\n' 'journal_mode = OFF' 'synchronous = OFF' 'page_size = 4096'
    for table in "${tables[@]}"; do "table_$table"; done
} | sqlite3 -bail -init /dev/null "$file" >/dev/null
