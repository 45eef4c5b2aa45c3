#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# Every planted defect has to be found: build each mutant of
# tests/mutants/table.txt and run its scenarios with it; each must fail, and
# show the words that the table names. Every scenario must be in the table, or
# it has never been seen to fail.
#
#   tools/mutants.sh BUILD [MUTANT...]
set -euo pipefail
cd "$(dirname "$0")/.."

build=${1:?usage: tools/mutants.sh BUILD [MUTANT...]}
shift
table=tests/mutants/table.txt
log=$(mktemp)
trap 'rm -f "$log"' EXIT
passed=0
failed=0

verdict() { # 0 = good, name, words
    if [ "$1" = 0 ]; then
        passed=$((passed + 1))
        echo "ok $2"
    else
        failed=$((failed + 1))
        echo "not ok $2: $3"
        sed 's/^/    /' "$log" | tail -n 12
    fi
}

# The scenario runs with the mutant's programs and must fail as it should.
must_fail() { # mutant, scenario, words
    local code=0
    "$build/otalab" run -q "$2" \
        --firmware "$build/mutants/$1/firmware" >"$log" 2>&1 || code=$?
    case $code in
    1 | 4) ;;
    *) verdict 1 "$1 $2" "exit code $code, not a failure"; return ;;
    esac
    if grep -qF -- "$3" "$log"; then
        verdict 0 "$1 $2" ""
    else
        verdict 1 "$1 $2" "it failed, but without '$3'"
    fi
}

# What cannot be run by a patch of the device programs is named here.
all_covered() {
    local file name
    for file in scenarios/*.yaml; do
        name=$(basename "$file" .yaml)
        grep -v '^#' "$table" | cut -d'|' -f1 | grep -qw -- "$name" ||
            verdict 1 "table" "scenario $name is in no line of $table"
    done
}

while IFS='|' read -r names words; do
    set -- "$@"
    read -r mutant scenarios <<<"$names"
    case $mutant in '' | '#'*) continue ;; esac
    if [ $# -gt 0 ] && ! grep -qw -- "$mutant" <<<"$*"; then
        continue
    fi
    make --no-print-directory -j2 B="$build" mutant M="$mutant" \
        >"$log" 2>&1 || { verdict 1 "$mutant" "it does not build"; continue; }
    for scenario in $scenarios; do
        must_fail "$mutant" "$scenario" "${words# }"
    done
done <"$table"
[ $# -gt 0 ] || all_covered
echo "$passed passed, $failed failed, 0 skipped"
[ "$failed" = 0 ]
