#!/usr/bin/env bash
# Writes the source of this version as DIR/pg_sqlite-VERSION.tar.gz and prints that path: dist.sh [DIR] (build/dist).
#
# From a checkout it holds the files of the last commit. Elsewhere, as in an unpacked tarball, it holds the files that are there
# without those that a build makes, under the same names and with the same bytes; so a tarball makes itself anew.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
folder=${1:-$root/build/dist}
version=$(sed -n "s/^default_version *= *'\(.*\)'$/\1/p" "$root/control/pg_sqlite.control")
[ -n "$version" ] || { echo "error: control/pg_sqlite.control names no default_version" >&2 && exit 1; }
name=pg_sqlite-$version
mkdir -p "$folder"
folder=$(cd "$folder" && pwd -P)

# The folder above may be a checkout of something else.
if command -v git >/dev/null && [ "$(git -C "$root" rev-parse --show-toplevel 2>/dev/null)" = "$root" ]; then
    if [ -n "$(git -C "$root" status --porcelain --untracked-files=no)" ]; then
        echo "note: changes that are not committed are left out" >&2
    fi
    git -C "$root" archive --format=tar --prefix="$name/" HEAD
else
    tar -C "$root" --sort=name --owner=0 --group=0 --numeric-owner --mode='u+rw,go+r,go-w,a+X' \
        --exclude=./.git --exclude='*.o' --exclude='*.d' --exclude='*.so' --exclude='*.bc' --exclude='*.gch' \
        --exclude=./build --exclude='./build-*' --exclude=./debian --exclude=./results --exclude='./regression.*' \
        --exclude=./output_iso --exclude=./tmp_check --transform="flags=rSH;s,^\.,$name," -cf - .
fi | gzip -n -9 >"$folder/$name.tar.gz.new"
mv "$folder/$name.tar.gz.new" "$folder/$name.tar.gz"
printf '%s\n' "$folder/$name.tar.gz"
