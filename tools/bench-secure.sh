#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# What a daily poll costs over a protected channel: datagrams and bytes both ways
# of the handshake and in all, for a week of polls, by how much of the channel is
# kept between them. Prints the table of docs/secure.md; asserts nothing.
#
#   tools/bench-secure.sh [BUILD]
set -euo pipefail
cd "$(dirname "$0")/.."
build=${1:-build}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

scenario() { # mode connection-ms session-ms
    cat <<YAML
scenario: bench-$1
title: A week of daily polls
seed: 5
limits: {virtual_time: 170h}
security: $1
images:
  factory: {build: app-secure, version: 1.0.0}
flash: {slot-a: factory}
network: {kind: nb-iot-good}
devicetree:
  /agent/poll-ms: 86400000
  /agent/poll-jitter-percent: 0
  /product/sample-ms: 86400000
  /channel/connection-ms: $2
  /channel/session-ms: $3
steps:
  - {at: 1s, do: {publish: factory}}
expect:
  - always: {executed: authentic}
YAML
}

# Sums over the events of the days after the first.
sums() { # recording
    awk -v day=80000000000000 '
        function number(key) {
            if (!match($0, "\"" key "\":[0-9]+")) { return 0 }
            return substr($0, RSTART + length(key) + 3, RLENGTH - length(key) - 3) + 0
        }
        number("t") < day { next }
        /"agent.poll"/ { polls++ }
        /"channel.open"/ { shakes++; flights += number("datagrams"); bytes += number("bytes") }
        /"radio.send"|"radio.receive"/ { all++; sum += number("length") }
        END { if (polls)
            printf "%.1f | %.1f | %d | %.1f | %d", shakes / polls,
                flights / polls, bytes / polls, all / polls, sum / polls }' "$1"
}

echo "| | handshakes | datagrams of them | bytes of them | datagrams in all | bytes in all |"
echo "| --- | --- | --- | --- | --- | --- |"
for mode in psk x509; do
    for kept in "full handshake:1000:0" "resumed:1000:4294967295" \
        "connection id:4294967295:4294967295"; do
        IFS=: read -r name connection session <<<"$kept"
        scenario "$mode" "$connection" "$session" >"$work/bench-$mode.yaml"
        "$build/otalab" run -q "$work/bench-$mode.yaml" --record "$work/run" \
            >"$work/log" 2>&1 || { cat "$work/log" >&2; exit 1; }
        echo "| $mode, $name | $(sums "$(find "$work/run" -name recording.ndjson)") |"
        rm -rf "$work/run"
    done
done
