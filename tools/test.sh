#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# Runs the test stages and adds up their results.
#
#   tools/test.sh BUILD STAGE...      stages: unit qemu cli scenarios
#
# Ends with `N passed, N failed, N skipped` on a line of its own. Fails if
# anything failed, or if a test program ran no test. Tests run in the
# repository's root with OTALAB_BUILD = the build folder and OTALAB = the tool.
set -euo pipefail

build=$(realpath "${1:?usage: tools/test.sh BUILD STAGE...}")
shift
export OTALAB_BUILD=$build OTALAB=$build/otalab
log=$build/test-logs
mkdir -p "$log"

passed=0
failed=0
skipped=0
troubles=()

add() {
    passed=$((passed + $1))
    failed=$((failed + $2))
    skipped=$((skipped + $3))
}

trouble() {
    add 0 1 0
    troubles+=("$*")
    echo "test: $*"
}

# An exit code in words.
why() {
    case $1 in
    124 | 137) echo "(over its time limit)" ;;
    *) echo "(exit code $1)" ;;
    esac
}

count() { grep -c "$@" || true; }

# Nothing here may hang the whole run (Criterion's own --timeout has no effect
# on tests that set no limit themselves).
limited() { timeout --kill-after=5 "$@"; }

# A Criterion program: its TAP file has a line for each test, which is counted;
# the closing line shows that it ran to its end.
criterion() {
    local name=$1 limit=$2 program=$build/tests/$1 tap=$log/$1.tap
    local code=0 ok not_ok skip planned
    rm -f "$tap"
    limited "$limit" "$program" --color=never --tap="$tap" 2>&1 |
        tee "$log/$name.log" || code=$?
    [ -f "$tap" ] || { trouble "$name: no report $(why $code)"; return; }
    planned=$(sed -n 's/^1\.\.\([0-9]*\)$/\1/p' "$tap" |
        awk '{ n += $1 } END { print n + 0 }')
    skip=$(count '^ok .*# SKIP' <"$tap")
    ok=$(($(count '^ok ' <"$tap") - skip))
    not_ok=$(count '^not ok ' <"$tap")
    add "$ok" "$not_ok" "$skip"
    mapfile -t -O "${#troubles[@]}" troubles < <(
        sed -n "s/^not ok - /$name: /p" "$tap")
    if [ $((ok + not_ok)) = 0 ]; then
        trouble "$name: a test program without tests"
    elif [ $((ok + not_ok + skip)) != "$planned" ]; then
        trouble "$name: $planned tests planned, $((ok + not_ok + skip)) seen"
    elif ! grep -q 'Synthesis: Tested:' "$log/$name.log"; then
        trouble "$name: did not come to its end $(why $code)"
    elif [ $code != 0 ] && [ "$not_ok" = 0 ]; then
        trouble "$name: exit code $code without a failing test"
    fi
}

stage_unit() { [ ! -x "$build/tests/unit" ] || criterion unit 300; }
stage_qemu() { [ ! -x "$build/tests/qemu" ] || criterion qemu 600; }

# A script prints `ok NAME`, `not ok NAME` or `ok NAME # SKIP why`.
stage_cli() {
    local script name code ok not_ok skip
    for script in tests/cli/*.sh; do
        [ -f "$script" ] || continue
        name=$(basename "$script" .sh)
        code=0
        limited 300 bash "$script" 2>&1 | tee "$log/cli-$name.log" || code=$?
        skip=$(count '^ok .*# SKIP' <"$log/cli-$name.log")
        ok=$(($(count '^ok ' <"$log/cli-$name.log") - skip))
        not_ok=$(count '^not ok ' <"$log/cli-$name.log")
        add "$ok" "$not_ok" "$skip"
        mapfile -t -O "${#troubles[@]}" troubles < <(
            sed -n "s/^not ok /cli $name: /p" "$log/cli-$name.log")
        if [ $((ok + not_ok + skip)) = 0 ]; then
            trouble "cli $name: a test script without tests $(why $code)"
        elif [ $code != 0 ] && [ "$not_ok" = 0 ]; then
            trouble "cli $name: no test failed $(why $code)"
        fi
    done
}

# The tool's own runner ends with a line like ours.
stage_scenarios() {
    local code=0 line
    if [ ! -x "$OTALAB" ] ||
        [ -z "$(find scenarios -name '*.yaml' -print -quit 2>/dev/null)" ]; then
        return
    fi
    limited 600 "$OTALAB" run -q --verify scenarios/ 2>&1 | tee "$log/scenarios.log" || code=$?
    line=$(grep -E '^[0-9]+ passed, [0-9]+ failed(, [0-9]+ skipped)?$' \
        "$log/scenarios.log" | tail -n 1 || true)
    if [ -z "$line" ]; then
        trouble "scenarios: no closing line $(why $code)"
        return
    fi
    # shellcheck disable=SC2046
    add $(tr -dc '0-9 ' <<<"$line, 0")
    case "$line," in
    *" 0 failed,"*)
        [ $code = 0 ] || trouble "scenarios: exit code $code"
        ;;
    *) troubles+=("scenarios: $line") ;;
    esac
}

for stage in "$@"; do
    echo "== $stage"
    "stage_$stage"
done
if [ "${#troubles[@]}" -gt 0 ]; then
    echo "== failed"
    printf '  %s\n' "${troubles[@]}"
fi
[ $((passed + failed)) != 0 ] || trouble "no test ran"
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ]
