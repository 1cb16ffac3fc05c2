#!/usr/bin/env bash
# Are descriptors, memory or locks lost by statements that fail? One session runs ROUNDS (10,000) of them, a mix of reading, importing,
# planning and validating, and every hundredth (EVERY) a migration, load or validation that fails; what the process holds is printed ten times on the way.
# Runs against the server that psql's environment (PGHOST, PGUSER, …) names, as a superuser, on the server's own machine. DATA is a
# folder that the server can read, where it makes a file of its own.
set -euo pipefail
ROUNDS=${ROUNDS:-10000}
EVERY=${EVERY:-100}
DATA=${DATA:?a folder that the server can read}
file=$DATA/leaks.db
rm -f "$file"
sqlite3 -bail -init /dev/null "$file" "CREATE TABLE t (id INTEGER PRIMARY KEY, n INTEGER, d DATE);
    INSERT INTO t (id, n, d) VALUES (1, 1, '2024-01-01'), (2, 'no number', 'no date'), (3, 3, NULL); CREATE TABLE u (id INTEGER PRIMARY KEY, d DATE);
    WITH RECURSIVE i (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM i WHERE i < 500) INSERT INTO u SELECT i, 'no date' FROM i;
    CREATE VIEW v AS SELECT json('{') AS j; CREATE VIEW endless AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n"
chmod 644 "$file"
printf 'no database' >"$DATA/leaks.txt"
{
    cat <<SQL
\\set ON_ERROR_STOP off
\\set QUIET on
\\o /dev/null
SET client_min_messages = error;
DROP SERVER IF EXISTS leaks CASCADE;
DROP SCHEMA IF EXISTS leaks CASCADE;
CREATE EXTENSION IF NOT EXISTS pg_sqlite;
CREATE SCHEMA leaks;
CREATE SERVER leaks FOREIGN DATA WRAPPER pg_sqlite OPTIONS (database '$file');
CREATE SERVER leaks_gone FOREIGN DATA WRAPPER pg_sqlite OPTIONS (database '$file.gone');
CREATE SERVER leaks_text FOREIGN DATA WRAPPER pg_sqlite OPTIONS (database '$DATA/leaks.txt');
CREATE FOREIGN TABLE leaks.t (id bigint, n bigint, d date) SERVER leaks;
CREATE FOREIGN TABLE leaks.u (id bigint, d date) SERVER leaks;
CREATE FOREIGN TABLE leaks.v (j text) SERVER leaks;
CREATE FOREIGN TABLE leaks.gone (j text) SERVER leaks_gone;
CREATE FOREIGN TABLE leaks.text (j text) SERVER leaks_text;
CREATE TABLE leaks.heap (id bigint PRIMARY KEY, n bigint, d date);
SQL
    statements=(
        "SELECT * FROM leaks.t;"
        "SELECT count(d) FROM leaks.u WHERE d > '2024-01-01';"
        "SELECT * FROM leaks.v;"
        "SELECT * FROM leaks.gone;"
        "SELECT * FROM leaks.text;"
        "INSERT INTO leaks.heap SELECT * FROM leaks.t;"
        "INSERT INTO leaks.heap SELECT id, 1, NULL::date FROM leaks.u UNION ALL SELECT 1, 1, NULL;"
        "SELECT * FROM sqlite.query('leaks', 'SELECT nothing FROM nowhere') AS t (i int);"
        "SELECT * FROM sqlite.query('leaks', 'DELETE FROM t') AS t (i int);"
        "IMPORT FOREIGN SCHEMA main FROM SERVER leaks_text INTO leaks;"
        "IMPORT FOREIGN SCHEMA main LIMIT TO (u) FROM SERVER leaks INTO leaks OPTIONS (types 'stored');"
        "SELECT sqlite.backup('leaks', '/nowhere');"
        "SELECT * FROM sqlite.plan('{leaks}', 'leaks_moved', '{\"nonsense\": 1}');"
        "SELECT * FROM sqlite.plan('{leaks}', 'leaks_moved'), (SELECT 1 / (random() * 0)::int) AS x;"
        "SELECT * FROM sqlite.validate('leaks.t'::regclass, 'leaks.heap'::regclass);"
        "SELECT * FROM sqlite.digest('leaks.t'::regclass);"
        "SELECT * FROM sqlite.profile('leaks_gone');"
        "SELECT t.d, 1 / (t.id - 1) FROM leaks.u AS t, leaks.u AS s;"
        "BEGIN; SELECT * FROM leaks.t WHERE id = 1; SAVEPOINT a; SELECT * FROM leaks.t; ROLLBACK TO a; SELECT * FROM leaks.v; ROLLBACK;"
        "BEGIN; DECLARE c CURSOR FOR SELECT * FROM leaks.t; FETCH c; FETCH c; ROLLBACK;")
    jobs=(
        "CALL sqlite.migrate('{leaks}', 'leaks_moved');"
        "CALL sqlite.load('leaks.heap', 'SELECT id, n, d FROM leaks.t');"
        "CALL sqlite.migrate('{leaks}', 'leaks_moved', '{\"exclude\": [\"t\"], \"read_from\": \"live\", \"transaction\": \"table\"}');"
        "CALL sqlite.load('leaks.heap', 'SELECT id, n, d FROM leaks.t', 'reject', '0');"
        "CALL sqlite.migrate('{leaks,leaks_text}', 'leaks_moved');"
        "SELECT * FROM sqlite.validate();"
        "CALL sqlite.resume();")
    measure="\\o
SELECT format('%s statements: %s kB resident, %s kB anonymous, %s descriptors, %s locks, %s kB of contexts, %s connections', :n,
    substring(s FROM 'VmRSS:\\s+(\\d+)'), substring(s FROM 'RssAnon:\\s+(\\d+)'), (SELECT count(*) FROM pg_ls_dir('/proc/self/fd')),
    (SELECT count(*) FROM pg_locks WHERE pid = pg_backend_pid() AND relation IS DISTINCT FROM 'pg_locks'::regclass AND locktype <> 'virtualxid'),
    (SELECT (sum(total_bytes) / 1024)::int FROM pg_backend_memory_contexts), (SELECT count(*) FROM sqlite.connections()))
FROM pg_read_file('/proc/self/status') AS s \\g (format=unaligned tuples_only=on)
\\o /dev/null"
    for ((i = 1; i <= ROUNDS; i++)); do
        if ((i % EVERY == 0)); then
            echo "${jobs[(i / EVERY) % ${#jobs[@]}]}"
        else
            echo "${statements[i % ${#statements[@]}]}"
        fi
        if ((i == 200 || i % (ROUNDS / 10) == 0)); then printf '\\set n %d\n%s\n' "$i" "$measure"; fi
    done
    echo 'DROP SCHEMA leaks CASCADE; DROP SERVER leaks CASCADE; DROP SERVER leaks_gone CASCADE; DROP SERVER leaks_text CASCADE;'
} | psql -X -q 2>/dev/null
rm -f "$file" "$DATA/leaks.txt"
