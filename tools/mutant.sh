#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# Copies the device sources and plants the defect of one rule in the copy. File
# times are kept, so only what the rule touches is compiled again. If the objects
# of the sources without the defect are in BASE, OUT begins with a copy of those.
#
#   tools/mutant.sh RULE FOLDER [OUT BASE]
#   tools/mutant.sh --check         can every rule be applied? (those of
#                                   tests/mutants, of tests/delta, and of the
#                                   lessons)
set -euo pipefail
cd "$(dirname "$0")/.."

check() {
    local rule failed=0
    for rule in tests/mutants/*.rule tests/delta/*.rule \
        tests/delta/mutants/*.rule scenarios/lessons/*/*.rule; do
        awk -v tree=. -v check=1 -f tools/mutant.awk "$rule" || failed=1
    done
    return $failed
}

plant() { # rule folder
    local tree
    rm -rf "$2"
    mkdir -p "$2"
    for tree in bootloader firmware; do
        cp -a "$tree" "$2/"
    done
    awk -v tree="$2" -f tools/mutant.awk "$1"
}

# Objects and what they depend on, which is in the copy of the sources now.
copy_objects() { # sources out base
    local base=$3/obj
    rm -rf "$2"
    [ -d "$base" ] && [ -f "$3/.flags" ] || return 0
    mkdir -p "$2/obj"
    cp -a "$3/.flags" "$2/"
    cp -a "$base/bootloader" "$base/firmware" "$2/obj/"
    find "$2/obj" -name '*.d' -exec sed -i -E \
        -e "s#^$base/#$2/obj/#" \
        -e "s#(^| )(bootloader|firmware)/#\1$1/\2/#g" {} +
}

case ${1:-} in
--check) check ;;
'') echo "usage: tools/mutant.sh RULE FOLDER [OUT BASE] | --check" >&2 && exit 2 ;;
*)
    plant "$1" "${2:?usage: tools/mutant.sh RULE FOLDER [OUT BASE]}"
    [ $# -lt 4 ] || copy_objects "$2" "$3" "$4"
    ;;
esac
