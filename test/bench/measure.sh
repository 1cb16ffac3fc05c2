# Sourced by lib.sh: samples of what is measured, by name, their medians and ratios.
#
# Rounds are counted by ROUND. Round 0 fills the caches and its times do not count; it looks at memory instead, and the
# parts compare results in it, so that neither takes time from what is measured.

# shellcheck shell=bash
declare -A samples memory
names=()
ROUND=0

# sample NAME COMMAND...: one run of a command that prints its figure.
sample() {
    local name=$1 job
    shift
    : >"$SCRATCH/figure"
    "$@" >"$SCRATCH/figure" &
    job=$!
    [ "$ROUND" -gt 0 ] || memory[$name]=$(watch_memory "$job")
    wait "$job" || die "$name: failed"
    [ -s "$SCRATCH/figure" ] || die "$name: no figure"
    [ "$ROUND" -gt 0 ] || return 0
    printf '    %-46s %10s\n' "$name" "$(<"$SCRATCH/figure")"
    [ -n "${samples[$name]:-}" ] || names+=("$name")
    samples[$name]+=" $(<"$SCRATCH/figure")"
}

# server_processes: those that the postmaster has started.
server_processes() {
    local postmaster
    read -r postmaster <"$SCRATCH/c/data/postmaster.pid"
    cat "/proc/$postmaster/task/$postmaster/children"
}

# watch_memory JOB: the largest anonymous memory (kB of RssAnon: without shared buffers and mapped files, so that piled up
# rows show) of any one process of the server until the job has its figure (checks follow), but for those that an idle server has.
watch_memory() {
    local pid status peak=0
    while kill -0 "$1" 2>/dev/null && [ ! -s "$SCRATCH/figure" ]; do
        for pid in $(server_processes); do
            [[ " $idle_processes" != *" $pid "* ]] || continue
            status= # the process may be gone by now
            { read -r -d '' status; } 2>/dev/null <"/proc/$pid/status" || true
            [[ $status =~ RssAnon:[[:space:]]*([0-9]+) ]] || continue
            [ "${BASH_REMATCH[1]}" -le "$peak" ] || peak=${BASH_REMATCH[1]}
        done
        sleep 0.02
    done
    echo "$peak"
}

# session_ms BEFORE QUERIES: milliseconds of queries in a new session, after others that do not count and a first, tiny read
# that loads the library and the catalog, as any session but a new one has.
session_ms() {
    "${sql[@]}" -f - <<SQL | sed -n 's/^Time: \([0-9.]*\) ms.*/\1/p' | awk '{sum += $1} END {if (NR) print sum}'
SET client_min_messages = warning;
$1;
SELECT FROM (SELECT * FROM source.bench LIMIT 1) AS warm;
\\timing on
$2;
SQL
}

# all_rows QUERY: milliseconds in which one process reads all rows of a query, and sends none.
all_rows() {
    session_ms "SET max_parallel_workers_per_gather = 0; SET cursor_tuple_fraction = 1; BEGIN" \
        "DECLARE c CURSOR FOR $1; MOVE FORWARD ALL IN c"
}

# expect PATTERN SETTING QUERY: the query's plan must hold the pattern, or we would measure something else.
expect() {
    local plan
    plan=$("${sql[@]}" -c "$2" -c "EXPLAIN (VERBOSE, COSTS OFF) $3")
    grep -qE "$1" <<<"$plan" || die "not planned as expected ($1): $3"$'\n'"$plan"
}

# command_ms COMMAND...: milliseconds of a command by the wall clock.
command_ms() {
    local begin
    begin=$(date +%s%N)
    "$@" >/dev/null
    echo $((($(date +%s%N) - begin) / 1000000))
}

# median_of NAME
median_of() {
    # shellcheck disable=SC2086 # the samples are words
    printf '%s\n' ${samples[$1]} | sort -n |
        awk '{v[NR] = $1} END {m = int((NR + 1) / 2); print (NR % 2) ? v[m] : (v[m] + v[m + 1]) / 2}'
}

# report: all samples, in the order in which they were first taken.
report() {
    local name
    printf '\n%-46s %10s %10s %10s %10s\n' '' median min max 'memory, MB'
    for name in "${names[@]}"; do
        # shellcheck disable=SC2086
        printf '%s\n' ${samples[$name]} | sort -n |
            awk -v name="$name" -v median="$(median_of "$name")" -v memory="${memory[$name]:-0}" '
                {v[NR] = $1}
                END {printf "%-46s %10.1f %10.1f %10.1f %10s\n", name, median, v[1], v[NR], memory ? sprintf("%.1f", memory / 1024) : "-"}'
    done
}

# ratio WHAT NUMERATOR LIMIT DENOMINATOR...: of medians; the denominators are added. LIMIT is "most 1.2", "least 1.5" or
# "none". A ratio to what was not measured is left out.
ratio() {
    local what=$1 numerator=$2 limit=$3 name
    shift 3
    for name in "$numerator" "$@"; do
        [ -n "${samples[$name]:-}" ] || return 0
    done
    for name in "$@"; do median_of "$name"; done |
        awk -v what="$what" -v a="$(median_of "$numerator")" -v limit="$limit" '
            {sum += $1}
            END {
                split(limit, word, " ")
                met = word[1] == "most" ? a / sum <= word[2] : word[1] == "least" ? a / sum >= word[2] : 1
                printf "ratio %-52s %6.2f%s%s\n", what, a / sum, limit == "none" ? "" : " (at " limit ")", met ? "" : "  MISSED"
            }'
}
