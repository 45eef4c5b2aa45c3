#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# The order of what happens: a recording's times never go back and its numbers
# have no gap, no device runs ahead of the world or waits for another one, and
# what a CPU shows last is followed by what the scenario says.
# shellcheck source=tests/cli/common.bash
. "$(dirname "$0")/common.bash"

guests=$(dirname "$programs")/tests/guests

# in_order RECORDING: numbers from 1 without gap, times never back, an end.
in_order() {
    awk -F'[:,]' 'NR == 1 { next }
        $2 != n + 1 { print "  number " $2 " after " n; bad = 1 }
        $4 < t { print "  time " $4 " after " t; bad = 1 }
        { n = $2; t = $4; last = $0 }
        END { exit bad || n < 10 || last !~ /"run.end"/ }' "$1"
}

# recorded NAME FILE...: they run, and their recordings are in order.
recorded() {
    local name=$1 file
    shift
    check "$name" 0 "$tool" run -q --firmware "$guests" --record recordings "$@"
    for file; do
        file=$(basename "$file" .yaml)
        test_that "$file: in order" in_order "recordings/$file/recording.ndjson"
    done
}

# ---- with all that can come between

recorded "scenarios with all kinds of events" \
    "$scenarios"/fleet/{ota-two-devices,ota-three-devices}.yaml \
    "$scenarios"/network/{ota-bursts,ota-link-lost}.yaml \
    "$scenarios"/battery/{ota-battery-dies,ota-brown-out-loop}.yaml \
    "$scenarios"/power/{ota-cut-erase,ota-watchdog,reset-in-erase}.yaml \
    "$scenarios"/boot/{hang-asleep,fault-in-fault}.yaml

# ---- one device must not hold up the others

# two NAME STEPS EXPECTATIONS: two devices with the board tests' guest as ROM,
# told by console lines what to do. The second one sleeps and feeds its watchdog
# every 0.9 s.
two() {
    cat >"$1.yaml" <<END
scenario: $1
title: $1
devices: 2
limits: {virtual_time: 60s}
machine: {rom: board_rom.elf}
allow: [brick]
steps:
  - {on: {event: power.on, device: 2}, do: {console: "feed e"}}
$2
expect:
$3
END
}

# The watchdog's second bark resets, and nobody says so: the world has to go
# on to that time before the device does.
two unannounced "
  - {on: {event: power.on, device: 1}, do: {console: 'bite 3e8'}}
  - {at: 3s, do: {note: three}}
  - {at: 5s, device: 1, do: [{note: five}, {console: 'sleep 1'}]}" "
  - eventually: {event: note, text: three, within: 3s}
  - eventually: {event: note, text: five, within: 5s}
  - never: {event: controller.refused, status: 6}
  - count: {event: reset, cause: watchdog, device: 1, times: 1}
  - eventually: {event: reset, cause: watchdog, device: 1, within: 11s}
  - at_end: {boots: 2, device: 1}
  - at_end: {boots: 1, device: 2}"

# Who computes on past the deadline was reset at it.
two past-deadline "
  - {on: {event: power.on, device: 1}, do: {console: 'late 3e8'}}
  - {at: 1200ms, do: {note: later}}" "
  - eventually: {event: note, within: 1200ms}
  - eventually: {event: reset, cause: deadline, device: 1, within: 1100ms}
  - at_end: {boots: 1, device: 2}"

# Asleep for good, with every timer off, and then the plug is pulled: of one.
cat >asleep.yaml <<'END'
scenario: asleep
title: asleep
devices: 2
limits: {virtual_time: 60s}
allow: [brick]
images:
  factory: {build: hang_wfi, version: 1.2.0}
flash: {slot-a: factory}
steps:
  - {on: {event: cpu.asleep, device: 1}, do: {power_cut: {off_for: 1s}}}
expect:
  - eventually: {event: cpu.asleep, device: 1, nth: 2}
  - at_end: {boots: 2, cuts: 1, device: 1}
  - at_end: {boots: 1, cuts: 0, device: 2}
END

recorded "what comes of silence" unannounced.yaml past-deadline.yaml asleep.yaml

# ---- numbers of its own

cat >numbers.yaml <<'END'
scenario: numbers
title: numbers
limits: {virtual_time: 30s}
devicetree: {/agent/poll-ms: 300000}
images:
  factory: {build: app, version: 1.2.0}
flash: {slot-a: factory}
expect: [eventually: {running: factory}]
END
# No file of ours that a signal would leave behind.
check "a devicetree of its own needs no folder" 0 \
    env TMPDIR=/nonexistent "$tool" run -q numbers.yaml

exit $failed
