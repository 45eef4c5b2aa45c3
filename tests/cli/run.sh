#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# `otalab run` as a person uses it: each exit code by a real case, what a
# failed run prints, and that nothing is left behind whatever ends it.
source "$(dirname "$0")/common.bash"

# refused NAME CODE TEXT COMMAND...: that code, nothing on stdout, and one
# line with that text.
refused() {
    local name=$1 wanted=$2 text=$3 code=0
    shift 3
    "$@" >out 2>err || code=$?
    [ $code = "$wanted" ] || echo "  exit code $code, not $wanted"
    test_that "$name" eval '[ $code = "$wanted" ] && [ "$(wc -l <err)" = 1 ] &&
        grep -qF -- "$text" err && [ ! -s out ]'
}

says() { test_that "$1" grep -qE -- "$2" out; }
complains() { test_that "$1" grep -qE -- "$2" err; }

# Processes of the QEMU that these tests use: it has a name of its own.
real=$(command -v "${OTALAB_QEMU:-qemu-system-arm}")
ln -s "$real" "$work/qemu-of-test"
qemu=$work/qemu-of-test

# The tool is given that name too, but only QEMU has -icount.
running() {
    local mine
    mine=$(grep -laF -- "$qemu" /proc/[0-9]*/cmdline 2>/dev/null)
    # shellcheck disable=SC2086
    grep -lazxF -- -icount /dev/null $mine 2>/dev/null
}

# A process that was killed needs a moment to be gone: look again, so often.
soon() {
    local _
    for _ in {1..500}; do
        if "$@"; then return 0; fi
    done
    return 1
}
nothing_runs() { [ -z "$(running)" ]; }
something_runs() { ! nothing_runs; }

# ---- scenarios of our own
base='images: {factory: {build: app, version: 1.2.0}}
flash: {slot-a: factory}'

cat >good.yaml <<END
scenario: good
title: It starts
$base
expect: [{eventually: {event: app.ready}}]
END
cat >bad.yaml <<END
scenario: bad
title: It does not restart by itself
$base
expect:
  - eventually: {event: app.ready}
  - at_end: {resets: 7}
END
cat >late.yaml <<END
scenario: late
title: It would have to be ready twice
limits: {virtual_time: 3s}
$base
expect: [{eventually: {event: app.ready, nth: 2}}]
END
cat >boots.yaml <<END
scenario: boots
title: More restarts than allowed
limits: {resets: 1}
$base
steps:
  - {on: {event: app.ready, nth: 1}, do: {power_cut: {}}}
  - {on: {event: app.ready, nth: 2}, do: {power_cut: {}}}
expect: [{eventually: {event: app.ready, nth: 4}}]
END
cat >long.yaml <<END
scenario: long
title: Eleven days of measuring
limits: {virtual_time: 1000000s}
devicetree: {/product/sample-ms: 1000}
$base
expect: [{eventually: {event: app.ready, nth: 2}}]
END
mkdir empty two
cp good.yaml bad.yaml two/

# ---- exit codes
check "0: passed" 0 "$tool" run good.yaml
says "the story begins with the title" '^It starts$'
says "the story has time, who and what" \
    '^ +0\.[0-9]{6} s  rom      starts after power-on$'
says "the result is one line" \
    '^PASS good  at [0-9]+\.[0-9]+ s, 0 resets, [0-9]+ events, cuts 0/0$'
test_that "a good run leaves nothing" [ ! -e runs ]
check "1: an expectation failed" 1 "$tool" run -q bad.yaml
refused "2: a scenario that is not there" 2 "no.yaml: No such file" \
    "$tool" run no.yaml
check "4: the virtual time is over" 4 "$tool" run -q late.yaml
says "it says so" '^LIMIT late '
says "what was expected by then" 'expected  app.ready nth=2 within 3.000 s'
says "and what there was" 'seen      1 of them by 3.000000 s, the last at [0-9]+\.[0-9]+ s'
check "4: too many restarts" 4 "$tool" run -q boots.yaml
says "which limit" 'no more resets than limits.resets allows'
refused "5: a folder without scenarios" 5 "no scenario" "$tool" run empty
check "the worst of several counts" 1 "$tool" run -q two
says "several are summed up" '^1 passed, 1 failed$'
check "a broken scenario outweighs a failure" 2 "$tool" run -q two no.yaml
says "and counts as failed" '^1 passed, 2 failed$'

# ---- what a failed run prints
fault='power_cut@flash.program,partition=journal,nth=2,done=40%'
note="note@app.ready,nth=1,text=it's 1+1: \$HOME"
check "a fault added makes it fail" 1 "$tool" run -q "$scenarios/boot/ab-good.yaml" \
    --seed 5 --fault "$fault" --fault "$note"
line=$(grep -n 'resets: 2' "$scenarios/boot/ab-good.yaml" | cut -d: -f1)
says "the expectation's file, line and column" \
    "^  $scenarios/boot/ab-good.yaml:$line:[0-9]+$"
says "what was expected" '^    expected  resets = 2$'
says "what was seen" '^    seen      resets = 3$'
says "where the evidence is" '^  evidence runs/ab-good/$'
says "the debugger's line has the faults" \
    "^  debug .* --gdb 3333 --seed 5 --fault '?$fault'? --fault '"
watch=$(sed -n 's/^  watch  *//p' out)
replay=$(sed -n 's/^  replay  *//p' out)
printf '5\n:save-screen watched\n' >keys
check "the watch command opens what was kept" 0 eval "$watch --script keys"
test_that "and shows the expectation that failed" grep -q '^BROKEN.*resets: 2' \
    watched
check "the replay command runs as printed" 1 eval "$replay"
says "and gives the same bits" 'has the digest that the token names'
for file in recording.ndjson changes.bin flash.bin fuses.bin qemu.log token; do
    test_that "evidence has $file" [ -e runs/ab-good/$file ]
done
test_that "the kept token is the printed one" \
    grep -qF -- "$(cat runs/ab-good/token)" <<<"$replay"

mkdir other
grep -v '^allow' "$scenarios/attack/write-flash-raw.yaml" >other/write-flash-raw.yaml
check "a broken rule of the oracle fails a run" 1 "$tool" run -q \
    other/write-flash-raw.yaml
says "it is the oracle that says so" '^  oracle$'
says "with the first wrong event" '^    first wrong event  #[0-9]+$'
check "a fault that never fires fails a run" 1 "$tool" run -q good.yaml \
    --fault 'power_cut@otp.burn,nth=1'
says "it says so" 'seen      it never fired: its event came 0 of 1 times$'
says "and which" "expected  --fault 'power_cut@otp.burn,nth=1' happens"

# ---- bad input
refused "a name with a typing error" 2 "did you mean 'ab-good'?" \
    env -C "$scenarios/.." "$tool" run -q ab-god
refused "a name like none" 2 "no such file, folder or scenario" \
    "$tool" run -q xyzzyxyzzy
ln -s nowhere gone.yaml
refused "a link to nowhere" 2 "gone.yaml: No such file" "$tool" run gone.yaml
rm gone.yaml
printf 'scenario: broken\ntitle: [\n' >broken.yaml
refused "broken YAML has its place" 2 "broken.yaml:3:1: " \
    "$tool" run broken.yaml
sed 's/images:/imagse:/; s/good/typo/' good.yaml >typo.yaml
refused "a mistyped key has its place" 2 "typo.yaml:3:1: " \
    "$tool" run typo.yaml
complains "and a suggestion" "images"
refused "a mistyped option" 2 "did you mean --repeat" "$tool" run --repaet 3 x
refused "a fault without sense" 2 "fault:1:11: " "$tool" run good.yaml \
    --fault "power_cut@flash.erode"
long=$(printf 'x%.0s' {1..200})
refused "a fault too long for a token" 2 "191 characters" "$tool" run -q \
    good.yaml --fault "note@app.ready,nth=1,text=${long:0:120}" \
    --fault "power_cut@1ms,off_for=500ms,form=before,fuse_form=before,\
sram=scrambled,cause=brown-out,done=000000000000000000000000000000000000000000\
0000000000000000000000000000000000000000000000000000000000000000000000000040%"
many=()
for i in {1..17}; do many+=(--fault "note@app.ready,nth=1,text=$i"); done
refused "more faults than a token holds" 2 "room for 16 faults" "$tool" run -q \
    good.yaml "${many[@]}"
refused "a folder without device programs" 3 "build it with 'make'" \
    "$tool" run -q --firmware empty good.yaml

# ---- QEMU
refused "3: no QEMU" 3 "apt-get install qemu-system-arm" \
    env OTALAB_QEMU=/nonexistent "$tool" run -q good.yaml
check "doctor misses it too" 3 env OTALAB_QEMU=/nonexistent "$tool" doctor
says "doctor names the command" 'NO .*apt-get install qemu-system-arm'
check "doctor is content here" 0 "$tool" doctor

cat >old <<'END'
#!/bin/sh
echo "QEMU emulator version 5.2.0 (Debian 1:5.2+dfsg-11+deb11u3)"
END
cat >dead <<END
#!/bin/sh
[ "\$1" != --version ] || exec $qemu --version
echo "no such luck" >&2
exit 1
END
# Its processor time is limited, so it dies in the middle of its work.
cat >dying <<END
#!/bin/bash
ulimit -c 0 -t 1
exec $qemu "\$@"
END
chmod +x old dead dying
refused "3: an old QEMU" 3 "is QEMU 5.2.0, too old: 7.2 or newer is needed" \
    "$tool" run -q --qemu ./old good.yaml
complains "with the command that helps" "apt-get install qemu-system-arm"
refused "3: something else than QEMU" 3 "does not look like QEMU" \
    "$tool" run -q --qemu /bin/echo good.yaml
refused "3: a QEMU that does not start" 3 "no such luck" \
    "$tool" run -q --qemu ./dead good.yaml
check "3: a QEMU that dies half-way" 3 "$tool" run -q --qemu ./dying long.yaml
test_that "it says how, in one line" eval \
    '[ "$(wc -l <err)" = 1 ] && grep -q "was ended by signal" err'
says "the evidence is kept" '^  evidence runs/long/$'
test_that "the recording as far as it goes" \
    grep -q '"event":"app.ready"' runs/long/recording.ndjson
test_that "the flash" [ -s runs/long/flash.bin ]
test_that "a token without a recording's digest" eval \
    'grep -q ^ol1:long@ runs/long/token && ! grep -q rec= runs/long/token'
test_that "and no QEMU" soon nothing_runs

# ---- Ctrl-C and kill
mkfifo story

# Start a run that lasts, and come back when it is under way.
begin_long() {
    env --default-signal=INT "$tool" run -v --qemu "$qemu" "$@" \
        >story 2>err &
    pid=$!
    exec 3<story
    local line
    while read -r line <&3; do
        case $line in *temperature*) return ;; esac
    done
}

end_long() {
    code=0
    cat <&3 >out
    exec 3<&-
    wait $pid || code=$?
}

begin_long --jobs 1 long.yaml good.yaml
test_that "a QEMU runs" something_runs
kill -INT $pid
end_long
test_that "130: Ctrl-C" [ $code = 130 ]
complains "it says how far it came" '^otalab run: interrupted, 1 of 2 '
says "the result is told" '^STOPPED long  at '
test_that "the evidence is kept to its end" eval \
    'tail -n 1 runs/long/recording.ndjson | grep -q "\"interrupted\""'
test_that "and no QEMU runs" soon nothing_runs

begin_long long.yaml
kill -KILL $pid
end_long 2>/dev/null
test_that "kill -9 ends it" [ $code = 137 ]
test_that "kill -9 leaves no QEMU" soon nothing_runs

# A debugger is waited for: nothing moves, so that only the second one helps.
not_caught() {
    local mask
    mask=$(sed -n 's/^SigCgt:.*\(.\)$/\1/p' "/proc/$pid/status") &&
        [ -n "$mask" ] && [ $((0x$mask & 2)) = 0 ]
}
env --default-signal=INT "$tool" run -q --qemu "$qemu" good.yaml \
    --gdb $((20000 + $$ % 10000)) >out 2>err &
pid=$!
test_that "a QEMU waits for the debugger" soon something_runs
kill -INT $pid
test_that "the first Ctrl-C is taken" soon not_caught
kill -INT $pid
code=0
wait $pid 2>/dev/null || code=$?
test_that "130: a second Ctrl-C" [ $code = 130 ]
test_that "it leaves no QEMU either" soon nothing_runs

# ---- full disks
check "stdout on a full disk is an error" 2 bash -c \
    "'$tool' run -q good.yaml >/dev/full"
complains "and says so" 'cannot write the output: No space left on device'
: >file
refused_record() { # NAME TEXT DIR: the run is told, then one line
    local text=$2
    check "$1" 2 "$tool" run -q good.yaml --record "$3"
    test_that "$1: one line" eval \
        '[ "$(wc -l <err)" = 1 ] && grep -qF -- "$text" err'
}
refused_record "a file where a folder should be" "file: Not a directory" file
# The limit on file sizes stands for a full disk. It is set under way, as the
# memory shared with QEMU counts too.
if command -v prlimit >/dev/null; then
    rm -rf runs
    mkdir -p runs/long
    echo old >runs/long/token
    trap '' XFSZ
    begin_long long.yaml
    trap - XFSZ
    prlimit --pid $pid --fsize=1000000:1000000
    kill -INT $pid
    end_long
    complains "a full disk is told" \
        'runs/long/flash.bin: not written: File too large$'
    test_that "nothing half-written is left, nothing old, no folder" \
        [ ! -e runs/long ]
else
    echo "ok a full disk # SKIP no prlimit"
fi

# ---- output
check "--json" 1 "$tool" run --json --record kept good.yaml late.yaml two/bad.yaml
test_that "one object a line and nothing else" eval \
    '[ "$(wc -l <out)" = 3 ] && ! grep -qv "^{\"result\":1,.*}$" out'
says "with the verdict" '"scenario":"good","verdict":"passed",'
says "with the place of a failure" \
    '"file":"two/bad.yaml","line":7,"expected":"resets = 7","seen":"resets = 0"'
if python3 -c '' 2>/dev/null; then
    test_that "it is JSON" python3 -c \
        'import json; [json.loads(line) for line in open("out")]'
    test_that "so is the recording" python3 -c 'import json
[json.loads(line) for line in open("kept/good/recording.ndjson")]'
fi
test_that "--record keeps good runs too" [ -s kept/good/flash.bin ]
check "--repeat" 0 "$tool" run -q --repeat 3 good.yaml
says "the result is told once" '^PASS good '
says "and that they were equal" '^  repeat   3 runs, identical to the bit$'
refused "no run at all" 2 "--repeat 0: must be at least 1" "$tool" run \
    --repeat 0 good.yaml
refused "a run that cannot begin has no story" 3 "apt-get install" \
    "$tool" run --qemu /nonexistent good.yaml
check "--quiet" 0 "$tool" run --quiet good.yaml
test_that "is one line" [ "$(wc -l <out)" = 1 ]
check "--verbose" 0 "$tool" run --verbose good.yaml
says "tells what is left out otherwise" 'flash.lock partition='
check "--color=always" 0 "$tool" run -q --color=always good.yaml
test_that "is coloured" grep -q $'\033\[32mPASS' out
check "--hard-cuts" 0 "$tool" run -q --hard-cuts --record hard \
    "$scenarios/power/power-cut-fuse.yaml"
check "without" 0 "$tool" run -q --record soft \
    "$scenarios/power/power-cut-fuse.yaml"
test_that "give the same recording" cmp hard/power-cut-fuse/recording.ndjson \
    soft/power-cut-fuse/recording.ndjson
test_that "and the same changes" cmp hard/power-cut-fuse/changes.bin \
    soft/power-cut-fuse/changes.bin

# ---- help
for word in --version -V version; do
    check "otalab $word" 0 "$tool" $word
    says "is the version" '^otalab [0-9]+\.[0-9]+\.[0-9]+$'
done
check "the tool alone gives its help" 0 "$tool"
says "with the commands" '^  replay +repeat exactly'
check "so does help" 0 "$tool" help
says "with examples first" '^Examples:$'
check "run --help" 0 "$tool" run --help
says "is led by an example" '^  otalab run scenarios/boot/ab-good.yaml$'
says "has the exit codes" '130'
for word in --seed --fault --record --repeat --verbose --quiet --json \
    --hard-cuts --verify --gdb --firmware --qemu; do
    says "help has $word" "(^|[ ,])$word( |$)"
done

exit $failed
