#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# The native machine against QEMU: every scenario that needs only programs that
# are linked in must pass natively, and leave the same bytes in flash and fuses as
# with QEMU. What may differ, and why, is in tests/data/native.txt; a line that
# is no longer true is a failure, too. By default a sixth of the scenarios runs
# with QEMU, too; NATIVE_ALL=1: all of them.
# shellcheck source=tests/cli/common.bash
. "$(dirname "$0")/common.bash"

native=$tool-native
exceptions=$(dirname "$scenarios")/tests/data/native.txt
part=${NATIVE_ALL:+1/1}
part=${part:-1/6}

# verdicts FILE: "NAME VERDICT" of each scenario in the NDJSON results.
verdicts() {
    sed -n 's/.*"scenario":"\([^"]*\)","verdict":"\([^"]*\)".*/\1 \2/p' "$1" |
        sort
}

excepted() { # name what
    grep -q "^$1 $2 |" "$exceptions"
}

# ---- every scenario, natively

"$native" run --json --record native "$scenarios" >all 2>err
verdicts all >verdicts
test_that "there are scenarios that run natively" \
    [ "$(grep -c ' passed$' verdicts)" -gt 100 ]

grep -E '"error":"(the program entered at|native programs have fixed)' all |
    verdicts /dev/stdin | cut -d' ' -f1 >refused

judged() {
    local name verdict bad=0
    while read -r name verdict; do
        if [ "$verdict" = passed ]; then
            ! excepted "$name" refused || { echo "  $name runs"; bad=1; }
        elif ! grep -qx "$name" refused || ! excepted "$name" refused; then
            echo "  $name: $verdict"
            bad=1
        fi
    done <verdicts
    return $bad
}
test_that "each passes, or is known to need another program" judged

# ---- the same, with QEMU

"$tool" run --json --shard "$part" --record qemu "$scenarios" >some 2>err

# agree FILE EXCEPTION: that file of each scenario is the same.
agree() {
    local file=$1 name verdict bad=0 seen=0
    while read -r name verdict; do
        excepted "$name" refused && continue
        seen=$((seen + 1))
        if cmp -s "native/$name/$file" "qemu/$name/$file"; then
            ! excepted "$name" "$file" || { echo "  $name agrees"; bad=1; }
        else
            excepted "$name" "$file" || { echo "  $name: $file"; bad=1; }
        fi
    done < <(verdicts some)
    echo "# $seen compared"
    [ $bad = 0 ] && [ $seen -gt 15 ]
}
test_that "flash is the same at the end" agree flash.bin
test_that "fuses are the same at the end" agree fuses.bin

# ---- what it says

check "a program that is not linked in is refused" 2 "$native" run -q \
    --firmware "$programs" "$scenarios/attack/write-flash-raw.yaml"
check "several devices are refused" 2 "$native" run -q \
    "$scenarios/fleet/ota-two-devices.yaml"
test_that "in words" grep -q 'only one device can run; use QEMU' err
check "so is a debugger" 2 "$native" run -q --gdb 3333 \
    "$scenarios/boot/ab-good.yaml"
check "run --native is that tool" 0 "$tool" run -q --native --record handed \
    "$scenarios/boot/ab-good.yaml"
test_that "it names its machine" grep -q ':qemu=native:' handed/ab-good/token
check "what is remembered changes nothing" 0 "$native" run -q --repeat 2 \
    "$scenarios/update/ota-good.yaml"
check "a native run is replayed" 0 "$native" replay -q handed/ab-good
check "also by the tool that has QEMU" 0 "$tool" replay -q handed/ab-good
check "a run with QEMU is kept" 0 "$tool" run -q --record qemus \
    "$scenarios/boot/ab-good.yaml"
check "it is not replayed natively" 2 "$native" replay -q qemus/ab-good
test_that "which says so" grep -q 'a native machine cannot repeat' err
exit $failed
