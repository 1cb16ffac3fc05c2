#!/usr/bin/env bash
# Builds the databases the tests read: build_data.sh DIR turns each test/data/NAME.sql into DIR/NAME.db, and those of
# the examples, test/data/examples/EXAMPLE/NAME.sql, into DIR/EXAMPLE/NAME.db.
# Databases are built from texts, never kept, so that a review sees what is in them. The server may run as
# another user than we do and some tests write, so everybody may write in DIR.
set -euo pipefail
data=$(cd "$(dirname "${BASH_SOURCE[0]}")/../data" && pwd -P)
[ $# -eq 1 ] || { echo "usage: build_data.sh DIR" >&2 && exit 2; }
mkdir -p "$1"
for script in "$data"/*.sql "$data"/examples/*/*.sql; do
    [ -e "$script" ] || continue
    name=${script#"$data"/}
    name=${name#examples/}
    name=${name%.sql}
    mkdir -p "$(dirname "$1/$name")"
    rm -f "$1/$name".db "$1/$name".db-*
    sqlite3 -bail -init /dev/null "$1/$name.db" <"$script" >/dev/null
done
chmod -R a+rwX "$1"
