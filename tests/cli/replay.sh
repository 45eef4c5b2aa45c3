#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# `otalab replay`: the same again to the bit, and a clear word about whatever
# is no longer the same.
source "$(dirname "$0")/common.bash"

# refused NAME TEXT COMMAND...: exit code 2, nothing on stdout, one line.
refused() {
    local name=$1 text=$2 code=0
    shift 2
    "$@" >out 2>err || code=$?
    [ $code = 2 ] || echo "  exit code $code, not 2"
    test_that "$name" eval '[ $code = 2 ] && [ "$(wc -l <err)" = 1 ] &&
        grep -qF -- "$text" err && [ ! -s out ]'
}

says() { test_that "$1" grep -qE -- "$2" out; }
complains() { test_that "$1" grep -qE -- "$2" err; }
same='^the recording (is the same, bit for bit|has the digest that the token names)$'

# In this folder `scenarios` is ours; the names are looked up there.
mkdir scenarios scenarios/deeper
cp "$scenarios/boot/ab-good.yaml" scenarios/deeper/

# ---- the same again
check "a run is kept" 0 "$tool" run -q ab-good --seed 3 --record kept
token=$(cat kept/ab-good/token)
check "a good run is replayed by its token alone" 0 "$tool" replay -q "$token"
says "to the bit" "$same"
says "with its seed" '^PASS ab-good '
test_that "nothing is said beside" [ ! -s err ]
check "replay tells the story unless told not to" 0 "$tool" replay "$token"
says "line by line" '^ +[0-9.]+ s  boot     slot-b \(1.3.0\) is CONFIRMED$'
check "replay -v" 0 "$tool" replay -v "$token"
says "tells every event" 'flash.program'

cut='power_cut@flash.program,partition=journal,nth=2,done=40%'
check "a run fails by a fault" 1 "$tool" run -q ab-good --fault "$cut" \
    --fault 'bit_flip@app.ready,nth=1,do.partition=recovery,offset=0x100,bit=3'
broken=$(cat runs/ab-good/token)
check "its replay fails alike" 1 "$tool" replay -q "$broken"
says "and is the same to the bit" "$same"
says "with the same failure" '^    seen      resets = 3$'
check "the replay command of the replay works" 1 eval \
    "$(sed -n 's/^  replay  *//p' out)"
says "and gives the same again" "$same"

sed 's/resets: 2/resets: 9/' scenarios/deeper/ab-good.yaml >ab-good.yaml
check "a scenario outside of scenarios/ fails" 1 "$tool" run -q ab-good.yaml
check "its replay command names the file" 1 eval \
    "$(sed -n 's/^  replay  *//p' out)"
says "and gives the same bits" "$same"

sed 's/within: 60s/within: 2s/' scenarios/deeper/ab-good.yaml >scenarios/ab-good.yaml
check "of two scenarios of a name the right one is taken" 0 \
    "$tool" replay -q "$token"
says "the one that the token is for" "$same"
rm scenarios/ab-good.yaml
mkdir ab-good
check "a folder of that name is not in the way" 0 "$tool" replay -q "$token"

# ---- a folder's own recording is compared
check "the folder of a run" 0 "$tool" replay -q kept/ab-good
says "byte for byte" '^the recording is the same, bit for bit$'
printf '\n' >>kept/ab-good/token
check "a line end after the token" 0 "$tool" replay -q kept/ab-good
cp -r kept/ab-good torn && truncate -s 0 torn/recording.ndjson
check "a recording that is gone" 2 "$tool" replay -q torn
complains "is not the token's" 'torn/recording.ndjson: not the recording that'
cp -r kept/ab-good forged
sed -i 's/"slot":"slot-b"/"slot":"slot-a"/' forged/recording.ndjson
sed -i "s/rec=......../rec=$(sha256sum <forged/recording.ndjson | cut -c1-8)/" \
    forged/token
check "6: a recording of something else" 6 "$tool" replay -q forged
complains "the event that differs" 'differ from event [0-9]+ on$'
complains "as it was" '^  was  .*"slot":"slot-a"'
complains "and as it is" '^  is   .*"slot":"slot-b"'

# ---- what is no longer the same
check "6: everything is the same but the recording" 6 "$tool" replay -q \
    "$(sed 's/rec=......../rec=01234567/' <<<"$token")"
complains "it says what is and what was" \
    'the recording has the digest [0-9a-f]{8}, was 01234567$'
test_that "6: nothing claims to be the same" eval '! grep -qE bit.for.bit\|has.the.digest out'

mkdir other
cp "$programs"/* other/ 2>/dev/null
cp other/bad_health.bin other/app.bin
check "another application" 1 "$tool" replay -q --firmware other "$token"
complains "is warned of" 'warning: an image has changed \(.*\): the run may'
test_that "and is no replay that differs" eval '! grep -qE bit.for.bit\|has.the.digest out'
cp "$programs/app.bin" other/
printf '\n' >>other/rom.elf
check "another ROM file" 0 "$tool" replay -q --firmware other "$token"
complains "is warned of too" 'warning: the ROM has changed'
version() { "$1" --version | head -n 1; }
if qemu=$("$OLDPWD/tools/qemu10.sh" --offline 2>/dev/null) &&
    [ "$(version "$qemu")" != \
        "$(version "${OTALAB_QEMU:-qemu-system-arm}")" ]; then
    check "another QEMU" 0 "$tool" replay -q --qemu "$qemu" "$token"
    complains "is warned of as well" 'warning: QEMU has changed \(.*, was '
    says "and gives the same bits all the same" "$same"
else
    echo "ok another QEMU # SKIP no second one in the cache"
fi

echo "# a remark" >>scenarios/deeper/ab-good.yaml
refused "2: the scenario has changed" "deeper/ab-good.yaml has changed: the \
token is for $(sed 's/.*@\(........\).*/\1/' <<<"$token"), the file is " \
    "$tool" replay "$token"
refused "2: so has the file that is named" "ab-good.yaml has changed" \
    "$tool" replay --scenario ab-good.yaml "$token"
refused "2: no scenario in that folder" "no scenario" \
    "$tool" replay --scenario other "$token"
rm -r scenarios/deeper
# Not ab-good: the program has one of its own.
refused "2: the scenario is gone" "was-here: no such file, folder or scenario" \
    "$tool" replay "${token/:ab-good@/:was-here@}"
cp "$scenarios/boot/ab-good.yaml" scenarios/

# ---- tokens from elsewhere
refused "no token" "does not begin with ol1:" "$tool" replay ab-bad
refused "a folder of that name has no evidence" "not an evidence folder" \
    "$tool" replay ab-good
refused "half a token" "is missing" "$tool" replay "${token%:images=*}"
refused "a token with a fault that means nothing" "fault:1:" \
    "$tool" replay "$token:faults=power_cut@flash.erode"
refused "a token that leads out of scenarios/" "SCENARIO@HASH" \
    "$tool" replay "ol1:../x@00000000"
refused "no argument" "otalab replay" "$tool" replay
unended=${token%:rec=*}
check "the token of a run without an end is run" 0 "$tool" replay -q "$unended"
says "without a claim" 'nothing to compare'
check "replay --help" 0 "$tool" replay --help
says "is led by an example" '^  otalab replay '

# ---- a debugger, somewhere within
# gdb_says PACKET: sends it, and takes the acknowledgement and the answer.
gdb_says() {
    local answer="" sum=""
    printf '%s' "$1" >&3
    IFS= read -r -d '#' answer <&3 && IFS= read -r -n 2 sum <&3 &&
        printf '+' >&3
    echo "${answer#+} $sum" >>packets
}
# debugged NAME WHERE EVENT PACKET...: it waits there, and is then detached.
debugged() {
    local name=$1 where=$2 event=$3 code=0 line packet
    local port=$((20000 + ($$ + ++ports) % 10000))
    shift 3
    : >packets >err
    "$tool" replay -q broken --gdb $port --gdb-at "$where" >out 2>fifo &
    local pid=$!
    exec 4<fifo
    while IFS= read -r line <&4 && echo "$line" >>err; do
        [ "$line" != "Ctrl-C ends it." ] || break
    done
    complains "$name: it waits there" \
        "^power-cut-journal waits for a debugger after event $event;"
    complains "and says how to connect one" \
        "^  gdb-multiarch -ex 'target remote :$port' -ex 'add-symbol-file .*/rom.elf' -ex 'add-symbol-file .*/boot.elf'$"
    complains "and what a breakpoint does" "breakpoint does: QEMU.s clock$"
    exec 3<>/dev/tcp/127.0.0.1/$port
    for packet in "$@"; do
        gdb_says "$packet"
    done
    cat <&4 >>err
    exec 3>&- 4<&-
    wait $pid || code=$?
    test_that "and ends" [ $code = "$ends" ]
}
ports=0
mkfifo fifo
check "a run with a power cut" 0 "$tool" run -q --record . power-cut-journal
mv power-cut-journal broken
ends=0
debugged "before the fault" before-fault 31 '$g#67' '$s#73' '$s#73' '$D#44'
says "and is the same to the bit" "$same"
test_that "there were registers" grep -qE '^\$[0-9a-f]{336} ' packets
test_that "and steps" [ "$(grep -c '^\$T05' packets)" = 2 ]
debugged "after the fault" after-fault 33 '$D#44'
says "and is the same to the bit" "$same"
debugged "at an event" 40 40 '$D#44'
says "and is the same to the bit" "$same"
ends=130
debugged "a debugger that kills it" 40 40 '$k#6b'
test_that "is no error" [ "$(wc -l <err)" = 5 ]
refused "no such place" "give start, before-fault, after-fault, or the number" \
    "$tool" replay "$token" --gdb-at middle
refused "no such event" "the run is over at event" \
    "$tool" replay -q broken --gdb-at 4000
check "a run without a fault" 0 "$tool" run -q scenarios/ab-good.yaml --record whole
refused "has none" "no fault happens in this run" \
    "$tool" replay -q whole/ab-good --gdb-at before-fault

exit $failed
