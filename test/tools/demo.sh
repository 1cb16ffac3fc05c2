#!/usr/bin/env bash
# The first minute with the extension: sets up, builds, starts a throwaway cluster with a sample database and
# runs demo.sql on it, each statement shown. `demo.sh stop` stops the cluster and deletes it.
#
# The demo lives in build/demo, or in a temporary folder where the server's user can't reach the checkout;
# build/demo.path says where. A second run replaces the first.
set -euo pipefail
# shellcheck source=test/tools/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

path_file=$ROOT/build/demo.path

stop_demo() {
    [ -f "$path_file" ] || return 1
    SCRATCH=$(cat "$path_file")
    BINDIR=$(cat "$SCRATCH/bindir" 2>/dev/null || true)
    remove_scratch
    rm -f "$path_file"
    BINDIR=
}

case ${1:-start} in
start) ;;
stop)
    init_user
    if stop_demo; then say "The demo is stopped and deleted."; else say "No demo is running."; fi
    exit 0
    ;;
*) die "usage: demo.sh [start|stop]" ;;
esac

bash "$ROOT/test/tools/setup.sh" build
init_user
stop_demo || true

# Builds, and says how far it is: the compiler's command lines end in a group of files each, of which `make -n` tells the number.
build() {
    local todo
    run_make -s build/compile_flags build/object_list
    todo=$(run_make -n all 2>/dev/null | sed -nE 's/.* -c -o .* (build\/groups\/[^ ]+\.cpp)$/\1/p' | xargs -r cat 2>/dev/null | wc -l)
    [ "$todo" -gt 0 ] || { run_make -s all && return; }
    run_make -j "$JOBS" all 2>&1 | TODO=$todo perl -ne '
        BEGIN { $| = 1; $begin = time; $last = 0 }
        if (/ -c -o \S+ (build\/groups\/\S+\.cpp)$/) {
            next if !open my $group, "<", $1;
            $done += () = <$group>;
            next if !-t STDOUT && $done < $ENV{TODO} && time - $last < 10;
            $last = time;
            printf "%sBuilding the extension: file %d of %d%s", -t STDOUT ? "\r" : "", $done, $ENV{TODO}, -t STDOUT ? "" : "\n";
        }
        elsif (/(?:error|warning): |undefined reference|\*\*\* /) { print "\n" if !$bad++; print }
        END { printf "%sBuilt in %d s.\n", -t STDOUT ? "\n" : "", time - $begin if !$bad }'
}
cd "$ROOT"
build
cd /

mkdir -p "$ROOT/build"
# 90 bytes leave room for the socket's name.
if reachable "$ROOT/build" && [ ${#ROOT} -le 90 ]; then
    SCRATCH=$ROOT/build/demo
    mkdir "$SCRATCH"
    AS_USER+=("HOME=$SCRATCH")
else
    make_scratch demo
fi
printf '%s\n' "$SCRATCH" >"$path_file"
trap '[ $? -eq 0 ] || stop_demo || true' EXIT
trap 'exit 130' INT TERM HUP

say "Starting a throwaway PostgreSQL in $SCRATCH (Unix socket only) ..."
private_install "$SCRATCH/pg"
printf '%s\n' "$BINDIR" >"$SCRATCH/bindir"
cluster_create "$SCRATCH/s"
cluster_start "$SCRATCH/s"

private_folder "$SCRATCH/data"
sqlite3 -bail -init /dev/null "$SCRATCH/data/shop.db" <"$ROOT/test/data/shop.sql"
[ "$(id -u)" -ne 0 ] || chown "$RUN_USER:" "$SCRATCH/data/shop.db"

client=("${AS_USER[@]}" PAGER=cat PSQLRC=/dev/null "$BINDIR/psql" -h "$SCRATCH/s" -p "$PORT" -U postgres)
"${client[@]}" -X -q -d postgres -c 'CREATE DATABASE demo'
"${client[@]}" -X -v ON_ERROR_STOP=1 -v db="$SCRATCH/data/shop.db" -d demo -f - <"$ROOT/test/tools/demo.sql" 2>&1 |
    perl "$ROOT/test/tools/demo_output.pl" "$SCRATCH/data/shop.db"

cat <<MESSAGE

The cluster keeps running. Go on by yourself:
  $BINDIR/psql -h $SCRATCH/s -U postgres demo
Stop and delete it:
  make demo-stop
MESSAGE
