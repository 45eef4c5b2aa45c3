#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# otalab sweep --find: a dump that a power cut has left is traced back to that
# cut, without being told which it was.
source "$(dirname "$0")/common.bash"

forms=(before prefix,reach=1% prefix,reach=50% prefix,reach=99% bits
    word-split,reach=50% weak disturb after)
state=7 # of the generator that chooses the cuts

draw() { # below: sets $drawn
    state=$(((state * 1103515245 + 12345) % 2147483648))
    drawn=$((state / 65536 % $1))
}

# A random cut during a program of the journal.
draw_cut() {
    draw 6
    cut="power_cut@flash.program,partition=journal,nth=$((drawn + 1)),done=0%"
    draw ${#forms[@]}
    cut+=",form=${forms[drawn]}"
}

# The flash as the cut left it, in dump.bin.
crash() { # fault
    local event
    rm -rf crash
    "$tool" run -q sweep-boot --record crash --fault pauses@0s --fault "$1" \
        >out 2>err
    event=$(sed -n 's/^{"n":\([0-9]*\),.*"event":"power.cut".*/\1/p' \
        crash/sweep-boot/recording.ndjson | head -n 1)
    "$tool" inspect crash/sweep-boot --at "$event" --dump dump.bin >out 2>err
}

explained() { # fault
    "$tool" sweep sweep-boot --find dump.bin >out 2>err &&
        grep -q "cuts leave exactly this flash" out && grep -qF "+$1" out
}

for i in 1 2 3 4 5 6 7 8 9 10; do
    draw_cut
    crash "$cut"
    test_that "cut $i is found: $cut" explained "$cut"
done

printf '\x01' | dd of=dump.bin bs=1 seek=$((0x1ff000)) conv=notrunc 2>err
check "another byte: none is equal" 1 "$tool" sweep sweep-boot --find dump.bin
test_that "and the sector is named" \
    grep -q "^  0x1ff000 [a-z-]* *1 bytes" out
test_that "with the nearest cut" grep -qF "nth=5,done" out

head -c 4096 dump.bin >short.bin
check "a dump of another size" 2 "$tool" sweep sweep-boot --find short.bin
test_that "says both sizes" grep -q "4096 bytes; .* 2097152" err
check "--dump without --at" 2 "$tool" inspect dump.bin --dump other.bin

exit "$failed"
