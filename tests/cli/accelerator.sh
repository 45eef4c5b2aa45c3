#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# The same decisions with an accelerator and without: scenarios of all kinds of
# refusal are run both ways, and what ROM, bootloader and fuses say must be the
# same but for the times.
# shellcheck source=tests/cli/common.bash
. "$(dirname "$0")/common.bash"

# decisions RECORDING: its events of the boot chain, without number and time.
decisions() {
    grep -E '"event":"(rom|boot|otp|reset|app\.start)' "$1" |
        sed -E 's/^\{"n":[0-9]+,"t":[0-9]+,//'
}

names=()
mkdir software accelerator
for file in "$scenarios"/boot/{ab-good,ab-bad,forged,wrong-key,unsigned}.yaml \
    "$scenarios"/boot/{key-revoked,truncated,downgrade,dependency-unmet}.yaml \
    "$scenarios"/damage/{flipped-hash-bit,flipped-signature-bit}.yaml \
    "$scenarios"/damage/{flipped-code-bit,bootloader-copy-damaged}.yaml \
    "$scenarios"/recovery/{both-slots-damaged,nothing-left}.yaml; do
    name=$(basename "$file" .yaml)
    names+=("$name")
    cp "$file" software/
    sed 's/^title:/crypto: accelerator\n&/' "$file" >"accelerator/$name.yaml"
done

for way in software accelerator; do
    check "$way: they pass" 0 "$tool" run -q --record "runs/$way" "$way"/*.yaml
done
for name in "${names[@]}"; do
    for way in software accelerator; do
        decisions "runs/$way/$name/recording.ndjson" >"$way.txt"
    done
    test_that "$name: it decides something" [ "$(wc -l <software.txt)" -gt 3 ]
    diff software.txt accelerator.txt >out
    test_that "$name: the same decisions" cmp -s software.txt accelerator.txt
    test_that "$name: at other times" [ "$(cmp -s \
        "runs/software/$name/recording.ndjson" \
        "runs/accelerator/$name/recording.ndjson" || echo differ)" = differ ]
done
exit $failed
