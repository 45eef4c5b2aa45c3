#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# Installs missing packages and fetches third-party sources. Quick if there is
# nothing to do; needs no network once packages and cache are there.
#
#   tools/deps.sh FOLDER GROUP...     groups: build test lint
#
# The sources are unpacked into FOLDER. apt installs packages, as root or
# through sudo. Without either, the command for an administrator is printed, the
# sources are still fetched, and the exit code is that of a failure.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
folder=${1:?usage: tools/deps.sh FOLDER GROUP...}
shift

say() { echo "deps: $*" >&2; }

# Does the thing that needs a package already work?
probe() {
    local kind=${1%%:*} what=${1#*:}
    case $kind in
    cmd) command -v "$what" >/dev/null ;;
    header) includes gcc "$what" ;;
    arm) includes arm-none-eabi-gcc "$what" ;;
    clang) includes clang "$what" ;;
    esac
}

includes() {
    command -v "$1" >/dev/null &&
        echo "#include <$2>" | "$1" -E -x c - >/dev/null 2>&1
}

# Packages of the selected groups, with their probes.
declare -A probes
wanted=()
while read -r group package what; do
    case " $* " in
    *" $group "*)
        wanted+=("$package")
        probes[$package]=$what
        ;;
    esac
done < <(grep -v '^#' "$here/packages.txt")

# Prints the packages that are missing.
missing() {
    local package installed=" "
    if command -v dpkg-query >/dev/null; then
        installed=" $(dpkg-query -W \
            -f '${db:Status-Status}:${Package} ' "${wanted[@]}" \
            2>/dev/null || true)"
    fi
    for package in "${wanted[@]}"; do
        case $installed in *" installed:$package "*) continue ;; esac
        probe "${probes[$package]}" || echo "$package"
    done
}

install_packages() {
    local as_root=() simulated count
    if [ "$(id -u)" != 0 ]; then
        if command -v sudo >/dev/null && { sudo -n true 2>/dev/null ||
            [ -t 0 ]; }; then
            as_root=(sudo)
        else
            return 1
        fi
    fi
    say "missing: $*"
    "${as_root[@]}" apt-get -qq update -o APT::Update::Error-Mode=any >&2 ||
        { say "apt-get update failed: no network?"; return 1; }
    # The last lines of a refused dry run give counts and sizes.
    simulated=$("${as_root[@]}" env LC_ALL=C apt-get install --assume-no \
        --no-install-recommends "$@" 2>&1 || true)
    count=$(grep -o '^[0-9]* newly installed\|[0-9]* newly installed' \
        <<<"$simulated" | head -n 1)
    say "$count; $(grep -i '^Need to get' <<<"$simulated" || true)" \
        "$(grep -i 'disk space' <<<"$simulated" || true)" \
        "Usually well below a minute."
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y \
        --no-install-recommends "$@" >"$log" 2>&1 || {
        tail -n 20 "$log" >&2
        return 1
    }
}

status=0
mapfile -t lacking < <(missing)
if [ "${#lacking[@]}" -gt 0 ]; then
    log=$(mktemp)
    trap 'rm -f "$log"' EXIT
    if ! command -v apt-get >/dev/null; then
        say "missing, and there is no apt-get here; Debian calls them:" \
            "${lacking[*]}"
        status=1
    elif install_packages "${lacking[@]}"; then
        say "installed: ${lacking[*]}"
    else
        say "an administrator has to run:" \
            "apt-get update && apt-get install -y --no-install-recommends" \
            "${lacking[*]}"
        status=1
    fi
fi
"$here/fetch.sh" "$folder"
exit $status
