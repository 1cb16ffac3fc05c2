#!/usr/bin/env bash
# Measures a profile of 2,000,000 rows × 10 columns (gen.sh) against SQLite's own time to step through the same
# rows and read every column, in turns; and sqlite.profile in a server, the first time and again, when the file has
# not changed. Prints medians with their spread, and ratios with the limit they are to keep.
#
# Environment: see lib.sh.
set -euo pipefail
# shellcheck source=test/bench/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

bench_database
sync "$DB"
say "Building core_loop ..."
{
    cmake -S "$ROOT" -B "$ROOT/build/release" --preset release -G "Unix Makefiles" &&
        cmake --build "$ROOT/build/release" --target core_loop -j "$JOBS"
} >"$SCRATCH/core_loop.log" 2>&1 || { cat "$SCRATCH/core_loop.log" >&2 && die "core_loop does not build"; }
install -m 755 "$ROOT/build/release/bench/core_loop" "$SCRATCH/core_loop"
core_loop() { "${AS_USER[@]}" "$SCRATCH/core_loop" "$DB" "$@"; }
bench_cluster "shared_buffers = 512MB" "autovacuum = off"

# profiles: milliseconds of the first and of the second profile in a new session.
profiles() {
    "${sql[@]}" -f - <<'SQL' | sed -n 's/^Time: \([0-9.]*\) ms.*/\1/p' | xargs
SELECT count(*) FROM sqlite.query('bench', 'SELECT 1') AS t (v integer);
\timing on
SELECT count(*) FROM sqlite.profile('bench', 'bench');
SELECT count(*) FROM sqlite.profile('bench', 'bench');
SQL
}

declare -A samples=([plain]="" [core]="" [first]="" [again]="")
# Round 0 fills the file cache and does not count.
for ((round = 0; round <= ROUNDS; round++)); do
    plain=$(core_loop query 'SELECT * FROM bench')
    core=$(core_loop profile bench)
    read -r first again <<<"$(profiles)"
    [ "$round" -gt 0 ] || continue
    samples[plain]+=" $plain" samples[core]+=" $core" samples[first]+=" $first" samples[again]+=" $again"
done

printf 'PostgreSQL %s; SQLite %s; file %s MB; %s rounds\n' "$("${sql[@]}" -c 'SHOW server_version')" \
    "$(sqlite3 --version | cut -d ' ' -f 1)" "$(($(stat -c %s "$DB") / 1000000))" "$ROUNDS"
describe_settings
# shellcheck disable=SC2086 # the samples are words
for name in plain core first again; do
    printf '%s\n' ${samples[$name]} | sort -n | awk -v name="$name" -v median="$(median ${samples[$name]})" '
        {v[NR] = $1}
        END {printf "%-8s median %9.2f ms   min %9.2f   max %9.2f\n", name, median, v[1], v[NR]}'
done
# shellcheck disable=SC2086
for name in core first; do
    awk -v name="$name" -v a="$(median ${samples[$name]})" -v b="$(median ${samples[plain]})" 'BEGIN {
        printf "ratio %-6s to plain %5.2f (at most 3)%s\n", name, a / b, a / b <= 3 ? "" : "  MISSED"}'
done
