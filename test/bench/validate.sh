#!/usr/bin/env bash
# Measures sqlite.validate of 2,000,000 rows × 10 columns (gen.sh) and their copy in PostgreSQL against the time of
# reading both sides once, all columns, in turns and in one session, by the session alone and with two workers; and
# the memory of the session and its workers at its highest. Prints medians, and the ratios with the limit they are to
# keep.
#
# Environment: see lib.sh.
set -euo pipefail
# shellcheck source=test/bench/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

bench_database
bench_cluster "shared_buffers = 512MB" "autovacuum = off"
"${sql[@]}" -c 'CREATE TABLE copy AS SELECT * FROM source.bench' -c 'ALTER TABLE copy ADD PRIMARY KEY (id)' -c 'VACUUM ANALYZE copy'

# Round 0 fills the caches and does not count.
round() {
    cat <<'SQL'
SET max_parallel_workers_per_gather = 0;
EXPLAIN (ANALYZE, TIMING OFF) SELECT * FROM source.bench;
SELECT count(attributes) FROM copy; -- the last column: all of them are looked at
SELECT status FROM sqlite.validate('source.bench'::regclass, 'copy'::regclass);
SET max_parallel_workers_per_gather = 2;
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
postmaster=$(head -n 1 "$SCRATCH/c/data/postmaster.pid")
peak=0
while kill -0 "$client" 2>/dev/null; do
    pid=$(sed -n 's/^pid //p' "$SCRATCH/rounds.log")
    now=0
    for process in $pid $(pgrep -P "$postmaster" -f "parallel worker for PID ${pid:-none} "); do
        anonymous=$(awk '/^RssAnon/ {print $2}' "/proc/$process/status" 2>/dev/null || true)
        now=$((now + ${anonymous:-0}))
    done
    [ "$now" -le "$peak" ] || peak=$now
    sleep 0.05
done
wait "$client"
[ "$(grep -c '^identical$' "$SCRATCH/rounds.log")" -eq $((2 * (ROUNDS + 1))) ] || die "validate does not say identical"

mapfile -t times < <(sed -n 's/^Time: \([0-9.]*\) ms.*/\1/p' "$SCRATCH/rounds.log" | tail -n +7)
sqlite=() copy=() alone=() workers=()
for ((i = 0; i < ${#times[@]}; i += 6)); do # the two SETs are timed, too
    sqlite+=("${times[i + 1]}") copy+=("${times[i + 2]}") alone+=("${times[i + 3]}") workers+=("${times[i + 5]}")
done
printf 'PostgreSQL %s; SQLite %s; file %s MB; %s rounds\n' "$("${sql[@]}" -c 'SHOW server_version')" \
    "$(sqlite3 --version | cut -d ' ' -f 1)" "$(($(stat -c %s "$DB") / 1000000))" "$ROUNDS"
describe_settings
a=$(median "${sqlite[@]}") b=$(median "${copy[@]}") c=$(median "${alone[@]}") d=$(median "${workers[@]}")
printf 'reading the foreign table %s ms, the copy %s ms; validate %s ms, with two workers %s ms\n' "$a" "$b" "$c" "$d"
awk -v a="$a" -v b="$b" -v c="$c" -v d="$d" 'function ratio(what, t) {
    printf "ratio to reading both once, %s %5.2f (at most 1.5)%s\n", what, t / (a + b), t / (a + b) <= 1.5 ? "" : "  MISSED"}
BEGIN { ratio("alone", c); ratio("with two workers", d) }'
printf 'memory of the session and its workers %s MB (at most 100)\n' "$((peak / 1024))"
