#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# Shows that the defects that others have had would be found here: builds each
# mutant of tests/mutants/history.txt and runs its campaign, which must fail
# with the words that the table names. The failure's token must fail again when
# it is replayed; and without the defect, every campaign must pass.
#
#   tools/history.sh BUILD [ID...]
set -euo pipefail
cd "$(dirname "$0")/.."

build=${1:?usage: tools/history.sh BUILD [ID...]}
shift
table=tests/mutants/history.txt
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export build work

stripped() { # text
    local text=$1
    text=${text#"${text%%[! ]*}"}
    printf '%s' "${text%"${text##*[! ]}"}"
}

# "id TAB rule TAB class TAB words TAB campaign" for each selected line.
rows() {
    local id rule class campaign words seen
    while IFS='|' read -r id rule class campaign words seen; do
        id=$(stripped "$id")
        case $id in '' | '#'*) continue ;; esac
        if [ $# -gt 0 ] && ! grep -qw -- "$id" <<<"$*"; then
            continue
        fi
        printf '%s\t%s\t%s\t%s\t%s\n' "$id" "$(stripped "$rule")" \
            "$(stripped "$class")" "$(stripped "$campaign")" \
            "$(stripped "$words")"
    done <"$table"
}

campaign() { # firmware, what was asked for
    local firmware=$1 command=$2
    shift 2
    local options=(--firmware "$firmware")
    [ "$command" = sweep ] ||
        options+=(-q --record "$work/runs.$BASHPID")
    [ "$command" = run ] || options+=(--check 0)
    "$build/otalab" "$command" "$@" "${options[@]}" 2>&1
}

replays() { # token firmware
    local code=0
    "$build/otalab" replay -q "$1" --firmware "$2" >/dev/null 2>&1 || code=$?
    [ "$code" = 1 ] || [ "$code" = 4 ]
}

must_find() { # a row
    local id rule class asked words log code=0 token
    IFS=$'\t' read -r id rule class asked words <<<"$1"
    local firmware=$build/mutants/$rule/firmware
    log=$work/$id
    # shellcheck disable=SC2086
    campaign "$firmware" $asked >"$log" || code=$?
    token=$(grep -o 'ol1:[^ ]*' "$log" | head -n 1 | tr -d \') || true
    if [ "$code" != 1 ] && [ "$code" != 4 ]; then
        echo "not ok $id $rule: $asked does not find it (exit code $code)"
    elif ! grep -qF -- "$words" "$log"; then
        echo "not ok $id $rule: $asked fails, but without '$words'"
    elif ! replays "$token" "$firmware"; then
        echo "not ok $id $rule: $token does not fail again"
    else
        echo "ok $id $class $rule: $asked: $token"
        return
    fi
    sed 's/^/    /' "$log" | tail -n 12
}

must_pass() { # campaign
    local code=0
    # shellcheck disable=SC2086
    campaign "$build/firmware" $1 >"$work/pass.$BASHPID" || code=$?
    if [ "$code" = 0 ]; then
        echo "ok without a defect: $1"
    else
        echo "not ok without a defect: $1 (exit code $code)"
        sed 's/^/    /' "$work/pass.$BASHPID" | tail -n 12
    fi
}
export -f campaign replays must_find must_pass

rows "$@" >"$work/rows"
cut -f2 "$work/rows" | sort -u | sed 's/^/mutant-/' |
    xargs -r make --no-print-directory -k -j"$(nproc)" B="$build" \
        >"$work/make.log" 2>&1 || grep -E 'error|Error' "$work/make.log" || true
xargs -r -d '\n' -P "$(nproc)" -I{} bash -c 'must_find "$1"' - {} \
    <"$work/rows" | tee "$work/found"
cut -f4 "$work/rows" | sort -u |
    xargs -r -d '\n' -P "$(nproc)" -I{} bash -c 'must_pass "$1"' - {} |
    tee "$work/passed"
found=$(grep -c '^ok ' "$work/found" || true)
echo "found $found of $(wc -l <"$work/rows")"
passed=$(cat "$work/found" "$work/passed" | grep -c '^ok ' || true)
failed=$(cat "$work/found" "$work/passed" | grep -c '^not ok ' || true)
echo "$passed passed, $failed failed, 0 skipped"
[ "$failed" = 0 ] && [ "$passed" != 0 ]
