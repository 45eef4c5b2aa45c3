#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# The project's rules, one function each. All of them run; any finding is a
# failure.
#
#   tools/lint.sh BUILD [RULE...]     rules: those listed at the end
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
build=${1:?usage: tools/lint.sh BUILD [RULE...]}
shift

finding() { echo "lint: $*"; }

# Report the lines on standard input as findings, with a heading.
findings() {
    local heading=$1 line
    while read -r line; do
        finding "$heading: $line"
    done
}

# Our own files: tracked ones and new ones, but nothing ignored.
files() {
    git ls-files -co --exclude-standard -- "$@" 2>/dev/null | sort -u |
        while read -r f; do
            [ ! -f "$f" ] || echo "$f"
        done
}

need() {
    command -v "$1" >/dev/null || finding "$1 is missing: make deps"
}

rule_format() {
    need clang-format
    files '*.c' '*.h' | xargs -r -n 16 clang-format --dry-run -Werror 2>&1 |
        sed -n 's/: error: .*//p' | sed 's/:[0-9]*$//' |
        sort -u -t : -k 1,1 | findings "make format would change"
}

rule_cppcheck() {
    need cppcheck
    local cache=$build/cppcheck
    mkdir -p "$cache"
    files '*.c' | grep -v '^tests/' |
        cppcheck --quiet --file-list=- -j 2 --std=c11 --inline-suppr \
            --cppcheck-build-dir="$cache" \
            --enable=warning,performance,portability \
            --suppressions-list="$here/cppcheck.txt" \
            --template='{file}:{line}: {message} [{id}]' \
            -D__GNUC__ -Isim -Ifirmware -Ibootloader 2>&1 |
        grep -E '^[^ ].*\]$' | sort -u | findings cppcheck
}

rule_lengths() {
    local folders
    folders=$(files '*.c' | xargs -r -n 1 dirname | sort -u)
    for folder in $folders; do
        files "$folder/*.c" | grep -E "^$folder/[^/]*$" | xargs -r cat |
            awk -v folder="$folder" -f "$here/lengths.awk"
    done
    files '*.c' | xargs -r cat | awk -v folder=all -f "$here/lengths.awk"
    for file in $(files '*.c'); do
        awk -v longest=100 -f "$here/lengths.awk" "$file" |
            findings "$file: function over 100 lines"
    done
}

rule_spdx() {
    local file
    files '*.c' '*.h' '*.S' '*.ld' '*.dts' '*.sh' '*.awk' '*.mk' Makefile .ci/run |
        while read -r file; do
            head -n 2 "$file" | grep -q 'SPDX-License-Identifier: MIT' ||
                echo "$file"
        done | findings "no SPDX line"
}

# Folders, and what they must not include: the arrows of docs/architecture.md.
arrows='
sim/base     shim machine device outside world scenario engine oracle record image report shell cli
sim/device   shim machine outside scenario engine oracle record report shell cli ota
sim/capture  shim machine device outside scenario engine oracle image report shell cli tui
sim/compare  shim machine outside report history shell cli tui
sim/estimate shim machine device oracle record image report shell cli tui
sim/machine  outside scenario engine oracle record report shell cli ota
sim/native   outside scenario engine oracle record report shell cli ota
sim/outside  machine scenario engine oracle report shell cli
sim/scenario machine engine report shell cli
sim/record   machine engine history report shell cli
sim/image    machine engine report shell cli
sim/delta    shim machine device outside scenario engine oracle record report shell cli tui ota
sim/oracle   machine engine report shell cli ota
sim/engine   history report shell cli tui
sim/history  shim machine outside scenario engine report shell cli tui
sim/symbols  shim machine device outside engine oracle record image report shell cli tui
sim/report   machine shell cli tui
sim/inspect  shim machine outside scenario engine report history shell cli tui
sim/lesson   shim outside device oracle report shell cli tui
sim/shell    machine engine report cli tui
tui          shim machine report shell cli
sim/shim     machine outside scenario engine oracle record report shell cli ota
'

rule_arrows() {
    local folder forbidden pattern
    while read -r folder forbidden; do
        [ -n "$folder" ] || continue
        pattern=${forbidden// /|}
        files "$folder/*.c" "$folder/*.h" | xargs -r grep -nE \
            "^ *# *include +\"(\.\./)*($pattern)/" /dev/null |
            findings "$folder may not include" || true
    done <<<"$arrows"
    files 'firmware/ota/*.c' 'firmware/ota/*.h' | xargs -r grep -nE \
        '^ *# *include +"' /dev/null | grep -vE '"(ota|mbedtls)/|"p256-m.h"' |
        findings "firmware/ota knows nobody but its own" || true
    files '*.c' '*.h' | xargs -r grep -nE '^ *# *include +"\.\.' /dev/null |
        findings "include by path from the root" || true
}

# Folders whose files must not depend on each other in a circle.
straight='firmware/ota sim/base sim/capture sim/compare sim/delta sim/device sim/engine sim/estimate sim/history sim/image sim/inspect sim/lesson sim/machine sim/native sim/oracle
    sim/outside sim/record sim/report sim/scenario sim/shell sim/symbols tui'

rule_circles() {
    # shellcheck disable=SC2086
    "$here/circles.sh" "$build" $straight | findings "no arrows both ways"
}

# Every planted defect can be applied, and every scenario detects one.
rule_mutants() {
    local file name table
    table=$(grep -v '^#' tests/mutants/table.txt | cut -d'|' -f1)
    "$here/mutant.sh" --check 2>&1 | findings "a rule that cannot be applied"
    for file in scenarios/*/*.yaml; do
        name=$(basename "$file" .yaml)
        grep -qw -- "$name" <<<"$table" || echo "$name"
    done | findings "a scenario in no line of tests/mutants/table.txt"
}

# Nothing that the oracle links may lead to the device's own decoders.
rule_oracle() {
    local objects=("$build"/obj/sim/oracle/*.o) whole=$build/oracle-closure.o
    [ -f "${objects[0]}" ] || return 0
    ld -r -o "$whole" "${objects[@]}" "$build/libotalab.a"
    comm -12 <(nm -u "$whole" | awk '{ print $NF }' | sort -u) \
        <(nm --defined-only "$build/libota.a" 2>/dev/null |
            awk 'NF == 3 && $2 ~ /[TDBRVW]/ { print $3 }' | sort -u) |
        findings "sim/oracle links firmware/ota"
    rm -f "$whole"
}

# No machine's paths, no mirror's name, no third-party code.
rule_places() {
    files . | grep -v '\.bin$' | xargs -r grep -nIE \
        '(^|[^A-Za-z0-9_.])/(work|root|home/[a-z]+)/' /dev/null |
        findings "a machine's path" || true
    files . | xargs -r grep -nIE \
        '(deb|ftp[.a-z]*|security|snapshot|archive)[.](debian[.]org|ubuntu[.])' \
        /dev/null | findings "a mirror's name" || true
}

# Whitespace errors that clang-format does not see, and shell syntax errors.
rule_text() {
    files '*.c' '*.h' '*.S' '*.ld' '*.dts' '*.sh' '*.yaml' '*.md' '*.mk' Makefile ':!tests/data' |
        xargs -r grep -nE '[[:space:]]$' /dev/null |
        findings "space at the end" || true
    files '*.c' '*.h' '*.yaml' '*.dts' ':!tests/data' | xargs -r grep -nP '\t' /dev/null |
        findings "a tab" || true
    local file
    for file in $(files '*.sh' .ci/run); do
        bash -n "$file" 2>&1 | findings "shell" || true
    done
}

rules=(format cppcheck lengths spdx arrows circles oracle mutants places text)
total=0
for rule in ${@:-"${rules[@]}"}; do
    # Through a file, because findings come from subshells that cannot count.
    "rule_$rule" >"$build/lint-$rule.log" 2>&1 || true
    cat "$build/lint-$rule.log"
    n=$(grep -c '^lint: ' "$build/lint-$rule.log" || true)
    total=$((total + n))
    echo "$rule: $n findings"
done
echo "$total findings in all"
[ "$total" = 0 ]
