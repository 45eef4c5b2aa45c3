#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# Sweeps: processes and shards come to the same result, what is refused, what
# Ctrl-C leaves, and the files for people and programs.
source "$(dirname "$0")/common.bash"

says() { test_that "$1" grep -qE -- "$2" out; }

# refused NAME TEXT COMMAND...: exit code 2, and one line with that text.
refused() {
    local name=$1 text=$2 code=0
    shift 2
    "$@" >out 2>err || code=$?
    test_that "$name" eval '[ $code = 2 ] && [ "$(wc -l <err)" = 1 ] &&
        grep -qF -- "$text" err && [ ! -s out ]'
}

unset GITHUB_ACTIONS GITHUB_STEP_SUMMARY GITHUB_WORKSPACE
small=$scenarios/sweep/ota-small.yaml
bad=$scenarios/boot/ab-good.yaml

# Failures and positions: a line each. The first line also has counts, which
# depend on how the work was divided.
cases() { sed '1s/"failures":.*/&/;1d' "$1"; }
same_cases() { [ -s "$1" ] && diff <(cases "$1") <(cases "$2") >diff.txt; }

# ---- processes
ops=(--ops 290..292 --kinds all)
check "a sweep in one process" 0 \
    "$tool" sweep "$small" "${ops[@]}" --jobs 1 --json one.json --html one.html
says "it says what it has cut" '^  cut positions +3 of [0-9]+ in [0-9.]+ s '
says "every cut left what it was to leave" \
    '^  cuts +([0-9]+) asked for, \1 delivered exactly so'
says "cases were replayed" 'cross-check +[1-9][0-9]* cases? .*, 0 differed$'
says "it says what it did not do" '^  not explored +second cuts '
says "and what never occurred" '^  never occurred +[a-z]+ .* in [a-z]+, '
test_that "the page has it, too" grep -q '^<p>This never occurred:' one.html
says "the verdict comes last" '^PASS ota-small: ([0-9]+) of \1 cuts judged'
check "another in two" 0 \
    "$tool" sweep "$small" "${ops[@]}" --jobs 2 --check 0 --json two.json -q
test_that "quietly: one line" [ "$(wc -l <out)" = 1 ]
test_that "both find the same" same_cases one.json two.json

# ---- shards
for i in 1 2; do
    check "shard $i/2" 0 "$tool" sweep "$small" "${ops[@]}" --shard $i/2 \
        --jobs 1 --check 0 --json part$i.json -q
done
says "a shard says so" '^PASS ota-small, shard 2/2: '
test_that "it is less than the whole" eval '! same_cases one.json part1.json'
check "merged" 0 "$tool" merge part2.json part1.json --json merged.json
says "all was judged" '^PASS ota-small: ([0-9]+) of \1 cuts judged'
test_that "they find the same" same_cases one.json merged.json
check "a result is read again" 0 "$tool" merge merged.json --json again.json
test_that "and written alike" cmp -s merged.json again.json

# ---- two cuts in a row
depth=("$bad" --ops 1..2 --kinds all --depth 2 --native --check 0 -q)
check "two cuts in a row" 1 "$tool" sweep "${depth[@]}" --jobs 1 --json deep.json
check "in three processes" 1 "$tool" sweep "${depth[@]}" --jobs 3 --json deep3.json
test_that "the same boots fail" same_cases deep.json deep3.json
test_that "some after two cuts" grep -q '"cuts":2,' deep.json

# ---- random forms
sample=(--ops 200..202 --sample 3 --check 0 -q --native)
check "random forms" 0 "$tool" sweep "$small" "${sample[@]}" --json random.json
check "the same in shards" 0 "$tool" sweep "$small" "${sample[@]}" --jobs 1 \
    --shard 1/2 --json random1.json
check "both of them" 0 "$tool" sweep "$small" "${sample[@]}" --jobs 1 \
    --shard 2/2 --json random2.json
check "put together" 0 "$tool" merge random1.json random2.json \
    --json random12.json
says "it says what was covered" '^  explored +complete over .*, and 3 random$'
test_that "they find the same" same_cases random.json random12.json
test_that "three were drawn" eval \
    '[ "$(grep -o "\"draw\":" random.json | wc -l)" = 3 ]'
check "another seed" 0 "$tool" sweep "$small" "${sample[@]}" --seed 2 \
    --json seed2.json
test_that "draws others" eval '! same_cases random.json seed2.json'
refused "which does not fit" "--seed differs" "$tool" merge random1.json \
    <(sed 's/"shard":1,/"shard":2,/;s/"seed":1,/"seed":2,/' random1.json)
refused "too many random forms" "--sample 1001: must be" \
    "$tool" sweep "$small" --sample 1001

# ---- checks of the method
boot=$scenarios/sweep/sweep-boot.yaml
check "four checks" 0 "$tool" sweep --native "$boot" --ops 2..4 --kinds all
for text in "replayed from power-on" "run without the accelerator" \
    "cut between two changes" "run on the other machine"; do
    says "$text" "^  cross-check +[1-9][0-9]* cases? $text, 0 differed\$"
done
check "--check 0" 0 "$tool" sweep --native "$boot" --ops 2 --check 0
test_that "turns them off" eval '! grep -q cross-check out'

# disagrees NAME TEXT COMMAND...: exit code 3, one check alone, and the tokens.
disagrees() {
    check "$1" 3 "${@:3}"
    says "it says which check" "^ERROR a case $2 ends in another way"
    test_that "and only that" eval '[ "$(grep -c ^ERROR out)" = 1 ]'
    says "with a token" "^  replay    otalab replay 'ol1:"
}
# What has been done by a fixed time differs, because software is slower.
sed 's/sweep-boot/stopped/;s/200s/30h/
    /^expect:/i\  - {at: 86400.95s, do: {stop: {}}}' "$boot" >stopped.yaml
disagrees "software that is slower" "run without the accelerator" \
    "$tool" sweep --native stopped.yaml --ops 2 --family after
# A bit that is flipped and flipped back: a sweep cuts at neither.
flip='{bit_flip: {partition: log, offset: 0B, bit: 0}}'
sed "s/sweep-boot/flip/
    /^expect:/i\\  - {on: {event: boot.journal}, do: $flip}\n\
  - {on: {event: boot.request}, do: $flip}" "$boot" >flip.yaml
disagrees "a change that is not cut at" "cut between two changes" \
    "$tool" sweep --native flip.yaml --ops 4
says "it is compared with a cut at the change" "^  against   otalab replay 'ol1:"
# The other tool tells lies.
mkdir lies
cp "$tool" "$(dirname "$programs")/libotalab-shim.so" lies
cat >lies/otalab-native <<END
#!/usr/bin/env bash
"$tool-native" "\$@"
code=\$?
file=\$(sed 's/.* --json \([^ ]*\).*/\1/' <<<"\$*")
sed -i 's/"left":[1-9][0-9]*/"left":1/' "\$file"
exit \$code
END
chmod +x lies/otalab-native
disagrees "another machine" "run on the other machine" \
    lies/otalab sweep "$boot" --ops 2 --firmware "$programs"
says "both machines are named" "^  against   otalab replay '.*qemu=native:"
# other COMMAND: the other tool does this instead.
other() { printf '#!/bin/sh\n%s\n' "$1" >lies/otalab-native; }
for death in 'exit 3' 'exit 2' 'kill -9 $$' 'exit 0'; do
    other "[ \"\$1\" = run ] || $death"
    disagrees "another machine does: $death" "run on the other machine" \
        lies/otalab sweep "$boot" --ops 2 --firmware "$programs"
done
other 'exit 2'
check "another machine refuses the scenario" 0 \
    lies/otalab sweep "$boot" --ops 2 --firmware "$programs"
refuses='^  cross-check +0 cases run on .*, 0 differed; 4 cannot be run there$'
says "none is compared" "$refuses"
rm lies/otalab-native
check "no other machine" 0 \
    lies/otalab sweep "$boot" --ops 2 --firmware "$programs"
says "none is compared" "$refuses"

# ---- a scenario that does not survive
check "a case fails" 1 env GITHUB_ACTIONS=true "$tool" sweep "$bad" \
    --ops 1..1 --jobs 1 --check 0 --json bad.json --html bad.html \
    --junit bad.xml
says "it is shown" '^FAIL expected running update, confirmed'
says "with how many are alike" '^  and [1-9][0-9]* more that fail alike$'
says "and where in the strip" '^  boot 1 +factory +[X✗]$'
test_that "GitHub marks it" grep -q '^::error file=.*%0Areplay: otalab' err
test_that "JUnit has it" grep -q '<failure message="[1-9][0-9]* of' bad.xml
if command -v xmllint >/dev/null; then
    test_that "it is XML" xmllint --noout bad.xml
fi
token=$(sed -n "s/^  replay    otalab replay '\(.*\)'$/\1/p" out | head -n 1)
check "the token replays it" 1 "$tool" replay -q "$token"
# docs/sweep.md shows this
test_that "a line has all about a position" eval \
    '[ "$(grep -c "\"end\":\"failed\"" bad.json)" = 1 ]'

# ---- the page
test_that "the page loads nothing" eval '! grep -qE "(src|href)=\"[^#\"]" bad.html'
test_that "each position has a button with a name" eval \
    '[ "$(grep -c "<button .* aria-label=\"position" one.html)" = 3 ]'
test_that "its replay command is that of the text" eval \
    'grep -qF "$token" bad.html'
if python3 -c '' 2>/dev/null; then
    cat >page.py <<'END'
import html.parser, json, sys
class Page(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.open, self.ids, self.links, self.data = [], [], [], ''
    def handle_starttag(self, tag, attributes):
        has = dict(attributes)
        if tag not in ('meta', 'br'):
            self.open.append(tag)
        self.ids += [has['id']] if 'id' in has else []
        self.links += [has[key].lstrip('#') for key in
                       ('href', 'aria-labelledby') if key in has]
        if tag == 'button':
            assert has['type'] == 'button' and has['aria-label']
        assert tag != 'th' or has['scope'] in ('row', 'col')
        self.json = has.get('id') == 'data'
    def handle_endtag(self, tag):
        assert self.open.pop() == tag, tag
    def handle_data(self, data):
        self.data += data if self.open[-1:] == ['script'] and self.json else ''
page = Page()
page.feed(open(sys.argv[1]).read())
assert not page.open and len(set(page.ids)) == len(page.ids)
assert set(page.links) <= set(page.ids), page.links
assert json.loads(page.data)['positions']
END
    test_that "its structure is sound" python3 page.py one.html
    test_that "also with failures" python3 page.py bad.html
fi
if command -v node >/dev/null; then
    sed -n '/^<script>$/,/^<\/script>$/p' bad.html | sed '1d;$d' >page.js
    test_that "its script is valid" node --check page.js
fi

# ---- interrupted
env --default-signal=INT "$tool" sweep "$small" --jobs 2 --json cut.json \
    >out 2>err &
pid=$!
# Wait for its two workers: another process needs a moment, so look again.
for _ in {1..20000}; do
    [ "$(wc -w <"/proc/$pid/task/$pid/children")" != 2 ] || break
done
kill -INT $pid
code=0
wait $pid || code=$?
test_that "interrupted: exit code 130" [ $code = 130 ]
# how far it came depends on the machine; tests/qemu/sweep_stop_test.c looks
# into what is kept
test_that "it says so" grep -qE "^otalab sweep: (interrupted|no result: )" err
test_that "and claims no success" eval '! grep -q ^PASS out'

# ---- wrong input
refused "no such depth" "--depth 0: must be from 1 to" \
    "$tool" sweep "$small" --depth 0
refused "no such range" "--ops 3..2: must be a range" \
    "$tool" sweep "$small" --ops 3..2
refused "no such form" "no form 'befor'" \
    "$tool" sweep "$small" --family before,befor
refused "no such kind" "--kinds dip,: must be of" \
    "$tool" sweep "$small" --kinds dip,
refused "no such shard" "--shard 3/2: must be" \
    "$tool" sweep "$small" --shard 3/2
refused "no processes" "--jobs 0: must be from 1" \
    "$tool" sweep "$small" --jobs 0
refused "several scenarios" "a sweep takes one" \
    "$tool" sweep "$scenarios/boot"
refused "several devices" "needs a scenario with one device" \
    "$tool" sweep "$scenarios/fleet/ota-two-devices.yaml"
refused "a shard is missing" "shard 2/2 is missing" "$tool" merge part1.json
refused "a shard is doubled" "are both shard 1/2" \
    "$tool" merge part1.json part2.json part1.json
sed "s/:ab-good@/:ab-best@/;s/\"shard\":1,\"shards\":1/\"shard\":2,\"shards\":2/;s/\"kinds\":1/\"kinds\":7/" bad.json |
    sed "1s/\"first\":1,\"last\":1/\"first\":290,\"last\":292/" >other.json
refused "another scenario" "the scenario differs" \
    "$tool" merge part1.json other.json
sed 's/"end":"same"/"end":"other"/;s/"depth":1/"depth":2/' part2.json >deep.json
refused "another depth" "--depth differs" "$tool" merge part1.json deep.json
sed 's/"nth":1,/"nth": 1,/' one.json >spaced.json
refused "a changed file" "was changed" "$tool" merge spaced.json
sed 's/"end":"same"/"end":"fine"/' one.json >end.json
refused "an unknown value" "'end' is invalid" "$tool" merge end.json
head -c 2000 one.json >short.json
refused "a short file" "short.json: not a JSON object" "$tool" merge short.json
refused "no file" "none.json" "$tool" merge none.json

exit $failed
