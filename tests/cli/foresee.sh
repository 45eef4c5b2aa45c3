#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# What `otalab inspect` says that boots next is what does boot: on the natively
# compiled bootloader for arbitrary flash contents, and on the real one.
foresee=$(realpath "${OTALAB_BUILD:-build}")/native/foresee
cases=$(realpath tests/data/cases)
# shellcheck source=tests/cli/common.bash
. tests/cli/common.bash

last() { test_that "$1" [ "$(tail -n 1 out)" = "$2" ]; }

check "2,000 random contents, three boots each" 0 "$foresee" 2000
last "are all as foreseen" "2000 cases, 6000 boots, 0 not as foreseen"

# ---- the verdict on a brick
# verdict NAME SENTENCE: what inspect ends with, as text and as JSON.
verdict() {
    check "$1: a run ends" 0 "$tool" run -q --record kept "$cases/$1.yaml"
    check "$1: inspect its folder" 0 "$tool" inspect "kept/$1"
    last "$1: the verdict is the last line" "$2"
    check "$1: the same of the files" 0 "$tool" inspect "kept/$1/flash.bin" \
        --fuses "kept/$1/fuses.bin"
    last "$1: with the same verdict" "$2"
    check "$1: and as JSON" 0 "$tool" inspect --json "kept/$1"
    test_that "$1: in a line of its own" grep -qF \
        '{"v":1,"type":"verdict","boots":null,' <(tail -n 1 out)
    test_that "$1: in the same words" grep -qF "\"text\":\"$2\"}" \
        <(tail -n 1 out)
}
for name in k1 k2 k3; do
    sed 's/^steps/allow: [brick]\nsteps/' "$cases/$name.yaml" >$name.yaml
done
cases=$PWD
verdict k1 "boots nothing: the bootloader refuses slot-a (bad-hash), slot-b (bad-hash) and recovery (empty)"
verdict k2 "boots nothing: the ROM refuses boot-a (bad-hash) and boot-b (bad-hash)"
verdict k3 "boots nothing: the bootloader refuses slot-a (bad-hash), slot-b (bad-signature) and recovery (empty)"
check "k3: what is forged" 0 "$tool" inspect kept/k3
test_that "k3: is named at its slot, in words" eval \
    'grep -qE "^  slot-b +0x080000 .* bad-signature$" out &&
     grep -qx "  slot-b: the signature does not verify: the image is forged" out'
head -c 2097152 /dev/zero | tr '\0' '\377' >erased.bin
check "an erased part" 0 "$tool" inspect erased.bin
last "boots nothing" "boots nothing: the ROM refuses boot-a (empty) and boot-b (empty)"

# ---- of a device with one slot: the folder of a run says so, a dump does not
check "a brick with one slot" 0 "$tool" run -q --record kept unsafe-cut-flash
check "inspect its folder" 0 "$tool" inspect kept/unsafe-cut-flash
last "only one slot is refused" "boots nothing: the bootloader refuses slot-a (bad-hash)"
check "inspect its dump" 0 "$tool" inspect --mechanism unsafe \
    kept/unsafe-cut-flash/flash.bin
last "the same is said of it" "boots nothing: the bootloader refuses slot-a (bad-hash)"
check "a cut while recovery fetches" 0 "$tool" run -q --record kept \
    recovery-cut-flash
at=$(sed -n 's/^{"n":\([0-9]*\).*"event":"power.cut".*/\1/p' \
    kept/recovery-cut-flash/recording.ndjson | head -1)
check "inspect it after the cut" 0 "$tool" inspect --at "$at" \
    kept/recovery-cut-flash
last "recovery boots" "boots next: recovery, version 1.0.0, confirmed"

# ---- and on what goes on: stopped where a trial was asked for
cat >asked.yaml <<'END'
scenario: asked
title: It stops when a trial has been asked for
images:
  old: {build: app, version: 1.2.0}
  new: {build: app, version: 1.3.0}
flash: {slot-a: old, slot-b: new}
steps:
  - on: {event: app.ready}
    do: {console: "trial b"}
  - on: {event: reset.request}
    do: {stop: {}}
expect: [always: {executed: authentic}]
END
check "a run that stops before the trial" 0 "$tool" run -q --record kept \
    asked.yaml
check "inspect it" 0 "$tool" inspect kept/asked
last "the trial is foreseen, and why" "boots next: slot-b, version 1.3.0, on trial, 2 attempts left after it: a request asks to try slot-b"
check "without fuses" 0 "$tool" inspect kept/asked/flash.bin
last "the same" "boots next: slot-b, version 1.3.0, on trial, 2 attempts left after it: a request asks to try slot-b"
test_that "but it says what is not known" grep -q '^no fuses given: ' out

# The fuses say more than the image: its counter is too low for them.
sed 's/^flash/fuses: {counter: 1}\nflash/; s/1.2.0/1.2.0, counter: 1/; s/: asked/: counted/' \
    asked.yaml >counted.yaml
check "with a counter in the fuses" 0 "$tool" run -q --record kept counted.yaml
check "inspect it" 0 "$tool" inspect kept/counted
last "the trial will be refused" "boots next: slot-a, version 1.2.0, confirmed: a request asks to try slot-b, slot-b is refused (counter-low)"
test_that "as its slot says" grep -qE '^  slot-b .* counter-low$' out

# ---- dumps of another size, and no dump
refused() { # NAME TEXT COMMAND...
    check "$1" 2 "${@:3}"
    test_that "it says so in one line" eval \
        '[ "$(wc -l <err)" = 1 ] && [ ! -s out ]'
    complains "$2"
}
complains() { test_that "namely: $1" grep -qF -- "$1" err; }
head -c 1048576 kept/asked/flash.bin >half.bin
refused "half a dump" "1048576 bytes, 1048576 too few: a dump of the whole part has 2097152" \
    "$tool" inspect half.bin
cat kept/asked/flash.bin kept/asked/flash.bin >double.bin
refused "two dumps in one" "4194304 bytes, 2097152 too many: a dump of the whole part has 2097152" \
    "$tool" inspect double.bin
mkdir empty
refused "a folder without a dump" "empty/flash.bin: No such file" \
    "$tool" inspect empty
check "a second device" 0 "$tool" run -q --record kept \
    "$scenarios/fleet/ota-two-devices.yaml"
check "of a folder" 0 "$tool" inspect --device 2 kept/ota-two-devices
test_that "has a verdict of its own" eval \
    'tail -n 1 out | grep -q "^boots next: slot-"'
refused "there is no third one" "flash-3.bin: No such file" \
    "$tool" inspect --device 3 kept/ota-two-devices

exit $failed
