#!/usr/bin/env bash
# Compares INSERT ... SELECT from a foreign table with INSERT ... SELECT from a heap table of the same rows,
# alternating, on a throwaway cluster: what reading SQLite costs beyond what PostgreSQL costs itself.
# Prints every run, medians, spread, their ratio, and the largest anonymous memory of the backend (RssAnon:
# without shared buffers and mapped files, so a backend that piles up rows shows).
#
# Environment: see lib.sh.
set -euo pipefail
# shellcheck source=test/bench/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

bench_database
bench_cluster "shared_buffers = 512MB" "max_wal_size = 8GB" "autovacuum = off"
"${sql[@]}" -f - <<'SQL'
CREATE TABLE heap_copy AS SELECT * FROM source.bench;
CREATE TABLE target (LIKE heap_copy);
VACUUM (FREEZE, ANALYZE) heap_copy;
SQL

# timed SOURCE: one INSERT ... SELECT into the empty target; sets MS (milliseconds) and KB (peak RssAnon).
timed() {
    local pid key value
    rm -f "$SCRATCH/data/out" "$SCRATCH/data/pid"
    "${sql[@]}" -c 'TRUNCATE target' -c CHECKPOINT
    # The first, tiny read loads the library and the catalog, as any session but a new one has.
    "${sql[@]}" >"$SCRATCH/out" <<SQL &
SELECT count(*) FROM (SELECT * FROM $1 LIMIT 1) AS warm;
SELECT 'pid', pg_backend_pid();
\timing on
INSERT INTO target SELECT * FROM $1;
SQL
    KB=0
    until pid=$(sed -n 's/^pid|//p' "$SCRATCH/out" 2>/dev/null) && [ -n "$pid" ]; do
        kill -0 $! 2>/dev/null || break
        sleep 0.01
    done
    while kill -0 $! 2>/dev/null; do
        while read -r key value _; do
            [ "$key" != RssAnon: ] || [ "$value" -le "$KB" ] || KB=$value
        done 2>/dev/null <"/proc/$pid/status" || true
        sleep 0.05
    done
    wait $!
    MS=$(sed -n 's/^Time: \([0-9.]*\) ms.*/\1/p' "$SCRATCH/out")
    [ "$("${sql[@]}" -c 'SELECT count(*) FROM target')" = "$rows" ] || die "rows are missing after $1"
}

# summary NAME MS...: median, smallest and largest; sets MEDIAN.
summary() {
    local name=$1
    shift
    MEDIAN=$(median "$@")
    printf '%s\n' "$@" | sort -n | awk -v name="$name" -v median="$MEDIAN" -v rows="$rows" '
        {v[NR] = $1}
        END {printf "%-8s median %8.0f ms   min %8.0f   max %8.0f   %9.0f rows/s\n", name, median, v[1], v[NR], rows / median * 1000}'
}

rows=$("${sql[@]}" -c 'SELECT count(*) FROM heap_copy')
printf 'PostgreSQL %s; SQLite file %s MB; heap %s MB; %s rows; %s rounds\n' \
    "$("${sql[@]}" -c 'SHOW server_version')" "$(($(stat -c %s "$DB") / 1000000))" \
    "$("${sql[@]}" -c "SELECT pg_table_size('heap_copy') / 1000000")" "$rows" "$ROUNDS"
describe_settings

# One round that does not count: the first growth of the target and of the WAL is slower than all later ones.
timed source.bench
timed heap_copy

foreign_ms=() heap_ms=() foreign_kb=0 heap_kb=0
for ((round = 1; round <= ROUNDS; round++)); do
    timed source.bench
    foreign_ms+=("$MS")
    foreign_kb=$((KB > foreign_kb ? KB : foreign_kb))
    foreign=$MS
    timed heap_copy
    heap_ms+=("$MS")
    heap_kb=$((KB > heap_kb ? KB : heap_kb))
    printf 'round %d: foreign %s ms, heap %s ms\n' "$round" "$foreign" "$MS"
done
"${sql[@]}" -c 'SELECT count(*) FROM ((TABLE target EXCEPT ALL TABLE heap_copy) UNION ALL (TABLE heap_copy EXCEPT ALL TABLE target)) AS d' |
    grep -qx 0 || die "the copies differ"

summary foreign "${foreign_ms[@]}"
foreign_median=$MEDIAN
summary heap "${heap_ms[@]}"
awk -v a="$foreign_median" -v b="$MEDIAN" 'BEGIN {printf "ratio    %.3f (foreign / heap)\n", a / b}'
printf 'RssAnon  foreign %d kB, heap %d kB at most\n' "$foreign_kb" "$heap_kb"
