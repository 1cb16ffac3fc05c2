#!/usr/bin/env bash
# Builds the Debian packages of this checkout, looks them over, installs them, tries them and takes them away again:
#   check.sh --here
# as root, on a Debian that is there for nothing else (a change root of debootstrap, a container): it installs and purges packages.
# The last line is "N passed, N failed", and the exit status is non-zero if anything failed. Logs: build/check/package.
#
# In a change root that is made for it:  bash test/tools/change_root.sh run trixie bash packaging/check.sh --here
#
# Environment: PG_SUPPORTED_VERSIONS, the majors to build for (those of the release).
set -uo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
[ "${1:-}" = --here ] || { sed -n '2,4s/^# //p' "${BASH_SOURCE[0]}" >&2 && exit 2; }
[ "$(id -u)" -eq 0 ] || { echo "error: this installs packages, as root" >&2 && exit 1; }
logs=$(dirname "$here")/build/check/package
mkdir -p "$logs"
rm -f "$logs"/*
# Everybody may look into it: the builder, and the server's user.
folder=$(mktemp -d /var/tmp/pg_sqlite.XXXXXX)
chmod 755 "$folder"
cd "$folder" || exit 1
passed=0 failed=0
export DEBIAN_FRONTEND=noninteractive
export WERROR= # as debian/rules has it: what it has built stays as it is
exec </dev/null

# No service is started here, no cluster is made by an installation, and nothing outlives a power cut.
settings=(/usr/sbin/policy-rc.d /etc/postgresql-common/createcluster.d/pg_sqlite.conf /etc/dpkg/dpkg.cfg.d/pg_sqlite)
for file in "${settings[@]}"; do [ ! -e "$file" ] || mv "$file" "$file.kept"; done
mkdir -p /etc/postgresql-common/createcluster.d
printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d
chmod 755 /usr/sbin/policy-rc.d
echo 'create_main_cluster = false' >/etc/postgresql-common/createcluster.d/pg_sqlite.conf
echo force-unsafe-io >/etc/dpkg/dpkg.cfg.d/pg_sqlite
finish() {
    local status=$?
    trap - EXIT
    for file in "${settings[@]}"; do
        rm -f "$file"
        [ ! -e "$file.kept" ] || mv "$file.kept" "$file"
    done
    rm -rf "$folder"
    exit "$status"
}
trap finish EXIT
trap 'exit 130' INT TERM HUP

# step WHAT PROGRAM...: counts; on failure shows the end of its output, kept in logs/WHAT.
step() {
    local what=$1 log=$logs/${1//[^a-zA-Z0-9.]/_}.log begun=$SECONDS
    shift
    if "$@" >"$log" 2>&1; then
        passed=$((passed + 1))
        echo "ok      $what ($((SECONDS - begun)) s)"
    else
        failed=$((failed + 1))
        echo "FAILED  $what ($((SECONDS - begun)) s)"
        tail -n 60 "$log" | cut -c 1-400 | sed 's/^/        | /'
        return 1
    fi
}
total() {
    echo "$passed passed, $failed failed"
    [ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
    exit
}
as_builder() { setpriv --reuid=builder --regid=builder --init-groups env HOME=/home/builder "$@"; }
install() { apt-get install -q -y --no-install-recommends "$@"; }

# Everything that a package may leave behind; what apt, dpkg and this script write of their own is left out.
all_files() {
    find / -xdev \( -path "$logs" -o -path /proc -o -path /sys -o -path /dev -o -path /tmp -o -path /run -o -path /var/tmp \
        -o -path /var/cache -o -path /var/log -o -path /var/lib/apt -o -path /var/lib/dpkg \) -prune -o -print | sort
}

prepare() {
    apt-get update -q && install build-essential ca-certificates debhelper lintian postgresql-server-dev-all sqlite3 &&
        { id builder >/dev/null 2>&1 || useradd --create-home builder; }
}

# Laid out by root, who reads Build-Depends; then built from the tarball by somebody without rights.
build() {
    bash "$here/deb.sh" --layout "$folder/layout" &&
        source=$(echo "$folder"/layout/pg-sqlite-*/) && source=$(basename "$source") &&
        apt-get build-dep -q -y --no-install-recommends "$folder/layout/$source" &&
        mkdir "$folder/built" && chown builder: "$folder/built" &&
        as_builder bash "$folder/layout/$source/packaging/deb.sh" "$folder/built/deb" &&
        tree=$folder/built/deb/$source
}

check_lintian() {
    as_builder lintian --fail-on error,warning --display-info --tag-display-limit 0 "$folder"/built/deb/*.changes
}

# Both roads to the extension, and a row of a SQLite file by each.
check_extension() {
    local version=$1
    rm -f "$folder/shop.db"
    sqlite3 -init /dev/null "$folder/shop.db" "CREATE TABLE item (id INTEGER PRIMARY KEY, name TEXT); INSERT INTO item VALUES (7, 'seven')" &&
        chmod 644 "$folder/shop.db" &&
        pg_virtualenv -v "$version" psql -X -v ON_ERROR_STOP=1 -v "db=$folder/shop.db" -f - <<'SQL'
CREATE EXTENSION pg_sqlite;
SELECT * FROM sqlite.version();
SELECT sqlite.attach(:'db');
SELECT * FROM shop.item;
CALL sqlite.migrate('{shop}', 'public');
SELECT name FROM public.item WHERE id = 7 \gset
SELECT 1 / (:'name' = 'seven')::int AS it_has_arrived;
SELECT sqlite.detach('shop');
DROP EXTENSION pg_sqlite;
CREATE EXTENSION pg_sqlite VERSION '0.1.0';
ALTER EXTENSION pg_sqlite UPDATE;
SELECT sqlite.attach(:'db');
SELECT * FROM shop.item;
SQL
}

# make install and make uninstall, as from source, with what the package's build has left.
check_make() {
    local version=$1 into=$folder/into-$1
    make -C "$tree/build-$version" -f "$tree/Makefile" VPATH="$tree" PG_CONFIG="/usr/lib/postgresql/$version/bin/pg_config" \
        DESTDIR="$into" install &&
        [ "$(find "$into" -name pg_sqlite.so | wc -l)" = 1 ] &&
        make -C "$tree/build-$version" -f "$tree/Makefile" VPATH="$tree" \
            PG_CONFIG="/usr/lib/postgresql/$version/bin/pg_config" DESTDIR="$into" uninstall &&
        [ -z "$(find "$into" -type f)" ]
}

purge() {
    apt-get purge -q -y "$@" && all_files >"$folder/after" && diff "$folder/before" "$folder/after"
}

step "packages to build with" prepare || total
step "packages" build || total
step lintian check_lintian
packages=() versions=()
for package in "$folder"/built/deb/postgresql-*-pg-sqlite_*.deb; do
    name=$(basename "$package")
    name=${name%%_*}
    version=${name#postgresql-}
    packages+=("$name")
    versions+=("${version%%-*}")
done
servers=()
for version in "${versions[@]}"; do
    step "make install and uninstall, PostgreSQL $version" check_make "$version"
    servers+=("postgresql-$version")
done
step "PostgreSQL ${versions[*]}" install "${servers[@]}" || total
# A run that was interrupted may have left one.
mapfile -t left < <(dpkg-query -W -f '${Package}\n' 'postgresql-*-pg-sqlite' 2>/dev/null)
[ ${#left[@]} -eq 0 ] || apt-get purge -q -y "${left[@]}" >/dev/null 2>&1
all_files >"$folder/before"
step "installation" install "$folder"/built/deb/postgresql-*-pg-sqlite_*.deb || total
for version in "${versions[@]}"; do step "CREATE EXTENSION, PostgreSQL $version" check_extension "$version"; done
# As autopkgtest does, without its test bed.
step "autopkgtest" bash -c 'cd "$1" && chown -R postgres: . && sh debian/tests/installcheck' autopkgtest "$tree"
step "purge" purge "${packages[@]}"
total
