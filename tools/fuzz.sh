#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# Runs each fuzzer a fixed number of times from a fixed seed.
#
#   tools/fuzz.sh BUILD RUNS NAME...
#
# Only reads tests/fuzz/corpus/NAME/. New inputs go to BUILD/corpus/NAME, and a
# crashing input to BUILD/NAME-*.
set -euo pipefail

build=${1:?usage: tools/fuzz.sh BUILD RUNS NAME...}
runs=$2
shift 2
failed=()

for name in "$@"; do
    corpus=("$build/corpus/$name")
    mkdir -p "${corpus[0]}"
    kept=tests/fuzz/corpus/$name
    [ ! -d "$kept" ] || corpus+=("$kept")
    log=$build/$name.log
    if "$build/$name" -runs="$runs" -seed=1 -timeout=10 -verbosity=0 \
        -print_final_stats=1 -artifact_prefix="$build/$name-" \
        "${corpus[@]}" >"$log" 2>&1; then
        echo "$name: $(sed -n 's/.*executed_units: *//p' "$log") inputs"
    else
        cat "$log"
        failed+=("$name")
    fi
done
for name in ${failed[@]+"${failed[@]}"}; do
    echo "fuzz: $name failed; the input is $build/$name-*"
done
echo "$(($# - ${#failed[@]})) passed, ${#failed[@]} failed, 0 skipped"
[ ${#failed[@]} = 0 ] && [ $# != 0 ]
