#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# Rates of sweeps, as rows of `make bench`: each the best of RUNS.
#
#   tools/bench-sweeps.sh BUILD [RUNS]
set -euo pipefail
cd "$(dirname "$0")/.."

build=${1:?usage: tools/bench-sweeps.sh BUILD [RUNS]}
runs=${2:-3}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# "boots/s cases/s cuts/s" of one sweep
rates() {
    "$build/otalab" sweep "$@" --check 0 >"$work/out"
    sed -nE 's!^ +boots .* in .*: ([0-9.]+) boots/s, ([0-9.]+) cases/s, ([0-9.]+) cuts/s.*!\1 \2 \3!p' \
        "$work/out"
}

row() { # name, target, arguments of otalab sweep
    local name=$1 target=$2 best='0 0 0' now
    shift 2
    for ((i = 0; i < runs; i++)); do
        now=$(rates "$@")
        if awk -v a="${now%% *}" -v b="${best%% *}" 'BEGIN {exit !(a > b)}'; then
            best=$now
        fi
    done
    # shellcheck disable=SC2086
    printf '%-46s %10s %10s %10s     %-9s\n' "$name" $best "$target"
}

printf '\n%-46s %10s %10s %10s     %-9s\n' "sweeps, image of 38 KiB, all processors" \
    boots/s cases/s cuts/s target
row "target, accelerator" ">= 200" sweep-update --ops 1..20
row "target, software cryptography" ">= 25" ota-small --ops 1..10
row "native, results of functions remembered" ">= 2000" sweep-update --native
row "native, boot chain, depth 2" ">= 2000" sweep-boot --native --depth 2
