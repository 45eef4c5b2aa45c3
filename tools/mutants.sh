#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# Shows that every planted defect is found: builds each mutant of
# tests/mutants/table.txt and runs its scenarios with it. Each must fail with
# the words that the table names. (make lint checks that every scenario is in
# the table: a scenario that is not has never been seen to fail.)
#
#   tools/mutants.sh BUILD [MUTANT...]
set -euo pipefail
cd "$(dirname "$0")/.."

build=${1:?usage: tools/mutants.sh BUILD [MUTANT...]}
shift
table=tests/mutants/table.txt
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export build work

# The scenario runs with the mutant's programs and must fail as the table says.
# Its evidence is not kept, because it fails on purpose.
must_fail() { # "mutant TAB scenario TAB words"
    local mutant scenario words log code=0
    IFS=$'\t' read -r mutant scenario words <<<"$1"
    log=$work/$mutant.$scenario.$BASHPID
    if [ ! -f "$build/mutants/$mutant/firmware/app.bin" ]; then
        echo "not ok $mutant $scenario: it does not build; make mutant M=$mutant"
        return
    fi
    "$build/otalab" run -q "$scenario" --record "$work/runs.$BASHPID" \
        --firmware "$build/mutants/$mutant/firmware" >"$log" 2>&1 || code=$?
    case $code in
    1 | 4)
        if grep -qF -- "$words" "$log"; then
            echo "ok $mutant $scenario"
            return
        fi
        code="it failed, but without '$words'"
        ;;
    *) code="exit code $code, not a failure" ;;
    esac
    printf '%s\n' "not ok $mutant $scenario: $code" \
        "$(sed 's/^/    /' "$log" | tail -n 12)"
}
export -f must_fail

# "mutant TAB scenario TAB words" for each selected pair.
pairs() {
    local names words mutant scenarios scenario
    while IFS='|' read -r names words; do
        read -r mutant scenarios <<<"$names"
        case $mutant in '' | '#'*) continue ;; esac
        if [ $# -gt 0 ] && ! grep -qw -- "$mutant" <<<"$*"; then
            continue
        fi
        for scenario in $scenarios; do
            printf '%s\t%s\t%s\n' "$mutant" "$scenario" "${words# }"
        done
    done <"$table"
}

pairs "$@" >"$work/pairs"
cut -f1 "$work/pairs" | sort -u | while read -r mutant; do
    rm -f "$build/mutants/$mutant/firmware/app.bin" # of an older rule
done
echo "building $(cut -f1 "$work/pairs" | sort -u | wc -l) mutants"
cut -f1 "$work/pairs" | sort -u | sed 's/^/mutant-/' |
    xargs -r make --no-print-directory -k -j"$(nproc)" B="$build" \
        >"$work/make.log" 2>&1 || grep -E 'error|Error' "$work/make.log" || true
xargs -r -d '\n' -P "$(nproc)" -I{} bash -c 'must_fail "$1"' - {} \
    <"$work/pairs" | tee "$work/verdicts"
passed=$(grep -c '^ok ' "$work/verdicts" || true)
failed=$(grep -c '^not ok ' "$work/verdicts" || true)
echo "$passed passed, $failed failed, 0 skipped"
[ "$failed" = 0 ] && [ "$passed" != 0 ]
