#!/usr/bin/env bash
# Measures reading live against reading without us, in turns, on a throwaway cluster: lookups against SQLite's own
# prepared lookup plus a query that does nothing; pushed aggregates against SQLite's own time for the same
# statement; a scan of all columns against core's cursor and conversion without a server; two processes against
# one. Prints medians with their spread, and ratios with the limit they are to keep.
#
# Every statement is first checked by EXPLAIN to run the way that is to be measured. Lookups run over one
# session of pgbench with a prepared statement, each in a transaction of its own. Scans run under a cursor and
# MOVE, which reads all rows and sends none.
#
# Environment: see lib.sh; LOOKUPS (50000) a round and statement.
set -euo pipefail
# shellcheck source=test/bench/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
LOOKUPS=${LOOKUPS:-50000}

bench_database
sqlite3 -bail -init /dev/null "$DB" 'CREATE INDEX IF NOT EXISTS bench_customer ON bench (customer_id)'
# Between two clusters' worth of work nothing may write back what was just generated.
sync "$DB"
say "Building core_loop ..."
{
    cmake -S "$ROOT" -B "$ROOT/build/release" --preset release -G "Unix Makefiles" &&
        cmake --build "$ROOT/build/release" --target core_loop -j "$JOBS"
} >"$SCRATCH/core_loop.log" 2>&1 || { cat "$SCRATCH/core_loop.log" >&2 && die "core_loop does not build"; }
install -m 755 "$ROOT/build/release/bench/core_loop" "$SCRATCH/core_loop"
core_loop() { "${AS_USER[@]}" "$SCRATCH/core_loop" "$DB" "$@"; }

bench_cluster "shared_buffers = 512MB" "autovacuum = off" "cursor_tuple_fraction = 1"
rows=$("${sql[@]}" -c 'ANALYZE source.bench' -c 'SELECT count(*) FROM source.bench')

# expect PATTERN SETTING QUERY: the query's plan must hold the pattern, or we would measure something else.
expect() {
    local plan
    plan=$("${sql[@]}" -c "SET $2" -c "EXPLAIN (VERBOSE, COSTS OFF) $3")
    grep -qE "$1" <<<"$plan" || die "not planned as expected ($1): $3"$'\n'"$plan"
}
serial="max_parallel_workers_per_gather = 0"
parallel="max_parallel_workers_per_gather = 1"

# timed SETTING QUERY MOVE: milliseconds of a query in a new session that has read the table before; with MOVE
# (yes) its rows are not sent.
timed() {
    local out query=$2
    [ "$3" = no ] || query="DECLARE c CURSOR FOR $2;
\\timing on
MOVE FORWARD ALL IN c"
    out=$("${sql[@]}" -f - <<SQL
SET $1;
SELECT FROM (SELECT * FROM source.bench LIMIT 1) AS warm;
BEGIN;
\\timing on
$query;
SQL
    )
    sed -n 's/^Time: \([0-9.]*\) ms.*/\1/p' <<<"$out" | awk '{sum += $1} END {print sum}'
}

# lookups QUERY: microseconds a query of pgbench with a random :id up to HIGHEST.
lookups() {
    printf '\\set id random(1, %d)\n%s;\n' "$2" "$1" >"$SCRATCH/data/lookup.sql"
    chmod 644 "$SCRATCH/data/lookup.sql"
    "${AS_USER[@]}" "$BINDIR/pgbench" -n -M prepared -c 1 -t "$LOOKUPS" -f "$SCRATCH/data/lookup.sql" \
        -h "$SCRATCH/c" -p "$PORT" -U postgres postgres 2>&1 |
        awk '/^tps/ {printf "%.2f\n", 1000000 / $3}'
}

declare -A samples
names=()
# sample NAME VALUE
sample() {
    [ -n "$2" ] || die "no figure for $1"
    [ -n "${samples[$1]:-}" ] || names+=("$1")
    samples[$1]+=" $2"
}
# shellcheck disable=SC2086 # the samples are words
median_of() { median ${samples[$1]}; }

by_key="SELECT * FROM source.bench WHERE id = :id"
by_index="SELECT * FROM source.bench WHERE customer_id = :id"
count="SELECT count(*) FROM source.bench"
sum="SELECT sum(id), count(*) FROM source.bench"
group="SELECT customer_id, count(*), sum(id) FROM source.bench GROUP BY customer_id"
scan="SELECT * FROM source.bench"
light="SELECT count(attributes), sum(id) FROM source.bench"
heavy="SELECT count(attributes), count(name), sum(amount), sum(id), max(price), min(created_at) FROM source.bench"
# SQLite's twin of a statement.
twin() { sed 's/source\.//; s/:id/?/' <<<"$1"; }

for query in "$by_key" "$by_index"; do
    expect 'SQLite.* WHERE ' "$serial" "${query/:id/42}"
done
for query in "$count" "$sum" "$group"; do
    expect '^Foreign Scan' "$serial" "$query"
done
expect 'Output: id, customer_id, name, note, amount, price, created_at, active, token, attributes' "$serial" "$scan"
for query in "$light" "$heavy"; do
    expect 'Partial Aggregate' "$parallel" "$query"
done

printf 'PostgreSQL %s; SQLite %s; file %s MB; %s rows; %s rounds; %s lookups a round\n' \
    "$("${sql[@]}" -c 'SHOW server_version')" "$(sqlite3 --version | cut -d ' ' -f 1)" \
    "$(($(stat -c %s "$DB") / 1000000))" "$rows" "$ROUNDS" "$LOOKUPS"
describe_settings

# Round 0 fills the file cache and does not count.
for ((round = 0; round <= ROUNDS; round++)); do
    sample "no-op query, µs" "$(lookups 'SELECT 1' 1)"
    sample "by key, SQLite, µs" "$(core_loop lookup "$LOOKUPS" "$rows" "$(twin "$by_key")")"
    sample "by key, SQLite in one transaction, µs" "$(core_loop lookup-locked "$LOOKUPS" "$rows" "$(twin "$by_key")")"
    sample "by key, foreign, µs" "$(lookups "$by_key" "$rows")"
    sample "by index, SQLite, µs" "$(core_loop lookup "$LOOKUPS" 99999 "$(twin "$by_index")")"
    sample "by index, SQLite in one transaction, µs" "$(core_loop lookup-locked "$LOOKUPS" 99999 "$(twin "$by_index")")"
    sample "by index, foreign, µs" "$(lookups "$by_index" 99999)"
    sample "count, SQLite, ms" "$(core_loop query "$(twin "$count")")"
    sample "count, foreign, ms" "$(timed "$serial" "$count" no)"
    sample "sum, SQLite, ms" "$(core_loop query "$(twin "$sum")")"
    sample "sum, foreign, ms" "$(timed "$serial" "$sum" no)"
    sample "group, SQLite, ms" "$(core_loop query "$(twin "$group")")"
    sample "group, foreign, ms" "$(timed "$serial" "$group" yes)"
    sample "scan, core, ms" "$(core_loop scan bench)"
    sample "scan, core without layouts, ms" "$(core_loop convert bench)"
    sample "scan, foreign, ms" "$(timed "$serial" "$scan" yes)"
    sample "light aggregate, one process, ms" "$(timed "$serial" "$light" no)"
    sample "light aggregate, two processes, ms" "$(timed "$parallel" "$light" no)"
    sample "heavy aggregate, one process, ms" "$(timed "$serial" "$heavy" no)"
    sample "heavy aggregate, two processes, ms" "$(timed "$parallel" "$heavy" no)"
    [ "$round" -gt 0 ] || samples=() names=()
done

for name in "${names[@]}"; do
    # shellcheck disable=SC2086
    printf '%s\n' ${samples[$name]} | sort -n | awk -v name="$name" -v median="$(median_of "$name")" '
        {v[NR] = $1}
        END {printf "%-42s median %9.2f   min %9.2f   max %9.2f\n", name, median, v[1], v[NR]}'
done

# ratio WHAT NUMERATOR RELATION LIMIT DENOMINATOR...: of medians; the denominators are added.
ratio() {
    local what=$1 numerator relation=$3 limit=$4 sum
    numerator=$(median_of "$2")
    shift 4
    sum=$(for name in "$@"; do median_of "$name"; done | awk '{sum += $1} END {print sum}')
    awk -v what="$what" -v a="$numerator" -v b="$sum" -v relation="$relation" -v limit="$limit" 'BEGIN {
        met = relation == "most" ? a / b <= limit : a / b >= limit
        printf "ratio %-45s %5.2f (at %s %.2f)%s\n", what, a / b, relation, limit, met ? "" : "  MISSED"}'
}
for how in key index; do
    ratio "lookup by $how" "by $how, foreign, µs" most 3 "by $how, SQLite, µs" "no-op query, µs"
    ratio "lookup by $how (SQLite in one transaction)" "by $how, foreign, µs" most 3 \
        "by $how, SQLite in one transaction, µs" "no-op query, µs"
done
for name in count sum group; do
    ratio "$name" "$name, foreign, ms" most 1.2 "$name, SQLite, ms"
done
ratio "scan" "scan, foreign, ms" most 1.25 "scan, core, ms"
ratio "scan (core without layouts)" "scan, foreign, ms" most 1.25 "scan, core without layouts, ms"
for name in light heavy; do
    ratio "$name aggregate, one against two" "$name aggregate, one process, ms" least 1.6 \
        "$name aggregate, two processes, ms"
done
