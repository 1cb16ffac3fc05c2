#!/usr/bin/env bash
# Compares INSERT ... SELECT from foreign tables with INSERT ... SELECT from heap tables of the same rows, in turns, on
# a throwaway cluster: what reading SQLite costs beyond what PostgreSQL costs itself. As delivered, without parallel
# workers, and row by row, as PostgreSQL inserts without us; tables of four shapes (gen.sh), and "plain", the wide one
# without its jsonb column. CREATE TABLE AS likewise. Row counts are compared in every round, contents in the first.
#
# Environment: see lib.sh.
set -euo pipefail
# shellcheck source=test/bench/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

shapes=(bench plain narrow keyed large)
declare -A digests

# rows_of TABLE SCHEMA: a query of its rows.
rows_of() {
    case $1 in
    plain) echo "SELECT id, customer_id, name, note, amount, price, created_at, active, token FROM $2.bench" ;;
    *) echo "SELECT * FROM $2.$1" ;;
    esac
}

# digest QUERY: a hash of its rows, in any order.
digest() { "${sql[@]}" -c "SELECT sum(pg_catalog.hash_record_extended(t, 0)::numeric) FROM ($1) AS t"; }

# into_target TABLE COMMAND...: runs a command that prints a figure and fills the empty table target_TABLE; are as many rows
# there as in the source?
into_target() {
    local shape=$1 missing
    shift
    "${sql[@]}" -c "TRUNCATE target_$shape" -c CHECKPOINT
    "$@"
    missing=$("${sql[@]}" -c "SELECT (SELECT count(*) FROM ($(rows_of "$shape" heap)) AS t) - count(*) FROM target_$shape")
    [ "$missing" = 0 ] || die "$missing rows of $shape are missing after $*"
}
# exactly_into_target TABLE COMMAND...: the same; are they the same rows? Looked at in round 0.
exactly_into_target() {
    into_target "$@"
    [ "$ROUND" -gt 0 ] || [ "$(digest "TABLE target_$1")" = "${digests[$1]}" ] || die "other rows in target_$1 after ${*:2}"
}

# insert TABLE SCHEMA [SETTING]: milliseconds of an INSERT ... SELECT.
insert() { session_ms "${3:-}" "INSERT INTO target_$1 $(rows_of "$1" "$2")"; }

# create_as SCHEMA: milliseconds of a CREATE TABLE AS.
create_as() { session_ms "DROP TABLE IF EXISTS created; CHECKPOINT" "CREATE TABLE created AS $(rows_of bench "$1")"; }

prepare_insert() {
    local shape
    generate "$SCRATCH/data/shapes.db" "$ROWS" narrow keyed large
    attach shapes "$SCRATCH/data/shapes.db" source
    copy_to_heap narrow keyed large
    for shape in "${shapes[@]}"; do
        "${sql[@]}" -c "CREATE TABLE target_$shape AS $(rows_of "$shape" heap) WITH NO DATA"
        expect 'Bulk Insert: yes' '' "INSERT INTO target_$shape $(rows_of "$shape" source)"
        digests[$shape]=$(digest "$(rows_of "$shape" heap)")
    done
}

round_insert() {
    local shape
    for shape in "${shapes[@]}"; do
        sample "insert $shape, foreign, ms" exactly_into_target "$shape" insert "$shape" source
        sample "insert $shape, foreign, one process, ms" exactly_into_target "$shape" insert "$shape" source \
            "SET pg_sqlite.parallel_insert = off"
        sample "insert $shape, foreign, row by row, ms" exactly_into_target "$shape" insert "$shape" source \
            "SET pg_sqlite.bulk_insert = off"
        sample "insert $shape, heap, ms" exactly_into_target "$shape" insert "$shape" heap
    done
    sample "create table as, foreign, ms" create_as source
    sample "create table as, heap, ms" create_as heap
}

ratios_insert() {
    local shape limit
    for shape in "${shapes[@]}"; do
        case $shape in
        bench) limit="most 1.2" ;;
        plain) limit="most 0.9" ;;
        *) limit=none ;;
        esac
        ratio "insert $shape, foreign to heap" "insert $shape, foreign, ms" "$limit" "insert $shape, heap, ms"
        ratio "insert $shape, foreign in one process to heap" "insert $shape, foreign, one process, ms" none \
            "insert $shape, heap, ms"
        if [ "$shape" = narrow ]; then limit="least 1.5"; else limit=none; fi
        ratio "insert $shape, row by row to bulk (one process)" "insert $shape, foreign, row by row, ms" "$limit" \
            "insert $shape, foreign, one process, ms"
    done
    ratio "create table as, foreign to heap" "create table as, foreign, ms" none "create table as, heap, ms"
}

[ "${BASH_SOURCE[0]}" != "$0" ] || bench_run insert
