# Sourced by the scripts of this folder: messages, a scratch folder, the unprivileged user, and throwaway
# clusters.
#
# Nothing is installed into the system. PostgreSQL finds its libraries and its extension scripts relative to
# its own executable, so a *private installation* (copied programs, symbolic links to everything else) takes
# the extension in: no root is needed, an extension that is installed already stays as it is, and two runs on
# one machine do not meet. initdb refuses root, so as root the server and its tests run as an unprivileged
# user, who may be unable to read the checkout; what such a process reads is copied to the scratch folder.

# shellcheck shell=bash
ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
JOBS=${JOBS:-$(nproc 2>/dev/null || echo 2)}
PG_CONFIG=${PG_CONFIG:-pg_config}
case $PG_CONFIG in */*) PG_CONFIG=$(realpath "$PG_CONFIG") ;; esac
PORT=5432 # only a part of the socket's name: no cluster here listens on TCP

umask 022 # RUN_USER reads what we write

# A make above us must not hand its flags or its job server to the ones we start.
unset MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES

say() { printf '%s\n' "$*"; }
die() {
    printf 'error: %s\n' "$*" >&2
    exit 1
}

# run_make ARGS...: the Makefile of the checkout, with the PostgreSQL and the compiler that were asked for.
run_make() {
    make -C "$ROOT" PG_CONFIG="$PG_CONFIG" ${CXX:+"CXX=$CXX"} "$@"
}

# init_user: RUN_USER is who runs servers; AS_USER is the prefix that runs a program as that user, with no
# PG* variable of the caller (a PGHOST would lead the tests to a real server).
init_user() {
    local name clean=(env)
    cd / # that user may be unable to enter the caller's folder
    for name in $(compgen -e PG); do
        case $name in
        PG_SQLITE_* | PG_CONFIG) ;;
        *) clean+=(-u "$name") ;;
        esac
    done
    if [ "$(id -u)" -eq 0 ]; then
        RUN_USER=postgres
        id -u "$RUN_USER" >/dev/null 2>&1 || RUN_USER=nobody
        AS_USER=(setpriv "--reuid=$RUN_USER" "--regid=$(id -g "$RUN_USER")" --init-groups --inh-caps=-all
            "${clean[@]}")
    else
        RUN_USER=$(id -un)
        AS_USER=("${clean[@]}")
    fi
    AS_USER+=(LC_ALL=C.UTF-8 TZ=UTC)
}

# reachable DIR: can RUN_USER get at what lies in DIR?
reachable() { "${AS_USER[@]}" test -x "$1"; }

# make_scratch NAME: SCRATCH is a new folder that RUN_USER can reach. The name stays short because a socket's
# path holds 107 bytes at most.
make_scratch() {
    local base
    for base in "${TMPDIR:-/tmp}" /tmp /var/tmp; do
        if [ -w "$base" ] && [ ${#base} -le 60 ] && reachable "$base"; then
            SCRATCH=$(mktemp -d "$base/pgs_$1.XXXXXX")
            chmod 755 "$SCRATCH"
            AS_USER+=("HOME=$SCRATCH" "TMPDIR=$base")
            return
        fi
    done
    die "no temporary folder that user $RUN_USER can reach; set TMPDIR"
}

# private_folder DIR: a folder of RUN_USER's that nobody else can enter.
private_folder() {
    mkdir -p "$1"
    chmod 700 "$1"
    [ "$(id -u)" -ne 0 ] || chown "$RUN_USER:" "$1"
}

# private_install DIR: the installation that PG_CONFIG describes, relocated under DIR, with the extension
# installed into it by `make install`. Sets BINDIR.
private_install() {
    local prefix=$1 bin lib share entry
    bin=$("$PG_CONFIG" --bindir)
    lib=$("$PG_CONFIG" --pkglibdir)
    share=$("$PG_CONFIG" --sharedir)
    BINDIR=$prefix$bin
    mkdir -p "$BINDIR" "$prefix$lib" "$prefix$share/extension"
    cp -pL "$bin"/* "$BINDIR"/
    for entry in "$lib"/*; do
        [ "${entry##*/}" = pg_sqlite.so ] || ln -s "$entry" "$prefix$lib/"
    done
    for entry in "$share"/*; do
        [ "${entry##*/}" = extension ] || ln -s "$entry" "$prefix$share/"
    done
    for entry in "$share"/extension/*; do
        case ${entry##*/} in
        pg_sqlite.control | pg_sqlite--*.sql) ;;
        *) ln -s "$entry" "$prefix$share/extension/" ;;
        esac
    done
    [ "$("$BINDIR/pg_config" --sharedir)" = "$prefix$share" ] ||
        die "this PostgreSQL can't be relocated; use make install and make installcheck instead"
    run_make -s install "DESTDIR=$prefix"
    AS_USER+=("PATH=$BINDIR:$PATH")
}

# cluster_create DIR [SETTING...]: a new cluster in DIR/data with its socket in DIR; the folder keeps every
# other user out, so `trust` is safe. Superuser postgres.
cluster_create() {
    local dir=$1
    shift
    private_folder "$dir"
    "${AS_USER[@]}" "$BINDIR/initdb" -D "$dir/data" -U postgres -A trust -E UTF8 --locale=C -N >"$dir/initdb.log" 2>&1 ||
        { cat "$dir/initdb.log" >&2 && die "initdb failed"; }
    printf '%s\n' "listen_addresses = ''" "port = $PORT" "unix_socket_directories = '$dir'" \
        "timezone = 'UTC'" "log_timezone = 'UTC'" "$@" >>"$dir/data/postgresql.conf"
}

# cluster_start DIR / cluster_stop DIR: the latter is content with a cluster that does not run.
cluster_start() {
    "${AS_USER[@]}" "$BINDIR/pg_ctl" -D "$1/data" -l "$1/server.log" -w -t 60 -s start </dev/null ||
        { tail -n 20 "$1/server.log" >&2 && die "the server did not start"; }
}
cluster_stop() {
    stop_server "$1/data" "$BINDIR"
}
stop_server() {
    [ -e "$1/postmaster.pid" ] || return 0
    "${AS_USER[@]}" "$2/pg_ctl" -D "$1" -w -t 60 -s -m fast stop </dev/null >/dev/null 2>&1 ||
        "${AS_USER[@]}" "$2/pg_ctl" -D "$1" -w -t 20 -s -m immediate stop </dev/null >/dev/null 2>&1 || true
}

# remove_scratch: stops every server whose data lies in SCRATCH (also those of the TAP tests), then deletes it.
remove_scratch() {
    local pid_file
    [ -n "${SCRATCH:-}" ] && [ -d "$SCRATCH" ] || return 0
    if [ -n "${BINDIR:-}" ]; then
        find "$SCRATCH" -name postmaster.pid 2>/dev/null | while IFS= read -r pid_file; do
            stop_server "${pid_file%/postmaster.pid}" "$BINDIR"
        done
    fi
    rm -rf "$SCRATCH"
}
