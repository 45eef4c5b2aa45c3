#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# Comparisons: few forms of cuts, to be quick; the table of README.md, within
# 10 %; JSON, HTML, tokens, a fleet, and wrong input.
#
#   tests/cli/compare.sh --update    make the table of README.md again, from a
#                                    whole comparison
readme=$(realpath README.md)
page=$(realpath docs/compare.md)
update=${1:-}
# shellcheck source=tests/cli/common.bash
. tests/cli/common.bash

# The lines of the table that begin with one of these letters.
table() { sed -n "s/^\([$1] .*[^ ]\) *$/\1/p" "$2" | grep -v 'ol1:'; }

# The table between the two marks of the page.
shown() { sed -n '/^<!-- compare -->$/,/^<!-- end -->$/p' "$readme"; }

if [ "$update" = --update ]; then
    "$tool" compare >out || exit 1
    {
        sed '/^<!-- compare -->$/q' "$readme"
        printf '```\n'
        sed -n '3,/^$/p; /^[WSC] [^ ]/p' out | grep -v ol1: | sed '/^$/d'
        printf '```\n'
        sed -n '/^<!-- end -->$/,$p' "$readme"
    } >page.md
    cat page.md >"$readme"
    exit
fi

# same A B: the same words, and numbers that differ by 10 % at most.
same() {
    awk '
        function number(text) { gsub(/,/, "", text); return text + 0 }
        NR == FNR { line[++lines] = $0; next }
        {
            n = split($0, word); m = split(line[FNR], other)
            if (n != m) { print; exit bad = 1 }
            for (i = 1; i <= n; i++) {
                a = number(word[i]); b = number(other[i])
                near = word[i] ~ /^[0-9]/ && a <= b * 1.1 && b <= a * 1.1
                if (word[i] != other[i] && !near) { print; exit bad = 1 }
            }
        }
        END { exit bad || FNR != lines || lines == 0 }
    ' "$1" "$2"
}

# refused NAME TEXT ARGUMENT...: exit code 2, one line with that text.
refused() {
    local name=$1 text=$2 code=0
    shift 2
    "$tool" compare "$@" >out 2>err || code=$?
    test_that "$name" eval '[ $code = 2 ] && [ "$(wc -l <err)" = 1 ] &&
        grep -qF -- "$text" err && [ ! -s out ]'
}

# ---- the table
check "a comparison" 0 "$tool" compare --family after,cut --fleet 50000 \
    --json c.json --html c.html --verbose
cp out all.txt
test_that "the table fits 100 columns" eval \
    '! grep -v ol1: all.txt | grep -q "^.\{101\}"'
table RWC all.txt >now.txt
shown >shown.md
table RWC shown.md >readme.txt
test_that "README.md has these figures" same readme.txt now.txt
table RWSC shown.md | cut -c3-36 | sed 's/ *$//' >names.txt
test_that "the whole table is there" [ "$(wc -l <names.txt)" = 19 ]
while read -r name; do
    test_that "docs/compare.md explains: $name" \
        grep -qF "${name%, *}" "$page"
done < <(grep -v "^runs after\|^power cuts" names.txt)
test_that "unsafe has a window" grep -q \
    '^S of them fatal  *0  *0  *0  *[1-9]' all.txt
test_that "and its positions are listed" grep -q \
    '^  positions  *[0-9]* to  *[0-9]*  *[0-9.]* s to' all.txt

# ---- JSON, HTML, tokens
ways() { json_pp <c.json | grep -c '"way" :'; }
test_that "JSON has the ways" [ "$(ways)" = 4 ]
test_that "HTML loads nothing" eval \
    '! grep -qE "(src|href)=|<script|@import|url\(" c.html'
test_that "HTML has a picture with words for each way" \
    [ "$(grep -c 'role="img" aria-label="the new version' c.html)" = 4 ]
for way in ab-delta recovery; do
    token=$(sed -n "s/^  R $way *\(ol1:.*\)/\1/p" all.txt)
    check "the token of $way is repeated" 0 "$tool" replay -q "$token"
    test_that "with the same recording" grep -qF "the digest that" out
done

# ---- the fleet
check "another seed" 0 "$tool" compare --family after --fleet 50000 --seed 2
test_that "gives other rollouts, and the same mean" eval \
    '! diff <(grep "fleet: 5 %" out) <(grep "fleet: 5 %" all.txt) >/dev/null &&
     [ -n "$(grep "bricks on day one" out)" ]'

# ---- wrong input
refused "a rate without a fleet" "--cut-rate: means nothing" --cut-rate 1%
refused "no device" "--fleet 0: no device" --fleet 0
refused "an unknown form" "no form 'afters'" --family afters
refused "several scenarios" "compare takes one" power
refused "one with its own mechanism" "chooses its mechanism" unsafe-good
refused "one without an update" "publishes no update" ab-good
refused "an unknown scenario" "ab-goat" ab-goat
check "an unknown way" 2 "$tool" run compare-standard --as safe
exit $failed
