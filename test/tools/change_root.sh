#!/usr/bin/env bash
# Runs a program in a change root of another Debian release, as root:
#   change_root.sh prepare SUITE            makes the root, or brings the one that is kept up to date
#   change_root.sh run SUITE PROGRAM...     in a fresh copy of the checkout, /src in there
#   change_root.sh remove SUITE
# Status 77: this machine can't do it (not root, no debootstrap, no mirror); the last line says why.
#
# Roots are kept in PG_SQLITE_CACHE (/var/cache/pg_sqlite), 2 GB each with all packages in it. They come from the
# mirror that this machine's apt is set up with. Mounts and processes live in namespaces of their own that end with this
# script, however it ends, so nothing stays mounted and nothing goes on running.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
checkout=$PWD
umask 022

cant() {
    printf 'change root: %s\n' "$*"
    exit 77
}
usage() {
    sed -n '2,5s/^# //p' "${BASH_SOURCE[0]}" >&2
    exit 2
}

[ $# -ge 2 ] || usage
verb=$1 suite=$2
shift 2
case $suite in *[!a-z0-9-]* | '') usage ;; esac
[ "$(id -u)" -eq 0 ] || cant "making one takes root: sudo make check SYSTEM=$suite"

cache=${PG_SQLITE_CACHE:-/var/cache/pg_sqlite}
root=$cache/$suite
done_file=$root.made # beside the root: one that was interrupted has none
mkdir -p "$cache"
exec 8>"$root.lock"
flock -n 8 || { printf 'waiting for another run in %s\n' "$root" && flock 8; }

# in_root PROGRAM...: with /proc and /dev, in namespaces of its own. The program is the first of its process namespace:
# when it ends, or unshare is killed, all that it started is ended.
in_root() {
    # shellcheck disable=SC2016 # expanded by the inner shell
    unshare --mount --propagation private --pid --fork --kill-child bash -c '
        root=$1; shift
        mount -t proc proc "$root/proc" && mount --rbind /dev "$root/dev" && exec chroot "$root" "$@"' \
        in_root "$root" env -i HOME=/root USER=root LC_ALL=C.UTF-8 TERM="${TERM:-dumb}" DEBIAN_FRONTEND=noninteractive \
        PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin "$@" 8>&- </dev/null
}

# What this machine's apt was told about reaching its mirror holds in there, too.
lend_network() {
    cp -L /etc/resolv.conf /etc/hosts "$root/etc/" 2>/dev/null || true
    apt-config dump | grep -E '^Acquire::(http|https|Check-Valid-Until|Check-Date|Retries|Max-FutureTime)\b.* "[^"]+";$' \
        >"$root/etc/apt/apt.conf.d/00as-outside" || true
}

make_root() {
    local mirror
    command -v debootstrap >/dev/null 2>&1 ||
        { apt-get update -q && apt-get install -q -y --no-install-recommends debootstrap; } >"$root.log" 2>&1 ||
        cant "no debootstrap here, and apt can't install it"
    mirror=$(apt-get indextargets --format '$(CREATED_BY) $(ORIGIN) $(COMPONENT) $(REPO_URI)' 2>/dev/null |
        awk '$1 == "Packages" && $2 == "Debian" && $3 == "main" { print $4; exit }')
    [ -n "$mirror" ] || cant "apt has no lists of a Debian mirror (apt-get update)"
    printf 'Making %s ... (%s.log)\n' "$root" "$root"
    rm -rf "$root" "$done_file"
    debootstrap --variant=minbase --include=ca-certificates "$suite" "$root" "$mirror" >"$root.log" 2>&1 </dev/null ||
        { tail -n 5 "$root.log" && cant "debootstrap of $suite failed: the mirror can't be reached, or has no $suite"; }
    printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d" # starts no service
    chmod 755 "$root/usr/sbin/policy-rc.d"
    touch "$done_file"
}

# An old root is upgraded; one that can't be is made anew.
prepare() {
    if [ -e "$done_file" ]; then
        lend_network
        printf 'Bringing %s up to date ...\n' "$root"
        in_root sh -c 'apt-get update -q && apt-get upgrade -q -y --with-new-pkgs && apt-get clean' >"$root.log" 2>&1 && return
        printf 'It could not be upgraded (%s.log).\n' "$root"
    fi
    make_root
    lend_network
}

# The files of the checkout as they are now, those that git does not know left out.
copy_checkout() {
    rm -rf "$root/src"
    mkdir "$root/src"
    git -c safe.directory='*' ls-files -z --cached --others --exclude-standard |
        while IFS= read -r -d '' file; do [ ! -e "$file" ] || printf '%s\0' "$file"; done |
        tar --null --files-from=- -cf - | tar -xf - --no-same-owner -C "$root/src"
}

case $verb in
prepare)
    prepare
    copy_checkout
    in_root bash /src/test/tools/setup.sh
    ;;
run)
    [ $# -gt 0 ] || usage
    [ -e "$done_file" ] || { prepare && copy_checkout && in_root bash /src/test/tools/setup.sh; }
    copy_checkout
    status=0
    in_root env -C /src "$@" || status=$?
    # Logs stay at hand.
    rm -rf "$checkout/build/check-$suite"
    [ ! -d "$root/src/build/check" ] || { mkdir -p "$checkout/build" && cp -R "$root/src/build/check" "$checkout/build/check-$suite"; }
    rm -rf "$root/src" "$root"/tmp/* "$root"/var/tmp/*
    exit "$status"
    ;;
remove) rm -rf "$root" "$done_file" "$root.log" ;;
*) usage ;;
esac
