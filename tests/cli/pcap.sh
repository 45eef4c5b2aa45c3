#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# A recorded run as pcapng, read by Wireshark: every datagram of the recording
# is there, CoAP is decoded, checksums are right, comments say what befell
# which.
# shellcheck source=tests/cli/common.bash
. tests/cli/common.bash

check "runs are recorded" 0 "$tool" run -q --record kept \
    "$scenarios/network/ota-noisy.yaml" \
    "$scenarios/network/ota-corrupt.yaml" \
    "$scenarios/fleet/ota-two-devices.yaml"

# Datagrams that a capture of the folder has to have, of one device.
recorded() {
    grep '"event":"radio\.\|"event":"server.answer"' "$1/recording.ndjson" |
        grep "\"dev\":$2," |
        grep -cv '"event":"server.answer".*"fate":"sent"'
}

check "a folder's packets" 0 "$tool" pcap kept/ota-noisy -o noisy.pcapng
test_that "their number is told" grep -qx \
    "noisy.pcapng: $(recorded kept/ota-noisy 1) packets" out
check "of two devices" 0 "$tool" pcap -q kept/ota-two-devices
test_that "the default is a file in the folder" \
    [ -s kept/ota-two-devices/link.pcapng ]
check "straight from a run" 0 "$tool" run -q ota-noisy --pcap run.pcapng
test_that "gives the same" cmp run.pcapng noisy.pcapng
check "several runs do not fit one file" 2 "$tool" run -q ab-good ota-noisy \
    --pcap two.pcapng
check "nor does a folder without a run" 2 "$tool" pcap .
check "nor a run that was changed" 2 eval \
    'cp -r kept/ota-noisy bad && printf x >>bad/recording.ndjson &&
     "$tool" pcap bad'

if ! command -v tshark >/dev/null; then
    echo "ok Wireshark # SKIP there is no tshark here"
    exit $failed
fi

# shark FILE OPTION...: one line a packet; the order is that of the file.
shark() {
    local file=$1
    shift
    tshark -r "$file" -o ip.check_checksum:TRUE -o udp.check_checksum:TRUE \
        "$@" 2>err
}

fields() {
    local file=$1 field options=()
    shift
    for field in "$@"; do options+=(-e "$field"); done
    shark "$file" -T fields -E separator=, "${options[@]}"
}

count() { shark "$1" -Y "$2" | wc -l; }

test_that "Wireshark reads each as CoAP" \
    [ "$(count noisy.pcapng coap)" = "$(recorded kept/ota-noisy 1)" ]
test_that "and finds nothing wrong" [ "$(count noisy.pcapng \
    '_ws.malformed || ip.checksum.status == "Bad" ||
     udp.checksum.status == "Bad" || _ws.expert.severity == error')" = 0 ]
fields noisy.pcapng frame.time_epoch >times
sed -n 's/.*"t":\([0-9]*\),.*"event":"radio.send".*/\1/p' \
    kept/ota-noisy/recording.ndjson | head -n 1 >first
test_that "times are those of the run, in ns" [ \
    "$(head -n 1 times | tr -d . | sed 's/^0*//')" = "$(cat first)" ]
test_that "in order" eval 'sort -n -c times'
fields noisy.pcapng coap.code coap.opt.uri_path coap.opt.block_number >seen
test_that "method, path and block" grep -qx "1,image,12" seen
test_that "the answer's code" grep -q "^69,.*,12$" seen
test_that "status reports" grep -q "^2,status" seen
lost=$(grep -c '"event":"\(radio.send\|server.answer\)".*"fate":"random"' \
    kept/ota-noisy/recording.ndjson)
test_that "losses are remarked" [ "$lost" -gt 0 ]
test_that "each of them" [ "$(count noisy.pcapng \
    'frame.comment contains "lost: random"')" = "$lost" ]
copies=$(count noisy.pcapng 'frame.comment contains "a copy that"')
test_that "copies, too" [ "$copies" -gt 0 ]
check "answers that a fault has changed" 0 "$tool" pcap kept/ota-corrupt \
    -o spoilt.pcapng
test_that "are remarked as such" [ "$(count spoilt.pcapng \
    'frame.comment contains "fault of the server"')" -gt 0 ]
for device in 1 2; do
    test_that "interface of device $device" [ "$(count \
        kept/ota-two-devices/link.pcapng "frame.interface_name == \"device-$device\"
         && ip.addr == 10.0.0.$device && ip.addr == 10.0.1.1")" = \
        "$(recorded kept/ota-two-devices $device)" ]
done
check "a protected channel" 0 "$tool" run secure-psk --pcap secure.pcapng
test_that "is DTLS on its own port" [ "$(count secure.pcapng \
    'dtls && udp.port == 5684')" -gt 10 ]
test_that "nothing of it is taken for CoAP" [ "$(count secure.pcapng \
    'coap || _ws.malformed')" = 0 ]
exit $failed
