#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# Prints the sizes of the device programs in bytes: code, constants and
# initialised data, as stored in ROM and flash. ROM and bootloader together have
# a limit; libfdt's share of it, from the linker's map, is shown.
#
#   tools/size.sh FIRMWARE
set -euo pipefail

firmware=${1:?usage: tools/size.sh FIRMWARE}
limit=$((26 * 1024)) # of which the mechanisms beside two slots take 0.8 KiB

code() { # program
    arm-none-eabi-size "$firmware/$1.elf" | awk 'NR == 2 { print $1 + $2 }'
}

# A long section name has a line of its own, before address, size and file.
fdt() { # program
    local size sum=0
    for size in $(sed '1,/^Linker script and memory map/d' "$firmware/$1.map" |
        awk '/^ *[.]/ { section = $1 }
            section ~ /^[.](text|rodata|data)/ && /libfdt[.]a[(]/ {
                print $(NF - 1) }'); do
        sum=$((sum + size))
    done
    echo $sum
}

row() { # what, code, libfdt, remark
    printf '%-12s %7d %7d  %s\n' "$@"
}

printf '%-12s %7s %7s\n' "bytes" "code" "libfdt"
together=0
together_fdt=0
for program in rom boot app recovery; do
    [ -e "$firmware/$program.elf" ] || continue
    size=$(code "$program")
    share=$(fdt "$program")
    row "$program" "$size" "$share" ""
    case $program in
    rom | boot)
        together=$((together + size))
        together_fdt=$((together_fdt + share)) ;;
    esac
done
row "rom + boot" "$together" "$together_fdt" \
    "limit $limit, $((limit - together)) left"
