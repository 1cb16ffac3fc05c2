#!/usr/bin/env bash
# Does the cost of a row grow with the number of rows? INSERT ... SELECT of the wide table (gen.sh) in several sizes, in
# turns; microseconds a row, as delivered and in one process, and the ratio of the largest size to the smallest. The sizes of record take 10 GB.
#
# Environment: see lib.sh; SIZES ("1000000 4000000 16000000") in place of ROWS and BENCH_DB.
set -euo pipefail
read -r -a sizes <<<"${SIZES:-1000000 4000000 16000000}"
ROWS=${sizes[0]}
unset BENCH_DB
# shellcheck source=test/bench/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# us_per_row SIZE [SETTING]
us_per_row() {
    "${sql[@]}" -c 'TRUNCATE target' -c CHECKPOINT
    session_ms "${2:-}" "INSERT INTO target SELECT * FROM rows_$1.bench" | awk -v rows="$1" '{print $1 * 1000 / rows}'
    [ "$("${sql[@]}" -c 'SELECT count(*) FROM target')" = "$1" ] || die "rows are missing of $1"
}

prepare_linearity() {
    local size
    "${sql[@]}" -c 'CREATE TABLE target AS TABLE heap.bench WITH NO DATA'
    for size in "${sizes[@]}"; do
        generate "$SCRATCH/data/$size.db" "$size" bench
        attach "rows_$size" "$SCRATCH/data/$size.db" "rows_$size"
    done
}

round_linearity() {
    local size
    for size in "${sizes[@]}"; do
        sample "$size rows, µs a row" us_per_row "$size"
        sample "$size rows, one process, µs a row" us_per_row "$size" "SET pg_sqlite.parallel_insert = off"
    done
}

ratios_linearity() {
    local how
    for how in "" ", one process"; do
        ratio "a row of ${sizes[-1]} to one of ${sizes[0]}$how" "${sizes[-1]} rows$how, µs a row" "most 1.15" \
            "${sizes[0]} rows$how, µs a row"
    done
}

[ "${BASH_SOURCE[0]}" != "$0" ] || bench_run linearity
