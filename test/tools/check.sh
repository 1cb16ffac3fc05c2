#!/usr/bin/env bash
# Runs every test and counts them; the last line is "N passed, N failed", and the exit status is non-zero if
# anything failed. A unit test case, a fuzz target, a regression script, an isolation spec and a TAP
# assertion count one each; so do the format, the build of the core and that of the extension.
#
# Environment: JOBS (default: the number of processors), FUZZ_SECONDS a target (5; six times that for those with
# seeds, which read files, DDL and specs), PG_CONFIG, PG_SQLITE_CORPUS (a folder with real databases; default: shared/corpus beside the checkout, if there).
set -uo pipefail
# shellcheck source=test/tools/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

FUZZ_SECONDS=${FUZZ_SECONDS:-5}
LOGS=$ROOT/build/check
passed=0 failed=0
step_pid=
since=0 # of SECONDS: when the step began that is being counted

finish() {
    trap - EXIT INT TERM HUP
    [ -z "$step_pid" ] || kill -TERM -- "-$step_pid" 2>/dev/null
    remove_scratch
    exit "$1"
}
trap 'finish $?' EXIT
trap 'finish 130' INT
trap 'finish 143' TERM HUP

# step SECONDS LOG PROGRAM...: in a process group of its own, so that an interrupt or the time limit ends all
# that it started; in the background, because bash would delay a trap until a foreground program ends.
step() {
    local limit=$1 log=$2 status
    shift 2
    set -m
    (exec timeout -k 10 "$limit" "$@") >"$log" 2>&1 </dev/null 9>&- &
    step_pid=$!
    set +m
    wait "$step_pid"
    status=$?
    step_pid=
    [ "$status" -ne 124 ] || say "        stopped after $limit seconds: $(basename "$log")" | tee -a "$log"
    return "$status"
}

# excerpt LOG LINES: a compiler's first errors, else the end of the log without what went well.
excerpt() {
    {
        grep -E -m 20 '(: |fatal )error: |undefined reference' "$1" ||
            grep -vE '^(\[ RUN  |\[ +OK |\[-----|ok [0-9]|test .*\.\.\. ok )' "$1" | tail -n "$2"
    } | cut -c 1-400 | sed 's/^/        | /'
}

# result WHAT PASSED FAILED [LOG [LINES]]: adds to the counts, and on failure shows an excerpt of the log.
result() {
    local seconds=$((SECONDS - since))
    since=$SECONDS
    passed=$((passed + $2))
    failed=$((failed + $3))
    if [ "$3" -eq 0 ]; then
        say "ok      $1: $2 passed ($seconds s)"
    else
        say "FAILED  $1: $2 passed, $3 failed ($seconds s)"
        [ $# -lt 4 ] || excerpt "$4" "${5:-60}"
    fi
}
skipped() { say "skipped $1: $2"; }
count() { grep -cE "$1" "$2" 2>/dev/null || true; }

# run_all SECONDS DIR FILE...: each program FILE, JOBS at a time; its output goes to DIR/NAME.log and its
# status to DIR/NAME.status. ARGS holds further arguments, and DIR/NAME.args, where there is one, those of one program.
run_all() {
    local limit=$1 dir=$2
    shift 2
    step "$limit" "$dir/all.log" bash -c '
        dir=$1 jobs=$2 args=$3; shift 3
        printf "%s\0" "$@" | DIR=$dir ARGS=$args xargs -0 -n 1 -P "$jobs" bash -c '\''
            name=$(basename "$1")
            cd "$DIR" && "$1" $ARGS $(cat "$DIR/$name.args" 2>/dev/null) >"$DIR/$name.log" 2>&1
            echo $? >"$DIR/$name.status"'\'' run' run_all "$dir" "$JOBS" "${ARGS:-}" "$@"
}
status_of() { cat "$1.status" 2>/dev/null || echo "no exit"; }

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

# build_core PRESET: configures and builds one of CMakePresets.json; goes on past a file that fails. Programs of
# an earlier run are deleted first, so that none stands in for one that no longer builds.
build_core() {
    local launcher=()
    rm -rf "$ROOT/build/$1/unit" "$ROOT/build/$1/fuzz"
    ! command -v ccache >/dev/null || launcher=(-DCMAKE_CXX_COMPILER_LAUNCHER=ccache)
    step 1200 "$LOGS/$1.log" bash -c '
        cd "$1" && preset=$2 jobs=$3 && shift 3 &&
        cmake -G "Unix Makefiles" --preset "$preset" "$@" && cmake --build --preset "$preset" -j "$jobs" -- -k' \
        build_core "$ROOT" "$1" "$JOBS" "${launcher[@]}"
}

# The unit tests and the fuzz targets share one build by clang; where there is no clang, g++ builds the unit
# tests alone. Sets BUILT to its folder.
build_tests() {
    local preset=clang-sanitize
    command -v clang++-14 >/dev/null || preset=debug-sanitize
    BUILT=$ROOT/build/$preset
    if build_core "$preset"; then
        result "core build" 1 0
    else
        result "core build" 0 1 "$LOGS/$preset.log"
    fi
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

check_fuzz() {
    local sources=("$ROOT"/test/fuzz/*_fuzz.cpp) source name program programs=() dir=$LOGS/fuzz
    local longer=-max_total_time=$((6 * FUZZ_SECONDS))
    [ -e "${sources[0]}" ] || { skipped "fuzz targets" "none yet" && return; }
    command -v clang++-14 >/dev/null || { skipped "fuzz targets" "no clang++-14" && return; }
    mkdir -p "$dir"
    for source in "${sources[@]}"; do
        program=$BUILT/fuzz/$(basename "$source" .cpp)
        [ ! -x "$program" ] || programs+=("$program")
    done
    [ ${#programs[@]} -gt 0 ] || return 0
    if command -v sqlite3 >/dev/null && step 120 "$LOGS/fuzz_seeds.log" bash "$ROOT/test/tools/fuzz_seeds.sh" "$SCRATCH/seeds"; then
        # New inputs go to the first folder. A database has many pages of 512 bytes.
        mkdir "$SCRATCH/seeds/new" "$SCRATCH/seeds/new/"{catalog,database,page_rows,ddl,spec}
        for name in catalog database page_rows; do
            echo "$longer -max_len=131072 $SCRATCH/seeds/new/$name $SCRATCH/seeds/databases" >"$dir/${name}_fuzz.args"
        done
        for name in ddl spec; do
            echo "$longer $SCRATCH/seeds/new/$name $SCRATCH/seeds/$name" >"$dir/${name}_fuzz.args"
        done
    else
        result "seeds of the fuzz targets" 0 1 "$LOGS/fuzz_seeds.log"
    fi
    ARGS="-max_total_time=$FUZZ_SECONDS -timeout=10 -rss_limit_mb=2048 -max_len=4096 -print_final_stats=1" \
        run_all $((120 + 2 * FUZZ_SECONDS * ${#programs[@]})) "$dir" "${programs[@]}"
    for program in "${programs[@]}"; do
        name=$(basename "$program")
        if [ "$(status_of "$dir/$name")" = 0 ]; then
            result "$name ($(sed -n 's/^stat::number_of_executed_units: *//p' "$dir/$name.log") runs)" 1 0
        else
            result "$name" 0 1 "$dir/$name.log"
        fi
    done
}

# The extension, a private installation of it, a running cluster, and copies of what the tests read.
prepare_server() {
    compgen -G "$ROOT/src/pg/*.cpp" >/dev/null || compgen -G "$ROOT/src/pg/*/*.cpp" >/dev/null ||
        { skipped "extension" "no sources yet" && return 1; }
    if step 1200 "$LOGS/build.log" make -C "$ROOT" -k -j "$JOBS" PG_CONFIG="$PG_CONFIG" ${CXX:+"CXX=$CXX"} all; then
        result "extension build" 1 0
    else
        result "extension build" 0 1 "$LOGS/build.log"
        return 1
    fi
    (private_install "$SCRATCH") >"$LOGS/install.log" 2>&1 || { result install 0 1 "$LOGS/install.log" && return 1; }
    BINDIR=$SCRATCH$("$PG_CONFIG" --bindir)
    AS_USER+=("PATH=$BINDIR:$PATH")
    mkdir "$SCRATCH/src"
    cp -R "$ROOT/Makefile" "$ROOT/README.md" "$ROOT/docs" "$ROOT/control" "$ROOT/sql" "$ROOT/expected" "$ROOT/test" \
        "$SCRATCH/src/" 2>/dev/null
    mkdir -p "$SCRATCH/src/expected" "$SCRATCH/src/test/expected" "$SCRATCH/src/build"
    # The documentation is compared with this table of rules.
    install -D "$ROOT/src/pg/fdw/rules.cpp" "$SCRATCH/src/src/pg/fdw/rules.cpp"
    [ "$(id -u)" -ne 0 ] || chown -R "$RUN_USER:" "$SCRATCH/src"
    chmod -R u+rwX "$SCRATCH/src"
    (cluster_create "$SCRATCH/c" "fsync = off" "max_prepared_transactions = 5" "max_connections = 50" &&
        cluster_start "$SCRATCH/c") >"$LOGS/cluster.log" 2>&1 9>&- || { result cluster 0 1 "$LOGS/cluster.log" && return 1; }
    AS_CLIENT=("${AS_USER[@]}" "PGHOST=$SCRATCH/c" "PGPORT=$PORT" PGUSER=postgres)
}

# installcheck LOG VARIABLE=...: PGXS's own target, in the copy, as the unprivileged user.
installcheck() {
    local log=$1
    shift
    step 900 "$log" "${AS_CLIENT[@]}" make -C "$SCRATCH/src" -s PG_CONFIG="$BINDIR/pg_config" "$@" installcheck
}

# check_regress WHAT PATTERN OUTPUT VARIABLE=...: pg_regress or its isolation twin. Lines up to version 15 are
# "test name ... ok", from 16 on "ok 1 - name".
check_regress() {
    local what=$1 pattern=$2 output=$3 log=$LOGS/$1.log good bad status=0
    shift 3
    compgen -G "$ROOT/$pattern" >/dev/null || { skipped "$what" "none yet" && return; }
    installcheck "$log" "$@" || status=$?
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
    if copy_corpus; then export PG_SQLITE_CORPUS=$CORPUS; fi
    # The core build's program for 020_translate.pl; leaks are looked for in the unit tests.
    local translate=$BUILT/tools/translate_schema
    if [ -x "$translate" ] && cp "$translate" "$SCRATCH/"; then
        export PG_SQLITE_TRANSLATE=$SCRATCH/translate_schema ASAN_OPTIONS=detect_leaks=0
    fi
    local scripts
    scripts=$(cd "$ROOT" && printf '%s\n' test/t/*.pl | sort -r | tr '\n' ' ')
    installcheck "$log" REGRESS= ISOLATION= "PROVE_TESTS=$scripts" "PROVE_FLAGS=-j$JOBS --timer" || status=$?
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

bash "$ROOT/test/tools/setup.sh" || exit 1
mkdir -p "$LOGS" || exit 1
exec 9>"$ROOT/build/check.lock"
flock -n 9 || { say "waiting for another check of this checkout" && flock 9; }
rm -rf "${LOGS:?}"/*

init_user
make_scratch check
check_format
build_tests
check_unit
check_fuzz
if prepare_server; then
    check_regress regress 'sql/*.sql' . ISOLATION= TAP_TESTS=
    check_regress isolation 'test/specs/*.spec' output_iso REGRESS= TAP_TESTS=
    check_tap
    check_corpus
fi
remove_scratch

say "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
