#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# Devices and a server that somebody else wrote, over sockets of the host:
# libcoap's server gets what a twin of the scenario publishes, a device updates
# itself from it, and the run is repeated without it, bit for bit. Loopback
# only.
live=$(realpath tests/data/live)
# shellcheck source=tests/cli/common.bash
. tests/cli/common.bash

server=
pid=
trap '[ -z "$pid" ] || kill "$pid" 2>err; rm -rf "$work"' EXIT

# refused NAME TEXT COMMAND...: exit code 2 and a line with the text.
refused() {
    local name=$1 text=$2
    shift 2
    check "$name" 2 "$@"
    test_that "and says why" grep -qF -- "$text" err
}

# with ADDRESS: the scenario, whose server is there.
with() { sed "s/127.0.0.1:5683/$1/" "$live/live-good.yaml" >live-good.yaml; }

# ---- what needs no server

with 192.0.2.1:5683
refused "another host has to be allowed" "add --network" \
    "$tool" run -q live-good.yaml
with nowhere
refused "an address is one with a port" "write 127.0.0.1:5683" \
    "$tool" check live-good.yaml
cat >step.yaml <<'END'
scenario: step
title: The server cannot change
images: {factory: {build: app, version: 1.2.0}}
flash: {slot-a: factory}
network: {live: "127.0.0.1:5683"}
steps:
  - at: 1s
    do: {network: {live: "127.0.0.1:5684"}}
expect:
  - at_end: {resets: 0}
END
refused "not during a run" "'live' cannot change" "$tool" check step.yaml

# ---- a real one

for name in coap-server-notls coap-server; do
    [ -n "$server" ] || server=$(command -v "$name" || true)
done
client=${server/server/client}
if [ -z "$server" ] || ! command -v "$client" >client_is ||
    ! command -v tshark >shark_is; then
    echo "ok a real server # SKIP coap-server, coap-client or tshark is missing"
    exit $failed
fi

ask() { timeout --kill-after=2 20 "$client" -B 5 "$@" 2>err; }

# The first port from here on at which our server comes up.
start() {
    local tries
    for port in $(seq $((20000 + $$ % 20000)) 41 65000 | head -n 20); do
        timeout --kill-after=2 300 "$server" -A 127.0.0.1 -p "$port" -d 10 \
            >said 2>&1 &
        pid=$!
        for tries in $(seq 20); do
            [ "$(ask -B 1 -m get -o core \
                "coap://127.0.0.1:$port/.well-known/core")" ] || [ -s core ] &&
                return 0
            kill -0 "$pid" 2>err || break
        done
        kill "$pid" 2>err
        wait "$pid"
        pid=
    done
    return 1
}

stop() {
    kill "$pid"
    wait "$pid" 2>err
    pid=
}

if ! start; then
    echo "ok a real server # SKIP it cannot listen on the loopback"
    exit $failed
fi

# What the modelled server would say, as Wireshark reads it.
sed 's/, live: "[^"]*"//; s/^scenario: .*/scenario: twin/' \
    "$live/live-good.yaml" >twin.yaml
cat >>twin.yaml <<'END'
steps:
  - on: {event: app.ready}
    do: {publish: update}
END
check "the twin runs with the modelled server" 0 "$tool" run -q twin.yaml \
    --pcap twin.pcapng
tshark -r twin.pcapng -Y 'coap.code == 69' -T fields \
    -e coap.opt.uri_path_recon -e coap.opt.block_number -e data \
    -e coap.block_payload 2>err |
    awk -F '\t' '!seen[$1, $2]++ {
        print $2 == "" ? $3 : $4 > ("object-" substr($1, 2)) }'
paths=()
for object in object-*; do
    xxd -r -p "$object" >bytes
    path=${object#object-}
    paths+=("$path")
    ask -m put -b 1024 -f bytes "coap://127.0.0.1:$port/$path"
done
printf x >bytes
ask -m put -f bytes "coap://127.0.0.1:$port/status"
test_that "an offer and an image: ${paths[*]}" [ ${#paths[@]} -ge 2 ]

with "127.0.0.1:$port"
check "a device updates itself from libcoap's server" 0 timeout 120 "$tool" \
    run -q --verify --record kept live-good.yaml
test_that "its datagrams came through a socket" [ \
    "$(wc -c <kept/live-good/arrivals.bin)" -gt 65536 ]
check "the packets of that run" 0 "$tool" pcap -q kept/live-good -o live.pcapng
test_that "are those of a CoAP server" [ "$(tshark -r live.pcapng \
    -Y 'coap.code == 69 && coap.opt.block_number && coap.opt.etag' 2>err |
    wc -l)" -ge 64 ]
check "again, and a repetition of it" 0 timeout 120 "$tool" run -q \
    --repeat 2 live-good.yaml
stop

check "without the server it is the same" 0 timeout 120 "$tool" replay -q \
    kept/live-good
test_that "bit for bit" grep -qx \
    "the recording is the same, bit for bit" out
refused "a token alone is not enough" "give the folder" \
    "$tool" replay -q --scenario live-good.yaml "$(cat kept/live-good/token)"
cp -r kept/live-good changed
printf X | dd of=changed/arrivals.bin bs=1 seek=60 conv=notrunc 2>err
refused "what was changed is refused" "arrivals.bin: it was changed" \
    "$tool" replay -q changed

# ---- nobody there

check "a server that is not there is an outage" 1 timeout 120 "$tool" run -q \
    --record none live-good.yaml
test_that "named in a line" grep -q "nobody listens at 127.0.0.1:$port" err
check "that can be repeated" 1 "$tool" replay -q none/live-good
exit $failed
