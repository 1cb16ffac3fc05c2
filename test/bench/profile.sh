#!/usr/bin/env bash
# Measures a profile of the wide table (gen.sh) against SQLite's own time to step through the same rows and read
# every column, in turns; and sqlite.profile in a server, the first time and again, when the file has not changed.
#
# Environment: see lib.sh.
set -euo pipefail
# shellcheck source=test/bench/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

a_profile="SELECT count(*) FROM sqlite.profile('bench', 'bench')"

prepare_profile() { build_core_loop; }

round_profile() {
    sample "step loop of SQLite, ms" core_loop query 'SELECT * FROM bench'
    sample "profile, core, ms" core_loop profile bench
    sample "profile, first in a session, ms" session_ms '' "$a_profile"
    sample "profile, again, ms" session_ms "$a_profile" "$a_profile"
}

ratios_profile() {
    ratio "profile by core to the step loop" "profile, core, ms" "most 3" "step loop of SQLite, ms"
    ratio "profile in a session to the step loop" "profile, first in a session, ms" "most 3" "step loop of SQLite, ms"
}

[ "${BASH_SOURCE[0]}" != "$0" ] || bench_run profile
