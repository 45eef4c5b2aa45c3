# SPDX-License-Identifier: MIT
#
# Lists the programs that a scenario's 'build' may name, one per line, with the
# first sentence of the first comment in the variant's source.
#
#   awk -f tools/programs.awk firmware/variants/*.c

function print_line(name, text) {
    sub(/[.]( .*)?$/, "", text)
    printf "%-22s %s\n", name, text
}

BEGIN {
    print_line("app", "The product: measures, updates itself, confirms an update after its self-test.")
    print_line("boot", "The bootloader.")
    print_line("recovery", "Runs when both slots are lost, and fetches an image.")
}

FNR == 1 {
    name = FILENAME
    sub(/.*\//, "", name)
    sub(/\.c$/, "", name)
    text = ""
    state = "before"
    next # the licence
}

state == "before" && /^\/\*/ { state = "in" }
state == "in" {
    line = $0
    last = line ~ /\*\//
    sub(/ *\*\/.*$/, "", line)
    sub(/^ *\/?\*+ ?/, "", line)
    gsub(/^ +| +$/, "", line)
    text = text (text != "" && line != "" ? " " : "") line
    if (last) {
        state = "after"
        print_line(name, text)
    }
}
