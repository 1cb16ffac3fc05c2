#!/usr/bin/env bash
# Makes the first inputs of the fuzz targets: fuzz_seeds.sh DIR fills DIR/databases with small copies of the
# databases of test/data, DIR/ddl with the statements of their schemas, and DIR/spec with the specs of the
# regression scripts and of the documentation. Never kept: a review sees the texts that they are built from.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
[ $# -eq 1 ] || { echo "usage: fuzz_seeds.sh DIR" >&2 && exit 2; }
mkdir -p "$1/databases" "$1/ddl" "$1/spec"
bash "$root/test/tools/build_data.sh" "$1/built"
find "$1/built" -name '*.db' | while IFS= read -r database; do
    seed=$1/databases/$(basename "$database")
    # Pages of 512 bytes: an input has more of them. Schemas that disagree with their rows stay as they are.
    sqlite3 -bail -init /dev/null "$database" 'PRAGMA journal_mode = delete; PRAGMA page_size = 512' \
        "VACUUM INTO '$seed'" >/dev/null 2>&1 || cp "$database" "$seed"
    [ "$(stat -c %s "$seed")" -le 131072 ] || rm "$seed"
    # The shell writes CREATE texts as they are kept; one text a file.
    sqlite3 -init /dev/null "$database" "PRAGMA writable_schema = on" \
        "SELECT writefile('$1/ddl/$(basename "$database" .db).' || rowid, sql) FROM sqlite_schema
         WHERE sql <> ''" >/dev/null 2>&1 || true
done
rm -rf "$1/built"
DIR=$1/spec perl -0777 -ne '
    while (/(?<![\w\])])\x27(\{(?:[^\x27]|\x27\x27)*\})\x27/g) { my $spec = $1; $spec =~ s/\x27\x27/\x27/g; $specs{$spec} = 1 }
    while (/^```json\n(\{.*?^\})\n```/msg) { $specs{$1} = 1 }
    END { my $n = 0; for (sort keys %specs) { next if length > 4096; open my $f, ">", "$ENV{DIR}/" . ++$n or die; print $f $_ } }' \
    "$root"/sql/*.sql "$root"/docs/*/*.md
