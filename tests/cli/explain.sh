#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# The reference of scenarios: the committed page is what the tables give, its
# first scenario is right, and explain and check say what they should.
#
#   tests/cli/explain.sh            test
#   tests/cli/explain.sh --update   write docs/scenarios.md anew
page=$(realpath docs/scenarios.md)
schema_of=$(realpath tests/data/scenarios)
if [ "${1:-}" = --update ]; then
    exec "${OTALAB:-build/otalab}" explain --markdown >"$page"
fi
# shellcheck source=tests/cli/common.bash
. tests/cli/common.bash

says() { grep -qF -- "$1" out; }
complains() { grep -qF -- "$1" err; }

# ---- the page ------------------------------------------------------------

check "explain --markdown" 0 "$tool" explain --markdown
if ! diff -u "$page" out >err; then
    echo "  docs/scenarios.md is not what the tables give;" \
        "run tests/cli/explain.sh --update"
fi
test_that "docs/scenarios.md is made of the tables" cmp -s "$page" out

links_lead_somewhere() {
    local anchor ok=0
    for anchor in $(grep -o '](#[^)]*)' "$page" | sed 's/](#//; s/)//' | sort -u); do
        # As hosts do: small letters, and nothing else but '-' and '_'.
        sed -n 's/^#\+ //p' "$page" | tr 'A-Z ' 'a-z-' | tr -cd 'a-z_\n-' |
            grep -qx -- "$anchor" || { echo "  no heading for #$anchor"; ok=1; }
    done
    return $ok
}
test_that "links of the page lead to its headings" links_lead_somewhere

sed -n '/^```yaml$/,/^```$/p' "$page" | sed '1d;/^```$/,$d' \
    >power-cut-in-download.yaml
test_that "the page has a first scenario" \
    [ "$(wc -l <power-cut-in-download.yaml)" -ge 15 ]
check "otalab check: the page's first scenario" 0 \
    "$tool" check power-cut-in-download.yaml
check "otalab run: the page's first scenario" 0 \
    "$tool" run -q power-cut-in-download.yaml

# ---- JSON Schema -----------------------------------------------------------

check "explain --json-schema" 0 "$tool" explain --json-schema
test_that "the JSON Schema has the network's mapping" \
    says '"$ref": "#/definitions/network"'
if command -v python3 >/dev/null; then
    test_that "the JSON Schema is JSON" python3 -m json.tool out /dev/null
fi

# ---- single names ----------------------------------------------------------

check "explain network.rate" 0 "$tool" explain network.rate
test_that "a key has its value's form" says "a rate with its unit"
check "explain limits.resets" 0 "$tool" explain limits.resets
test_that "a key has what is usual" says "If not given: 32"
check "explain server.answer" 0 "$tool" explain server.answer
test_that "an event has its fields" says "a CoAP code"
test_that "a field has its names" says "sent, random, burst, outage, mtu, full"
check "explain nb-iot" 0 "$tool" explain nb-iot
test_that "a word has its key" says "A value of network.kind"
check "explain netwrk" 2 "$tool" explain netwrk
test_that "a suggestion" complains "did you mean 'network'?"

# ---- check -----------------------------------------------------------------

check "check of right ones" 0 "$tool" check "$schema_of/good"
test_that "the count" says "2 checked, 0 wrong"
check "check of a wrong one" 2 "$tool" check "$schema_of/bad/rate-unit.yaml"
test_that "the error names the place" complains "rate-unit.yaml:8:17: '60kbps'"

exit $failed
