#!/usr/bin/env bash
# What `make check` does for seconds, for as long as docs/reliability.md says: each fuzz target for ten minutes and, at the same time,
# 3,000 damaged files, 10,000 failing statements, fifty sessions and killed jobs. Prints what each has counted; the last line and
# the exit status are as check.sh's. It takes about an hour and a half on two processors.
#
# Environment: PARTS (fuzz server), JOBS (twice as many fuzz targets at a time), FUZZ_SECONDS a target (600), SEED of the damaged files and the kills (1), and what the scripts in
# test/t and test/bench/leaks.sh have: PG_SQLITE_MUTATIONS (1500, twice), ROUNDS (10000), PG_SQLITE_SESSION_ROUNDS (200), KILLED_JOBS_ROUNDS (50).
set -uo pipefail
# shellcheck source=test/tools/steps.sh
. "$(dirname "${BASH_SOURCE[0]}")/steps.sh"

FUZZ_SECONDS=${FUZZ_SECONDS:-600}
SEED=${SEED:-1}
mutations=${PG_SQLITE_MUTATIONS:-1500}
PARTS=${PARTS:-fuzz server}
fuzz_lane=

asked_for() { [[ " $PARTS " == *" $1 "* ]]; }

# In a shell of its own, whose step ends with it.
start_fuzz() {
    (
        trap '[ -z "$step_pid" ] || kill -TERM -- "-$step_pid"; exit 143' TERM
        passed=0 failed=0
        check_fuzz
        say "$passed $failed" >"$LOGS/fuzz.counts"
    ) >"$LOGS/fuzz.out" &
    fuzz_lane=$!
    trap 'kill -TERM "$fuzz_lane" 2>/dev/null; finish 130' INT
    trap 'kill -TERM "$fuzz_lane" 2>/dev/null; finish 143' TERM HUP
}

end_fuzz() {
    local good bad
    wait "$fuzz_lane"
    cat "$LOGS/fuzz.out"
    read -r good bad <"$LOGS/fuzz.counts" || { good=0 bad=1; }
    passed=$((passed + good)) failed=$((failed + bad))
}

# soak_tap NAME SCRIPT VARIABLE=...: the script, and what it says of its run.
soak_tap() {
    local name=$1 script=$2 log=$LOGS/$1.log out good bad status=0 variable
    shift 2
    for variable in "$@"; do export "${variable?}"; done
    installcheck 14400 "$log" REGRESS= ISOLATION= "PROVE_TESTS=test/t/$script.pl" || status=$?
    for variable in "$@"; do unset "${variable%%=*}"; done
    out=$LOGS/$name.tap
    cp "$SCRATCH/src/tmp_check/log/regress_log_$script" "$out" 2>/dev/null
    good=$(count '^(\[[^]]*\]\([^)]*\) )?ok [0-9]+' "$out")
    bad=$(count '^(\[[^]]*\]\([^)]*\) )?not ok [0-9]+' "$out")
    [ "$status" -eq 0 ] || [ "$bad" -gt 0 ] || bad=1
    result "$name" "$good" "$bad" "$log" 80
    grep '^# ' "$log" | cut -c 1-400
}

soak_leaks() {
    mkdir "$SCRATCH/leaks"
    [ "$(id -u)" -ne 0 ] || chown "$RUN_USER:" "$SCRATCH/leaks"
    if step 7200 "$LOGS/leaks.log" "${AS_CLIENT[@]}" "ROUNDS=${ROUNDS:-10000}" "DATA=$SCRATCH/leaks" bash "$SCRATCH/src/test/bench/leaks.sh"; then
        result "failing statements" 1 0
        cat "$LOGS/leaks.log"
    else
        result "failing statements" 0 1 "$LOGS/leaks.log"
    fi
}

begin soak
# Everything is built before anything runs.
if asked_for fuzz; then build_tests; fi
ready=
if asked_for server && prepare_server; then ready=yes; fi
if asked_for fuzz; then start_fuzz; fi
if [ -n "$ready" ]; then
    soak_tap damaged_files 030_mutated_files "PG_SQLITE_MUTATIONS=$mutations" "PG_SQLITE_SEED=$SEED"
    soak_tap more_damaged_files 030_mutated_files "PG_SQLITE_MUTATIONS=$mutations" "PG_SQLITE_SEED=$((SEED + 1000000))"
    soak_leaks
    soak_tap sessions 051_many_sessions "PG_SQLITE_SESSION_ROUNDS=${PG_SQLITE_SESSION_ROUNDS:-200}"
    soak_tap killed_jobs 044_killed_jobs "KILLED_JOBS_ROUNDS=${KILLED_JOBS_ROUNDS:-50}" "KILLED_JOBS_SEED=$SEED"
fi
[ -z "$fuzz_lane" ] || end_fuzz
total
