#!/usr/bin/env bash
# Tests the extension with a PostgreSQL that no distribution at hand has, built from its source:
#   check_from_source.sh SOURCE DIR [CHECK...]
# SOURCE is an unpacked release of PostgreSQL 14 to 18, which stays as it is; DIR takes the build, the installation and a copy of
# the checkout, and is kept, so that a second run builds only what has changed. Each CHECK is one of check.sh's (default:
# "regress isolation tap"). Needs bison and flex where SOURCE comes from git. Folders must be such that the unprivileged user
# postgres (or nobody) can reach them where this is run by root.
#
# The server checks its assertions, and so finds more than a distribution's does. Environment: CONFIGURE, other options of its
# configure; CFLAGS; JOBS.
set -euo pipefail
# shellcheck source=test/tools/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
[ $# -ge 2 ] || { sed -n '3s/^# *//p' "${BASH_SOURCE[0]}" >&2 && exit 2; }
source=$(realpath "$1") dir=$(realpath -m "$2")
shift 2
[ -x "$source/configure" ] || die "$source holds no source of PostgreSQL"
[ ! -e "$source/src/include/pg_config.h" ] || die "$source is configured itself: make distclean there"
mkdir -p "$dir/postgresql"
log=$dir/postgresql.log

# quietly PROGRAM...: its output into the log, which is shown where it fails.
quietly() {
    "$@" >>"$log" 2>&1 </dev/null && return
    tail -n 30 "$log" >&2
    die "$* failed; all of its output: $log"
}
: >"$log"
say "PostgreSQL from $source ... ($log)"
cd "$dir/postgresql"
# What some expected outputs are made with, where it is to be had: collations of ICU, xml, uuid-ossp.
features=()
if pkg-config --exists icu-uc icu-i18n; then features+=(--with-icu); else features+=(--without-icu); fi
! pkg-config --exists libxml-2.0 || features+=(--with-libxml)
! pkg-config --exists uuid || features+=(--with-uuid=e2fs)
# shellcheck disable=SC2086 # options are words
[ -e config.status ] || quietly "$source/configure" --prefix="$dir/installed" --enable-cassert --enable-tap-tests \
    --without-readline "${features[@]}" ${CONFIGURE:-} CFLAGS="${CFLAGS:--O1 -g0}"
quietly make -s -j "$JOBS"
quietly make -s install
quietly make -s -j "$JOBS" -C contrib install
PG_CONFIG=$dir/installed/bin/pg_config
say "$("$PG_CONFIG" --version)"

# A copy: the checkout's own build is for another PostgreSQL.
mkdir -p "$dir/src"
find "$dir/src" -mindepth 1 -maxdepth 1 ! -name build -exec rm -rf {} +
cd "$ROOT"
git -c safe.directory='*' ls-files -z --cached --others --exclude-standard |
    while IFS= read -r -d '' file; do [ ! -e "$file" ] || printf '%s\0' "$file"; done |
    tar --null --files-from=- -cf - | tar -xf - --no-same-owner -C "$dir/src"
export PG_CONFIG CHECKS="${*:-regress isolation tap}"
exec bash "$dir/src/test/tools/check.sh"
