#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# Checks that the same inputs give the same recording, byte for byte in both of
# its files: in a second run, on a busy machine, without address randomisation,
# with every power cut ending the process, from a host program built by another
# compiler, on another QEMU. Another seed must give another recording.
#
#   tools/determinism.sh BUILD [SCENARIO...]
#
# Prints `ok`, `not ok` or `ok .. # SKIP why` for each way and scenario, and
# ends with `N passed, N failed, N skipped`. The programs of BUILD must exist;
# those of clang are built.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1

build=${1:?usage: tools/determinism.sh BUILD [SCENARIO...]}
shift
scenarios=("$@")
# Torn fuses and flash, a lock-up, a sleep; downloads with a power cut, with
# lost packets, of two devices, on a battery that dies.
[ $# -gt 0 ] || scenarios=(power-cut-fuse reset-in-erase fault-in-fault
    hang-asleep ota-cut-erase ota-bursts ota-two-devices ota-battery-dies)
load_limit=120 # seconds; the busy loops never outlive it
work=$(mktemp -d)
loops=()

end_load() {
    [ ${#loops[@]} = 0 ] || kill "${loops[@]}" 2>/dev/null
    wait "${loops[@]}" 2>/dev/null
    loops=()
}
trap 'end_load; rm -rf "$work"' EXIT

passed=0
failed=0
skipped=0

ok() {
    passed=$((passed + 1))
    echo "ok $1"
}

not_ok() {
    failed=$((failed + 1))
    echo "not ok $1: $2"
}

skip() {
    skipped=$((skipped + 1))
    echo "ok $1 # SKIP $2"
}

# record WAY COMMAND...: run all scenarios, and keep the recordings in a folder
# of that name. $passes says which exit codes are right.
passes=0
record() {
    local way=$1 code=0
    shift
    "$@" run -q --record "$work/$way" "${scenarios[@]}" \
        >"$work/$way.log" 2>&1 || code=$?
    [[ $code =~ ^($passes)$ ]] && return
    not_ok "$way" "exit code $code"
    sed 's/^/    /' "$work/$way.log" | tail -n 20
}

kept() { echo "$work/$1/$2/${3:-recording.ndjson}"; }

# same_file NAME WAY FILE: the file is the same as in the first way.
same_file() {
    [ -s "$(kept first "$1" "$3")" ] &&
        cmp "$(kept first "$1" "$3")" "$(kept "$2" "$1" "$3")"
}

# Every recording of this way is the same as in the first.
same() {
    local way=$1 name
    shift
    record "$way" "$@"
    for name in "${scenarios[@]}"; do
        if same_file "$name" "$way" recording.ndjson &&
            same_file "$name" "$way" changes.bin; then
            ok "$way $name"
        else
            not_ok "$way $name" "another recording"
            diff "$(kept first "$name")" "$(kept "$way" "$name")" |
                sed 's/^/    /' | head -n 6
        fi
    done
}

# The header contains the seed, so the events have to differ as well.
other() {
    local way=$1 name
    shift
    record "$way" "$@"
    for name in "${scenarios[@]}"; do
        if [ ! -s "$(kept "$way" "$name")" ]; then
            not_ok "$way $name" "no recording"
        elif cmp -s <(tail -n +2 "$(kept first "$name")") \
            <(tail -n +2 "$(kept "$way" "$name")"); then
            not_ok "$way $name" "the same events"
        else
            ok "$way $name"
        fi
    done
}

tool=$build/otalab
programs=$build/firmware

record first "$tool"
same again "$tool"

for _ in 1 2; do
    timeout $load_limit bash -c 'while :; do :; done' &
    loops+=($!)
done
same busy "$tool"
end_load

if setarch -R true 2>/dev/null; then
    same no-aslr setarch -R "$tool"
else
    skip no-aslr "this system does not let it be switched off"
fi

# Options go after the command: a wrapper adds them.
with() {
    local command=$1 verb=$2
    shift 2
    "$command" "$verb" "${more[@]}" "$@"
}

more=(--hard-cuts)
same hard-cuts with "$tool"

if ! command -v clang >/dev/null; then
    skip clang "no clang"
elif make --no-print-directory NODEPS=1 CC=clang host >"$work/log" 2>&1; then
    more=(--firmware "$programs")
    same clang with build-clang/otalab
else
    not_ok clang "the host program does not build"
    tail -n 20 "$work/log" | sed 's/^/    /'
fi

if qemu=$(tools/qemu10.sh 2>"$work/log"); then
    more=(--qemu "$qemu")
    same qemu10 with "$tool"
else
    skip qemu10 "$(tail -n 1 "$work/log")"
fi

# Another seed may break an expectation about chance, but not the simulator.
passes='0|1|4'
more=(--seed 20)
other other-seed with "$tool"

echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ] && [ "$passed" != 0 ]
