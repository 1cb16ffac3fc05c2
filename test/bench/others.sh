#!/usr/bin/env bash
# Compares INSERT ... SELECT from a foreign table with other ways into the same table: COPY from a binary file, the pipe
# sqlite3 -csv | psql \copy, and INSERT ... SELECT through ogr_fdw, where that is installed.
#
# Environment: see lib.sh.
set -euo pipefail
# shellcheck source=test/bench/insert_select.sh
. "$(dirname "${BASH_SOURCE[0]}")/insert_select.sh"

other_shapes=(bench narrow)
binary_file() { echo "$SCRATCH/data/$1.copy"; }

# ogr_fdw is measured on the wide table alone: it takes an INTEGER column for one of 32 bits, and the narrow table's are
# larger. What it takes for text or double is cast to the target's type.
has_ogr() { [ -e "$("$PG_CONFIG" --sharedir)/extension/ogr_fdw.control" ]; }
ogr_insert="INSERT INTO target_bench SELECT fid, customer_id, name, note, amount, price, created_at, active, token::uuid,
    attributes::jsonb FROM ogr.bench"

prepare_others() {
    local shape
    for shape in "${other_shapes[@]}"; do
        "${sql[@]}" -c "COPY heap.$shape TO '$(binary_file "$shape")' (FORMAT binary)"
    done
    has_ogr || { say "ogr_fdw: absent" && return; }
    "${sql[@]}" -v file="$DB" -f - <<'SQL'
SET client_min_messages = warning;
CREATE EXTENSION ogr_fdw;
CREATE SERVER ogr FOREIGN DATA WRAPPER ogr_fdw OPTIONS (datasource :'file', format 'SQLite', updateable 'false');
CREATE SCHEMA ogr;
IMPORT FOREIGN SCHEMA ogr_all LIMIT TO (bench) FROM SERVER ogr INTO ogr;
SQL
}

round_others() {
    local shape
    for shape in "${other_shapes[@]}"; do
        sample "insert $shape, COPY binary, ms" exactly_into_target "$shape" \
            session_ms '' "COPY target_$shape FROM '$(binary_file "$shape")' (FORMAT binary)"
        # Not exactly: neither the shell's csv nor ogr_fdw keeps all digits of a double.
        sample "insert $shape, pipe, ms" into_target "$shape" command_ms csv_into "$shape" "target_$shape"
    done
    [ "$ROUND" -gt 0 ] || return 0 # ogr_fdw takes too long for a round that does not count
    if has_ogr; then sample "insert bench, ogr_fdw, ms" into_target bench session_ms '' "$ogr_insert"; fi
}

ratios_others() {
    local shape limit
    for shape in "${other_shapes[@]}"; do
        if [ "$shape" = bench ]; then limit="most 0.5"; else limit=none; fi
        ratio "insert $shape, foreign to COPY binary" "insert $shape, foreign, ms" none "insert $shape, COPY binary, ms"
        ratio "insert $shape, foreign to pipe" "insert $shape, foreign, ms" "$limit" "insert $shape, pipe, ms"
    done
    ratio "insert bench, foreign to ogr_fdw" "insert bench, foreign, ms" none "insert bench, ogr_fdw, ms"
    # Its whole run, which makes the key and the index as well.
    ratio "insert bench, foreign to pgloader" "insert bench, foreign, ms" "most 0.25" "migrate, pgloader, ms"
}

[ "${BASH_SOURCE[0]}" != "$0" ] || bench_run insert others
