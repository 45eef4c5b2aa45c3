#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# What is kept of a run tells how all was after any event, and a recording that
# is damaged or does not belong together is refused in a line.
reader=$(realpath docs/examples/changes.py)
# shellcheck source=tests/cli/common.bash
. tests/cli/common.bash

# refused NAME TEXT COMMAND...: exit code 2, and one line that has the text.
refused() {
    local name=$1 text=$2 code=0
    shift 2
    "$@" >out 2>err || code=$?
    test_that "$name" eval '[ $code = 2 ] && [ "$(wc -l <err)" = 1 ] &&
        grep -qF -- "$text" err && [ ! -s out ]'
}

check "two runs are kept" 0 "$tool" run -q --verify --record kept \
    "$scenarios/boot/ab-good.yaml" "$scenarios/fleet/ota-two-devices.yaml"
events=$(grep -c '"n":' kept/ab-good/recording.ndjson)

# ---- any event

check "the last event" 0 "$tool" inspect --at "$events" kept/ab-good
tail -n +2 out >last
check "the dumps that were kept" 0 "$tool" inspect kept/ab-good
test_that "look the same" cmp last out
check "before power-on" 0 "$tool" inspect --at 0 kept/ab-good
test_that "says so" grep -qx "Before power-on, of $events events" out
test_that "slot-a would boot" grep -q "^boots next: slot-a" out
confirm=$(sed -n 's/^{"n":\([0-9]*\),.*"event":"boot.confirm".*/\1/p' \
    kept/ab-good/recording.ndjson)
check "the event that tells of the confirmation" 0 "$tool" inspect \
    --at "$confirm" kept/ab-good
test_that "is named" eval \
    'head -n 1 out | grep -q "^After event $confirm of $events, at "'
test_that "slot-b is confirmed" grep -qE \
    "^boots next: slot-b, .*confirmed$" out
done=$(sed -n 's/^{"n":\([0-9]*\),.*"flash.done","partition":"journal".*/\1/p' \
    kept/ab-good/recording.ndjson | head -n 1)
check "the event at the end of a program" 0 "$tool" inspect --at "$done" \
    kept/ab-good
test_that "lists what it has changed" grep -qx \
    '  changed: 128 bytes at 0x010100 (program)' out
check "as JSON" 0 "$tool" inspect --json --at "$confirm" kept/ab-good
test_that "the event comes first" eval \
    'head -n 1 out | grep -q "{\"v\":1,\"type\":\"after\",\"event\":$confirm,"'
check "of a second device" 0 "$tool" inspect --device 2 --at 0 \
    kept/ota-two-devices
refused "there is no third one" "--device 3: the run has 2" \
    "$tool" inspect --device 3 --at 0 kept/ota-two-devices
refused "nor an event after the last" "--at $((events + 1)): the run has $events events" \
    "$tool" inspect --at $((events + 1)) kept/ab-good
refused "a dump has no events" "--at wants the folder of a run" \
    "$tool" inspect --at 1 kept/ab-good/flash.bin

# ---- by another reader

# Written from the format's page alone. same_end FOLDER DEVICE SUFFIX
same_end() {
    python3 "$reader" "kept/$1" "$2" 999999 flash fuses &&
        cmp flash "kept/$1/flash$3.bin" && cmp fuses "kept/$1/fuses$3.bin"
}
test_that "it ends as the run did" same_end ab-good 1 ""
test_that "with several devices: the first" same_end ota-two-devices 1 ""
test_that "and the second" same_end ota-two-devices 2 -2
python3 "$reader" kept/ab-good 1 "$confirm" flash fuses
check "what it has after an event" 0 "$tool" inspect flash --fuses fuses
mv out its
check "is what the tool has" 0 "$tool" inspect --at "$confirm" kept/ab-good
test_that "and shows" cmp its <(tail -n +2 out)

# ---- damage

# copy; the caller changes something; broken NAME MESSAGE.
copy() {
    rm -rf broken
    cp -r kept/ab-good broken
}
broken() { refused "$1" "$2" "$tool" inspect --at 1 broken; }

copy
rm broken/changes.bin
broken "without changes" "changes.bin: No such file"
copy
cp kept/ota-two-devices/changes.bin broken/
broken "changes of another run" "changes.bin belongs to another recording.ndjson"
copy
head -c 2000 kept/ab-good/changes.bin >broken/changes.bin
broken "half of the changes" "changes.bin: truncated: its end is missing"
copy
printf 'x' | dd of=broken/changes.bin bs=1 seek=3000 conv=notrunc status=none
broken "a changed byte" "changes.bin: damaged: its checksum is wrong"
copy
sed -i 's/"boot.confirm"/"boot.confirn"/' broken/recording.ndjson
broken "a changed event" "changes.bin belongs to another recording.ndjson"
copy
: >broken/recording.ndjson
broken "no events" "changes.bin belongs to another recording.ndjson"

exit $failed
