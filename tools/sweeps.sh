#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# Sweeps that must find nothing: power is cut everywhere, and the device always
# recovers. Each is a line of the table below. Prints each one's summary, and
# ends with `N passed, N failed, N skipped`.
#
#   tools/sweeps.sh BUILD [quick|full] [WORD]     those whose line has WORD
set -uo pipefail
cd "$(dirname "$0")/.."

build=${1:?usage: tools/sweeps.sh BUILD [quick|full] [WORD]}
which=${2:-quick}
word=${3:-}

# which, and the arguments of otalab sweep
sweeps=(
    "quick sweep-boot --depth 2 --native"
    "quick sweep-boot --native --sample 8"
    "quick sweep-rollback --ops 1..2"
    "quick sweep-rollback --native --kinds dip,reset"
    "quick sweep-update --ops 1..40 --check 8"
    "quick sweep-update --native"
    "quick ota-small --native --kinds all"
    "full  ota-small --check 20"
    "full  sweep-boot --depth 2"
    "full  sweep-boot --kinds dip,reset"
    "full  sweep-rollback --depth 2"
    "full  sweep-update --check 20"
    "full  sweep-update --kinds dip,reset"
    "full  sweep-update --depth 2 --ops 290.. --native"
    "full  ota-good --native"
)

passed=0
failed=0
for scenario in scenarios/sweep/*.yaml; do
    name=$(basename "$scenario" .yaml)
    if [[ " ${sweeps[*]} " != *" $name "* ]]; then
        echo "$scenario: no line of tools/sweeps.sh sweeps it"
        failed=$((failed + 1))
    fi
done
for line in "${sweeps[@]}"; do
    read -r when arguments <<<"$line"
    [[ $when == quick || $which == full ]] || continue
    [[ $line == *"$word"* ]] || continue
    echo "== otalab sweep $arguments"
    # shellcheck disable=SC2086
    if "$build/otalab" sweep $arguments; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
    fi
done
echo "$passed passed, $failed failed, 0 skipped"
[ "$failed" = 0 ]
