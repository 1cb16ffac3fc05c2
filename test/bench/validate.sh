#!/usr/bin/env bash
# Measures sqlite.validate of the wide table (gen.sh) and its copy in PostgreSQL against the time of reading both sides
# once, all columns, in turns: each in one process, and validate with two workers, too.
#
# Environment: see lib.sh.
set -euo pipefail
# shellcheck source=test/bench/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# A division by zero, were they not the same.
validate="SELECT 1 / (status = 'identical')::integer FROM sqlite.validate('source.bench'::regclass, 'heap.bench'::regclass)"
one_process="SET max_parallel_workers_per_gather = 0"

prepare_validate() { "${sql[@]}" -c 'ALTER TABLE heap.bench ADD PRIMARY KEY (id)' -c 'VACUUM ANALYZE heap.bench'; }

round_validate() {
    sample "validate: the foreign table, read, ms" session_ms "$one_process" \
        'EXPLAIN (ANALYZE, TIMING OFF) SELECT * FROM source.bench'
    # The last column: all of them are looked at.
    sample "validate: the copy, read, ms" session_ms "$one_process" 'SELECT count(attributes) FROM heap.bench'
    sample "validate: both, ms" session_ms "$one_process" "$validate"
    sample "validate: both, two workers, ms" session_ms "SET max_parallel_workers_per_gather = 2" "$validate"
}

ratios_validate() {
    ratio "validate to reading both once" "validate: both, ms" "most 1.5" \
        "validate: the foreign table, read, ms" "validate: the copy, read, ms"
    ratio "validate with two workers to the same" "validate: both, two workers, ms" "most 1.5" \
        "validate: the foreign table, read, ms" "validate: the copy, read, ms"
}

[ "${BASH_SOURCE[0]}" != "$0" ] || bench_run validate
