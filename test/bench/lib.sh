# Sourced by the benchmarks: a throwaway cluster with the database of gen.sh as the foreign table source.bench,
# and medians.
#
# Environment: ROWS (2000000), ROUNDS (5), BENCH_DB (an existing database made by gen.sh), PG_CONFIG, JOBS.

# shellcheck shell=bash
# shellcheck source=test/tools/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/../tools/lib.sh"

ROWS=${ROWS:-2000000}
ROUNDS=${ROUNDS:-5}
[ -z "${BENCH_DB:-}" ] || BENCH_DB=$(realpath "$BENCH_DB")

# bench_database: builds the extension, installs it privately, and puts the database at DB in a new SCRATCH.
bench_database() {
    bash "$ROOT/test/tools/setup.sh"
    say "Building the extension ..."
    run_make -s -j "$JOBS" all

    init_user
    trap remove_scratch EXIT
    trap 'exit 130' INT TERM HUP
    make_scratch bench
    private_install "$SCRATCH"

    # A database from elsewhere is copied: the server's user may be unable to read it where it lies.
    private_folder "$SCRATCH/data"
    DB=$SCRATCH/data/bench.db
    if [ -n "${BENCH_DB:-}" ]; then
        cp "$BENCH_DB" "$DB"
    else
        say "Generating $ROWS rows ..."
        bash "$ROOT/test/bench/gen.sh" "$DB" "$ROWS"
    fi
    [ "$(id -u)" -ne 0 ] || chown "$RUN_USER:" "$DB"
}

# bench_cluster SETTING...: a running cluster with the foreign table source.bench; sql is psql in it.
bench_cluster() {
    settings=("$@")
    cluster_create "$SCRATCH/c" "${settings[@]}"
    cluster_start "$SCRATCH/c"
    sql=("${AS_USER[@]}" "$BINDIR/psql" -X -q -A -t -v ON_ERROR_STOP=1 -h "$SCRATCH/c" -p "$PORT" -U postgres)
    "${sql[@]}" -v db="$DB" -f - <<'SQL'
CREATE EXTENSION pg_sqlite;
CREATE SERVER bench FOREIGN DATA WRAPPER pg_sqlite OPTIONS (database :'db');
CREATE SCHEMA source;
IMPORT FOREIGN SCHEMA main FROM SERVER bench INTO source;
SQL
}

# describe_settings: how the server differs from one as delivered.
describe_settings() {
    printf 'Settings: %s; all others as delivered\n' "$(printf '%s, ' "${settings[@]}" | sed 's/, $//')"
}

# median NUMBER...
median() {
    printf '%s\n' "$@" | sort -n |
        awk '{v[NR] = $1} END {m = int((NR + 1) / 2); print (NR % 2) ? v[m] : (v[m] + v[m + 1]) / 2}'
}
