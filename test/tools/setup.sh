#!/usr/bin/env bash
# Installs what a bare Debian or Ubuntu lacks to build, test and try the extension. Quick and silent towards the
# network when nothing is missing. PG_MAJOR chooses the PostgreSQL version (default: the one that PG_CONFIG
# belongs to, else the distribution's own).
#
# Which packages there are is looked up, never assumed: PostgreSQL's and clang's names hold their versions, which
# differ with the release. What only some of the tests need is left out with a word where it isn't to be had.
#
# setup.sh build: only what a build and the demo need.
set -euo pipefail

PG_CONFIG=${PG_CONFIG:-pg_config}
purpose=${1:-all}

# Where there is no dpkg, say what is needed and look whether the programs are there.
if ! command -v dpkg-query >/dev/null 2>&1; then
    missing=()
    for program in g++ make cmake sqlite3 perl prove "$PG_CONFIG"; do
        command -v "$program" >/dev/null 2>&1 || missing+=("$program")
    done
    [ ${#missing[@]} -eq 0 ] && exit 0
    cat >&2 <<MESSAGE
error: make setup knows Debian and its descendants only; missing here: ${missing[*]}
Needed: g++ 11 or later, make, cmake 3.21, PostgreSQL 14 to 18 with server headers, SQLite 3.37 with headers,
nlohmann-json, zlib, GoogleTest, xxHash headers, perl with IPC::Run and Test::More; clang for the fuzz targets.
MESSAGE
    exit 1
fi

installed() { [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]; }

# Whether apt knows a package that can be installed; after an update where its lists are empty or too old to hold it.
candidate() { [ -n "$(LC_ALL=C apt-cache policy "$1" 2>/dev/null | sed -n '/^  Candidate: [^(]/p')" ]; }

# The distribution's own version of a program, from the package of that name without a version: of the packages
# it depends on, the first that has PREFIX before a number. Prints the number.
own_major() { # PACKAGE PREFIX
    LC_ALL=C apt-cache depends --important "$1" 2>/dev/null |
        sed -nE "s/^ *\|?Depends: $2([0-9]+)\$/\1/p" | sed -n 1p
}

root=()
if [ "$(id -u)" -ne 0 ]; then
    root=(sudo)
fi
become_root() {
    [ "$(id -u)" -ne 0 ] || return 0
    if ! command -v sudo >/dev/null 2>&1 || ! { sudo -n true 2>/dev/null || [ -t 0 ]; }; then
        printf 'error: packages are missing, and installing them needs root%s\n' "${1:+:
  $1}" >&2
        printf 'Run this as root, then try again:\n  apt-get update\n  apt-get install --no-install-recommends %s\n' \
            "${1:-make, then: make setup}" >&2
        exit 1
    fi
}

# What apt says goes to a log; it is shown where apt fails.
log=${TMPDIR:-/tmp}/pg_sqlite_setup.$(id -un).log
rm -f "$log"
quietly() {
    "$@" </dev/null >>"$log" 2>&1 && return
    tail -n 30 "$log" >&2
    printf 'error: %s failed; all of its output: %s\n' "$*" "$log" >&2
    exit 1
}
updated=
update() {
    [ -z "$updated" ] || return 0
    updated=1
    become_root ''
    printf 'Looking for packages ... (%s)\n' "$log"
    quietly "${root[@]}" apt-get update
}
# A fresh machine has no lists at all.
candidate postgresql || installed postgresql-common || update

find_major() {
    local version
    version=$("$PG_CONFIG" --version 2>/dev/null || true)
    version=${version#PostgreSQL }
    PG_MAJOR=${PG_MAJOR:-${version%%[!0-9]*}}
    PG_MAJOR=${PG_MAJOR:-$(own_major postgresql postgresql-)}
}
find_major
[ -n "$PG_MAJOR" ] || { update && find_major; }
[ -n "$PG_MAJOR" ] || { echo "error: apt knows no package postgresql; set PG_MAJOR or PG_CONFIG" >&2 && exit 1; }

packages=(g++ make sqlite3 libsqlite3-dev nlohmann-json3-dev libxxhash-dev zlib1g-dev)
# A PostgreSQL that does not come from packages (PG_CONFIG points elsewhere) is complete in itself.
own_pg_config=$(command -v "$PG_CONFIG" || true)
case $own_pg_config in
'' | /usr/bin/* | /usr/lib/postgresql/*) packages+=("postgresql-$PG_MAJOR" "postgresql-server-dev-$PG_MAJOR") ;;
esac
optional=()
if [ "$purpose" = all ]; then
    packages+=(cmake perl libgtest-dev libipc-run-perl) # unit tests, TAP tests
    # The fuzz targets: the clang that is there, else the distribution's own. Its runtime is a package of its own
    # since 14.
    clang=$(compgen -c clang++- | grep -E '^clang\+\+-[0-9]+$' | sort -Vr | sed -n 1p || true)
    clang=${clang#clang++-}
    clang=${clang:-$(own_major clang clang-)}
    if [ -n "$clang" ]; then optional+=("clang-$clang" "libclang-rt-$clang-dev"); fi
    optional+=(clang-format-14) # another version formats differently
fi

missing=() absent=()
for package in "${packages[@]}"; do
    installed "$package" || missing+=("$package")
done
for package in ${optional[@]+"${optional[@]}"}; do
    installed "$package" && continue
    if candidate "$package"; then missing+=("$package"); else absent+=("$package"); fi
done
[ ${#missing[@]} -gt 0 ] || exit 0
become_root "${missing[*]}"
update
still=()
for package in "${missing[@]}"; do
    candidate "$package" || still+=("$package")
done
if [ ${#still[@]} -gt 0 ]; then
    printf 'error: apt knows no package %s here\n' "${still[*]}" >&2
    [ -z "${still[*]##*postgresql-*}" ] &&
        printf 'Choose a PostgreSQL that it knows by PG_MAJOR, or point PG_CONFIG at an installation of your own.\n' >&2
    exit 1
fi

# Debian's packages create and start a cluster "main" when a server is installed for the first time; nothing
# here wants one. The setting is ours for the time of the installation only.
drop_in=/etc/postgresql-common/createcluster.d/pg_sqlite_setup.conf
if ! installed "postgresql-$PG_MAJOR"; then
    trap '${root[@]+"${root[@]}"} rm -f "$drop_in"' EXIT
    ${root[@]+"${root[@]}"} mkdir -p "${drop_in%/*}"
    echo 'create_main_cluster = false' | ${root[@]+"${root[@]}"} tee "$drop_in" >/dev/null
fi

printf 'Installing:'
printf ' %s' "${missing[@]}" | fold -s -w 100 | sed '2,$s/^/  /'
printf '\n'
[ ${#absent[@]} -eq 0 ] || printf 'Not to be had here, so the step that needs it is left out: %s\n' "${absent[*]}"
quietly ${root[@]+"${root[@]}"} env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends \
    "${missing[@]}"
