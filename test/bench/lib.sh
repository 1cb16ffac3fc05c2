# Sourced by the benchmarks: a throwaway cluster, and in it the databases of gen.sh as foreign tables (schema source)
# and as PostgreSQL's own (schema heap).
#
# Environment: ROWS (2000000), ROUNDS (3), BENCH_DB (an existing database with the table "bench" of gen.sh), PG_CONFIG,
# JOBS.

# shellcheck shell=bash
# shellcheck source=test/tools/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/../tools/lib.sh"
# shellcheck source=test/bench/measure.sh
. "$(dirname "${BASH_SOURCE[0]}")/measure.sh"

ROWS=${ROWS:-2000000}
ROUNDS=${ROUNDS:-3}
[ -z "${BENCH_DB:-}" ] || BENCH_DB=$(realpath "$BENCH_DB")
# The server differs from one as delivered in nothing but these.
SETTINGS=("shared_buffers = 512MB" "max_wal_size = 8GB" "autovacuum = off")

# bench_start: builds the extension, installs it privately and starts a cluster with it in a new SCRATCH; sql is psql in it.
bench_start() {
    bash "$ROOT/test/tools/setup.sh"
    say "Building the extension ..."
    run_make -s -j "$JOBS" all

    init_user
    trap remove_scratch EXIT
    trap 'exit 130' INT TERM HUP
    make_scratch bench
    private_install "$SCRATCH"
    private_folder "$SCRATCH/data"
    cluster_create "$SCRATCH/c" "${SETTINGS[@]}"
    cluster_start "$SCRATCH/c"
    idle_processes=" $(server_processes) "
    sql=("${AS_USER[@]}" "$BINDIR/psql" -X -q -A -t -v ON_ERROR_STOP=1 -h "$SCRATCH/c" -p "$PORT" -U postgres)
    "${sql[@]}" -c 'CREATE EXTENSION pg_sqlite' -c 'CREATE SCHEMA heap'
}

# generate FILE ROWS TABLE...: a database of gen.sh that the server may read.
generate() {
    say "Generating $2 rows: ${*:3} ..."
    bash "$ROOT/test/bench/gen.sh" "$@"
    hand_over "$1"
}
# hand_over FILE: to the server's user, and to the disk: nothing is to be written back while we measure.
hand_over() {
    [ "$(id -u)" -ne 0 ] || chown "$RUN_USER:" "$1"
    sync "$1"
}

# attach NAME FILE SCHEMA: a server and its foreign tables.
attach() {
    "${sql[@]}" -v name="$1" -v file="$2" -v schema="$3" -f - <<'SQL'
SET client_min_messages = warning;
CREATE SERVER :name FOREIGN DATA WRAPPER pg_sqlite OPTIONS (database :'file');
CREATE SCHEMA IF NOT EXISTS :schema;
IMPORT FOREIGN SCHEMA main FROM SERVER :name INTO :schema;
SQL
}

# copy_to_heap TABLE...: the rows of source.TABLE in heap.TABLE, in the file's order.
copy_to_heap() {
    local table
    for table in "$@"; do
        "${sql[@]}" -c 'SET max_parallel_workers_per_gather = 0' -c "CREATE TABLE heap.$table AS TABLE source.$table" \
            -c "VACUUM (FREEZE, ANALYZE) heap.$table"
    done
}

# bench_table: DB, a database with the wide table "bench" and an index on customer_id; source.bench and heap.bench; rows
# is their number.
bench_table() {
    DB=$SCRATCH/data/bench.db
    # A database from elsewhere is copied: the server's user may be unable to read it where it lies.
    if [ -n "${BENCH_DB:-}" ]; then
        cp "$BENCH_DB" "$DB"
    else
        generate "$DB" "$ROWS" bench
    fi
    sqlite3 -bail -init /dev/null "$DB" 'CREATE INDEX IF NOT EXISTS bench_customer ON bench (customer_id)'
    hand_over "$DB"
    attach bench "$DB" source
    copy_to_heap bench
    rows=$("${sql[@]}" -c 'ANALYZE source.bench' -c 'SELECT count(*) FROM heap.bench')
}

# sqlite_file TABLE: the database with it.
sqlite_file() { if [ "$1" = bench ]; then echo "$DB"; else echo "$SCRATCH/data/shapes.db"; fi; }

# csv_into TABLE TARGET: the pipe that people use.
csv_into() {
    "${AS_USER[@]}" sqlite3 -init /dev/null -csv "$(sqlite_file "$1")" "SELECT * FROM $1" |
        "${sql[@]}" -c "\copy $2 FROM STDIN (FORMAT csv)"
}

# build_core_loop: the program core_loop, SQLite and the core without a server, over DB. A compiler's warnings are for
# the checks: here they do not matter.
build_core_loop() {
    say "Building core_loop ..."
    {
        cmake -S "$ROOT" -B "$ROOT/build/release" --preset release -G "Unix Makefiles" -DPGSQLITE_WERROR=OFF &&
            cmake --build "$ROOT/build/release" --target core_loop -j "$JOBS"
    } >"$SCRATCH/core_loop.log" 2>&1 || { cat "$SCRATCH/core_loop.log" >&2 && die "core_loop does not build"; }
    install -m 755 "$ROOT/build/release/bench/core_loop" "$SCRATCH/core_loop"
}
core_loop() { "${AS_USER[@]}" "$SCRATCH/core_loop" "$DB" "$@"; }

# describe: what was measured on.
describe() {
    printf '\nPostgreSQL %s; SQLite %s; %s processors; file %s MB; %s rows; %s rounds\n' \
        "$("${sql[@]}" -c 'SHOW server_version')" "$(sqlite3 --version | cut -d ' ' -f 1)" "$(nproc)" \
        "$(($(stat -c %s "$DB") / 1000000))" "$rows" "$ROUNDS"
    printf 'Settings: %s; all others as delivered\n' "$(printf '%s, ' "${SETTINGS[@]}" | sed 's/, $//')"
}

# bench_run PART...: each part has a function prepare_PART, round_PART with its samples, and ratios_PART. All take turns.
bench_run() {
    local part
    bench_start
    bench_table
    for part in "$@"; do "prepare_$part"; done
    for ((ROUND = 0; ROUND <= ROUNDS; ROUND++)); do
        say "Round $ROUND of $ROUNDS ..."
        for part in "$@"; do "round_$part"; done
    done
    describe
    report
    for part in "$@"; do "ratios_$part"; done
}
