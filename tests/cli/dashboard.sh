#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# The dashboard, driven by scripts and on a real terminal (tmux).
#
#   tests/cli/dashboard.sh            test
#   tests/cli/dashboard.sh --update   write recordings and tests/golden anew
keys=$(realpath tests/tui)
golden=$(realpath tests/golden)
pictures=$(realpath docs/pictures)
recordings=$(realpath tests/data/recordings)
update=${1:-}
# shellcheck source=tests/cli/common.bash
. tests/cli/common.bash

says() { grep -qF -- "$1" out; }
complains() { grep -qF -- "$1" err; }

# ---- recordings, and the screens that they give -------------------------------

# script's name, recording
of_recordings='
good      ab-good
rollback  ota-crash
cut       ota-cut-erase
'

record_anew() {
    local name
    for name in ab-good ota-crash ota-cut-erase; do
        "$tool" run "$name" --record made >/dev/null
        rm -f "made/$name/qemu.log" made/"$name"/flash*.bin made/"$name"/fuses*.bin
        tar -C made --sort=name --owner=0 --group=0 --mtime=@0 -cJf \
            "$recordings/$name.tar.xz" "$name"
    done
}
if [ "$update" = --update ]; then
    record_anew
    rm -f "$golden"/*.screen
fi
for archive in "$recordings"/*.tar.xz; do
    mkdir -p kept && tar -C kept -xJf "$archive"
done

same_screen() { # name
    if [ "$update" = --update ]; then
        cp "$1" "$golden/$1.screen"
    fi
    diff -u "$golden/$1.screen" "$1" >err
}

while read -r name recording; do
    [ -n "$name" ] || continue
    check "script $name" 0 "$tool" tui "kept/$recording" --script "$keys/$name.keys"
    for screen in $(sed -n 's/^:save-screen //p' "$keys/$name.keys"); do
        test_that "screen $screen" same_screen "$screen"
    done
done <<<"$of_recordings"

# ---- the pictures of the docs ---------------------------------------------------

same_picture() { # file
    if [ "$update" = --update ]; then
        cp "$1" "$pictures/"
    fi
    diff -u "$pictures/$1" "$1" >err
}
check "pictures" 0 "$tool" tui kept/ota-crash \
    --theme default --script "$keys/pictures.keys"
check "more pictures" 0 "$tool" tui kept/ota-cut-erase \
    --theme default --script "$keys/pictures-cut.keys"
check "the tour" 0 "$tool" tui kept/ota-crash --theme default \
    --script "$keys/tour.keys" --cast tour.cast
for file in dashboard-{trial,rollback,cut}.svg tour.cast; do
    test_that "docs/pictures/$file" same_picture "$file"
done

# Both are looked at in the same way: the run itself, and what it has recorded.
"$tool" run ab-good --record fresh >out 2>err
printf ':goto boot.rollback\n3\n:save-screen one\n>\n5\n:save-screen two\n' >look.keys
check "a recording" 0 "$tool" tui fresh/ab-good --script look.keys
mkdir recorded && mv one two recorded
check "the run itself" 0 "$tool" tui ab-good --script look.keys
test_that "both look the same" cmp -s one recorded/one
test_that "to the end" cmp -s two recorded/two

# ---- live runs -----------------------------------------------------------------

check "a fork" 0 "$tool" tui ab-good --script "$keys/fork.keys"
check "a live machine" 0 "$tool" tui ab-good --script "$keys/live.keys"
mkdir before && mv live-here live-stepped before
check "and once more" 0 "$tool" tui ab-good --script "$keys/live.keys"
test_that "with the same registers" cmp -s live-here before/live-here
test_that "and after steps" cmp -s live-stepped before/live-stepped
check "a fork of a live machine" 0 "$tool" tui ab-good --script - \
    <<<$':goto 40\nm\n:inject power_cut\n:refuse ctl_command\nm\n:expect ctl_command'
check "its scenario is valid" 0 "$tool" check forked-here.yaml
printf '%s\n' ':goto boot.attempt' ':expect this attempt counts' \
    ':goto boot.rollback' ':expect was never' N ':refuse was never' >tell.keys
check "the scenario's own words" 0 "$tool" tui ab-bad --script tell.keys
printf '%s\n' '5 z' ':goto boot.confirm' \
    ':expect open   eventually: {running: update' ':goto server.status' \
    ':expect held   eventually: {running: update' \
    ':expect open   at_end' >met.keys
check "a state is met before the end" 0 "$tool" tui ota-good --script met.keys

# Every kind of expectation that a scenario can hold, and as many as it may.
sed '/^expect:/,$d' "$scenarios/boot/ab-good.yaml" >ab-good-many.yaml
sed -i 's/^scenario: .*/scenario: ab-good-many/' ab-good-many.yaml
{
    printf '%s\n' 'expect:' '  - never: {event: boot.start, nth: 4}' \
        '  - at_end: {slot-a: factory, running: update,' \
        '             resets: 2}'
    for nth in {10..69}; do
        printf '  - never: {event: cpu.fault, nth: %u}\n' "$nth"
    done
} >>ab-good-many.yaml
printf '%s\n' 5 ':goto run.end' ':expect 64 held' z \
    ':expect held   never: {event: boot.start, nth: 4}' \
    ':expect held   at_end: running: update' ':expect held   at_end: resets: 2' \
    ':refuse BROKEN' ':refuse nth: 69' ':expect 45 more' PgDn PgDn PgDn PgDn \
    ':expect nth: 69' ':refuse boot.start' >many.keys
check "64 expectations" 0 "$tool" tui ab-good-many.yaml --script many.keys
sed 's/boot.start, nth: 4/boot.start, nth: 3/; s/-many/-third/' \
    ab-good-many.yaml >ab-good-third.yaml
printf '%s\n' 5 z ':goto boot.start' ':goto boot.start' ':refuse BROKEN' \
    ':goto boot.start' ':expect BROKEN never: {event: boot.start' >third.keys
check "the third is one too many" 0 "$tool" tui ab-good-third.yaml \
    --script third.keys

printf '%s\n' ':goto boot.start' ':goto boot.start' ':goto boot.start' \
    ':expect #37/' ':inject reset' ':expect #38/' 7 \
    ':expect #37 reset@boot.start,device=1,nth=3' >third.keys
check "a fault after the scenario's own" 0 "$tool" tui power-cut-journal \
    --script third.keys

# A week, a battery, several devices: what is not in the recordings.
printf '%s\n' 8 ':refuse 0.0.0' ':expect device 1/3' '}' End \
    ':expect device 2/3' ':expect 3 runs     slot-b   1.3.0' >fleet.keys
check "three devices" 0 "$tool" tui ota-three-devices --script fleet.keys
printf '%s\n' ':expect 3.65 V 100 %' End ':expect 3.54 V 65 %' f \
    ':expect battery at 4 %' >battery.keys
check "a battery" 0 "$tool" tui ota-battery-dies --script battery.keys
printf '%s\n' End ':expect 7d 00:00:00' ':expect passed' ':goto 50h' \
    ':expect 2d 01:00:26' ':expect paused' 5 ':refuse BROKEN' Home \
    ':expect 0:00:00.000' ':goto 2d 01:00:26' ':expect #1213/' \
    ':goto 0:00:00.481' ':expect #4/' >week.keys
check "a week" 0 "$tool" tui ota-rejected-week --script week.keys
check "a newcomer's rollback" 0 "$tool" tui ota-unplugged \
    --script "$keys/student.keys"
check "a script that is a folder" 2 "$tool" tui ab-good --script "$keys"
check "another seed" 0 "$tool" tui ab-good --seed 77 --script - \
    <<<":save seeded.yaml"
test_that "is saved with it" grep -qx "seed: 77" seeded.yaml
check "what is wrong" 0 "$tool" tui ab-good --script "$keys/wrong.keys"
printf ':save-screen ascii\n' >ascii.keys
check "ASCII" 0 "$tool" tui ab-good --ascii --script ascii.keys
only_ascii() { ! LC_ALL=C grep -q '[^ -~]' ascii; }
test_that "and nothing else" only_ascii
printf 'n n n\nc\n' >cast.keys
check "an asciicast" 0 "$tool" tui ab-good --script cast.keys --cast one.cast
check "another" 0 "$tool" tui ab-good --script cast.keys --cast two.cast
test_that "is the same" cmp -s one.cast two.cast
test_that "and has frames" [ "$(wc -l <one.cast)" -gt 10 ]

# ---- the strip of a sweep --------------------------------------------------------

check "a sweep" 1 "$tool" sweep ab-good --native --check 0 --json swept.json
test_that "names the command that opens it" \
    [ "$(tail -n 1 out)" = "watch: otalab tui 'swept.json'" ]
check "the strip" 0 "$tool" tui swept.json --script "$keys/strip.keys"
for screen in strip strip-case; do
    test_that "screen $screen" same_screen "$screen"
done
cp swept.json swept
check "another name" 0 "$tool" tui swept --script - <<<":expect sweep of ab-good"
check "in ASCII" 0 "$tool" tui swept.json --ascii --script - \
    <<<$':expect 1 XX....\n:save-screen ascii'
test_that "and nothing else" only_ascii

# refuses NAME TEXT: what is in the file, in one line.
refuses() {
    check "$1" 2 "$tool" tui other.json --script "$keys/strip.keys"
    test_that "says so" complains "$2"
    test_that "in one line" [ "$(wc -l <err)" = 1 ]
}
echo '{"otalab_sweep": 1}' >other.json
refuses "a strip of an old version" "has an unknown version"
echo '{}' >other.json
refuses "no sweep" "no result of otalab sweep"
head -c 1000 swept.json >other.json
refuses "half a sweep" "not a JSON object"
sed 's/:boot=......../:boot=00000000/' swept.json >other.json
refuses "a sweep of other programs" "made with other device programs"
sed 's/ab-good@......../ab-good@00000000/' swept.json >other.json
refuses "a sweep of another scenario" "has changed"

# ---- wrong use -----------------------------------------------------------------

check "no terminal" 2 "$tool" tui ab-good </dev/null
test_that "names otalab run" complains "otalab run"
check "no scenario" 2 "$tool" tui no-such-scenario
check "several" 2 "$tool" tui "$scenarios/boot"
test_that "says that it shows one" complains "the dashboard shows one"
printf ':expect unicorns\n' >unmet.keys
check "an expectation of a script" 1 "$tool" tui ab-good --script unmet.keys
test_that "names its line" complains "unmet.keys:1"
printf 'NoKey\n' >key.keys
check "an unknown key" 2 "$tool" tui ab-good --script key.keys
check "no script" 2 "$tool" tui ab-good --script missing.keys
cp -r kept/ab-good torn && truncate -s -1 torn/changes.bin
check "a damaged recording" 2 "$tool" tui torn --script look.keys
test_that "names the file" complains "changes.bin"
check "a bad theme" 2 "$tool" tui ab-good --theme pink

# ---- a real terminal ---------------------------------------------------------------

update_scenario=$scenarios/boot/ab-good.yaml
terminal() { tmux -L "otalab-$$" "$@"; }
# Wait for a text on the screen; the terminal's own pace, so with a deadline.
shown() {
    local text=$1 tries=0
    until terminal capture-pane -p | grep -qF -- "$text"; do
        tries=$((tries + 1))
        [ "$tries" -lt 600 ] || { terminal capture-pane -p >err; return 1; }
        read -rt 0.05 <> <(:) || true
    done
}
# A signal to what runs in the terminal's shell.
send() { kill "-$1" "$(pgrep -P "$(terminal display-message -p '#{pane_pid}')")"; }
export LC_ALL=C.UTF-8
terminal -f /dev/null new-session -d -x 80 -y 24 "bash --norc" 2>err
terminal send-keys "PS1='prompt> '; clear; $tool tui $update_scenario" Enter
test_that "opens" shown "the whole run is known"
terminal send-keys N N
test_that "N goes to a phase" shown "bootloader"
terminal resize-window -x 140 -y 45
test_that "a larger terminal" shown "journal #1"
terminal resize-window -x 60 -y 20
test_that "one that is too small" shown "60x20: needs 80x24"
terminal resize-window -x 80 -y 24
test_that "and back" shown "slot-a"
terminal send-keys C-z
test_that "suspend gives the terminal back" shown "prompt>"
terminal send-keys "fg" Enter
test_that "and fg takes it again" shown "n next"
terminal send-keys q
test_that "q leaves" shown "prompt>"
terminal send-keys "clear; $tool tui $update_scenario" Enter
test_that "again" shown "the whole run is known"
send HUP
test_that "a hangup restores the terminal" shown "prompt>"
terminal send-keys "clear; stty -a | grep -o ' echo '; echo is wh''ole" Enter
test_that "which echoes" shown "is whole"
terminal send-keys "clear; $tool tui $update_scenario" Enter
test_that "and again" shown "the whole run is known"
send TERM
test_that "a kill restores the terminal" shown "prompt>"
terminal send-keys "clear; stty -a | grep -o ' echo '; echo is sa''ne" Enter
test_that "it echoes" shown "is sane"
terminal send-keys "clear; $tool tui $update_scenario" Enter
test_that "once more" shown "the whole run is known"
send SEGV
test_that "a crash restores the terminal" shown "prompt>"
terminal send-keys "clear; TERM=dumb $tool tui $update_scenario" Enter
test_that "a terminal without a cursor is refused" shown "cannot place the cursor"
terminal kill-server

exit $failed
