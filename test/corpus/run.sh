#!/usr/bin/env bash
# Builds the corpus checker and runs it against a running server, after a test of the checker itself.
# Environment: PGHOST, PGPORT, PGUSER (a superuser), PG_SQLITE_CORPUS (a folder of databases that the server
# can read and that may be written), PG_CONFIG. Arguments: -v, and names of files, to check only those. The
# last line is "N passed, N failed".
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
: "${PG_SQLITE_CORPUS:?a folder with databases}"

scratch=$(mktemp -d "${TMPDIR:-/tmp}/pgs_corpus.XXXXXX")
trap 'rm -rf "$scratch"' EXIT
chmod 755 "$scratch" # the server reads the self-test's database here

# A relocated installation, first in PATH, has no headers: take the first pg_config that knows libpq's.
pg_config=
while IFS= read -r candidate; do
    [ -n "$pg_config" ] || [ ! -e "$("$candidate" --includedir)/libpq-fe.h" ] || pg_config=$candidate
done < <(type -aP "${PG_CONFIG:-pg_config}" pg_config)
[ -n "$pg_config" ] || { echo "no headers of libpq (Debian: libpq-dev)" && echo "0 passed, 1 failed" && exit 1; }

export CCACHE_DISABLE=1 # this user may have no home to keep a cache in
{
    cmake -G "Unix Makefiles" -S "$here" -B "$scratch/build" -DPG_CONFIG="$pg_config" &&
        cmake --build "$scratch/build" -j "$(nproc 2>/dev/null || echo 2)"
} >"$scratch/build.log" 2>&1 || { cat "$scratch/build.log" && echo "0 passed, 1 failed" && exit 1; }
check=$scratch/build/corpus_check

# A checker that finds nothing proves nothing: it must see each difference of selftest_changes.sql, and
# nothing else.
mkdir "$scratch/served" "$scratch/changed"
sqlite3 -bail -init /dev/null "$scratch/served/selftest.db" <"$here/selftest.sql"
cp "$scratch/served/selftest.db" "$scratch/changed/"
sqlite3 -bail -init /dev/null "$scratch/changed/selftest.db" <"$here/selftest_changes.sql"
chmod -R a+rX "$scratch/served"
"$check" -v "$scratch/served" "$scratch/changed" >"$scratch/selftest.log" || true
awk '/^FAILED/ { kept = /\(stored\)/ || /\(declared\)/ } kept' "$scratch/selftest.log" |
    sed -n 's/^ *table "\([a-z_]*\)".*/\1/p' | sort -u >"$scratch/seen"
sqlite3 -init /dev/null "$scratch/changed/selftest.db" \
    "SELECT name FROM sqlite_schema WHERE name LIKE 'diff%' ORDER BY name" >"$scratch/expected"
self_passed=1 self_failed=0
if ! diff "$scratch/expected" "$scratch/seen" >"$scratch/selftest.diff"; then
    self_passed=0 self_failed=1
    echo "FAILED self-test: tables that must be reported (<) and that must not (>)"
    cat "$scratch/selftest.diff" "$scratch/selftest.log"
fi

# Stock SQLite reads copies of its own, so that neither reader meets the other's locks and side files.
cp -R "$PG_SQLITE_CORPUS" "$scratch/oracle"
chmod -R u+rwX "$scratch/oracle"
options=()
while [ "${1:-}" = -v ]; do options+=("$1") && shift; done
"$check" "${options[@]}" "$PG_SQLITE_CORPUS" "$scratch/oracle" "$@" >"$scratch/check.log" || true
sed '$d' "$scratch/check.log"
read -r passed _ failed _ < <(tail -n 1 "$scratch/check.log")
[[ $passed =~ ^[0-9]+$ && $failed =~ ^[0-9]+$ ]] || { tail -n 5 "$scratch/check.log" && passed=0 failed=1; }
echo "$((passed + self_passed)) passed, $((failed + self_failed)) failed"
[ $((failed + self_failed)) -eq 0 ]
