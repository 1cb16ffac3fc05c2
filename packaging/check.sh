#!/usr/bin/env bash
# Builds the Debian packages in a change root of Debian, installs them there and takes them away again: check.sh ROOT, as root.
# ROOT is what `debootstrap --variant=minbase SUITE ROOT MIRROR` makes; packages are installed into it. The last line is
# "N passed, N failed", and the exit status is non-zero if anything failed.
#
# Environment: PACKAGE_LOGS (build/package), CCACHE_DIR (a folder of the change root, for its compiler).
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
[ $# -eq 1 ] && [ -x "$1/usr/bin/apt-get" ] || { echo "usage: check.sh ROOT, a change root of Debian" >&2 && exit 2; }
[ "$(id -u)" -eq 0 ] || { echo "error: a change root needs root" >&2 && exit 1; }
root=$(realpath "$1")
[ "$root" != / ] || { echo "error: / is no change root" >&2 && exit 1; }
logs=${PACKAGE_LOGS:-$here/../build/package}

work=$(mktemp -d "$root/var/tmp/pg_sqlite.XXXXXX")
chmod 755 "$work"
inside=${work#"$root"}
mounted=()
finish() {
    local status=$? place
    trap - EXIT
    for place in "${mounted[@]}"; do umount "$place" || umount -l "$place"; done
    mkdir -p "$logs"
    cp "$work"/logs/* "$logs"/ 2>/dev/null || true
    rm -rf "$work"
    exit "$status"
}
trap finish EXIT
trap 'exit 130' INT TERM HUP

if ! mountpoint -q "$root/proc"; then
    mount -t proc proc "$root/proc"
    mounted=("$root/proc" "${mounted[@]}")
fi
if ! mountpoint -q "$root/dev/shm"; then
    mkdir -p "$root/dev/shm"
    mount -t tmpfs tmpfs "$root/dev/shm"
    mounted=("$root/dev/shm" "${mounted[@]}")
fi
tarball=$(bash "$here/dist.sh" "$work")
tar -C "$work" -xzf "$tarball"
cp "$here/check_inside.sh" "$work/"
exec 0</dev/null
chroot "$root" /usr/bin/env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 \
    TZ=UTC DEBIAN_FRONTEND=noninteractive ${CCACHE_DIR:+"CCACHE_DIR=$CCACHE_DIR"} \
    bash "$inside/check_inside.sh" "$inside" "$(basename "$tarball" .tar.gz)"
