#!/usr/bin/env bash
# Runs every test and counts them; the last line is "N passed, N failed", and the exit status is non-zero if
# anything failed. A unit test case, a fuzz target, a regression script, an isolation spec and a TAP
# assertion count one each; so do the format, what a release needs, the build of the core and that of the extension.
#
# Environment: JOBS (default: the number of processors), CHECKS (default: format release unit regress isolation tap corpus fuzz
# systems; there is also packages, which installs and purges, for a system that is there for nothing else), FUZZ_SECONDS a target
# (30), TAP_SCRIPTS (test/t/*.pl), PG_CONFIG, PG_OLD_CONFIG (of an older PostgreSQL, from which pg_upgrade is tested, too; default:
# the newest of Debian's packages that is there with server headers), PG_SQLITE_CORPUS (a folder with real databases; default:
# shared/corpus beside the checkout, if there), WERROR (-Werror makes warnings errors), SYSTEM (a Debian release: do it there, in a
# change root, instead of here), SYSTEMS (releases: do it there as well, as far as SYSTEM_CHECKS goes, with short fuzzing),
# SYSTEMS_UNTIL (3300: seconds after the beginning; what isn't done by then on those is left out), PATIENCE (1: a factor for all
# other time limits), UNTIL (seconds after the beginning: what isn't done here by then has failed).
set -uo pipefail
if [ -n "${SYSTEM:-}" ]; then
    tools=$(dirname "${BASH_SOURCE[0]}")
    bash "$tools/change_root.sh" prepare "$SYSTEM" || exit
    exec bash "$tools/change_root.sh" run "$SYSTEM" env ${JOBS:+"JOBS=$JOBS"} ${WERROR:+"WERROR=$WERROR"} \
        ${FUZZ_SECONDS:+"FUZZ_SECONDS=$FUZZ_SECONDS"} ${PATIENCE:+"PATIENCE=$PATIENCE"} \
        ${TAP_SCRIPTS:+"TAP_SCRIPTS=$TAP_SCRIPTS"} CHECKS="${CHECKS:-format release unit regress isolation tap corpus fuzz packages}" \
        bash test/tools/check.sh
fi
# shellcheck source=test/tools/steps.sh
. "$(dirname "${BASH_SOURCE[0]}")/steps.sh"

all_checks="format release unit regress isolation tap corpus fuzz systems"
CHECKS=${CHECKS:-$all_checks}
# What another Debian has to pass.
system_checks=${SYSTEM_CHECKS:-release unit regress isolation tap fuzz packages}
SYSTEMS_UNTIL=${SYSTEMS_UNTIL:-3300}
SYSTEMS_NEED=300 # seconds: with less than that left they are not begun

wants() {
    local name
    for name; do
        case " $CHECKS " in *" $name "*) return ;; esac
    done
    return 1
}
# check NAME PROGRAM...: if it is wanted; LOGS/done then says so.
check() {
    local name=$1
    shift
    wants "$name" || return 0
    "$@"
    echo "$name" >>"$LOGS/done"
}

check_format() {
    local formatter files=()
    formatter=$(command -v clang-format-14) || { skipped format "no clang-format-14" && return; }
    mapfile -t files < <(find "$ROOT/src" "$ROOT/test" -name '*.[ch]pp')
    [ ${#files[@]} -gt 0 ] || return 0
    if step 120 "$LOGS/format.log" "$formatter" --dry-run -Werror --style=file "${files[@]}"; then
        result format 1 0
    else
        result format 0 1 "$LOGS/format.log" 20
    fi
}

# Folders of src that include each other.
check_circles() {
    if step 120 "$LOGS/circles.log" perl "$ROOT/test/tools/include_circles.pl"; then
        result circles 1 0
    else
        result circles 0 1 "$LOGS/circles.log" 20
    fi
}

# Versions, released scripts, META.json and the tarball.
check_release() {
    local log=$LOGS/release.log good bad status=0
    step 120 "$log" perl "$ROOT/test/tools/check_release.pl" || status=$?
    good=$(count '^ok [0-9]+' "$log")
    bad=$(count '^not ok [0-9]+' "$log")
    [ "$status" -eq 0 ] || [ "$bad" -gt 0 ] || bad=1
    result release "$good" "$bad" "$log"
}

check_unit() {
    local sources=("$ROOT"/test/unit/*_test.cpp) source name program programs=() dir=$LOGS/unit
    [ -e "${sources[0]}" ] || { skipped "unit tests" "none yet" && return; }
    mkdir -p "$dir"
    for source in "${sources[@]}"; do
        program=$BUILT/unit/$(basename "$source" .cpp)
        [ ! -x "$program" ] || programs+=("$program")
    done
    [ ${#programs[@]} -gt 0 ] || return 0
    ARGS=--gtest_color=no run_all 900 "$dir" "${programs[@]}"
    for program in "${programs[@]}"; do
        name=$(basename "$program")
        local good bad
        good=$(count '^\[       OK \] ' "$dir/$name.log")
        bad=$(count '^\[  FAILED  \] .*\([0-9]+ ms\)$' "$dir/$name.log")
        # A crash leaves no line of its own.
        [ "$(status_of "$dir/$name")" = 0 ] || [ "$bad" -gt 0 ] || bad=1
        result "$name" "$good" "$bad" "$dir/$name.log"
    done
}

# check_regress WHAT PATTERN OUTPUT VARIABLE=...: pg_regress or its isolation twin. Lines up to version 15 are
# "test name ... ok", from 16 on "ok 1 - name".
check_regress() {
    local what=$1 pattern=$2 output=$3 log=$LOGS/$1.log good bad status=0
    shift 3
    compgen -G "$ROOT/$pattern" >/dev/null || { skipped "$what" "none yet" && return; }
    installcheck 900 "$log" "$@" || status=$?
    good=$(count '^(test .* \.\.\. ok|ok [0-9]+ )' "$log")
    bad=$(count '^(test .* \.\.\. .*FAILED|not ok [0-9]+ )' "$log")
    [ "$status" -eq 0 ] || [ "$bad" -gt 0 ] || bad=1
    result "$what" "$good" "$bad" "$log" 30
    if [ "$bad" -gt 0 ] && [ -e "$SCRATCH/src/$output/regression.diffs" ]; then
        cp "$SCRATCH/src/$output/regression.diffs" "$LOGS/$what.diffs"
        say "        build/check/$what.diffs:"
        head -n 400 "$LOGS/$what.diffs" | sed 's/^/        | /'
        # Not a difference but a crash shows in the server's log.
        grep -E 'PANIC|terminated by signal|TRAP:' "$SCRATCH/c/server.log" | tail -n 5 | sed 's/^/        | /'
    fi
}

# older_postgresql: the pg_config of a PostgreSQL before this one that can be built for, the newest; nothing where there is none.
older_postgresql() {
    local major own config=${PG_OLD_CONFIG:-}
    [ -z "$config" ] || { echo "$config" && return; }
    own=$("$PG_CONFIG" --version | sed -E 's/^[^0-9]*([0-9]+).*/\1/')
    for ((major = own - 1; major >= 14; major--)); do
        config=/usr/lib/postgresql/$major/bin/pg_config
        [ ! -x "$config" ] || [ ! -e "$("$config" --pgxs)" ] || { echo "$config" && return; }
    done
}

# Where there is an older PostgreSQL, too: a private installation of that with the extension, from which 072_pg_upgrade.pl goes.
prepare_older() {
    local config log=$LOGS/older.log copy=$SCRATCH/older.src
    config=$(older_postgresql)
    [ -n "$config" ] || return 0
    mkdir "$copy"
    cp -R "$ROOT/Makefile" "$ROOT/control" "$ROOT/src" "$copy/"
    export -f run_make private_install die say
    # shellcheck disable=SC2016 # expanded by the inner shell
    if SCRATCH=$SCRATCH ROOT=$copy PG_CONFIG=$config JOBS=$JOBS step 1200 "$log" bash -c '
        set -e
        run_make -j "$JOBS" all
        private_install "$SCRATCH/older"'; then
        PG_SQLITE_OLD_BINDIR=$SCRATCH/older$("$config" --bindir)
        export PG_SQLITE_OLD_BINDIR
        result "build for $("$config" --version)" 1 0
    else
        result "build for $("$config" --version)" 0 1 "$log"
    fi
}

# A copy of the corpus that the tests may read, CORPUS; false where there is none.
copy_corpus() {
    local corpus=${PG_SQLITE_CORPUS:-$ROOT/../shared/corpus}
    CORPUS=$SCRATCH/corpus
    [ ! -d "$CORPUS" ] || return 0
    [ -d "$corpus" ] || return 1
    cp -R "$corpus" "$CORPUS"
    chmod -R u+rwX "$CORPUS"
    [ "$(id -u)" -ne 0 ] || chown -R "$RUN_USER:" "$CORPUS"
}

# JOBS scripts at a time, the longest (those of the last numbers) first; what each asserts stands in a log of its own.
check_tap() {
    local log=$LOGS/tap.log dir=$LOGS/tap line='^(\[[^]]*\]\([^)]*\) )?' good bad status=0
    compgen -G "$ROOT/test/t/*.pl" >/dev/null || { skipped tap "none yet" && return; }
    [ -e "$(dirname "$("$PG_CONFIG" --pgxs)")/../test/perl/PostgreSQL/Test/Cluster.pm" ] ||
        { skipped tap "this PostgreSQL has no PostgreSQL::Test::Cluster" && return; }
    prepare_older
    if copy_corpus; then export PG_SQLITE_CORPUS=$CORPUS; fi
    # The core build's program for 020_translate.pl; leaks are looked for in the unit tests.
    local translate=$BUILT/tools/translate_schema
    if [ -n "$BUILT" ] && [ -x "$translate" ] && cp "$translate" "$SCRATCH/"; then
        export PG_SQLITE_TRANSLATE=$SCRATCH/translate_schema ASAN_OPTIONS=detect_leaks=0
    fi
    local scripts
    # shellcheck disable=SC2086 # a pattern
    scripts=$(cd "$ROOT" && printf '%s\n' ${TAP_SCRIPTS:-test/t/*.pl} | sort -r | tr '\n' ' ')
    installcheck 2400 "$log" REGRESS= ISOLATION= "PROVE_TESTS=$scripts" "PROVE_FLAGS=-j$JOBS --timer" || status=$?
    cp -R "$SCRATCH/src/tmp_check/log" "$dir"
    good=$(cat "$dir"/regress_log_* | grep -cE "${line}ok [0-9]+")
    bad=$(cat "$dir"/regress_log_* | grep -cE "${line}not ok [0-9]+")
    [ "$status" -eq 0 ] || [ "$bad" -gt 0 ] || bad=1
    result tap "$good" "$bad" "$log" 80
    [ "$bad" -eq 0 ] || (cd "$dir" && grep -E -A 12 "${line}not ok [0-9]+" regress_log_* | cut -c 1-400 | head -n 200)
}

check_corpus() {
    local log=$LOGS/corpus.log last status=0
    [ -e "$ROOT/test/corpus/run.sh" ] || return 0
    copy_corpus || { skipped corpus "no folder of databases; set PG_SQLITE_CORPUS" && return; }
    step 600 "$log" "${AS_CLIENT[@]}" "PG_SQLITE_CORPUS=$CORPUS" \
        bash "$SCRATCH/src/test/corpus/run.sh" || status=$?
    last=$(grep -E '^[0-9]+ passed, [0-9]+ failed$' "$log" | tail -n 1)
    local good=${last%% *} bad=${last#*, }
    good=${good:-0} bad=${bad%% *}
    bad=${bad:-0}
    [ "$status" -eq 0 ] || [ "$bad" -gt 0 ] || bad=1
    result corpus "$good" "$bad" "$log"
}

# on_system SYSTEM. Status 77: it can't be done here; 124: time was up. One limit ends it all: that two share the processors is no
# reason for a step to fail.
on_system() {
    LIMIT=$((SYSTEMS_UNTIL - SECONDS)) nice bash "$ROOT/test/tools/change_root.sh" run "$1" env JOBS="$JOBS" CHECKS="$system_checks" \
        FUZZ_SECONDS="${FUZZ_SECONDS:-5}" WERROR="${WERROR:-}" PG_SQLITE_CXXFLAGS="${PG_SQLITE_CXXFLAGS:-}" PATIENCE=4 \
        bash test/tools/check.sh
}

# Other releases of Debian, side by side: tests wait more than they compute. Their roots were made meanwhile; who
# runs in one waits until it is made. What can't be done there, or isn't done when time is up, is told in capitals and fails nothing:
# where this runs there may be no root, no network and no patience.
check_systems() {
    local system status log good bad what left_out minutes=$(((SYSTEMS_UNTIL - SECONDS) / 60))
    [ -n "${SYSTEMS:-}" ] || return 0
    if [ $((SYSTEMS_UNTIL - SECONDS)) -lt "$SYSTEMS_NEED" ]; then
        say "SKIPPED $SYSTEMS: NOTHING WAS TESTED THERE: all but $minutes of $((SYSTEMS_UNTIL / 60)) minutes went by here"
        return
    fi
    for system in $SYSTEMS; do rm -rf "$ROOT/build/check-$system"; done
    export -f on_system
    export ROOT JOBS SYSTEMS_UNTIL system_checks
    # shellcheck disable=SC2016 # expanded by the inner shell
    PATIENCE=1 step "$((SYSTEMS_UNTIL - SECONDS + 60))" "$LOGS/systems.log" bash -c '
        logs=$1 SECONDS=$2; shift 2
        for system; do
            (status=0
             on_system "$system" >"$logs/$system.log" 2>&1 || status=$?
             echo "$status" >"$logs/$system.status") &
        done
        wait' check_systems "$LOGS" "$SECONDS" $SYSTEMS
    for system in $SYSTEMS; do
        log=$LOGS/$system.log
        status=$(status_of "$LOGS/$system")
        sed 's/^/        | /' "$log" | cut -c 1-400 | tail -n 400
        if [ "$status" = 77 ]; then
            say "SKIPPED $system: NOTHING WAS TESTED THERE: $(tail -n 1 "$log")"
            continue
        fi
        good=$(awk '/^(ok|FAILED)  .*: [0-9]+ passed/ { sub(/.*: /, ""); n += $1 } END { print n + 0 }' "$log")
        bad=$(awk '/^FAILED  .*: [0-9]+ passed, [0-9]+ failed/ { sub(/.* passed, /, ""); n += $1 } END { print n + 0 }' "$log")
        left_out=
        for what in $system_checks; do
            grep -qx "$what" "$ROOT/build/check-$system/done" 2>/dev/null || left_out+=" $what"
        done
        case $status in
        0) ;;
        124 | "no exit") say "SKIPPED $system: NOT FINISHED IN $minutes MINUTES, LEFT OUT OR NOT DONE:$left_out. What was done is counted:" ;;
        *) [ "$bad" -gt 0 ] || bad=1 ;;
        esac
        [ $((good + bad)) -eq 0 ] || result "$system" "$good" "$bad"
    done
}

# Installs and purges packages.
check_packages() {
    local log=$LOGS/packages.log good bad status=0
    step 1200 "$log" bash "$ROOT/packaging/check.sh" --here || status=$?
    good=$(count '^ok  ' "$log")
    bad=$(count '^FAILED  ' "$log")
    [ "$status" -eq 0 ] || [ "$bad" -gt 0 ] || bad=1
    result packages "$good" "$bad" "$log" 80
}

begin check
if wants systems && [ -n "${SYSTEMS:-}" ]; then
    in_background bash -c 'for system; do nice bash "$0" prepare "$system"; done' "$ROOT/test/tools/change_root.sh" $SYSTEMS
fi
check format check_format
check format check_circles
check release check_release
if wants unit fuzz; then build_tests; fi
check unit check_unit
if wants regress isolation tap corpus && prepare_server; then
    check regress check_regress regress 'sql/*.sql' . ISOLATION= TAP_TESTS=
    check isolation check_regress isolation 'test/specs/*.spec' output_iso REGRESS= TAP_TESTS=
    check tap check_tap
    check corpus check_corpus
fi
check fuzz check_fuzz
check packages check_packages
check systems check_systems
total
