#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# Finds circular dependencies between the files of a folder, by what their
# objects define and use. Prints the files of each circle.
#
#   tools/circles.sh BUILD FOLDER...
set -euo pipefail

build=${1:?usage: tools/circles.sh BUILD FOLDER...}
shift

# "symbol object" from nm, for the folder's objects that have a source.
symbols() { # folder nm's options...
    local folder=$1 source object
    shift
    for source in "$folder"/*.c; do
        object=$build/obj/${source%.c}.o
        [ ! -f "$object" ] || nm "$@" "$object" |
            awk -v file="$(basename "$source")" '$NF != "" { print $NF, file }'
    done | sort -u
}

# "user owner" for each use of one file by another.
uses() { # folder
    join <(symbols "$1" -u) <(symbols "$1" --defined-only --extern-only) |
        awk '$2 != $3 { print $2, $3 }' | sort -u
}

for folder in "$@"; do
    uses "$folder" | tsort 2>&1 >/dev/null |
        sed -n "s|^tsort: \([^ ]*\.c\)$|\1|p" | sort -u | tr '\n' ' ' |
        sed "s|..*|$folder: a circle of &\n|"
done
