#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# The first thing that a newcomer sees: three stories that pass, what they
# showed, and commands to go on with that really work.
. "$(dirname "$0")/common.bash"

check "demo" 0 "$tool" demo
passed() { [ "$(grep -c '^PASS ota-' out)" = 3 ] && ! grep -q '^FAIL' out; }
test_that "three stories pass" passed
says() {
    local words
    for words in "$@"; do
        grep -qF -- "$words" out || { echo "  not said: $words"; return 1; }
    done
}
test_that "each chapter is announced" says '1. A good' '2. A bad' '3. The plug'
test_that "and what it showed is said" says 'had proved that it works' \
    'did not download the update again' 'its last record'
# One block of 1024 bytes, with its header.
test_that "the bytes that came twice are counted" \
    grep -qE 'Only 10[2-9][0-9] bytes came over the air twice' out
in_order() {
    grep -nE '^[123]\. |^PASS' out | sed 's/^[0-9]*:\(....\).*/\1/' | tr '\n' ' ' |
        grep -q '^1\. A PASS 2\. A PASS 3\. T PASS $'
}
test_that "one after the other" in_order

# What stands after "What next?", indented.
sed -n '/^What next/,$s/^  //p' out >next
test_that "there is something to do next" [ "$(wc -l <next)" -ge 4 ]
works() { # LINE of next
    bash -c "$(sed -n "$1p" next)" >out 2>err
}
test_that "next: pull the plug once more" works 1
test_that "it was pulled twice" grep -q 'cuts 2/2$' out
test_that "next: help" works 3
test_that "next: the dashboard" bash -c "$(sed -n 4p next) --script /dev/null"

check "help" 0 "$tool" demo --help
check "a word too many" 2 "$tool" demo scenarios
exit $failed
