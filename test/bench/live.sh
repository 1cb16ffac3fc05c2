#!/usr/bin/env bash
# Measures reading live against reading without us, in turns, on a throwaway cluster: lookups against SQLite's own
# prepared lookup plus a query that does nothing; pushed aggregates and filters against SQLite's own time for the same
# statement; a scan of all columns against SQLite's loop and against core's cursor and conversion without a server; a
# filter and a join that PostgreSQL does itself against the same over a heap table; two processes against one.
#
# Every statement is first checked by EXPLAIN to run the way that is to be measured. Lookups run over one
# session of pgbench with a prepared statement, each in a transaction of its own. Scans run under a cursor and
# MOVE, which reads all rows and sends none.
#
# Environment: see lib.sh; LOOKUPS (20000) a round and statement.
set -euo pipefail
# shellcheck source=test/bench/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
LOOKUPS=${LOOKUPS:-20000}

by_key="SELECT * FROM source.bench WHERE id = :id"
by_index="SELECT * FROM source.bench WHERE customer_id = :id"
count="SELECT count(*) FROM source.bench"
sum="SELECT sum(id), count(*) FROM source.bench"
group="SELECT customer_id, count(*), sum(id) FROM source.bench GROUP BY customer_id"
scan="SELECT * FROM source.bench"
filter="SELECT * FROM source.bench WHERE id % 100 = 0"
local_filter="SELECT * FROM source.bench WHERE name ~ '77$'"
join="SELECT count(*), sum(b.amount) FROM source.bench AS b JOIN chosen AS c ON c.id = b.customer_id"
light="SELECT count(attributes), sum(id) FROM source.bench"
heavy="SELECT count(attributes), count(name), sum(amount), sum(id), max(price), min(created_at) FROM source.bench"

serial="SET max_parallel_workers_per_gather = 0"
parallel="SET max_parallel_workers_per_gather = 1"

# SQLite's twin of a statement, and that of a heap table.
twin() { sed 's/source\.//; s/:id/?/' <<<"$1"; }
of_heap() { echo "${1/source./heap.}"; }

# lookups QUERY HIGHEST: microseconds a query of pgbench with a random :id up to HIGHEST.
lookups() {
    printf '\\set id random(1, %d)\n%s;\n' "$2" "$1" >"$SCRATCH/data/lookup.sql"
    chmod 644 "$SCRATCH/data/lookup.sql"
    "${AS_USER[@]}" "$BINDIR/pgbench" -n -M prepared -c 1 -t "$LOOKUPS" -f "$SCRATCH/data/lookup.sql" \
        -h "$SCRATCH/c" -p "$PORT" -U postgres postgres 2>&1 |
        awk '/^tps/ {printf "%.2f\n", 1000000 / $3}'
}

prepare_live() {
    local query
    build_core_loop
    "${sql[@]}" -c 'CREATE TABLE chosen AS SELECT i AS id FROM generate_series(0, 99999, 2) AS i' -c 'ANALYZE chosen'
    for query in "$by_key" "$by_index" "$filter"; do
        expect 'SQLite.* WHERE ' "$serial" "${query/:id/42}"
    done
    for query in "$count" "$sum" "$group"; do
        expect '^Foreign Scan' "$serial" "$query"
    done
    expect 'Output: id, customer_id, name, note, amount, price, created_at, active, token, attributes' "$serial" "$scan"
    expect 'Filter:' "$serial" "$local_filter"
    expect 'Hash Join' "$serial" "$join"
    for query in "$light" "$heavy"; do
        expect 'Partial Aggregate' "$parallel" "$query"
    done
}

round_live() {
    sample "no-op query, µs" lookups 'SELECT 1' 1
    sample "by key, SQLite, µs" core_loop lookup "$LOOKUPS" "$rows" "$(twin "$by_key")"
    sample "by key, SQLite in one transaction, µs" core_loop lookup-locked "$LOOKUPS" "$rows" "$(twin "$by_key")"
    sample "by key, foreign, µs" lookups "$by_key" "$rows"
    sample "by index, SQLite, µs" core_loop lookup "$LOOKUPS" 99999 "$(twin "$by_index")"
    sample "by index, SQLite in one transaction, µs" core_loop lookup-locked "$LOOKUPS" 99999 "$(twin "$by_index")"
    sample "by index, foreign, µs" lookups "$by_index" 99999
    sample "count, SQLite, ms" core_loop query "$(twin "$count")"
    sample "count, foreign, ms" session_ms "$serial" "$count"
    sample "sum, SQLite, ms" core_loop query "$(twin "$sum")"
    sample "sum, foreign, ms" session_ms "$serial" "$sum"
    sample "group, SQLite, ms" core_loop query "$(twin "$group")"
    sample "group, foreign, ms" all_rows "$group"
    sample "scan, SQLite's step loop, ms" core_loop query "$(twin "$scan")"
    sample "scan, core, ms" core_loop scan bench
    sample "scan, core without layouts, ms" core_loop convert bench
    sample "scan, foreign, ms" all_rows "$scan"
    sample "filter, SQLite, ms" core_loop query "$(twin "$filter")"
    sample "filter, foreign, ms" all_rows "$filter"
    sample "local filter, foreign, ms" all_rows "$local_filter"
    sample "local filter, heap, ms" all_rows "$(of_heap "$local_filter")"
    sample "join, foreign with local, ms" session_ms "$serial" "$join"
    sample "join, heap with local, ms" session_ms "$serial" "$(of_heap "$join")"
    sample "light aggregate, one process, ms" session_ms "$serial" "$light"
    sample "light aggregate, two processes, ms" session_ms "$parallel" "$light"
    sample "heavy aggregate, one process, ms" session_ms "$serial" "$heavy"
    sample "heavy aggregate, two processes, ms" session_ms "$parallel" "$heavy"
}

ratios_live() {
    local how name
    for how in key index; do
        ratio "lookup by $how" "by $how, foreign, µs" "most 3" "by $how, SQLite, µs" "no-op query, µs"
        ratio "lookup by $how (SQLite in one transaction)" "by $how, foreign, µs" "most 3" \
            "by $how, SQLite in one transaction, µs" "no-op query, µs"
    done
    for name in count sum group; do
        ratio "$name" "$name, foreign, ms" "most 1.2" "$name, SQLite, ms"
    done
    ratio "scan to SQLite's step loop" "scan, foreign, ms" none "scan, SQLite's step loop, ms"
    ratio "scan to core" "scan, foreign, ms" "most 1.25" "scan, core, ms"
    ratio "scan to core without layouts" "scan, foreign, ms" "most 1.25" "scan, core without layouts, ms"
    ratio "filter in SQLite" "filter, foreign, ms" none "filter, SQLite, ms"
    ratio "filter in PostgreSQL, foreign to heap" "local filter, foreign, ms" none "local filter, heap, ms"
    ratio "join with a local table, foreign to heap" "join, foreign with local, ms" none "join, heap with local, ms"
    for name in light heavy; do
        ratio "$name aggregate, one process to two" "$name aggregate, one process, ms" "least 1.6" \
            "$name aggregate, two processes, ms"
    done
}

[ "${BASH_SOURCE[0]}" != "$0" ] || bench_run live
