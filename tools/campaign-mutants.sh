#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# Shows that every promise of the native campaign can break: builds the boot
# chain with each planted defect of tests/native/mutants.txt and runs the
# campaign until the promise named in the table is broken. Prints a table.
#
#   tools/campaign-mutants.sh BUILD [MUTANT...]
set -euo pipefail
cd "$(dirname "$0")/.."

build=${1:?usage: tools/campaign-mutants.sh BUILD [MUTANT...]}
shift
table=tests/native/mutants.txt
most=20000 # cases; nearly all need a few hundred
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export build work most

# "mutant promise" for each selected line.
pairs() {
    local mutant promise
    while read -r mutant promise; do
        case $mutant in '' | '#'*) continue ;; esac
        if [ $# = 0 ] || grep -qw -- "$mutant" <<<"$*"; then
            echo "$mutant $promise"
        fi
    done <"$table"
}

build_one() { # mutant
    local folder=$build/mutants/$1
    make --no-print-directory NODEPS=1 B="$build" M="$1" \
        "$folder/.planted" >"$work/$1.make" 2>&1 &&
        make --no-print-directory NODEPS=1 B="$build" \
            NATIVE_SRC="$folder/src" NATIVE_OUT="$folder/native" \
            "$folder/native/campaign" >>"$work/$1.make" 2>&1
}

# The campaign with the mutant breaks the promise.
must_find() { # mutant promise
    local log=$work/$1.$2 code=0 found
    if ! build_one "$1"; then
        echo "not ok $1: it does not build"
        grep -E 'error|rule' "$work/$1.make" | head -n 5 || true
        return
    fi
    "$build/mutants/$1/native/campaign" --cases "$most" --until "$2" \
        --out "$work/out.$1" >"$log" 2>&1 || code=$?
    found=$(sed -n "s/^case \([0-9]*\), boot \([0-9]*\): $2: /\1 \2 /p" "$log" |
        head -n 1)
    if [ -z "$found" ]; then
        echo "not ok $1: $2 is not broken in $most cases (exit code $code)"
        tail -n 4 "$log" | sed 's/^/    /'
        return
    fi
    read -r number boot words <<<"$found"
    printf 'ok %-20s %-14s case %5d  boot %2d  %s\n' "$1" "$2" "$number" \
        "$boot" "$words"
}

export -f build_one must_find

# The table also names the promises that no defect of the boot chain can break.
all_covered() {
    local promise
    sed -n 's/^ *X([A-Z_]*, "\([a-z-]*\)",.*/\1/p' tests/native/boot_judge.h |
        while read -r promise; do
            grep -v '^#' "$table" | grep -qw -- "$promise" ||
                echo "not ok table: promise $promise is missing from $table"
        done
}

pairs "$@" >"$work/pairs"
# The mutants' shared parts are built first, because they are built in parallel.
make --no-print-directory -j"$(nproc)" B="$build" firmware \
    "$build/native/campaign" >"$work/make" 2>&1 || { cat "$work/make"; exit 1; }
# A mutant of two lines is built once; pairs of one mutant stay together.
cut -d' ' -f1 "$work/pairs" | uniq | xargs -P "$(nproc)" -I{} bash -c \
    'grep "^$1 " "$work/pairs" | while read -r m p; do must_find "$m" "$p"; done' \
    - {} | tee "$work/verdicts"
[ $# -gt 0 ] || all_covered | tee -a "$work/verdicts"
passed=$(grep -c '^ok ' "$work/verdicts" || true)
failed=$(grep -c '^not ok ' "$work/verdicts" || true)
echo "$passed passed, $failed failed, 0 skipped"
[ "$failed" = 0 ] && [ "$passed" != 0 ]
