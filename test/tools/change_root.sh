#!/usr/bin/env bash
# Runs a program in a change root of another Debian release, as root:
#   change_root.sh prepare SUITE            makes the root, or brings the one that is kept up to date (once a day)
#   change_root.sh run SUITE PROGRAM...     in a fresh copy of the checkout, /src in there; LIMIT seconds from now at most (status 124)
#   change_root.sh remove SUITE
# Status 77: this machine can't do it (not root, no debootstrap, no mirror); the last line says why.
#
# Roots are kept in PG_SQLITE_CACHE (/var/cache/pg_sqlite), 3 GB each with all packages and a compiler's cache in it. They come
# from the mirror that this machine's apt is set up with. Mounts and processes live in namespaces of their own that end with
# this script, however it ends, so nothing stays mounted and nothing goes on running. Whatever asks the network has a time limit.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
checkout=$PWD
newest_postgresql=18
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
unshare --mount --pid --fork --mount-proc true 2>/dev/null || cant "this machine lets nobody make namespaces (a container?)"

cache=${PG_SQLITE_CACHE:-/var/cache/pg_sqlite}
root=$cache/$suite
done_file=$root.made # beside the root, of the time when it was last brought up to date; one that was interrupted has none
mkdir -p "$cache" || cant "$cache can't be made; set PG_SQLITE_CACHE"
exec 8>"$root.lock"
flock -n 8 || {
    printf 'waiting for another run in %s\n' "$root"
    flock ${LIMIT:+-w "$LIMIT"} 8 || exit 124
}

# in_root PROGRAM...: with /proc and /dev, in namespaces of its own. The program is the first of its process namespace:
# when it ends, or unshare is killed, all that it started is ended. LIMIT: seconds. (A timeout that is not --foreground would leave
# the process group by which whoever runs us ends us; unshare itself takes no notice but of being killed, which -k sees to.)
in_root() {
    # shellcheck disable=SC2016 # expanded by the inner shell
    timeout --foreground -k 5 "${LIMIT:-0}" unshare --mount --propagation private --pid --fork --kill-child bash -c '
        root=$1; shift
        mount -t proc proc "$root/proc" && mount --rbind /dev "$root/dev" && exec chroot "$root" "$@"' \
        in_root "$root" env -i HOME=/root USER=root LC_ALL=C.UTF-8 TERM="${TERM:-dumb}" DEBIAN_FRONTEND=noninteractive \
        PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin "$@" 8>&- </dev/null
}

# What this machine's apt was told about reaching its mirror holds in there, too; a mirror that says nothing is given up soon.
# What is lost by a power cut is made again, so dpkg need not wait for the disk.
lend_network() {
    cp -L /etc/resolv.conf /etc/hosts "$root/etc/" 2>/dev/null || true
    apt-config dump | grep -E '^Acquire::(http|https|Check-Valid-Until|Check-Date|Retries|Max-FutureTime)\b.* "[^"]+";$' \
        >"$root/etc/apt/apt.conf.d/00as-outside" || true
    printf 'Acquire::%s::Timeout "30";\n' http https >>"$root/etc/apt/apt.conf.d/00as-outside"
    echo force-unsafe-io >"$root/etc/dpkg/dpkg.cfg.d/unsafe-io"
}

# The mirror that this machine's apt is set up with, if it answers and has the suite.
find_mirror() {
    local answer
    mirror=$(apt_mirror)
    # A machine of today may have no lists yet.
    [ -n "$mirror" ] || { timeout --foreground -k 5 120 apt-get update -q >/dev/null 2>&1 </dev/null && mirror=$(apt_mirror); } || true
    [ -n "$mirror" ] || { reason="apt has no lists of a Debian mirror, and can't get them" && return 1; }
    answer=$(mktemp -d)
    chmod 755 "$answer"
    reason="the mirror that apt is set up with does not answer, or has no $suite"
    timeout --foreground -k 5 60 /usr/lib/apt/apt-helper -o Acquire::http::Timeout=15 -o Acquire::https::Timeout=15 \
        -o Acquire::Retries=0 download-file "${mirror%/}/dists/$suite/InRelease" "$answer/InRelease" >/dev/null 2>&1 </dev/null ||
        mirror=
    rm -rf "$answer"
    [ -n "$mirror" ]
}
apt_mirror() {
    apt-get indextargets --format '$(CREATED_BY) $(LABEL) $(COMPONENT) $(REPO_URI)' 2>/dev/null |
        awk '$1 == "Packages" && $2 == "Debian" && $3 == "main" && !seen++ { print $4 }'
}

make_root() {
    local room
    room=$(df --output=avail -k "$cache" | tail -n 1)
    [ "$room" -ge 4000000 ] || cant "$cache has $((room / 1000)) MB left, and a root takes 3,000"
    find_mirror || cant "$reason"
    command -v debootstrap >/dev/null 2>&1 ||
        timeout --foreground -k 5 300 apt-get install -q -y --no-install-recommends debootstrap >"$root.log" 2>&1 </dev/null ||
        cant "no debootstrap here, and apt can't install it"
    printf 'Making %s ... (%s.log)\n' "$root" "$root"
    rm -rf "$root" "$done_file"
    # It mounts things itself.
    timeout --foreground -k 5 900 unshare --mount --propagation private --pid --fork --kill-child --mount-proc \
        debootstrap --variant=minbase --include=ca-certificates "$suite" "$root" "$mirror" >"$root.log" 2>&1 </dev/null ||
        { tail -n 5 "$root.log" && cant "debootstrap of $suite failed"; }
    printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d" # starts no service
    chmod 755 "$root/usr/sbin/policy-rc.d"
}

# Brings an old root up to date; one that can't be is made anew. Then installs what the checkout asks for.
prepare() {
    local kept=
    [ ! -e "$done_file" ] || kept=yes
    if [ -n "$kept" ]; then
        # What a checkout of another day did not ask for may be missing.
        if [ -n "$(find "$done_file" -mtime -1)" ] && set_up 2>/dev/null; then return; fi
        if ! find_mirror; then
            set_up >/dev/null 2>&1 || cant "packages are missing in $root, and $reason"
            printf '%s is used as it was left: %s\n' "$root" "$reason"
            return
        fi
        lend_network
        printf 'Bringing %s up to date ...\n' "$root"
        LIMIT=900 in_root sh -c 'apt-get update -q && apt-get upgrade -q -y --with-new-pkgs && apt-get clean' >"$root.log" 2>&1 ||
            { printf 'It could not be upgraded (%s.log).\n' "$root" && kept=; }
    fi
    if [ -z "$kept" ]; then
        make_root
        lend_network
    fi
    set_up || cant "not all packages could be installed in there"
    touch "$done_file"
}

# The packages that the checkout asks for, and a cache for the compiler.
set_up() {
    copy_checkout && LIMIT=1500 in_root bash /src/test/tools/setup.sh && {
        [ -e "$root/usr/bin/ccache" ] || LIMIT=300 in_root apt-get install -q -y --no-install-recommends ccache >"$root.log" 2>&1
    } && not_too_new
}

# A release in the making gets the next PostgreSQL some day, of which this checkout knows nothing: no fault of a change that is tested.
not_too_new() {
    local major
    major=$(in_root pg_config --version | sed -E 's/^[^0-9]*([0-9]+).*/\1/')
    [ "$major" -le "$newest_postgresql" ] ||
        cant "$suite has PostgreSQL $major, and $newest_postgresql is the newest that this checkout is made for (change_root.sh)"
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
prepare) prepare ;;
run)
    [ $# -gt 0 ] || usage
    [ -e "$done_file" ] || prepare
    copy_checkout
    status=0
    # Waiting took some of it; 0 would be no limit.
    if [ "${LIMIT:-0}" -gt 0 ]; then LIMIT=$((LIMIT > SECONDS ? LIMIT - SECONDS : 1)); fi
    in_root env -C /src CXX='ccache g++' CCACHE_MAXSIZE=1G "$@" || status=$?
    [ "$status" -ne 137 ] || status=124 # it took more than being told to stop
    # Logs stay at hand.
    rm -rf "$checkout/build/check-$suite"
    [ ! -d "$root/src/build/check" ] || { mkdir -p "$checkout/build" && cp -R "$root/src/build/check" "$checkout/build/check-$suite"; }
    rm -rf "$root/src" "$root"/tmp/* "$root"/var/tmp/*
    exit "$status"
    ;;
remove) rm -rf "$root" "$done_file" "$root.log" ;;
*) usage ;;
esac
