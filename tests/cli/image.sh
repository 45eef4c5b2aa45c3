#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# keys, image, provision and inspect as a person uses them: what they print,
# their exit codes, and that bad input leaves nothing behind.
set -uo pipefail

tool=$(realpath "${OTALAB:-build/otalab}")
data=$(realpath tests/data)
board=$(realpath firmware/board/otalab.dts)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
export NO_COLOR=1
failed=0

ok() { echo "ok $1"; }

not_ok() {
    echo "not ok $1"
    failed=1
    [ ! -s err ] || sed 's/^/  stderr: /' err
    [ ! -s out ] || head -n 20 out | sed 's/^/  stdout: /'
}

# check NAME CODE COMMAND...: the exit code.
check() {
    local name=$1 wanted=$2 code=0
    shift 2
    "$@" >out 2>err || code=$?
    if [ $code = "$wanted" ]; then
        ok "$name"
    else
        echo "  exit code $code, not $wanted"
        not_ok "$name"
    fi
}

# refused NAME CODE TEXT COMMAND...: that code and one line with that text.
refused() {
    local name=$1 wanted=$2 text=$3 code=0
    shift 3
    "$@" >out 2>err || code=$?
    if [ $code = "$wanted" ] && [ "$(wc -l <err)" = 1 ] &&
        grep -qF -- "$text" err && [ ! -s out ]; then
        ok "$name"
    else
        echo "  exit code $code (not $wanted), or not one line: $text"
        not_ok "$name"
    fi
}

same() {
    if cmp -s "$2" "$3"; then ok "$1"; else
        diff "$2" "$3" | head -n 20
        not_ok "$1"
    fi
}

says() {
    if grep -qF -- "$2" out; then ok "$1"; else not_ok "$1"; fi
}

# A payload whose vector table fits: stack pointer, reset vector. For the
# bootloader's place one that does not matter.
{
    printf '\000\000\201\041\011\002\200\041'
    tail -c +521 "$data/mcuboot/signed.bin" | head -c 4088
} >payload.bin

# ---- keys
check "keys new" 0 "$tool" keys new root.pem --public root.pub.pem
check "keys show" 0 "$tool" keys show root.pub.pem
says "keys show names the digest" \
    7066d8194554b1e8d10311d3de3b7bf2e91b9bb11fd2ea06108b788bde132138
check "keys show for a devicetree" 0 "$tool" keys show --dts root.pem
digits() { tr -dc '0-9a-f \n' <"$1" | tr -s ' \n' ' '; }
tail -n +2 out >bytes
if digits "$board" | grep -qF -- "$(digits bytes | sed 's/^ //; s/ $//')"; then
    ok "our board's devicetree has that key"
else
    not_ok "our board's devicetree has that key"
fi
cp root.pem before.pem
refused "keys new overwrites nothing" 2 "--force" \
    "$tool" keys new --name wrong root.pem
same "the old key is still there" root.pem before.pem
refused "a key on another curve" 2 "another curve" \
    "$tool" keys show "$data/golden/keys/p384.pem"
refused "an encrypted key" 2 "encrypted" \
    "$tool" image sign -k "$data/golden/keys/encrypted.pem" -v 1.0.0 \
    payload.bin x.img
if openssl version >/dev/null 2>&1; then
    check "openssl reads our private key" 0 openssl pkey -in root.pem -noout
    openssl pkey -in root.pem -pubout -out theirs.pem 2>/dev/null
    same "openssl sees the same public half" theirs.pem root.pub.pem
else
    echo "ok openssl reads our keys # SKIP no openssl"
fi

# ---- image
check "verify an image of the usual tool" 0 "$tool" image verify \
    -k "$data/mcuboot/pub.pem" "$data/mcuboot/signed.bin"
refused "verify with another key" 1 "signed by another key" \
    "$tool" image verify -k root.pem "$data/mcuboot/signed.bin"
check "sign" 0 "$tool" image sign -k root.pem -v 1.2.0 -s 1 -L 0x21800000 \
    payload.bin a.img
check "sign again" 0 "$tool" image sign -k root -v 1.2.0 -s 1 -L 0x21800000 \
    payload.bin again.img
same "equal input gives equal images" a.img again.img
check "verify" 0 "$tool" image verify -k root.pub.pem a.img
check "info" 0 "$tool" image info a.img
says "info names the version" "version       1.2.0"
check "info as JSON" 0 "$tool" image info --json a.img
says "JSON has the counter" '"counter":1'
check "the device would run it" 0 "$tool" image verify -k root --for app a.img
refused "but not as a bootloader" 1 "the device refuses it: bad-header" \
    "$tool" image verify -k root --for boot a.img
refused "the device wants a vector table" 1 "bad-entry" "$tool" image verify \
    -k "$data/mcuboot/pub.pem" --for app "$data/mcuboot/signed-ramload.bin"
check "sign, filled" 0 "$tool" image sign -q -k root -v 1.0.0 --fill 256KiB \
    payload.bin large.img
[ "$(wc -c <large.img)" -gt 262144 ] && ok "256 KiB" || not_ok "256 KiB"

# Each edit makes an image that is not authentic, or that no device runs.
"$tool" image sign --edit list | while read -r edit _; do
    case $edit in truncate) value==100 ;; flip-* | too-large) value==5 ;;
    *) value= ;; esac
    "$tool" image sign -q -k root -v 1.2.0 -s 1 -L 0x21800000 \
        --edit "$edit$value" payload.bin bad.img >out 2>err || not_ok "$edit"
    if "$tool" image verify -k root --for app bad.img >out 2>err; then
        not_ok "edit $edit is noticed"
    else
        ok "edit $edit is noticed"
    fi
done >edits
cat edits
! grep -q '^not ok' edits || failed=1

refused "a mistyped edit" 2 "did you mean 'unsigned'" "$tool" image sign \
    -k root -v 1.0.0 --edit unsinged payload.bin x.img
refused "a mistyped option" 2 "did you mean --version" "$tool" image sign \
    -k root --versoin 1.0.0 payload.bin x.img
refused "a mistyped command" 2 "did you mean 'verify'" "$tool" image verfiy
refused "a bad version" 2 "is not a version" "$tool" image sign -k root -v 1.x \
    payload.bin x.img
refused "a missing input" 2 "nowhere.bin: No such file" "$tool" image sign \
    -k root -v 1.0.0 nowhere.bin x.img
: >empty.bin
refused "the output is the input" 2 "written over an input" "$tool" image \
    sign -k root -v 1.0.0 payload.bin ./payload.bin
refused "the output is the key" 2 "written over an input" "$tool" image \
    sign -k root.pem -v 1.0.0 payload.bin root.pem
same "the key is still there" root.pem before.pem
mkfifo pipe
refused "the output is a pipe" 2 "pipe: not written: it is no regular file" \
    "$tool" image sign -k root -v 1.0.0 payload.bin pipe
[ -p pipe ] && ok "the pipe is still there" || not_ok "the pipe is still there"
refused "an empty payload" 2 "payload is empty" "$tool" image sign -k root \
    -v 1.0.0 empty.bin x.img
refused "a public key cannot sign" 2 "private key" "$tool" image sign \
    -k root.pub.pem -v 1.0.0 payload.bin x.img
[ ! -e x.img ] && ok "nothing was written" || not_ok "nothing was written"
check "a truncated image is said to be" 1 "$tool" image info bad.img
check "help" 0 "$tool" image sign --help
[ "$(sed -n 3p out)" = Examples: ] && ok "help is led by examples" ||
    not_ok "help is led by examples"

# ---- provision and inspect
{ # the same for the bootloader's place
    printf '\000\360\207\041\011\002\207\041'
    tail -c +9 payload.bin
} >boot.bin
"$tool" image sign -q -k root -v 1.0.0 -s 1 -L 0x21870000 boot.bin boot.img
"$tool" image sign -q -k root -v 1.3.0 -s 2 -L 0x21800000 --edit flip-code=9 \
    payload.bin b.img
check "provision" 0 "$tool" provision -b boot.img -a a.img --slot-b b.img \
    -k root --counter 1 --seed 7 --flash flash.bin --fuses device.fuses
check "inspect the new device" 0 "$tool" inspect flash.bin
says "it has slot A" "in force: slot-a, confirmed (sequence 1, 2 copies)"
says "it boots slot A" "boots next: slot-a, version 1.2.0, confirmed"
# A record torn after its magic number, and one copy of the first one lost.
printf 'OTR2' | dd of=flash.bin bs=1 seek=$((0x10100)) conv=notrunc status=none
printf '\0' | dd of=flash.bin bs=1 seek=$((0x11090)) conv=notrunc status=none
check "inspect a worn device" 0 "$tool" inspect flash.bin --fuses device.fuses
same "inspect says what it said" out "$data/golden/inspect.txt"
check "inspect as NDJSON" 0 "$tool" inspect flash.bin --fuses device.fuses \
    --json
same "NDJSON says what it said" out "$data/golden/inspect.ndjson"
check "colour on demand" 0 "$tool" inspect flash.bin --color=always
grep -q $'\033' out && ok "colour is there" || not_ok "colour is there"
refused "a short dump" 2 "too few: a dump of the whole part has 2097152" \
    "$tool" inspect a.img
refused "a fuse file of another size" 2 "a fuse file has 256" \
    "$tool" inspect flash.bin --fuses root.pem
refused "no such dump" 2 "nowhere.bin: No such file" "$tool" inspect \
    nowhere.bin
refused "a raw program in a slot" 2 "otalab image sign" "$tool" provision \
    -b boot.img -a payload.bin -k root --flash x.bin --fuses x.fuses
refused "a counter beyond the fuses" 2 "at most 256" "$tool" provision \
    -b boot.img -a a.img -k root --counter 257 --flash x.bin --fuses x.fuses
refused "an image beyond its partition" 2 "the image for boot-a" "$tool" \
    provision -b large.img -a a.img -k root --flash x.bin --fuses x.fuses
refused "four root keys" 2 "fuses hold only 3" "$tool" provision -b boot.img \
    -a a.img -k root -k root -k root -k root --flash x.bin --fuses x.fuses

refused "one file for flash and fuses" 2 "need two files" "$tool" provision \
    -b boot.img -a a.img -k root --flash x.bin --fuses x.bin
refused "the same by another way" 2 "need two files" "$tool" provision \
    -b boot.img -a a.img -k root --flash x.bin --fuses "$PWD/./x.bin"
refused "a pipe for the fuses" 2 "pipe: not written" "$tool" provision \
    -b boot.img -a a.img -k root --flash x.bin --fuses pipe
refused "an image for the flash" 2 "written over an input" "$tool" provision \
    -b boot.img -a a.img -k root --flash ./a.img --fuses x.fuses
refused "one key twice" 2 "root.pub.pem: the same key as root" "$tool" \
    provision -b boot.img -a a.img -k root -k root.pub.pem --flash x.bin \
    --fuses x.fuses
refused "a slot that the mechanism lacks" 2 "no partition 'slot-b'" "$tool" \
    provision --mechanism recovery -b boot.img -a a.img --slot-b b.img -k root \
    --flash x.bin --fuses x.fuses
check "a device with one slot" 0 "$tool" provision --mechanism unsafe \
    -b boot.img -a a.img -k root --flash one.bin --fuses one.fuses
check "inspect it" 0 "$tool" inspect --mechanism unsafe one.bin
[ "$(grep -c '^ *slot-b\|^ *recovery' out)" = 0 ] && ok "it has no other slot" ||
    not_ok "it has no other slot"
# Each name is the other's with an ending: neither takes part in the other.
check "names that follow from each other" 0 "$tool" provision -b boot.img \
    -a a.img -k root --flash y --fuses y.part
[ "$(wc -c <y) $(wc -c <y.part)" = "2097152 256" ] &&
    ok "each has its own" || not_ok "each has its own"
ln -s y link
check "flash by way of a link" 0 "$tool" provision -b boot.img -a a.img \
    -k root --flash link --fuses y.part
[ -L link ] && ok "the link is still there" || not_ok "the link is still there"
refused "a folder for a dump" 2 "flash-2.bin: No such file" "$tool" inspect \
    --device 2 .

# A full disk, by the limit on file sizes (in KiB): the flash file is cut.
full() { (trap '' XFSZ; ulimit -f 100; exec "$@"); }
refused "a full disk" 2 "not written: File too large" full "$tool" provision \
    -b boot.img -a a.img -k root --flash x.bin --fuses x.fuses
refused "a folder that is not there" 2 "not written" "$tool" provision \
    -b boot.img -a a.img -k root --flash x.bin --fuses no/where/x.fuses
[ -z "$(find . -name 'x.*')" ] && ok "nothing half-written is left" ||
    not_ok "nothing half-written is left"

exit $failed
