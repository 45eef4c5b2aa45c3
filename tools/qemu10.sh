#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# Provides a QEMU 10 beside Debian 12's 7.2, for tests on both: fetched from
# bookworm-backports with separate apt lists and unpacked into the cache; the
# machine's packages are not touched. Prints the path of qemu-system-arm.
#
#   tools/qemu10.sh [--offline]
#
# Fails with one line if QEMU 10 is neither in the cache nor available, or does
# not run here. Needs no root, and no network the second time.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/otalab
suite=bookworm-backports
folder=$cache/qemu10
binary=$folder/usr/bin/qemu-system-arm

. "$here/apt.sh"

fail() {
    echo "qemu10: $*" >&2
    exit 1
}

fetch() {
    local work=$cache/qemu10.$$
    apt_private backports deb "$suite" || return 1
    mkdir -p "$work/root"
    (cd "$work" && apt-get "${apt_options[@]}" -qq download \
        "qemu-system-arm/$suite" "qemu-system-common/$suite" \
        "qemu-system-data/$suite" >&2) || { rm -rf "$work"; return 1; }
    for package in "$work"/*.deb; do
        dpkg -x "$package" "$work/root"
    done
    rm -rf "$folder"
    mv "$work/root" "$folder"
    rm -rf "$work"
}

if [ ! -x "$binary" ]; then
    [ "${1:-}" != --offline ] || fail "not in the cache"
    mkdir -p "$cache"
    exec 9>"$cache/lock"
    flock 9
    [ -x "$binary" ] || fetch ||
        fail "cannot fetch qemu-system-arm from $suite: no network?"
fi
lost=$(ldd "$binary" | awk '/not found/ { print $1 }' | tr '\n' ' ')
[ -z "$lost" ] || fail "libraries missing: $lost" \
    "(apt-get install qemu-system-arm brings them)"
"$binary" --version | grep -q 'version 1[0-9]\.' ||
    fail "$binary is not version 10 or newer"
echo "$binary"
