#!/usr/bin/env bash
# Installs what a bare Debian 12 lacks to build, test and try the extension. Quick and silent towards the
# network when nothing is missing. PG_MAJOR chooses the PostgreSQL version (default: the one that PG_CONFIG
# belongs to, else 15, Debian 12's own).
set -euo pipefail

PG_CONFIG=${PG_CONFIG:-pg_config}

# Where there is no dpkg, say what is needed and look whether the programs are there.
if ! command -v dpkg-query >/dev/null 2>&1; then
    missing=()
    for program in g++ make cmake sqlite3 perl prove "$PG_CONFIG"; do
        command -v "$program" >/dev/null 2>&1 || missing+=("$program")
    done
    [ ${#missing[@]} -eq 0 ] && exit 0
    cat >&2 <<MESSAGE
error: make setup knows Debian and its descendants only; missing here: ${missing[*]}
Needed: g++ 12 or later, make, cmake 3.21, PostgreSQL 14 to 18 with server headers, SQLite with headers,
nlohmann-json, zlib, GoogleTest, xxHash headers, perl with IPC::Run and Test::More; clang 14 for the fuzz targets.
MESSAGE
    exit 1
fi

version=$("$PG_CONFIG" --version 2>/dev/null || true)
version=${version#PostgreSQL }
PG_MAJOR=${PG_MAJOR:-${version%%[!0-9]*}}
PG_MAJOR=${PG_MAJOR:-15}

packages=(
    g++ make cmake perl
    sqlite3 libsqlite3-dev nlohmann-json3-dev libxxhash-dev zlib1g-dev
    libgtest-dev libipc-run-perl    # unit tests, TAP tests
    clang-14 libclang-rt-14-dev     # fuzz targets
    clang-format-14                 # another version formats differently
)
# A PostgreSQL that does not come from packages (PG_CONFIG points elsewhere) is complete in itself.
own_pg_config=$(command -v "$PG_CONFIG" || true)
case $own_pg_config in
'' | /usr/bin/* | /usr/lib/postgresql/*) packages+=("postgresql-$PG_MAJOR" "postgresql-server-dev-$PG_MAJOR") ;;
esac

installed() { [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]; }
missing=()
for package in "${packages[@]}"; do
    installed "$package" || missing+=("$package")
done
[ ${#missing[@]} -gt 0 ] || exit 0

root=()
if [ "$(id -u)" -ne 0 ]; then
    if ! command -v sudo >/dev/null 2>&1 || ! { sudo -n true 2>/dev/null || [ -t 0 ]; }; then
        printf 'error: these packages are missing, and installing them needs root:\n  %s\n' "${missing[*]}" >&2
        printf 'Run this as root, then try again:\n  apt-get install --no-install-recommends %s\n' "${missing[*]}" >&2
        exit 1
    fi
    root=(sudo)
fi

# Debian's packages create and start a cluster "main" when a server is installed for the first time; nothing
# here wants one. The setting is ours for the time of the installation only.
drop_in=/etc/postgresql-common/createcluster.d/pg_sqlite_setup.conf
if ! installed "postgresql-$PG_MAJOR"; then
    trap '"${root[@]}" rm -f "$drop_in"' EXIT
    "${root[@]}" mkdir -p "${drop_in%/*}"
    echo 'create_main_cluster = false' | "${root[@]}" tee "$drop_in" >/dev/null
fi

printf 'Installing: %s\n' "${missing[*]}"
"${root[@]}" apt-get update -q </dev/null
"${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends \
    "${missing[@]}" </dev/null
