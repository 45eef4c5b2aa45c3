#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# Real pairs of images for delta updates: the application as it is, and after
# each change of tests/delta/*.rule, signed like a release.
#
#   tools/delta-pairs.sh BUILD FOLDER
#
# Leaves FOLDER/base.img and FOLDER/NAME.img; version-string is the same program
# under another version.
set -euo pipefail
cd "$(dirname "$0")/.."

build=${1:?usage: tools/delta-pairs.sh BUILD FOLDER}
folder=${2:?usage: tools/delta-pairs.sh BUILD FOLDER}

sign() { # program, version, image
    "$build/otalab" image sign -q -k root -s 3 -L 0x21800000 -v "$2" "$1" "$3"
}

# The application with one change; prints the program's path.
changed() { # rule
    local place
    place=$build/delta/$(basename "$1" .rule)
    tools/mutant.sh "$1" "$place/src"
    make --no-print-directory -s NODEPS=1 B="$build" DEVSRC="$place/src" \
        DEVOUT="$place/firmware" "$place/firmware/app.bin" >/dev/null
    echo "$place/firmware/app.bin"
}

mkdir -p "$folder"
sign "$build/firmware/app.bin" 1.2.0 "$folder/base.img"
sign "$build/firmware/app.bin" 1.2.1 "$folder/version-string.img"
for rule in tests/delta/*.rule; do
    sign "$(changed "$rule")" 1.2.1 "$folder/$(basename "$rule" .rule).img"
done
