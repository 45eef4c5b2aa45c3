#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# otalab shrink: of three faults, one matters, in its simplest form.
source "$(dirname "$0")/common.bash"

lost="power_cut@flash.program,partition=requests,nth=1,done=0%"

"$tool" run -q sweep-boot --record runs --fault power_cut@boot.start,nth=1 \
    --fault "$lost,form=prefix,reach=50%" \
    --fault power_cut@boot.start,nth=3 >out 2>err
check "three faults" 0 "$tool" shrink runs/sweep-boot
test_that "one is left, as a cut before the operation" \
    grep -q "faults=$lost,form=before\$" out
test_that "all of it is on one line" [ "$(wc -l <out)" = 1 ]
test_that "each try is shown" grep -q "^1: passes with\|^1: fails with" err
token=$(cat out)
check "the shortest fails again" 4 "$tool" replay -q "$token"
check "it cannot be made shorter" 0 "$tool" shrink -q "$token"
test_that "it stays as it is" [ "$(cat out)" = "$token" ]

"$tool" run -q sweep-boot --record good >out 2>err
check "a run that passes" 2 "$tool" shrink good/sweep-boot
test_that "is said to pass" grep -q "does not fail" err

exit "$failed"
