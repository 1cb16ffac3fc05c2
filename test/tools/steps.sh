# Sourced by check.sh and soak.sh: steps with a time limit and a log each, how they are counted and shown, the builds, the fuzz
# targets, and a cluster with a private installation of the extension.

# shellcheck shell=bash
# shellcheck source=test/tools/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

passed=0 failed=0
told= # whether the last line was printed
step_pid=
background_pid=
BUILT= # the folder of the core build
since=0 # of SECONDS: when the step began that is being counted

finish() {
    trap - EXIT INT TERM HUP
    [ -z "$step_pid" ] || kill -TERM -- "-$step_pid" 2>/dev/null
    [ -z "$background_pid" ] || kill -TERM -- "-$background_pid" 2>/dev/null
    remove_scratch
    # Interrupted, or there was nothing to begin with: that is a failure, too, beside what was counted by then.
    [ -n "$told" ] || say "$passed passed, $((failed + 1)) failed"
    exit "$1"
}
trap 'finish $?' EXIT
trap 'finish 130' INT
trap 'finish 143' TERM HUP

# step SECONDS LOG PROGRAM...: in a process group of its own, so that an interrupt or the time limit ends all
# that it started; in the background, because bash would delay a trap until a foreground program ends. PATIENCE (1) is a factor
# for the limit, for a machine that has other work; UNTIL, the second after the beginning by which all has to end, goes before it.
step() {
    local limit=$(($1 * ${PATIENCE:-1})) log=$2 status
    [ -z "${UNTIL:-}" ] || [ "$limit" -le $((UNTIL - SECONDS)) ] || limit=$((UNTIL - SECONDS > 1 ? UNTIL - SECONDS : 1))
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

# in_background PROGRAM...: beside the steps, until it ends or we do; one at a time. What does not end by itself is killed.
in_background() {
    set -m
    (exec timeout -k 10 3600 "$@") >"$LOGS/background.log" 2>&1 </dev/null 9>&- &
    background_pid=$!
    set +m
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
# count PATTERN LOG: lines; none where there is no such log, since time was up before.
count() {
    local lines
    lines=$(grep -cE "$1" "$2" 2>/dev/null)
    echo "${lines:-0}"
}

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

# begin NAME: SCRATCH, and LOGS, build/NAME; one at a time in a checkout.
begin() {
    bash "$ROOT/test/tools/setup.sh" || exit 1
    LOGS=$ROOT/build/$1
    mkdir -p "$LOGS" || exit 1
    exec 9>"$ROOT/build/check.lock"
    flock -n 9 || { say "waiting for another check of this checkout" && flock 9; }
    rm -rf "${LOGS:?}"/*
    init_user
    make_scratch "$1"
}

# The last line, and the exit status.
total() {
    remove_scratch
    told=yes
    say "$passed passed, $failed failed"
    [ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
}

# build_core PRESET: configures and builds one of CMakePresets.json; goes on past a file that fails. Programs of
# an earlier run are deleted first, so that none stands in for one that no longer builds.
build_core() {
    local launcher=()
    rm -rf "$ROOT/build/$1/unit" "$ROOT/build/$1/fuzz"
    if command -v ccache >/dev/null; then
        # As ccache's manual says of precompiled headers.
        launcher=(-DCMAKE_CXX_COMPILER_LAUNCHER=ccache)
        export CCACHE_SLOPPINESS=${CCACHE_SLOPPINESS:-pch_defines,time_macros}
        [ "$1" != clang-sanitize ] || launcher+=("-DCMAKE_CXX_FLAGS=-Xclang -fno-pch-timestamp")
    fi
    [ "$1" != clang-sanitize ] || launcher+=("-DCMAKE_CXX_COMPILER=$CLANG")
    [ -z "${WERROR:-}" ] || launcher+=(-DPGSQLITE_WERROR=ON)
    step 1200 "$LOGS/$1.log" bash -c '
        cd "$1" && preset=$2 jobs=$3 && shift 3 &&
        cmake -G "Unix Makefiles" --preset "$preset" "$@" && cmake --build --preset "$preset" -j "$jobs" -- -k' \
        build_core "$ROOT" "$1" "$JOBS" "${launcher[@]}"
}

# The newest clang that can link a fuzz target; nothing where there is none. Its runtime is a package of its own.
find_clang() {
    local clang
    for clang in $(compgen -c clang++- | grep -E '^clang\+\+-[0-9]+$' | sort -Vru) clang++; do
        if echo 'extern "C" int LLVMFuzzerTestOneInput(const char*, unsigned long) { return 0; }' |
            "$clang" -fsanitize=fuzzer,address -x c++ - -o /dev/null 2>/dev/null; then
            echo "$clang"
            return
        fi
    done
}

# The unit tests and the fuzz targets share one build by clang; where there is no clang, g++ builds the unit
# tests alone. Sets BUILT to its folder.
build_tests() {
    local preset=clang-sanitize
    CLANG=$(find_clang)
    [ -n "$CLANG" ] || preset=debug-sanitize
    BUILT=$ROOT/build/$preset
    if build_core "$preset"; then
        result "core build" 1 0
    else
        result "core build" 0 1 "$LOGS/$preset.log"
    fi
}

check_fuzz() {
    local sources=("$ROOT"/test/fuzz/*_fuzz.cpp) source name program programs=() dir=$LOGS/fuzz
    local seconds=${FUZZ_SECONDS:-30}
    [ -e "${sources[0]}" ] || { skipped "fuzz targets" "none yet" && return; }
    [ -n "$CLANG" ] || { skipped "fuzz targets" "no clang with libFuzzer (make setup installs it where there is one)" && return; }
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
            echo "-max_len=131072 $SCRATCH/seeds/new/$name $SCRATCH/seeds/databases" >"$dir/${name}_fuzz.args"
        done
        for name in ddl spec; do
            echo "$SCRATCH/seeds/new/$name $SCRATCH/seeds/$name" >"$dir/${name}_fuzz.args"
        done
    else
        result "seeds of the fuzz targets" 0 1 "$LOGS/fuzz_seeds.log"
    fi
    # Two for each processor: what counts is that each has its time. Where a run reads a whole file, ten seconds of it may pass.
    JOBS=$((2 * JOBS)) ARGS="-max_total_time=$seconds -timeout=60 -rss_limit_mb=2048 -max_len=4096 -print_final_stats=1" \
        run_all $((120 + 2 * seconds * ${#programs[@]})) "$dir" "${programs[@]}"
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
    install -D "$ROOT/src/pg/fdw/plan/rules.cpp" "$SCRATCH/src/src/pg/fdw/plan/rules.cpp"
    [ "$(id -u)" -ne 0 ] || chown -R "$RUN_USER:" "$SCRATCH/src"
    chmod -R u+rwX "$SCRATCH/src"
    (cluster_create "$SCRATCH/c" "fsync = off" "max_prepared_transactions = 5" "max_connections = 50" &&
        cluster_start "$SCRATCH/c") >"$LOGS/cluster.log" 2>&1 9>&- || { result cluster 0 1 "$LOGS/cluster.log" && return 1; }
    AS_CLIENT=("${AS_USER[@]}" "PGHOST=$SCRATCH/c" "PGPORT=$PORT" PGUSER=postgres)
}

# installcheck SECONDS LOG VARIABLE=...: PGXS's own target, in the copy, as the unprivileged user.
installcheck() {
    local limit=$1 log=$2
    shift 2
    step "$limit" "$log" "${AS_CLIENT[@]}" make -C "$SCRATCH/src" -s PG_CONFIG="$BINDIR/pg_config" "$@" installcheck
}

