#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# A failure explains itself: what was expected in full, what came nearest, what
# is the cause. Each scenario of tests/data/cases once said too little.
cases=$(realpath tests/data/cases)
# shellcheck source=tests/cli/common.bash
. tests/cli/common.bash

says() { test_that "$1" grep -qE -- "$2" out; }
silent() { test_that "$1" eval "! grep -qE -- '$2' out"; }

# run_case NAME CODE
run_case() { check "$1: exit code $2" "$2" "$tool" run -q "$cases/$1.yaml"; }

# ---- an image that was rolled back
run_case f1 1
says "ends when it cannot come true any more" '^FAIL f1  at [4-6]\.'
says "says what runs, and since when" \
    '^    seen      running old since [0-9]+\.[0-9]{6} s, confirmed$'
says "and why" '^    because   ROLLBACK from slot-b to slot-a: trial-failed, at [0-9]+\.[0-9]{6} s \(#[0-9]+\); a rejected image is not tried again$'

# ---- the whole pattern, and the nearest event
run_case f3 1
says "has the pattern" '^    expected  boot.attempt slot=slot-b 2 times$'
says "and names the first that is too many" '^    first wrong event  #[0-9]+$'
run_case f5 4
says "has the pattern" '^    expected  boot.rollback reason=bad-hash within 120.000 s$'
says "and what came nearest" '^    nearest   #[0-9]+ at [0-9]+\.[0-9]{6} s: ROLLBACK from slot-b to slot-a: trial-failed \(reason is trial-failed, not bad-hash\)$'

# ---- ended in the middle of a boot
run_case f7 1
says "has the expectation" '^    expected  boot.rollback within 2.000 s$'
says "by the same time" '^    seen      none of them by [0-9]+\.[0-9]{6} s$'
silent "and nothing else" '^  oracle$'
sed 's/^scenario: f7/scenario: short/; /^images/i limits: {virtual_time: 1300ms}' \
    "$cases/f7.yaml" | sed '/^expect/,$d' >short.yaml
echo 'expect: [always: {executed: authentic}]' >>short.yaml
check "a limit in the middle of a boot says nothing about it" 0 \
    "$tool" run -q short.yaml

# ---- nothing can happen any more
cat >halted.yaml <<'END'
scenario: halted
title: Both bootloaders are gone, and still it is waited for
images: {old: {build: app, version: 1.0.0}}
flash: {slot-a: old, boot-a: empty, boot-b: empty}
allow: [brick]
expect: [eventually: {event: app.ready}]
END
check "a device that gave up is not waited for" 1 "$tool" run -q halted.yaml
says "the run ends there" '^FAIL halted  at 0\.'

# ---- a cut where nothing is in flight
run_case lc3 1
says "says so" '^    seen      nothing was in flight: power_cut on app.request kind=confirm$'
says "and where to place it" '^    nearest   #[0-9]+ flash.program partition=requests nth=[0-9]+, which ended [0-9.]+ us earlier; place it at that event$'
nth=$(sed -n 's/^    nearest .* nth=\([0-9]*\), which.*/\1/p' out)
sed "s/event: app.request, kind: confirm/event: flash.program, partition: requests, nth: $nth/; s/lc3/torn/" \
    "$cases/lc3.yaml" >torn.yaml
check "which is right" 0 "$tool" run torn.yaml
says "as it tears something" 'CUT for .* in flight is torn: requests, '
run_case lc4 1
says "a form says it too" '^    nearest   #[0-9]+ flash.program partition=requests nth=[0-9]+, which ended '
sed 's/{done: 40%}/{}/; s/lc3/untorn/' "$cases/lc3.yaml" >untorn.yaml
check "without 'done' it may be idle" 0 "$tool" run -q untorn.yaml

# ---- a step that never happens
cat >step.yaml <<'END'
scenario: step
title: A rollback for another reason is waited for
images:
  old: {build: app, version: 1.0.0}
  new: {build: crash_start, version: 1.1.0}
flash: {slot-a: old, slot-b: new}
limits: {virtual_time: 10s}
steps:
  - on: {event: app.ready, nth: 1}
    do: {console: "trial b"}
  - on: {event: boot.rollback, reason: bad-hash}
    do: {note: "there"}
expect: [eventually: {event: app.ready, nth: 2}]
END
check "a step that never happens" 1 "$tool" run -q step.yaml
says "is named" '^    expected  this step happens: note on boot.rollback reason=bad-hash$'
says "with the nearest event" '^    nearest   #[0-9]+ at .*\(reason is trial-failed, not bad-hash\)$'

# ---- all mistakes of a file
check "two: exit code 2" 2 "$tool" check "$cases/two.yaml"
test_that "each is at its place" eval \
    '[ "$(sed "s/.*two.yaml://; s/: .*//" err | tr "\n" " ")" = "4:30 6:17 7:1 " ]'
check "run says how many there are" 2 "$tool" run "$cases/two.yaml"
test_that "after the first" grep -qE "two.yaml:4:30: .* \(2 more: " err
sed '/^expext/,$d; s/1\.0}/1.0.0}/; s/olld/old/; s/two/range/' \
    "$cases/two.yaml" >range.yaml
cat >>range.yaml <<'END'
network: {loss: 110%}
expect: [eventually: {running: new, within: 3min}]
END
check "out of range: exit code 2" 2 "$tool" check range.yaml
test_that "a share has its range" \
    grep -qF ":7:17: '110%' is out of range for 'loss'; give a value from 0% to 100%" err
test_that "'within' has the latest time, at its own place" \
    grep -qF ":8:45: 'within' exceeds the length of the run; use at most 2min" err

# ---- what is not there, or does not fit
check "b_size2: an image larger than its slot" 2 "$tool" check \
    "$cases/b_size2.yaml"
test_that "is found at its place, with what fits" grep -qE \
    "b_size2.yaml:5:43: 'new' has [0-9]+ bytes when it is signed, [0-9]+ more than slot-b holds; 'size' is at most 383KiB there$" err
cp err checked
check "run says the same" 2 "$tool" run -q "$cases/b_size2.yaml"
test_that "word for word" [ "$(sed 's/^otalab run: //' err)" = "$(cat checked)" ]
check "e2hyphen: a program's name misspelt" 2 "$tool" check \
    "$cases/e2hyphen.yaml"
test_that "has a suggestion at its place" grep -qF \
    "e2hyphen.yaml:5:16: no program is called 'crash-start'; did you mean 'crash_start'?" err
check "run has it too" 2 "$tool" run -q "$cases/e2hyphen.yaml"
test_that "with the suggestion" grep -qF "did you mean 'crash_start'?" err
sed 's/crash-start/app, size: 3KiB/; s/e2hyphen/small/' \
    "$cases/e2hyphen.yaml" >small.yaml
check "a size too small for its program" 2 "$tool" check small.yaml
test_that "is at its place" grep -qE \
    "small.yaml:5:27: .*; at least [0-9]+KiB$" err
check "explain build" 0 "$tool" explain build
says "lists the programs" '^    crash_start +Faults before it has done anything$'
mkdir bare
cp "$tool" bare/otalab
check "check without any programs" 2 bare/otalab check "$cases/two.yaml"
test_that "says what it cannot check" grep -q \
    'programs and sizes are not checked$' err

# ---- images of another tool
img() { # WHAT CODE TEXT COMMAND...
    check "$1" "$2" "${@:4}"
    test_that "says so" grep -qE -- "$3" out err
}
img "an encrypted image: info" 1 \
    'encrypted.img: encrypted; this product has no key for it$' \
    "$tool" image info "$cases/imgtool-encrypted.img"
says "and what wraps its key" '^  tlv 0x0032    encryption key, for p-256'
img "an encrypted image: verify" 1 \
    'not authentic: encrypted; this product has no key for it$' \
    "$tool" image verify -k root "$cases/imgtool-encrypted.img"
img "an image signed by RSA: info" 0 \
    '^  note          signed by RSA-2048, which this product does not accept$' \
    "$tool" image info "$cases/imgtool-rsa.img"
img "an image signed by RSA: verify" 1 \
    'not authentic: signed by RSA-2048, which this product does not accept$' \
    "$tool" image verify -k root "$cases/imgtool-rsa.img"
img "a dependency that cannot be met: info" 0 \
    '^  note          it depends on image 1, version 9.9.9 or newer, and this product has no such image$' \
    "$tool" image info "$cases/imgtool-dependency-unmet.img"
img "a dependency that cannot be met: verify" 1 \
    'authentic, but it depends on image 1, version 9.9.9 or newer, and this' \
    "$tool" image verify -k root "$cases/imgtool-dependency-unmet.img"

# ---- letters beyond ASCII
check "utf: a run is kept" 0 "$tool" run --record kept "$cases/utf.yaml"
says "the story has them" 'note     Grüße$'
says "so has its title" '^Café$'
test_that "the recording too" grep -qF '"text":"Grüße"' \
    kept/utf/recording.ndjson
test_that "and the result" grep -qF '"title":"Café"' kept/utf/result.json

exit $failed
