#!/usr/bin/env bash
# groups.sh SOURCES DIR HALF...: writes DIR/PART.N.cpp, each of which includes some neighbouring files of one folder of
# SOURCES/src/HALF, and prints their names without .cpp. The compiler reads a group's headers and makes its templates once, which is
# where most of the time of a build went. Files that are the same as before are not touched; those of groups
# that are no more are deleted.
set -euo pipefail
source_dir=$1 dir=$2
shift 2
size=9 # files a group, at most: an edit compiles one group again
mkdir -p "$dir"
wanted=" "
write() { # NAME FILE...
    local name=$1 text
    shift
    text=$(printf '#include "%s"\n' "$@")
    if [ "$(cat "$dir/$name.cpp" 2>/dev/null)" != "$text" ]; then printf '%s\n' "$text" >"$dir/$name.cpp"; fi
    wanted+="$name "
    printf '%s\n' "$name"
}
root=$(cd "$source_dir/src" && pwd -P)
while IFS= read -r folder; do
    files=()
    for file in "$root/$folder"/*.cpp; do
        [ ! -e "$file" ] || files+=("${file#"$root"/}")
    done
    count=${#files[@]}
    [ "$count" -gt 0 ] || continue
    groups=$(((count + size - 1) / size))
    for ((i = 0; i < groups; i++)); do
        from=$((i * count / groups))
        write "${folder//\//.}.$((i + 1))" "${files[@]:from:(i + 1) * count / groups - from}"
    done
done < <(cd "$root" && find "$@" -type d | LC_ALL=C sort)
for file in "$dir"/*.cpp; do
    name=$(basename "$file" .cpp)
    case $wanted in *" $name "*) ;; *) rm -f "$dir/$name".{cpp,o,d} ;; esac
done
