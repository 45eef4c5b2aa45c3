#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# The calculators: the textbook's figures by default, which ones were assumed,
# the same as JSON, the devicetree's figures, a real download, a real sweep, and
# wrong input.
page=$(realpath docs/estimate.md)
dts=$(realpath firmware/board/otalab.dts)
# shellcheck source=tests/cli/common.bash
. tests/cli/common.bash

says() { test_that "$1" grep -qF -- "$2" out; }
# field NAME: the number in the JSON that was printed last.
field() { sed -n "s/.*\"$1\":\(-\?[0-9]*\)[,}].*/\1/p" out; }
has() { test_that "$1 is $2" [ "$(field "$1")" = "$2" ]; }

# refused NAME TEXT ARGUMENT...: exit code 2, one line with that text.
refused() {
    local name=$1 text=$2 code=0
    shift 2
    "$tool" estimate "$@" >out 2>err || code=$?
    test_that "$name" eval '[ $code = 2 ] && [ "$(wc -l <err)" = 1 ] &&
        grep -qF -- "$text" err && [ ! -s out ]'
}

# ---- the textbook's figures
check "cost" 0 "$tool" estimate cost
says "the beginner's delta" "20 kB instead of 500 kB: 96 % smaller"
says "full images" '60 GB x $0.50 a MB = $30,000 a year'
says "deltas" '6 GB x $0.50 a MB = $3,000 a year'
says "what was assumed, and how to change it" \
    "assumed   --price-per-mb DOLLARS"
check "break-even" 0 "$tool" estimate break-even
says "the first year" '= $18,000'
says "saved in it" 'saved in the first year  $12,000'
says "saved later" 'saved in each later one  $27,000'
says "break-even" '$15,000 / $27,000 a year = 0.56 years: 7 months'
check "fleet" 0 "$tool" estimate fleet
says "the first day" '50,000 x 0.1 % = 50   $10,000'
says "the week" '50 x 4 passes = 200   $40,000'
cp out fleet.txt
check "the same, all given" 0 "$tool" estimate fleet --devices 50000 \
    --cut-rate 0.1% --window 60s --update 4min --service-call 200 --passes 4
test_that "nothing is assumed" eval '! grep -q " assumed  --" out'
test_that "the rest is equal" cmp -s <(sed 's/ given  / assumed/' out) \
    <(sed 's/ assumed/ assumed/' fleet.txt)
check "another seed" 0 "$tool" estimate fleet --seed 2
test_that "gives other rollouts" eval '! cmp -s out fleet.txt'
check "the first one again" 0 "$tool" estimate fleet --seed 1
test_that "gives the same" cmp -s out fleet.txt
check "no rollouts" 0 "$tool" estimate fleet --runs 0
test_that "simulates none" eval '! grep -q simulated out'

# ---- JSON
check "cost as JSON" 0 "$tool" estimate cost --json --devices 20000
has full_cents 6000000
test_that "it names what was assumed" grep -qF \
    '"assumed":["updates-per-year","image","delta","fallback","price-per-mb"]' \
    out
check "break-even as JSON" 0 "$tool" estimate break-even --json
has break_even_months 7
has break_even_years_hundredths 56
check "one that never pays" 0 "$tool" estimate break-even --json --delta 600kB
test_that "says null" grep -qF '"break_even_months":null' out
has later_years_saved_cents -562500
check "as text" 0 "$tool" estimate break-even --delta 600kB
says "it says so" "never: deltas save nothing"
check "one device" 0 "$tool" estimate break-even --devices 1 \
    --engineering 1000000000
says "not in a lifetime" 'a year = over 100 years'
check "fleet as JSON" 0 "$tool" estimate fleet --json
has week_thousandths 200000
has week_cents 4000000
if command -v python3 >/dev/null; then
    for what in cost break-even energy fleet choose; do
        "$tool" estimate $what --json >out
        test_that "$what: it is JSON" python3 -m json.tool out /dev/null
    done
fi

# ---- energy: the devicetree's figures, and a download by the real programs
property() { # NODE NAME
    sed -n "/^ *$1 {/,/};/s/.*\<$2 = <\([0-9]*\)>.*/\1/p" "$dts"
}
check "energy as JSON" 0 "$tool" estimate energy --json
has receive_ns "$(property modem otalab,receive-ms)000000"
has tail_ns "$(property modem otalab,tail-ms)000000"
has block_bytes "$(property agent block-size)"
cat >download.yaml <<'END'
scenario: download
title: An update over a good NB-IoT
limits: {virtual_time: 30min}
images:
  factory: {build: app, version: 1.2.0, size: 128KiB}
  update: {build: app, version: 1.3.0, size: 128KiB}
flash: {slot-a: factory}
network: {kind: nb-iot-good}
steps:
  - on: {event: app.ready}
    do: {publish: update}
expect:
  - eventually: {event: server.status, state: idle, result: success}
END
check "a download" 0 "$tool" run --native -q download.yaml --record run
events=run/download/recording.ndjson
size=$(sed -n 's/.*"agent.download".*"size":\([0-9]*\).*/\1/p' $events)
exchanges=$(grep -c '"radio.send"' $events)
check "its estimate" 0 "$tool" estimate energy --json --image "${size:-0}" \
    --link nb-iot-good
of_full() { sed -n "s/.*\"full\":{[^}]*\"$1\":\([0-9]*\).*/\1/p" out; }
test_that "as many exchanges" [ "$(of_full exchanges)" = "$exchanges" ]
# From the first poll to the last report, without the boots in between.
spent() {
    awk -F'"t":|,' '
        /"agent.poll"/ && !from { from = $3 }
        /"reset.request"/ { down = $3 }
        /"app.start"/ && down { boots += $3 - down; down = 0 }
        /"server.status"/ { to = $3 }
        END { printf "%.0f\n", to - from - boots }
    ' $events
}
near() {
    local real=$1 guess=$2
    echo "  real $real, estimated $guess"
    [ "$real" -gt 0 ] && [ $((guess - real)) -lt $((real / 50)) ] &&
        [ $((real - guess)) -lt $((real / 50)) ]
}
total=$(of_full total_ns)
test_that "the time within 2 %" near "$(spent)" $((${total:-0} - 20000000000))

# ---- figures from a run: the bytes of all datagrams, with 28 of headers each
on_air=$(awk -F'"length":|[,}]' '
    /"radio.(send|receive)"/ { sum += 28; sub(/.*"length":/, ""); sum += $1 }
    END { print sum + 0 }' $events)
check "bytes of a run" 0 "$tool" estimate cost --image-run run/download --json
has image_bytes "$on_air"
test_that "they are not assumed" eval '! grep -q "\"image\"" out'
check "as text" 0 "$tool" estimate break-even --delta-run run/download
says "measured" "measured  --delta-run DIR"
check "a run without a network" 0 "$tool" run --native -q ab-good --record run
refused "has no bytes" "run/ab-good: no datagram in this run" \
    cost --image-run run/ab-good
refused "no run" "nowhere/recording.ndjson" cost --image-run nowhere
refused "a figure and a run" "--image and --image-run: give one of them" \
    cost --image 1MB --image-run run/download

# ---- a window that was measured
sweep=("$tool" sweep --native --jobs 1 --check 0 -q)
boot=$scenarios/sweep/sweep-boot.yaml
check "a sweep without bricks" 0 "${sweep[@]}" "$boot" --json good.json
check "its fleet" 0 "$tool" estimate fleet --sweep good.json --json
has fatal 0
has positions "$(grep -c '"event":' good.json)"
has week_thousandths 0
# Some cuts come before this scenario's steps, which then never happen.
check "a sweep that fails" 1 "${sweep[@]}" "$scenarios/boot/ab-good.yaml" \
    --json bad.json
check "its fleet" 0 "$tool" estimate fleet --sweep bad.json --json
has fatal "$(grep -c '"end":"failed"' bad.json)"
test_that "some bricks" [ "$(field week_thousandths)" -gt 0 ]
fatal=$(field fatal_ns)
total=$(field total_ns)
# 200 devices lose power in four minutes.
check "in four minutes" 0 "$tool" estimate fleet --sweep bad.json \
    --update 4min --json
has cut_thousandths 200000
test_that "the measured part of them" \
    [ "$(field first_day_thousandths)" = $(((200000 * fatal + total / 2) / total)) ]
check "as text" 0 "$tool" estimate fleet --sweep bad.json
says "where the update's time is from" "measured  --sweep FILE"
check "a shard" 0 "${sweep[@]}" "$boot" --shard 1/2 --json part.json
refused "is refused" "part.json: the sweep is not complete; it needs all" \
    fleet --sweep part.json
check "some positions" 0 "${sweep[@]}" "$boot" --ops 1..2 --json some.json
refused "are refused" "some.json: the sweep is not complete; it needs all" \
    fleet --sweep some.json
echo '{}' >none.json
refused "no sweep" "none.json: " fleet --sweep none.json
refused "no file" "nowhere.json: " fleet --sweep nowhere.json

# ---- the decision rule
check "choose" 0 "$tool" estimate choose --size 500KiB --changed 4% \
    --updates 4 --devices 10000 --link cellular
says "it decides" "-> 6 delta    otherwise: deltas"
says "why" "Use deltas, because the data saved pays for the development"
says "what would turn it" "--devices       7,629 or less  (line 'payback')"
says "another link" "--link          wifi  (line 'link')"
check "a fleet that small" 0 "$tool" estimate choose --size 500KiB \
    --changed 4% --updates 4 --devices 7629
says "is decided by that line" "-> 5 payback"
check "at home" 0 "$tool" estimate choose --link wifi --json
test_that "full images" grep -qF '"advice":"full","line":"link"' out

# The table of docs/estimate.md has the rule's lines, in order.
"$tool" estimate choose >out
test_that "the page has the rule" diff \
    <(sed -n 's/^| `\([a-z]*\)` | \([^|]*\) | [a-z]* | .*/\1 \2/p' "$page") \
    <(sed -n 's/^ *\(-> \)\?[1-9] \([a-z]*\) *\(.*\): .*/\2 \3/p' out)

# ---- wrong input
refused "a size without sense" "--image 500kb: must be a size such as 500kB" \
    cost --image 500kb
refused "a share without its sign" "--fallback 6: must be a percentage" \
    cost --fallback 6
refused "another currency" "--price-per-mb 5EUR: must be dollars" \
    cost --price-per-mb 5EUR
refused "a fraction of a cent" "15000.005: finer than a cent" \
    break-even --engineering 15000.005
refused "no image" "must not be 0: --image" cost --image 0
refused "no devices" "must not be 0: --devices" cost --devices 0
refused "no fleet" "must not be 0: --devices" fleet --devices 0
refused "too many" "too large" cost --devices 18446744073709551615
refused "a window longer than the update" "longer than the update" \
    fleet --window 5min
refused "more than all" "more than 100 %" fleet --cut-rate 50%
refused "too long a simulation" "give fewer runs" \
    fleet --devices 1000000000000
refused "too many rollouts" "give fewer runs" fleet --runs 1000001
refused "an empty battery" "must not be 0" energy --battery 0J
refused "an unknown link" "must be one of nb-iot|nb-iot-good|lte-m" \
    energy --link ideal
refused "more than the rule knows" "too large" choose --devices 1000000000001
refused "an unknown option" "did you mean --devices?" cost --device 5
refused "an unknown calculator" "did you mean 'fleet'?" fleat
exit $failed
