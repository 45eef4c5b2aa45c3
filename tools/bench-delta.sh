#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# Sizes of patches between real pairs of images, beside those of other tools if
# they are installed, and what the device's decoder needs, as rows of
# `make bench`.
#
#   tools/bench-delta.sh BUILD
set -euo pipefail
cd "$(dirname "$0")/.."

build=${1:?usage: tools/bench-delta.sh BUILD}
images=$build/delta/images
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

has() { command -v "$1" >/dev/null; }

# The size of what a tool makes, in bytes and as a share of the image; "-"
# without the tool.
with() { # tool, base, target
    case $1 in
    bsdiff) has bsdiff && bsdiff "$2" "$3" "$work/out" ;;
    xdelta3) has xdelta3 && xdelta3 -9 -f -e -S none -s "$2" "$3" "$work/out" ;;
    otalab) "$build/otalab" delta create -q "$2" "$3" -o "$work/out" ;;
    esac && share "$(stat -c %s "$work/out")" "$(stat -c %s "$3")" || echo -
}

share() { awk -v n="$1" -v all="$2" 'BEGIN { printf "%d=%.2f%%\n", n, 100 * n / all }'; }

names=(version-string one-line-fix security-patch new-feature)
printf '\n%-28s %14s %14s %14s %10s\n' "patches, application" otalab bsdiff \
    xdelta3 MB/s
for name in "${names[@]}"; do
    target=$images/$name.img
    read -r _ _ speed state saved \
        < <("$build/delta/pairs" --speed "$images/base.img" "$target")
    row=("$name")
    for tool in otalab bsdiff xdelta3; do
        row+=("$(with $tool "$images/base.img" "$target")")
    done
    printf '%-28s %14s %14s %14s %10s\n' "${row[@]}" "$speed"
done

text=$(arm-none-eabi-size "$build"/firmware/obj/firmware/ota/delta*.o \
    build/third-party/libheatshrink.a | awk 'NR > 1 { n += $1 } END { print n }')
printf '%-28s %d bytes of code, %d of state, %d saved\n' "decoder (Cortex-M4, -Os)" \
    "$text" "$state" "$saved"
