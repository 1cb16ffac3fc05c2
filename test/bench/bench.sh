#!/usr/bin/env bash
# The benchmark of record (make bench): everything on one throwaway cluster, in turns. Each part also runs alone.
#
# Environment: see lib.sh.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=test/bench/live.sh
. "$here/live.sh"
# shellcheck source=test/bench/others.sh
. "$here/others.sh"
# shellcheck source=test/bench/migrate.sh
. "$here/migrate.sh"
# shellcheck source=test/bench/validate.sh
. "$here/validate.sh"

bench_run live insert others migrate validate
