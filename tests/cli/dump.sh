#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# otalab run --flash: a device begins with the flash of a dump, and what runs
# then is what `otalab inspect` foresees.
source "$(dirname "$0")/common.bash"

# record SCENARIO: its flash and fuses, in kept/SCENARIO.
record() { "$tool" run -q --record kept "$1" >out 2>err; }

# from SCENARIO FLASH: run it from there, with the fuses of the recorded run.
from() { "$tool" run -q "$1" --flash "$2" --fuses "kept/$1/fuses.bin"; }

ends_with() { [ "$(tail -n 1 out)" = "$1" ]; }

# ---- what is foreseen is what runs
# "boots next: slot-b, version 1.3.0, .." becomes "runs slot-b, version 1.3.0".
foreseen() {
    "$tool" inspect "kept/$1" | tail -n 1 |
        sed -n 's/^boots next: \([a-z-]*, version [0-9.]*\),.*/runs \1/p
                s/^boots nothing: .*/runs nothing/p'
}
ran() {
    tail -n 1 out | sed -n 's/^\(runs nothing\):.*/\1/p
                            s/^\(runs [a-z-]*, version [0-9.]*\),.*/\1/p'
}

# boots SCENARIO CODE SENTENCE
boots() {
    test_that "$1: a run ends" record "$1"
    check "$1: its flash is booted" "$2" from "$1" "kept/$1/flash.bin"
    test_that "$1: $3" ends_with "$3"
    test_that "$1: as foreseen" [ "$(ran)" = "$(foreseen "$1")" ]
}
boots ab-good 0 "runs slot-b, version 1.3.0, confirmed"
boots ota-cut-erase 0 "runs slot-b, version 1.3.0, confirmed"
boots power-cut-journal 0 "runs slot-b, version 1.3.0, confirmed"
boots both-slots-damaged 0 "runs recovery, version 1.0.0, confirmed"
boots bootloader-lost 1 "runs nothing: the device has halted"
boots nothing-left 1 "runs nothing: the device has halted"
test_that "no command repeats it by a token" eval \
    'grep -q "^  replay .* run .*/nothing-left.yaml --flash kept/nothing-left/flash.bin --fuses " out &&
     ! grep -q "ol1:" out'

# In the middle of a trial, of which the oracle has seen nothing.
event=$(sed -n 's/^{"n":\([0-9]*\),.*"event":"boot.attempt".*/\1/p' \
    kept/ab-good/recording.ndjson | head -n 1)
check "a dump before the attempt" 0 "$tool" inspect kept/ab-good \
    --at "$event" --dump trial.bin
test_that "boots the trial next" grep -q "^boots next: slot-b, .* on trial" out
check "the device completes the trial" 0 from ab-good trial.bin
test_that "and confirms it" ends_with "runs slot-b, version 1.3.0, confirmed"

# ---- the dump decides, and only the dump
cp kept/ab-good/flash.bin damaged.bin
damage() { # ADDRESS: of the image there, the first sector
    dd if=/dev/zero of=damaged.bin bs=4096 count=1 conv=notrunc \
        seek=$(($1 / 4096)) 2>err
}
damage 0x020000
damage 0x080000
check "both slots damaged" 0 from ab-good damaged.bin
test_that "the recovery image runs" \
    ends_with "runs recovery, version 1.0.0, confirmed"
damage 0x0e0000
check "the recovery image, too" 1 from ab-good damaged.bin
test_that "nothing runs" ends_with "runs nothing: the device has halted"
check "a fault is added" 0 "$tool" run -q ab-good --flash kept/ab-good/flash.bin \
    --fault power_cut@app.ready
test_that "and takes place" grep -q "cuts 1/1" out
check "without QEMU" 0 "$tool" run -q --native ab-good --flash trial.bin
test_that "the same runs" ends_with "runs slot-b, version 1.3.0, confirmed"

# ---- evidence
mkdir runs && cp -r kept/ab-good runs/
before=$(sha256sum runs/ab-good/*)
check "a dump of runs/" 0 "$tool" run -q ab-good --flash runs/ab-good/flash.bin
test_that "is still there, and so is its run" \
    [ "$(sha256sum runs/ab-good/*)" = "$before" ]
check "with a recording" 0 "$tool" run -q --record again --verify --repeat 2 \
    ab-good --flash kept/ab-good/flash.bin
check "that replay refuses" 2 "$tool" replay again/ab-good
test_that "in one line" eval '[ "$(wc -l <err)" = 1 ] &&
    grep -q "began with a dump (.*), which a token cannot hold" err'

# ---- no dump
# refused NAME TEXT OPTION...
refused() {
    check "$1" 2 timeout 20 "$tool" run -q ab-good "${@:3}"
    test_that "$1: one line: $2" eval '[ "$(wc -l <err)" = 1 ]'
    test_that "$1: that says so" grep -qF -- "$2" err
}
head -c 4096 damaged.bin >short.bin
mkfifo fifo
refused "a wrong size" "short.bin: 4096 bytes; the board's flash has 2097152" \
    --flash short.bin
refused "a missing file" "none.bin: No such file" --flash none.bin
refused "a FIFO" "fifo: not a regular file" --flash fifo
refused "fuses that are none" "short.bin: " --flash damaged.bin \
    --fuses short.bin
refused "a FIFO of fuses" "fifo: not a regular file" --flash damaged.bin \
    --fuses fifo
refused "fuses alone" "--fuses needs the --flash" \
    --fuses kept/ab-good/fuses.bin
refused "two scenarios" "--flash needs one scenario, not 2" nothing-left \
    --flash damaged.bin
refused "evidence in the dump's place" "--record would replace it" \
    --record kept --flash kept/ab-good/flash.bin

exit "$failed"
