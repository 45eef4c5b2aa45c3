#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# Shows that a native run finds planted defects: builds the native tool with
# each mutant of tests/mutants/native.txt and runs its scenario, which must fail
# with the words that the table names.
#
#   tools/native-mutants.sh BUILD [MUTANT...]
set -euo pipefail
cd "$(dirname "$0")/.."

build=${1:?usage: tools/native-mutants.sh BUILD [MUTANT...]}
shift
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
passed=0
failed=0

# The tool looks for its other files where it is.
build_one() { # mutant
    local folder=$build/mutants/$1
    make --no-print-directory NODEPS=1 B="$build" M="$1" "$folder/.planted" &&
        make --no-print-directory -j"$(nproc)" NODEPS=1 B="$build" \
            DEVSRC="$folder/src" DEVOUT="$folder/firmware" \
            NATIVE_TOOL="$build/native-$1" programs native
}

must_fail() { # mutant scenario words
    local folder=$build/mutants/$1 code=0
    if ! build_one "$1" >"$work/make" 2>&1; then
        echo "not ok $1: it does not build"
        tail -n 12 "$work/make"
        return 1
    fi
    "$build/native-$1" run -q "$2" --firmware "$folder/firmware" \
        --record "$work/runs" >"$work/log" 2>&1 || code=$?
    rm "$build/native-$1"
    if [[ $code = [14] ]] && grep -qF -- "$3" "$work/log"; then
        echo "ok $1 $2"
        return 0
    fi
    echo "not ok $1 $2: exit code $code"
    tail -n 12 "$work/log"
    return 1
}

while IFS='|' read -r names words; do
    read -r mutant scenario <<<"$names"
    case $mutant in '' | '#'*) continue ;; esac
    if [ $# -gt 0 ] && ! grep -qw -- "$mutant" <<<"$*"; then
        continue
    fi
    if must_fail "$mutant" "$scenario" "${words# }"; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
    fi
done <tests/mutants/native.txt
echo "$passed passed, $failed failed, 0 skipped"
[ "$failed" = 0 ] && [ "$passed" != 0 ]
