#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# docs/ci.md as a team uses it: the commands of its workflows, with an installed
# Otalab, in a repository of the team's own. Steps that install packages are
# tried by tools/container-try.sh.
root=$PWD
page=$root/docs/ci.md
. "$(dirname "$0")/common.bash"

make -C "$root" --no-print-directory NODEPS=1 install PREFIX="$work/usr" \
    >out 2>err || not_ok "install"
share=$work/usr/share/otalab
export PATH="$work/usr/bin:$PATH"
unset OTALAB_FIRMWARE GITHUB_ACTIONS GITHUB_STEP_SUMMARY CI_NODE_INDEX \
    CI_NODE_TOTAL

says() { test_that "$1" grep -qE -- "$2" out; }

# block MARK: what stands in the block after <!-- MARK -->.
block() {
    sed -n "/^<!-- $1 -->\$/,/^\`\`\`\$/p" "$page" | sed '1,2d;$d'
}

# step MARK: the block's command that starts with "otalab".
step() { block "$1" | sed -n 's/^ *- \(run: \)\{0,1\}\(otalab .*\)/\2/p'; }

# A repository with these scenarios.
team() {
    local name
    rm -rf "$work/team"
    mkdir -p "$work/team/scenarios" && cd "$work/team" || exit 1
    for name in "$@"; do
        cp "$share"/scenarios/*/"$name.yaml" scenarios || exit 1
    done
}

# What a run of scenarios told about each of them: their names, sorted.
ran() { sed -n 's/^\(PASS\|FAIL\) \([^ ]*\) .*/\2/p' "$@" | sort; }

# ---- GitHub, from sources

indented() { ! grep -nP '\t' "$page"; }
test_that "workflows: no tabs" indented
of_twenty_lines() { [ "$(block 'workflow: from sources' | wc -l)" -le 20 ]; }
test_that "from sources: short" of_twenty_lines

team ab-good ab-bad halt
check "from sources: passes" 0 bash -ec "$(step 'workflow: from sources')"
test_that "from sources: all have run" \
    [ "$(ran out | paste -sd ' ')" = "ab-bad ab-good halt" ]
test_that "from sources: JUnit has all" \
    [ "$(grep -o '<testcase ' results.xml | wc -l)" = 3 ]
test_that "from sources: nothing to keep" [ ! -e runs ]

sed -i -e 's/resets: 2/resets: 9/' -e 's/^scenario: .*/scenario: failing/' \
    scenarios/ab-good.yaml
mv scenarios/ab-good.yaml scenarios/failing.yaml
line=$(grep -n 'resets: 9' scenarios/failing.yaml | cut -d : -f 1)
check "a failure" 1 env GITHUB_ACTIONS=true GITHUB_STEP_SUMMARY=summary \
    bash -ec "$(step 'workflow: from sources')"
test_that "a failure: marked at its line" \
    grep -q "^::error file=scenarios/failing.yaml,line=$line[,:]" err
test_that "a failure: in the summary" grep -q 'failing' summary
test_that "a failure: in JUnit" grep -q '<failure' results.xml
test_that "a failure: evidence" [ -s runs/failing/flash.bin ]
test_that "a failure: evidence of no other" [ "$(ls runs)" = failing ]

# What the page does with it.
mapfile -t after < <(block 'commands, of a failed run')
check "after a failure: replay" 1 bash -c "${after[0]}"
says "after a failure: the same" 'the same, bit for bit'
check "after a failure: inspect" 0 bash -c "${after[1]}"
for file in recording.ndjson flash.bin fuses.bin qemu.log result.json token; do
    test_that "after a failure: $file" [ -s runs/failing/$file ]
done

# ---- shards: each scenario in exactly one

names=(ab-good ab-bad halt hang power-cut-journal)
sharded() { # TEXT OF A STEP WITH @ FOR THE SHARD
    local shard
    : >told
    for shard in 1 2 3 4; do
        (export CI_NODE_INDEX=$shard CI_NODE_TOTAL=4
            bash -ec "${1//@/$shard}") >>told 2>&1 || return 1
    done
    diff <(ran told) <(printf '%s\n' "${names[@]}" | sort)
}
team "${names[@]}"
matrix=$(step 'workflow: image')
test_that "image: all shards together are all scenarios" \
    sharded "${matrix//'${{ matrix.shard }}'/@}"
check "gitlab: checks" 0 otalab check scenarios/
test_that "gitlab: all shards together are all scenarios" \
    sharded "$(step 'workflow: gitlab')"
test_that "gitlab: JUnit is written" [ -s results.xml ]

# ---- own firmware

team
mkdir firmware
cp "$share/firmware/app.bin" firmware/sensor.bin
sed -e 's/build: app/build: sensor/' -e 's/^scenario: .*/scenario: sensor/' \
    "$share/scenarios/boot/ab-good.yaml" >scenarios/sensor.yaml
n=0
while IFS= read -r command; do
    n=$((n + 1))
    check "own firmware: $command" 0 bash -c "$command"
done < <(block 'commands, with own firmware')
test_that "own firmware: two commands" [ $n = 2 ]
exit $failed
