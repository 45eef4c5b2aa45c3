#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# Our CoAP against libcoap's: its reader against our codec, the device's client
# against its server, and its client against our update server, both through
# the model of a lossy link. Loopback only; libcoap's client waits 2 to 3 s
# before it repeats what was lost, so its seeds are ones with few losses, of
# requests and of answers. Its server has our clock and any number of them.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 1

build=$(realpath "${OTALAB_BUILD:-build}")
bridge=$build/tests/coap/bridge
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0
client=
for name in coap-client-notls coap-client; do
    [ -n "$client" ] || client=$(command -v "$name" || true)
done

# Exit code and what must be found in a file: `result NAME CODE FILE TEXT...`.
result() {
    local name=$1 code=$2 file=$3 text
    shift 3
    for text in "$@"; do
        grep -qE -- "$text" "$file" || { code=1; echo "  no line: $text"; }
    done
    if [ "$code" = 0 ]; then
        echo "ok $name"
    else
        echo "not ok $name"
        failed=1
        tail -n 20 "$file" | sed 's/^/  /'
    fi
}

# start SEED LOSS COPIES REORDER: the bridge, chances in ppm, and its port.
start() {
    coproc server { exec "$bridge" "$work/image" "$@" 2>&1; }
    exec {bridge_says}<&"${server[0]}"
    bridge_pid=$server_PID
    read -r -t 20 port <&"$bridge_says" || port=none
}

# Ends the bridge, whose exit code is returned; its counts: $work/counts.
finish() {
    exec {server[1]}>&-
    timeout 20 cat <&"$bridge_says" >"$work/counts"
    exec {bridge_says}<&-
    wait "$bridge_pid"
}

# ask SECONDS PATH OPTION...: libcoap's client.
ask() {
    local seconds=$1 path=$2
    shift 2
    timeout --kill-after=2 "$((seconds + 10))" "$client" -v 5 -B "$seconds" "$@" \
        "coap://127.0.0.1:$port/$path" >"$work/said" 2>&1
}

# libcoap 4.3.1's client writes a block again when a copy of it comes late: of
# equal pieces of 1024 bytes the first one counts.
without_copies() {
    local piece
    rm -rf "$work/pieces"
    mkdir "$work/pieces"
    split -a 4 -b 1024 "$work/got" "$work/pieces/"
    for piece in "$work"/pieces/*; do
        echo "$(cksum <"$piece") $piece"
    done | awk '!seen[$1, $2]++ { print $3 }' | xargs cat
}

# fetch NAME BLOCK SEED LOSS COPIES REORDER TEXT...: the image block-wise, then
# what must be among the bridge's counts.
fetch() {
    local name=$1 block=$2 copies=$5 code=0
    shift 2
    start "$1" "$2" "$3" "$4"
    shift 4
    rm -f "$work/got"
    ask 60 image -b "$block" -o "$work/got" || code=1
    finish || code=1
    [ "$copies" = 0 ] || { without_copies >"$work/once" &&
        mv "$work/once" "$work/got"; }
    cmp "$work/got" "$work/image" || code=1
    result "$name" $code "$work/counts" "malformed 0" "refused 0" \
        "content 50001" "$@"
}

# The same 50,001 bytes each time, none like its neighbours.
awk 'BEGIN { for (i = 0; length(s) < 50001; i++) s = s i " "
             printf "%s", substr(s, 1, 50001) }' >"$work/image"

code=0
"$build/tests/coap/agree" 1 20000 >"$work/agree" 2>&1 || code=1
result "both codecs read the same" $code "$work/agree" "whole: .* 0 differ" \
    "damaged: .* 0 differ"

# served NAME SEEDS LOSS COPIES REORDER SZX TEXT...: the device's client gets
# all from libcoap's server; what must be among the counts of all seeds.
served() {
    local name=$1 seeds=$2 loss=$3 copies=$4 reorder=$5 szx=$6 code=0 seed
    shift 6
    for seed in $(seq "$seeds"); do
        timeout 60 "$build/tests/coap/fetch" "$work/image" "$seed" "$loss" \
            "$copies" "$reorder" "$szx" || { code=1; echo "seed $seed"; }
    done >"$work/served" 2>&1
    result "$name" $code "$work/served" "$@"
}

served "libcoap's server" 1 0 0 0 6 "up.offered 73" "down.offered 73" \
    "resent 0" "separate 10" "replies 10" "reports 1"
served "in blocks of 64 bytes" 1 0 0 0 2 "up.offered 806" "resent 0"
served "it over 40 bad links" 40 100000 100000 100000 6 "up.lost 1" \
    "down.lost 1" "up.copies 1" "(up|down).reordered [1-9]" "separate 1[1-9]"

if [ -z "$client" ]; then
    echo "ok libcoap's client # SKIP there is no coap-client here"
    exit $failed
fi

fetch "an image of 50,001 bytes" 1024 1 0 0 0 "up.offered 49" "duplicates 0"
fetch "in blocks of 128 bytes" 128 1 0 0 0 "up.offered 391" "duplicates 0"
fetch "with loss and reordering" 1024 1 30000 0 10000 "up.lost [1-9]" \
    "down.lost [1-9]" "(up|down).reordered [1-9]" "^duplicates [1-9]"
fetch "with late copies" 1024 1 0 200000 0 "up.copies [1-9]" \
    "down.copies [1-9]" "^duplicates [1-9]"

start 1 0 0 0
code=0
ask 10 nothing
grep -q '4\.04' "$work/said" || code=1
ask 10 image -m put -e x
grep -q '4\.05' "$work/said" || code=1
ask 10 image -O 9,x
grep -q '4\.02' "$work/said" || code=1
ask 10 image -b 49,1024
grep -q '4\.00' "$work/said" || code=1
result "what is refused is understood" $code "$work/said"

code=0
ask 10 status -m post -e 'state=3&result=1' || code=1
ask 10 status -m post -b 16 -e 'a longer one: state=0&result=5' || code=1
ask 10 status -m post -N -e 'not confirmable' || code=1
ask 10 descriptor -o "$work/got" || code=1
[ "$(cat "$work/got")" = "a descriptor" ] || code=1
finish || code=1
result "a descriptor read, reports taken" $code "$work/counts" \
    "^report state=3&result=1" "^report a longer one: state=0&result=5" \
    "^report not confirmable" "refused 4" "malformed 0"
exit $failed
