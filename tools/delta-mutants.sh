#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# Plants each defect of tests/delta/mutants in the device's decoder of patches,
# and expects a test of tests/unit/delta_test.c to fail; without a defect, none
# may. Needs the unit tests' objects: make build/tests/unit
#
#   tools/delta-mutants.sh BUILD [NAME...]
set -euo pipefail
cd "$(dirname "$0")/.."

build=${1:?usage: tools/delta-mutants.sh BUILD [NAME...]}
shift
work=$build/delta/mutants
passed=0
failed=0

# The decoder in that tree with its tests; decoder objects come first.
link() { # tree, program
    local file objects=()
    for file in "$1"/firmware/ota/delta*.c; do
        objects+=("$work/$(basename "$file" .c).o")
        ${CC:-gcc} -std=gnu11 -O1 -D_GNU_SOURCE= -I"$1/firmware" \
            -isystem build/src/heatshrink -isystem firmware/heatshrink \
            -isystem build/src/mbedtls/include -c -o "${objects[-1]}" "$file"
    done
    ${CC:-gcc} -o "$2" "$build/obj/tests/unit/delta_test.o" "${objects[@]}" \
        -Wl,--start-group "$build"/lib{otalab,ota,mbed,heatshrink}.a \
        -Wl,--end-group -lcriterion -ldivsufsort
}

# Do all tests pass? A decoder that hangs fails.
passes() { timeout 60 "$1" >"$work/log" 2>&1; }

row() { # name, as it should be
    if [ "$2" = yes ]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "$1: $2"
    fi
}

mkdir -p "$work"
link . "$work/tests"
row "no defect" "$(passes "$work/tests" && echo yes || echo 'a test fails')"
for rule in ${@:-tests/delta/mutants/*.rule}; do
    name=$(basename "$rule" .rule)
    tools/mutant.sh "tests/delta/mutants/$name.rule" "$work/src"
    link "$work/src" "$work/tests"
    row "$name" "$(passes "$work/tests" && echo 'not found' || echo yes)"
done
echo "$passed passed, $failed failed, 0 skipped"
[ $failed = 0 ]
