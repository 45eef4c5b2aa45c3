#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# Five hundred updates in a row on one device, with wear levelling and without:
# how often the worst sector was erased. Runs natively, in about ten seconds.
#
#   tools/wear.sh BUILD
set -euo pipefail
cd "$(dirname "$0")/.."

build=${1:?usage: tools/wear.sh BUILD}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# erases of the worst sector, of a scenario
worst() {
    "$build/otalab" run --native "tests/wear/$1.yaml" >"$work/$1"
    sed -n 's/.* erases, \([0-9]*\) of the worst sector.*/\1/p' "$work/$1"
}

levelled=$(worst wear-500)
flat=$(worst wear-500-flat)
printf '%-44s %s\n' "erases of the worst sector in 500 updates" "" \
    "  progress in ten sectors" "$levelled" \
    "  progress in two sectors: no wear levelling" "$flat"
[ "$levelled" -lt "$flat" ]
