#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# Copies the device sources and plants the defect of one rule in the copy. File
# times are kept, so only what the rule touches is compiled again.
#
#   tools/mutant.sh RULE FOLDER
#   tools/mutant.sh --check         can every rule be applied? (those of
#                                   tests/mutants and tests/delta, and those
#                                   of the lessons)
set -euo pipefail
cd "$(dirname "$0")/.."

check() {
    local rule failed=0
    for rule in tests/mutants/*.rule tests/delta/*.rule \
        scenarios/lessons/*/*.rule; do
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

case ${1:-} in
--check) check ;;
'') echo "usage: tools/mutant.sh RULE FOLDER | --check" >&2 && exit 2 ;;
*) plant "$1" "${2:?usage: tools/mutant.sh RULE FOLDER}" ;;
esac
