#!/usr/bin/env bash
# Measures sqlite.validate of 2,000,000 rows × 10 columns (gen.sh) and their copy in PostgreSQL against the time of
# reading both sides once, all columns, in turns and in one session; and the session's own memory at its highest.
# Prints medians, and the ratio with the limit it is to keep.
#
# Environment: see lib.sh.
set -euo pipefail
# shellcheck source=test/bench/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

bench_database
bench_cluster "shared_buffers = 512MB" "autovacuum = off" "max_parallel_workers_per_gather = 0"
"${sql[@]}" -c 'CREATE TABLE copy AS SELECT * FROM source.bench' -c 'ALTER TABLE copy ADD PRIMARY KEY (id)' -c 'VACUUM ANALYZE copy'

# Round 0 fills the caches and does not count.
round() {
    cat <<'SQL'
EXPLAIN (ANALYZE, TIMING OFF) SELECT * FROM source.bench;
SELECT count(attributes) FROM copy; -- the last column: all of them are looked at
SELECT status FROM sqlite.validate('source.bench'::regclass, 'copy'::regclass);
SQL
}
{
    echo "SELECT 'pid ' || pg_backend_pid();"
    echo '\timing on'
    for ((i = 0; i <= ROUNDS; i++)); do round; done
} >"$SCRATCH/rounds.sql"
"${sql[@]}" -f - <"$SCRATCH/rounds.sql" >"$SCRATCH/rounds.log" &
client=$!
peak=0
while kill -0 "$client" 2>/dev/null; do
    pid=$(sed -n 's/^pid //p' "$SCRATCH/rounds.log")
    now=$(awk '/^RssAnon/ {print $2}' "/proc/${pid:-none}/status" 2>/dev/null || true)
    [ "${now:-0}" -le "$peak" ] || peak=$now
    sleep 0.05
done
wait "$client"
[ "$(grep -c '^identical$' "$SCRATCH/rounds.log")" -eq $((ROUNDS + 1)) ] || die "validate does not say identical"

mapfile -t times < <(sed -n 's/^Time: \([0-9.]*\) ms.*/\1/p' "$SCRATCH/rounds.log" | tail -n +4)
sqlite=() copy=() validate=()
for ((i = 0; i < ${#times[@]}; i += 3)); do
    sqlite+=("${times[i]}") copy+=("${times[i + 1]}") validate+=("${times[i + 2]}")
done
printf 'PostgreSQL %s; SQLite %s; file %s MB; %s rounds\n' "$("${sql[@]}" -c 'SHOW server_version')" \
    "$(sqlite3 --version | cut -d ' ' -f 1)" "$(($(stat -c %s "$DB") / 1000000))" "$ROUNDS"
describe_settings
a=$(median "${sqlite[@]}") b=$(median "${copy[@]}") c=$(median "${validate[@]}")
printf 'reading the foreign table %s ms, the copy %s ms; validate %s ms\n' "$a" "$b" "$c"
awk -v a="$a" -v b="$b" -v c="$c" 'BEGIN {
    printf "ratio to reading both once %5.2f (at most 1.5)%s\n", c / (a + b), c / (a + b) <= 1.5 ? "" : "  MISSED"}'
printf 'memory of the session %s MB (at most 100)\n' "$((peak / 1024))"
