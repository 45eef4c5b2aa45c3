#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# Lessons: each is proved both ways; and what a student and an author of lessons
# meets on the way.
# shellcheck source=tests/cli/common.bash
. tests/cli/common.bash

says() { test_that "$1" grep -qF -- "$2" out; }
complains() { test_that "$1" grep -qF -- "$2" err; }

lesson() { "$tool" lesson "$@"; }

# ---- the proof of every lesson, one with a compiler beside the others

names=$(lesson list --json | sed 's/.*"lesson":"\([^"]*\)".*/\1/')
folders=$(find "$scenarios/lessons" -name lesson.yaml | wc -l)
test_that "every lesson is listed" \
    [ "$(wc -w <<<"$names")" = "$folders" -a "$folders" -ge 5 ]
mended=the-attempt-that-was-not-counted
lesson prove --seeds 1 "$mended" >proof.mended 2>&1 &
proving=$!
for name in $names; do
    [ "$name" != "$mended" ] || continue
    check "proof of $name" 0 lesson prove --seeds 1 "$name"
done
code=0
wait $proving || code=$?
cp proof.mended out
test_that "proof of $mended" [ $code = 0 ]

# ---- a student takes the first one

check "next: the first" 0 lesson next
says "next: names it" "what-is-in-flash"
check "start" 0 lesson start what-is-in-flash --seed 1
says "start: prints the page" "# What is in flash"
says "start: names the folder" "Your folder is lessons/what-is-in-flash"
test_that "start: no figure is open" \
    [ "$(grep -rlF '$(' lessons/what-is-in-flash | wc -l)" = 0 ]
test_that "start: neither questions' checks nor solutions" \
    [ "$(find lessons -name lesson.yaml -o -name solution | wc -l)" = 0 ]
check "start again" 2 lesson start what-is-in-flash
complains "start again: what to do instead" "otalab lesson reset"
check "start: an unknown lesson" 2 lesson start what-is-in-flesh
complains "start: a suggestion" "did you mean 'what-is-in-flash'?"

cd lessons/what-is-in-flash || exit 1
check "the scenarios run" 0 "$tool" run -q stopped.yaml
check "unsolved" 1 lesson check
says "unsolved: an open question and its place" "open   sequence: answers.yaml:"
says "unsolved: an open break" "no step of yours is in it yet"
says "unsolved: the sum" "0 of 4 solved"

figure() { sed -n "s/.*$1.*/\1/p" "$2" | head -n 1; }
boots=$(figure 'trial boot \([0-9]\) was counted' stopped.yaml)
minor=$(figure 'version: 2\.\([0-9]\)\.0' stopped.yaml)
answer() { sed -i "s/^$1:.*/$1: $2/" answers.yaml; }

answer sequence $((boots + 7))
answer attempts many
answer confirmed 2."$minor".0
check "wrong answers" 1 lesson check
says "a wrong answer" "'$((boots + 7))' is not right"
right_one_told() { grep '^wrong  sequence' out | grep -qw $((boots + 2)); }
keeps_it() { ! right_one_told; }
test_that "a wrong answer: the right one is not told" keeps_it
says "a wrong form" "'many' is not a whole number, such as 3"
says "a right answer" "solved confirmed: 2.$minor.0"
says "a right answer: explained" "It is the confirmed image in the other slot."
says "a break that is open: what is asked" "so that the bootloader has to use the other copy."
check "as NDJSON" 1 lesson check --json
if command -v python3 >/dev/null; then
    valid() { while read -r line; do python3 -m json.tool <<<"$line" >/dev/null || return 1; done <out; }
    test_that "as NDJSON: each line is JSON" valid
fi
says "as NDJSON: the sum" '"solved":1,"tasks":4'

for number in 1 2 3; do
    check "hint $number" 0 lesson hint
    says "hint $number: counted" "sequence, hint $number of 3"
done
check "hint: no such task" 2 lesson hint --task sequel
check "hint for a task" 0 lesson hint --task spoil
says "hint for a task: its first" "spoil, hint 1 of 3"

sed -i 's/^attempts:.*/attempts: [1/' answers.yaml
check "answers that are no YAML" 1 lesson check
says "answers that are no YAML: the place" "answers.yaml:"
sed -i 's/^attempts:.*//' answers.yaml
check "a line that was removed" 1 lesson check
says "a line that was removed: what to add" "no line 'attempts:'"
echo "attempts: $((3 - boots))" >>answers.yaml
answer sequence $((boots + 2))

steps() { # of spoil.yaml, from standard input
    sed -i '/^steps:/,/^expect:/{//!d}' spoil.yaml
    sed -i '/^steps:/r /dev/stdin' spoil.yaml
}
steps <<'END'
  - on: {event: app.ready, nth: 1}
    do: [{power_cut: {}}, {console: "reboot"}]
END
check "a step that is not allowed" 1 lesson check
says "a step that is not allowed: the place" \
    "spoil.yaml:11: 'power_cut' is not among what you may do here"
steps <<'END'
  - on: {event: app.ready, nth: 1}
    do:
      - bit_flip: {partition: journal, offset: 0x88, bit: 0}
      - bit_flip: {partition: journal, offset: 0x1088, bit: 0}
      - console: "reboot"
END
check "too many steps" 1 lesson check
says "too many steps: said" "more steps than the task allows"
steps <<'END'
  - on: {event: app.ready, nth: 1}
    do:
      - bit_flip: {partition: journal, offset: 0x2088, bit: 0}
      - console: "reboot"
END
check "a step in vain" 1 lesson check
says "a step in vain: what it did not do" "did not have to write the record again"
steps <<'END'
  - on: {event: app.ready, nth: 1}
    do:
      - bit_flip: {partition: jurnal, offset: 0x88, bit: 0}
      - console: "reboot"
END
check "a step with a mistake" 1 lesson check
says "a step with a mistake: the place" "spoil.yaml:12:"
steps <<'END'
  - on: {event: app.ready, nth: 1}
    do:
      - bit_flip: {partition: journal, offset: 0x1088, bit: 3}
      - console: "reboot"
END
check "solved" 0 lesson check
says "solved: the sum" "4 of 4 solved"
check "next: the second" 0 lesson next
says "next: names it, seen from the first one's folder" "the-good-update"
check "list" 0 lesson list
says "list: how far one is" "  solved"

# A student cannot change the verdict, only what happens.
sed -i '/^expect:/,$d; s/crash_start/app/' stopped.yaml spoil.yaml
echo 'expect: [at_end: {resets: 0..}]' | tee -a stopped.yaml >>spoil.yaml
steps <<'END'
  - {on: {event: app.ready, nth: 1}, do: {console: "reboot"}}
END
check "other expectations solve nothing" 1 lesson check
says "other expectations solve nothing: the answers still hold" \
    "solved sequence"

echo mine >mine.yaml
rm page.md && mkdir page.md
check "reset: a folder of that name" 1 lesson reset
says "reset: a folder of that name stays" "page.md: has your changes"
rmdir page.md
check "reset of changed files" 1 lesson reset
says "reset: what would be overwritten" "answers.yaml: has your changes"
says "reset: what was missing is back" "page.md: put back"
test_that "reset: nothing is lost" grep -q "sequence: $((boots + 2))" answers.yaml
check "reset --force" 0 lesson reset --force
test_that "reset --force: as at the start" grep -qx "sequence:" answers.yaml
test_that "reset --force: files of one's own stay" [ -s mine.yaml ]
check "reset: the progress is gone" 1 lesson check
cd ../.. || exit 1

# ---- what the dashboard saves is an answer

lesson start the-good-update --seed 1 >/dev/null
cd lessons/the-good-update || exit 1
cat >keys <<'END'
:goto boot.attempt
:goto app.start
f
Enter
:save mine.yaml
Q
END
check "dashboard: a cut, saved" 0 "$tool" tui delay.yaml --script keys
mv mine.yaml delay.yaml
check "dashboard: the other questions are open" 1 lesson check
says "dashboard: what it saved solves the task" "solved delay"
cd ../.. || exit 1

# ---- another student has other figures; other folders

for seed in 1 2 3 4; do
    lesson start the-rollback "of $seed" --seed "$seed" >/dev/null
done
test_that "figures differ between students" \
    [ "$(cat of*/more.yaml | grep -c trial-attempts)" = 4 -a \
    "$(cat of*/more.yaml | grep trial-attempts | sort -u | wc -l)" -gt 1 ]
check "a folder by its name" 1 lesson check "of 2"
check "nothing started here" 2 lesson check
complains "nothing started here: said" "no lesson was started in this folder"
check "not started" 2 lesson check pull-the-plug
complains "not started: the command" "otalab lesson start pull-the-plug"
mkdir full && echo mine >full/good.yaml
check "a folder with something else in it" 2 lesson start the-rollback full
test_that "a folder with something else in it: untouched" \
    [ "$(cat full/good.yaml)" = mine ]

# ---- a defect: the student's file is built and run

check "a defect: start" 0 lesson start "$mended" fix --seed 2
test_that "a defect: the program that has it" [ -s fix/defective/boot.bin ]
check "a defect: shown with --firmware" 0 \
    "$tool" run -q fix/bad.yaml --firmware fix/defective
sed -i 's/^static bool count_attempt/static bol count_attempt/' fix/select.c
check "a file that does not compile" 1 lesson check fix
says "a file that does not compile: the compiler's first error" \
    "wrong  counted: select.c:"
says "a test that is none" "your test passes with the defective bootloader"
sed -i 's/^  - always:.*/  - never: {event: app.ready}/' fix/test.yaml
rm fix/select.c
check "a file that is gone" 1 lesson check fix
says "a file that is gone: said" "fix/select.c: No such file"
says "a test that always fails" "your test does not pass with the sound"
test_that "the lesson's own judges stay with it" [ ! -e fix/late-cuts.yaml ]

# ---- a lesson's author

own=scenarios/lessons/mine
mkdir -p $own/solution
cat >$own/one.yaml <<'END'
scenario: one
title: a device starts
images: {factory: {build: app, version: 1.2.0}}
flash: {slot-a: factory}
expect: [eventually: {event: app.ready}]
END
write_lesson() { # the expectation
    cat >$own/lesson.yaml <<END
lesson: mine
title: a lesson of one's own
number: 1
minutes: 1
tasks:
  - predict: boots
    asks: How many?
    form: number
    runs: [{scenario: one.yaml, expect: [$1]}]
    explains: so
    hints: [a, b, c]
END
}
echo 'boots: 1' >$own/solution/answers.yaml
write_lesson 'at_end: {boots: $(answer)}'
check "a lesson of one's own: proof" 0 lesson prove mine
check "a lesson of one's own: first in the list" 0 lesson list
test_that "a lesson of one's own: by its number" \
    [ "$(head -c 4 out)" = mine ]
write_lesson 'at_end: {boots: 0..$(answer)}'
check "a question that any answer solves" 1 lesson prove mine
says "a question that any answer solves: said" \
    "not ok mine, seed 1, boots: not solved by 2; but it is solved"
write_lesson 'at_end: {boots: $(answer+1)}'
check "a solution that is wrong" 1 lesson prove mine
says "a solution that is wrong: said" "boots: solved by the solution; but"
write_lesson 'at_end: {boots: $(anser)}'
check "a figure that there is not" 1 lesson prove mine
sed -i 's/^minutes:.*/minuts: 1/' $own/lesson.yaml
check "a mistake in lesson.yaml" 2 lesson list
complains "a mistake in lesson.yaml: its place, and a suggestion" \
    "lesson.yaml:4:1: unknown key 'minuts' in a lesson; did you mean 'minutes'?"
rm -r scenarios

# Scenarios of lessons have open figures: they are nobody else's.
lists_lessons() { "$tool" run --list "$scenarios" | grep -q lessons/; }
no_lesson_listed() { ! lists_lessons; }
test_that "run does not take lessons for scenarios" no_lesson_listed

exit $failed
