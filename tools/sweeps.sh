#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# Sweeps: power is cut everywhere, and the device always recovers. Where a line
# has `!` it must not: that mechanism is built to brick, and the sweep has to find
# the window. Each is a line of the table below. Prints each one's summary, and
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
    "quick sweep-recovery --native"
    "quick sweep-delta --native"
    "full  ! sweep-unsafe --native"
    "full  sweep-delta --check 20"
    "full  sweep-delta --kinds dip,reset"
    "full  flash-stm32l4 --native"
    "full  flash-nrf52840 --native"
    "full  flash-stm32f4 --native"
    "full  sweep-recovery --check 20"
    "full  sweep-recovery --kinds dip,reset"
    "full  ota-small --check 20"
    "full  sweep-boot --depth 2"
    "full  sweep-boot --kinds dip,reset"
    "full  sweep-rollback --depth 2"
    "full  sweep-update --check 20"
    "full  sweep-update --kinds dip,reset"
    "full  sweep-update --depth 2 --ops 290.. --native"
    "full  ota-good --native"
)

# A sweep must end with 0, or, with `!`, with 1 and a fatal window.
sweep() { # [!] arguments
    local out status=0
    if [ "$1" != '!' ]; then
        "$build/otalab" sweep "$@"
        return
    fi
    shift
    out=$("$build/otalab" sweep "$@") || status=$?
    echo "$out"
    [ "$status" = 1 ] && grep -q '^  fatal window ' <<<"$out"
}

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
    if sweep $arguments; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
    fi
done
echo "$passed passed, $failed failed, 0 skipped"
[ "$failed" = 0 ]
