#!/usr/bin/env bash
# Debian packages of this version: deb.sh DIR makes the source package in the new folder DIR and builds from it one package for each
# PostgreSQL whose server headers are installed and that packaging/debian/pgversions takes. Needs what
# packaging/debian/control.in names under Build-Depends; `deb.sh --layout DIR` only lays out the source package's files, which
# `apt-get build-dep DIR/pg-sqlite-VERSION` reads.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
layout_only=
[ "${1:-}" != --layout ] || { layout_only=yes && shift; }
[ $# -eq 1 ] || { echo "usage: deb.sh [--layout] DIR" >&2 && exit 2; }
[ ! -e "$1" ] || { echo "error: $1 is there already" >&2 && exit 1; }
command -v pg_buildext >/dev/null ||
    { echo "error: pg_buildext is missing: apt-get install postgresql-server-dev-all" >&2 && exit 1; }
mkdir -p "$1"
folder=$(cd "$1" && pwd -P)

tarball=$(bash "$here/dist.sh" "$folder")
version=$(basename "$tarball" .tar.gz)
version=${version#pg_sqlite-}
mv "$tarball" "$folder/pg-sqlite_$version.orig.tar.gz"
tar -C "$folder" -xzf "$folder/pg-sqlite_$version.orig.tar.gz"
source=$folder/pg-sqlite-$version
mv "$folder/pg_sqlite-$version" "$source"
cp -R "$source/packaging/debian" "$source/debian"
(cd "$source" && pg_buildext updatecontrol)
[ -z "$layout_only" ] || exit 0
cd "$source"
dpkg-buildpackage -us -uc "-j$(nproc)"
