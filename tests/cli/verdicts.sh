#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# A run must not pass by accident: faults that hit nothing, expectations that
# came true too late, runs that end before they are decided. Each scenario
# here differs from a passing one in one thing.
set -uo pipefail

tool=$(realpath "${OTALAB:-build/otalab}")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
export NO_COLOR=1
failed=0

# Write NAME.yaml: the usual device, and what stdin adds.
scenario() {
    {
        printf '%s\n' "scenario: $1" "title: $1" \
            "limits: {virtual_time: 30s}" "images:" \
            "  factory: {build: app, version: 1.2.0}" \
            "  update: {build: app, version: 1.3.0}" \
            "flash: {slot-a: factory, slot-b: update}"
        cat
    } >"$1.yaml"
}

# verdict NAME CODE [EXPECTED SEEN]: the exit code, and a failure that says so;
# SEEN is how its line begins.
verdict() {
    local name=$1 wanted=$2 expected=${3-} seen=${4-} code=0
    "$tool" run -q "$name.yaml" >out 2>err || code=$?
    if [ $code = "$wanted" ] &&
        { [ -z "$expected" ] ||
            grep -qxF "    expected  $expected" out; } &&
        { [ -z "$seen" ] || grep -qF "    seen      $seen" out; }; then
        echo "ok $name"
    else
        echo "  exit code $code, not $wanted"
        sed 's/^/  /' out err
        echo "not ok $name"
        failed=1
    fi
}

# ---- faults that hit nothing

scenario flash-fail <<'END'
steps:
  - {on: {event: app.ready}, do: [{flash_fail: ignore}, {console: "trial b"}]}
expect: [eventually: {event: boot.attempt}]
END
verdict flash-fail 0

scenario flash-fail-unused <<'END'
steps:
  - {on: {event: app.ready}, do: {flash_fail: ignore}}
expect: [eventually: {running: factory}]
END
verdict flash-fail-unused 1 "a flash operation fails" \
    "none began after this step"

scenario flash-fail-twice <<'END'
steps:
  - {on: {event: app.ready}, do: [{flash_fail: fail}, {flash_fail: fail}]}
expect: [eventually: {running: factory}]
END
verdict flash-fail-twice 2

accelerator() { # NAME STEPS...: a board with an accelerator
    local name=$1
    shift
    {
        echo 'crypto: accelerator'
        echo 'steps:'
        printf '  - %s\n' "$@"
        echo 'expect: [eventually: {running: factory}]'
    } | scenario "$name"
}

fault='{accelerator: {fault: wrong-result}}'
later='{accelerator: {fault: stuck, after: 1000000}}'
accelerator unit-fault "{on: {event: rom.start}, do: $fault}" \
    "{on: {event: boot.start}, do: $fault}"
verdict unit-fault 0

accelerator unit-fault-unused "{on: {event: rom.start}, do: $fault}" \
    "{on: {event: app.ready}, do: $later}"
verdict unit-fault-unused 1 "a result of the accelerator is bad" \
    "none was after this step"

accelerator unit-fault-pending "{on: {event: rom.start}, do: $later}" \
    "{on: {event: boot.start}, do: $fault}"
verdict unit-fault-pending 2
if grep -qF "still has bad results to give" err; then
    echo "ok unit-fault-pending says why"
else
    echo "not ok unit-fault-pending says why"
    failed=1
fi

scenario form <<'END'
steps:
  - {on: {event: app.ready, nth: 1}, do: {console: "trial b"}}
  - {on: {event: flash.program, partition: requests},
     do: {power_cut: {form: bits}}}
expect: [eventually: {running: factory}]
END
verdict form 0

scenario form-idle <<'END'
steps:
  - {on: {event: app.ready}, do: {power_cut: {form: before}}}
expect: [eventually: {running: factory}]
END
verdict form-idle 1 "the cut leaves before" \
    "nothing torn: no flash operation was in flight"

scenario form-unfit <<'END'
steps:
  - {on: {event: app.ready, nth: 1}, do: {console: "trial b"}}
  - {on: {event: flash.program, partition: requests},
     do: {power_cut: {form: erase-mix, done: 0%}}}
expect: [eventually: {running: factory}]
END
verdict form-unfit 1 "the cut leaves erase-mix"

scenario fuse-form-idle <<'END'
steps:
  - {on: {event: app.ready}, do: {power_cut: {fuse_form: weak}}}
expect: [eventually: {running: factory}]
END
verdict fuse-form-idle 1 "the cut leaves weak" \
    "nothing torn: no fuse was being burned"

scenario damage-same <<'END'
steps:
  - {on: {event: app.ready},
     do: {damage: {partition: log, length: 16B, fill: 0xff}}}
expect: [eventually: {running: factory}]
END
verdict damage-same 1 "the damage changes the flash" \
    "the flash already has these bytes"

# The part shows garbage while it is busy: no store of the device's own.
scenario damage-in-flight <<'END'
steps:
  - {on: {event: app.ready, nth: 1}, do: {console: "trial b"}}
  - {on: {event: flash.program, partition: journal},
     do: {damage: {partition: journal, offset: 0x200, length: 16B, fill: 0}}}
expect: [eventually: {running: update, confirmed: true}]
END
verdict damage-in-flight 0

# ---- too late

scenario event-in-time <<'END'
expect: [eventually: {event: app.ready, within: 10s}]
END
verdict event-in-time 0

scenario event-late <<'END'
expect: [eventually: {event: app.ready, within: 10ms}]
END
verdict event-late 1 "app.ready within 10.000 ms"

# No command of the device comes between `within` and the event.
scenario event-just-late <<'END'
expect: [eventually: {event: rom.select, within: 10ms}]
END
verdict event-just-late 1

# The device sleeps past both.
scenario state-late <<'END'
steps:
  - {at: 20s, do: {note: "the last step"}}
expect: [eventually: {running: factory, confirmed: true, within: 5s}]
END
verdict state-late 1

scenario open-at-the-limit <<'END'
expect: [eventually: {running: update}]
END
verdict open-at-the-limit 4 "running update within 30.000 s" \
    "running factory since "

# ---- violations that are asked for

# Makes the update one that stores code into the ROM.
with_rom_code() { sed -i '/^  update:/s/app/rom_code/' "$1.yaml"; }

scenario violation-asked-for <<'END'
steps:
  - {on: {event: app.ready}, do: {console: "trial b"}}
expect: [count: {event: oracle.violation, rule: 2, times: 2}]
END
with_rom_code violation-asked-for
verdict violation-asked-for 0

scenario violation-not-asked-for <<'END'
steps:
  - {on: {event: app.ready}, do: {console: "trial b"}}
expect:
  - count: {event: oracle.violation, rule: 2, what: "not the ROM's", times: 1}
END
with_rom_code violation-not-asked-for
verdict violation-not-asked-for 1 "no rule is broken" \
    "the ROM was changed at 0x219c0000"

scenario violation-missing <<'END'
steps:
  - {on: {event: app.ready}, do: {console: "trial b"}}
expect: [count: {event: oracle.violation, rule: 2, times: 2}]
END
verdict violation-missing 1 "oracle.violation rule=2 2 times" "0 times"

exit $failed
