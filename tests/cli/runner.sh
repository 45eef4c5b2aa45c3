#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# Many scenarios at once: which are run, in what order they are told, what a
# dying worker or Ctrl-C leaves, and the reports for other programs.
source "$(dirname "$0")/common.bash"

says() { test_that "$1" grep -qE -- "$2" out; }
complains() { test_that "$1" grep -qE -- "$2" err; }
lines() { [ "$(wc -l <"$1")" = "$2" ]; }

# refused NAME CODE TEXT COMMAND...: that code, nothing on stdout, and one
# line with that text.
refused() {
    local name=$1 wanted=$2 text=$3 code=0
    shift 3
    "$@" >out 2>err || code=$?
    [ $code = "$wanted" ] || echo "  exit code $code, not $wanted"
    test_that "$name" eval '[ $code = "$wanted" ] && lines err 1 &&
        grep -qF -- "$text" err && [ ! -s out ]'
}

# Whatever the surroundings say, these tests say it themselves.
unset GITHUB_ACTIONS GITHUB_STEP_SUMMARY GITHUB_WORKSPACE
unset CI_NODE_INDEX CI_NODE_TOTAL CIRCLE_NODE_INDEX CIRCLE_NODE_TOTAL
unset BUILDKITE_PARALLEL_JOB BUILDKITE_PARALLEL_JOB_COUNT

# Processes of the QEMU that these tests use: it has a name of its own.
real=$(command -v "${OTALAB_QEMU:-qemu-system-arm}")
ln -s "$real" "$work/qemu-of-test"
qemu=$work/qemu-of-test

# The tool is given that name too, but only QEMU has -icount.
machines() {
    local mine
    mine=$(grep -laF -- "$qemu" /proc/[0-9]*/cmdline 2>/dev/null)
    # shellcheck disable=SC2086
    grep -lazxF -- -icount /dev/null $mine 2>/dev/null
}
run_now() { [ "$(machines | wc -l)" = "$1" ]; }

# Another process needs a moment: look again, so often.
soon() {
    local _
    for _ in {1..2000}; do
        if "$@"; then return 0; fi
    done
    return 1
}

# The worker processes of $pid.
workers() { cat "/proc/$pid/task/$pid/children" 2>/dev/null; }
gone() { [ ! -e "/proc/$1" ] || grep -q '^State:	Z' "/proc/$1/status"; }

# ---- scenarios of our own
base='images: {factory: {build: app, version: 1.2.0}}
flash: {slot-a: factory}'
mkdir -p all/more
scenario() { # FILE NAME TITLE, and the rest on stdin
    {
        printf 'scenario: %s\ntitle: %s\n%s\n' "$2" "$3" "$base"
        cat
    } >"$1"
}
ready='expect: [{eventually: {event: app.ready}}]'
scenario all/b-bad.yaml b-bad "It restarts seven times" <<'END'
expect:
  - eventually: {event: app.ready}
  - at_end: {resets: 7}
END
scenario all/a-good.yaml a-good "It starts" <<<"$ready"
scenario all/c-late.yaml c-late "It is ready twice" <<'END'
limits: {virtual_time: 3s}
expect: [{eventually: {event: app.ready, nth: 2}}]
END
printf 'scenario: d-broken\ntitle: [\n' >all/d-broken.yaml
scenario all/e-good.yaml e-good "Another start, 100% < \"good\" & über" \
    <<<"$ready"
scenario all/more/a-good.yaml a-good "It starts, again" <<<"$ready"
for name in long long-too; do
    scenario $name.yaml $name "Eleven days of measuring" <<'END'
limits: {virtual_time: 1000000s}
expect: [{eventually: {event: app.ready, nth: 2}}]
END
done

# ---- the same for any number of jobs
for how in --story "" --json --tap; do
    # shellcheck disable=SC2086
    check "one job, told '$how'" 2 "$tool" run $how --jobs 1 --record kept1 all
    mv out one && mv err one.err
    # shellcheck disable=SC2086
    check "four jobs, told '$how'" 2 "$tool" run $how --jobs 4 --record kept4 all
    sed 's/kept4/kept1/g' out >four
    test_that "tell the same on stdout" cmp one four
    test_that "and on stderr" cmp one.err err
done
test_that "and keep the same evidence" diff -rx result.json kept1 kept4
test_that "with the same results" diff \
    <(cat kept1/*/result.json) <(sed s/kept4/kept1/g kept4/*/result.json)

check "without --jobs" 2 "$tool" run all
says "the order is that of the list" '^PASS a-good '
test_that "all are told in it" [ "$(grep -oE '^(PASS|FAIL|LIMIT) [a-z-]*' out |
    tr '\n' ' ')" = \
    "PASS a-good FAIL b-bad LIMIT c-late PASS e-good PASS a-good " ]
says "they are summed up" '^3 passed, 3 failed$'
test_that "at the end, after those that did not pass" \
    [ "$(tail -n 4 out | awk '{ printf "%s %s|", $1, $2 }')" = \
    "FAIL b-bad|LIMIT c-late|ERROR d-broken|3 passed,|" ]
says "each with its place and what was seen" \
    '^  FAIL    b-bad  all/b-bad.yaml:7: expected resets = 7, seen resets = 0$'
test_that "no story is told" eval '! grep -q " rom  " out'
check "--story tells all" 2 "$tool" run --story all
test_that "each after an empty line" [ "$(grep -c '^$' out)" = 5 ]
complains "and the broken one has its place" '^otalab run: all/d-broken.yaml:3:'
refused "no job at all" 2 "must be from 1 to" "$tool" run --jobs 0 all
refused "too many jobs" 2 "must be from 1 to" "$tool" run --jobs 257 all

# ---- evidence
test_that "runs that did not pass are kept" [ -s runs/b-bad/recording.ndjson ]
test_that "those that passed are not" [ ! -e runs/a-good ]
test_that "with --record all are, each in a folder of its own" eval \
    '[ "$(ls kept1 | tr "\n" " ")" = "a-good a-good-2 b-bad c-late e-good " ]'
for file in recording.ndjson changes.bin flash.bin fuses.bin qemu.log token result.json; do
    test_that "a folder has $file" [ -e kept1/a-good-2/$file ]
done
test_that "of the run that it is named for" grep -q '"It starts, again"' \
    kept1/a-good-2/result.json
test_that "the result has the failure and the commands" grep -qE \
    '^\{"result":1,"scenario":"b-bad","verdict":"failed",.*"line":7,"expected":"resets = 7","seen":"resets = 0".*"evidence":"kept1/b-bad","commands":\{"replay":".* replay kept1/b-bad","watch":".*"debug":".*"\}\}$' \
    kept1/b-bad/result.json

check "a run fails" 1 "$tool" run -q all/b-bad.yaml
sed 's/resets: 7/resets: 0/' all/b-bad.yaml >all/b-now.yaml
mv all/b-bad.yaml kept && mv all/b-now.yaml all/b-bad.yaml
check "it is put right" 0 "$tool" run -q all/b-bad.yaml
test_that "nothing is left of the failure" [ ! -e runs/b-bad ]
mv kept all/b-bad.yaml
mkdir -p runs/a-good
echo "my own" >runs/a-good/notes
check "a folder of somebody else's" 0 "$tool" run -q all/a-good.yaml
test_that "stays" [ -s runs/a-good/notes ]
rm -r runs/a-good

# ---- a replay needs nothing but the folder
cp "$programs/app.bin" all/beside.bin
sed 's/build: app/build: beside/; s/b-bad/g-own/' all/b-bad.yaml >all/g-own.yaml
check "a run with a program beside the scenario" 1 "$tool" run -q all/g-own.yaml
mkdir elsewhere
mv runs/g-own elsewhere/
rm all/g-own.yaml all/beside.bin
check "is replayed elsewhere" 1 env -C / "$tool" replay -q "$work/elsewhere/g-own"
says "to the bit" '^the recording is the same, bit for bit$'
says "and says how to do it again" "replay $work/elsewhere/g-own\$"
check "a folder without evidence" 2 "$tool" replay elsewhere
complains "is none" "elsewhere: not an evidence folder"

# ---- a full disk, a folder that is not ours
if [ "$(id -u)" != 0 ]; then
    mkdir locked && chmod a-w locked
    check "a failure is a failure, kept or not" 1 env -C locked "$tool" run -q \
        "$work/all/b-bad.yaml"
    complains "and it says what helps" '--record DIR names another place$'
fi
for command in "run -q all/b-bad.yaml" "explain" "check all"; do
    code=0
    # shellcheck disable=SC2086
    "$tool" $command >/dev/full 2>err || code=$?
    test_that "a full device behind stdout: $command" eval \
        '[ $code != 0 ] && [ "$(grep -c "cannot write the output" err)" = 1 ]'
done

# ---- which are run
check "--list" 2 "$tool" run --list all
test_that "has a line for each, and for each folder" lines out 8
says "with name and title" '^  a-good    It starts$'
says "by folder" '^all/more/$'
complains "and says what cannot be read" 'all/d-broken.yaml:3:1: '
rm -r runs
check "--list --json" 0 "$tool" run --list --json all/e-good.yaml
test_that "is one object a line" grep -qxF '{"list":1,"scenario":"e-good","title":"Another start, 100% < \"good\" & über","file":"all/e-good.yaml"}' out
check "--list needs no device programs" 0 env OTALAB_FIRMWARE=/nonexistent \
    "$tool" run --list all/a-good.yaml
check "--list without a name" 0 env -C "$scenarios/.." "$tool" run --list
says "has all scenarios" '^  ab-good  .*confirmed$'
says "by folder" '^scenarios/boot/: trial, confirmation, rollback .*$'
test_that "nothing was run" [ ! -e runs ]

check "--filter by a part of the name" 1 "$tool" run -q --filter bad all/b-bad.yaml all/a-good.yaml
test_that "runs one" eval 'grep -q ^FAIL out && ! grep -q "^PASS" out'
check "by a part of the title" 0 "$tool" run -q --filter "STARTS, ag" all
test_that "one too" eval '[ "$(grep -c ^PASS out)" = 1 ]'
check "by a glob" 2 "$tool" run -q --filter 'd-*' --filter '*-bad' all
says "two of them are one or the other" '^0 passed, 2 failed$'
refused "a filter for nothing" 5 \
    "no scenario selected: none of 6 matches 'a-god'; did you mean 'a-good', 'e-good'?" \
    "$tool" run -q --filter a-god all
refused "a filter for nothing known" 5 "use --list to see them" \
    "$tool" run -q --filter xyzzyxyzzy all
refused "no scenario and no filter" 2 "SCENARIO is missing" "$tool" run
refused "two reports for one stdout" 2 "both write to stdout" \
    "$tool" run --json --tap all

: >sharded
for i in 1 2 3; do
    "$tool" run --list --shard $i/3 all 2>/dev/null | tee -a sharded >shard-$i
done
"$tool" run --list all 2>/dev/null | grep '^  ' | sed 's/  */ /g' | sort >whole
test_that "shards have everything, once" eval \
    'grep "^  " sharded | sed "s/  */ /g" | sort | cmp - whole'
test_that "none has all of it" [ "$(grep -c '^  ' shard-1)" -lt 5 ]
check "--shard auto takes GitLab's numbers" 2 env CI_NODE_INDEX=2 \
    CI_NODE_TOTAL=3 "$tool" run --list --shard auto all
test_that "and gives that shard" cmp out shard-2
check "--shard auto elsewhere" 2 "$tool" run --list --shard auto all
test_that "gives all of it" lines out 8
complains "and says so" '^otalab run: --shard auto: no known CI system'
refused "a shard that there is not" 2 "such as 1/4" "$tool" run --shard 5/4 all
: >none
for i in {1..9}; do
    "$tool" run -q --shard $i/9 all/a-good.yaml >out 2>err || echo "$?" >>none
    [ -s out ] || cat err >>none
done
test_that "a shard without any is no failure, and says so" eval \
    'lines none 8 && ! grep -v "has none of 1 scenarios$" none'

# ---- TAP
check "--tap" 2 "$tool" run --tap all
test_that "has version and plan" eval \
    '[ "$(head -n 2 out | tr "\n" " ")" = "TAP version 13 1..6 " ]'
test_that "and a line for each" eval \
    '[ "$(grep -cE "^(not )?ok [1-6] - " out)" = 6 ]'
says "good ones" '^ok 5 - e-good$'
says "and bad ones" '^not ok 2 - b-bad$'
says "with what was expected" '^      expected: "resets = 7"$'
says "and the command that replays it" '^  replay: ".* replay runs/b-bad"$'
says "a limit is told apart" '^  verdict: "time limit"$'
says "and an error" '^  verdict: "error"$'
test_that "the rest is YAML or nothing" eval \
    '! grep -vE "^(TAP |1\.\.|(not )?ok |  )" out'

# ---- JUnit
check "--junit" 2 "$tool" run -q --junit deep/results.xml all
says "leaves stdout alone" '^3 passed, 3 failed$'
test_that "counts" grep -qF \
    '<testsuite name="otalab" tests="6" failures="2" errors="1" skipped="0"' \
    deep/results.xml
test_that "tells failures and errors apart" eval \
    '[ "$(grep -c "<failure" deep/results.xml)" = 2 ] &&
     [ "$(grep -c "<error" deep/results.xml)" = 1 ]'
test_that "has the token" grep -q '^token     ol1:b-bad@' deep/results.xml
if command -v xmllint >/dev/null; then
    test_that "it is XML" xmllint --noout deep/results.xml
elif command -v python3 >/dev/null; then
    test_that "it is XML" python3 -c \
        'import xml.dom.minidom as x; x.parse("deep/results.xml")'
else
    echo "ok it is XML # SKIP neither xmllint nor python3"
fi
check "JSON, JUnit and evidence together" 0 "$tool" run --json \
    --junit both.xml --record both all/a-good.yaml
test_that "give all three" eval \
    '[ -s both.xml ] && lines out 1 && [ -s both/a-good/flash.bin ]'
refused "a folder is no file for it" 2 "not a regular file" \
    "$tool" run --junit all all/a-good.yaml
ln -s /dev/null null
refused "nor is a device" 2 "not a regular file" "$tool" run --junit null \
    all/a-good.yaml
test_that "which stays" [ -L null ]

# ---- GitHub
check "on GitHub" 2 env GITHUB_ACTIONS=true GITHUB_STEP_SUMMARY=summary.md \
    GITHUB_WORKSPACE="$work/all" "$tool" run -q all
complains "a failure is at its line" \
    '^::error file=b-bad.yaml,line=7,col=14,title=b-bad::expected resets = 7, seen resets = 0%0Areplay: [^ ]* replay runs/b-bad$'
complains "so is an error" '^::error file=d-broken.yaml,line=3,col=1,title=d'
test_that "stdout is as ever" eval '! grep -q "^::" out'
test_that "the summary has the totals" grep -qxF \
    '| 6 | 3 | 1 | 1 | 1 | 0 | 0 |' summary.md
test_that "and the failures" grep -qF '| resets = 7 | resets = 0 |' summary.md
test_that "and how to replay them" grep -q "^[^ ]* replay runs/b-bad" \
    summary.md
cp summary.md once.md
check "another step" 0 env GITHUB_ACTIONS=true GITHUB_STEP_SUMMARY=summary.md \
    "$tool" run -q all/a-good.yaml
test_that "adds to it" eval 'head -n "$(wc -l <once.md)" summary.md |
    cmp - once.md && [ "$(grep -c "^## Otalab" summary.md)" = 2 ]'
check "a summary that cannot be written" 2 env GITHUB_ACTIONS=true \
    GITHUB_STEP_SUMMARY=/nonexistent/x "$tool" run -q all/a-good.yaml
complains "is said" 'GITHUB_STEP_SUMMARY: /nonexistent/x: No such file'
check "elsewhere" 1 "$tool" run -q all/b-bad.yaml all/a-good.yaml
test_that "there are no annotations" [ ! -s err ]

# ---- a worker that dies
mkfifo story

# Start a run that lasts, and come back when its first scenario is under way.
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

begin_long --jobs 1 --junit died.xml long.yaml all/a-good.yaml
# shellcheck disable=SC2046
kill -KILL $(workers)
end_long
test_that "3: a worker dies" [ $code = 3 ]
complains "it says whose and how" '^otalab run: long: its worker process was ended by signal 9 '
test_that "the others go on" grep -q '^PASS a-good ' out
says "and it counts" '^1 passed, 1 failed$'
test_that "as an error in the report" grep -q \
    '<error message="long: its worker process .* type="simulator"/>' died.xml
test_that "no machine is left of it" soon run_now 0

# ---- Ctrl-C and kill, with workers
begin_long --jobs 2 --junit stopped.xml long.yaml long-too.yaml all/a-good.yaml
test_that "two run at once" soon run_now 2
test_that "in two workers" [ "$(workers | wc -w)" = 2 ]
kill -INT $pid
end_long
test_that "130: Ctrl-C" [ $code = 130 ]
complains "it says how far it came" '^otalab run: interrupted, 2 of 3 '
test_that "both are told" eval '[ "$(grep -c ^STOPPED out)" = 2 ]'
test_that "the evidence of both is kept to its end" eval \
    'for run in long long-too; do
        tail -n 1 runs/$run/recording.ndjson | grep -q "\"interrupted\"" ||
            exit 1
    done'
test_that "the report has them, and what was not run" eval \
    '[ "$(grep -c "type=\"interrupted\"" stopped.xml)" = 2 ] &&
     [ "$(grep -c "<skipped" stopped.xml)" = 1 ]'
test_that "no machine is left" soon run_now 0

begin_long --jobs 2 long.yaml long-too.yaml
test_that "two run again" soon run_now 2
left=$(workers)
kill -KILL $pid
end_long 2>/dev/null
test_that "kill -9 ends it" [ $code = 137 ]
for worker in $left; do
    test_that "and its worker" soon gone "$worker"
done
test_that "and the machines" soon run_now 0

begin_long --jobs 2 --junit term.xml long.yaml long-too.yaml all/a-good.yaml
test_that "two run at once" soon run_now 2
kill -TERM $pid
end_long
test_that "143: SIGTERM, as a CI system cancels a job" [ $code = 143 ]
complains "it says how far it came" '^otalab run: interrupted, 2 of 3 '
says "those that were stopped are named" '^  STOPPED long$'
test_that "the report has them, and what was not run" eval \
    '[ "$(grep -c "type=\"interrupted\"" term.xml)" = 2 ] &&
     [ "$(grep -c "<skipped" term.xml)" = 1 ]'
test_that "no machine is left" soon run_now 0

# A debugger is waited for: nothing moves, and one Ctrl-C is enough.
says_soon() { soon grep -q -- "$1" err; }
for jobs in all/a-good.yaml "all/a-good.yaml all/e-good.yaml"; do
    port=$((20000 + $$ % 10000))
    # shellcheck disable=SC2086
    env --default-signal=INT "$tool" run -q --qemu "$qemu" $jobs --gdb $port \
        >out 2>err &
    pid=$!
    test_that "it says at once that it waits" \
        says_soon 'a-good waits for a debugger'
    test_that "and the command that connects one" says_soon \
        "^  gdb-multiarch -ex 'target remote :$port' -ex 'add-symbol-file .*/rom.elf'"
    test_that "one machine waits" soon run_now 1
    kill -INT $pid
    code=0
    wait $pid 2>/dev/null || code=$?
    test_that "130: the first Ctrl-C" [ $code = 130 ]
    test_that "it leaves no machine" soon run_now 0
done
refused "no TCP port" 2 "--gdb 99999: not a TCP port; give a number from 1 to 65535" \
    "$tool" run --gdb 99999 all/a-good.yaml

# ---- progress
check "no terminal" 0 "$tool" run -q all/a-good.yaml all/e-good.yaml
test_that "no progress" [ ! -s err ]
if command -v script >/dev/null; then
    check "on a terminal" 0 env TERM=xterm script -qec \
        "'$tool' run -q all/a-good.yaml all/e-good.yaml >quiet" /dev/null
    says "there is a bar" '\[\.+\] 0/2  a-good'
    test_that "and it is gone in the end" eval \
        '[ "$(tail -c 4 out)" = $'"'"'\r\033[K'"'"' ] &&
         ! grep -q "$(printf "\033")" quiet'
    check "on a dumb terminal" 0 env TERM=dumb script -qec \
        "'$tool' run -q all/a-good.yaml all/e-good.yaml >quiet" /dev/null
    test_that "there is none" [ ! -s out ]
else
    echo "ok progress on a terminal # SKIP no script"
fi

# ---- help
check "run --help" 0 "$tool" run --help
for word in --jobs --filter --shard --list --junit --tap; do
    says "help has $word" "(^|[ ,])$word( |$)"
done

exit $failed
