#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# Fetches the third-party archives named in tools/archives.txt into the cache,
# checks them, and unpacks what is needed into FOLDER. Needs no root, and no
# network once the cache is filled.
#
#   tools/fetch.sh FOLDER
#
# Uses the machine's own mirror. To override it, OTALAB_MIRROR names a folder
# that holds the archives, the URL of such a folder, or the URL of a Debian
# mirror.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
pins=$here/archives.txt
folder=${1:?usage: tools/fetch.sh FOLDER}
cache=${XDG_CACHE_HOME:-$HOME/.cache}/otalab
archives=$cache/archives

. "$here/apt.sh"

say() { echo "deps: $*" >&2; }
fail() { say "$*"; exit 1; }

sum_ok() { echo "$2  $1" | sha256sum --check --status 2>/dev/null; }

# Download one URL to a file with any tool that this machine has.
download() {
    local url=$1 file=$2 sum=$3
    if command -v curl >/dev/null; then
        curl -fsSL --retry 2 -o "$file" "$url"
    elif command -v wget >/dev/null; then
        wget -q -O "$file" "$url"
    elif [ -x /usr/lib/apt/apt-helper ]; then
        /usr/lib/apt/apt-helper download-file "$url" "$file" "SHA256:$sum" \
            >/dev/null
    else
        return 1
    fi
}

# From OTALAB_MIRROR: a folder, a URL of one, or a Debian mirror's pool.
from_mirror() {
    local name=$1 file=$2 sum=$3 url part
    if [ -d "$OTALAB_MIRROR" ]; then
        cp "$OTALAB_MIRROR/$file" "$archives/$file.part" || return 1
    else
        for part in "" "pool/main/${name:0:1}/$name/"; do
            url=${OTALAB_MIRROR%/}/$part$file
            download "$url" "$archives/$file.part" "$sum" 2>/dev/null && break
        done
    fi
    sum_ok "$archives/$file.part" "$sum" || {
        rm -f "$archives/$file.part"
        return 1
    }
    mv "$archives/$file.part" "$archives/$file"
}

# From the machine's Debian mirror, checked by apt against the signed index.
# Prints the file it got: the pinned one, or the newest of the same series.
from_apt() {
    local name=$1 series=$2 version=$3 work got newest
    work=$cache/download.$$
    apt_private sources deb-src trixie trixie-updates trixie-security ||
        return 1
    mkdir -p "$work"
    if ! apt_in "$work" source "$name=$version" 2>/dev/null; then
        newest=$(apt_cache showsrc --only-source "$name" |
            sed -n 's/^Version: //p' | sort -V | grep "^$series" | tail -n 1)
        [ -n "$newest" ] || { rm -rf "$work"; return 1; }
        say "$name $version is gone from the mirror; taking $newest" \
            "(checked by the mirror's signed index, not by our own sum)"
        apt_in "$work" source "$name=$newest" || { rm -rf "$work"; return 1; }
    fi
    got=$(ls "$work")
    mv "$work/$got" "$archives/$got"
    rm -rf "$work"
    echo "$got"
}

# An archive of the same series, fetched earlier because the pinned one was
# gone.
substitute() {
    local name=$1 series=$2 f
    f=$(cat "$archives/$name.substitute" 2>/dev/null) || return 1
    [[ $f == "$name"_"$series"* && -f $archives/$f ]] && echo "$f"
}

# Make sure that an archive is in the cache; prints its file name.
obtain() {
    local name=$1 series=$2 version=$3 file=$4 sum=$5 got
    if [ -f "$archives/$file" ]; then
        sum_ok "$archives/$file" "$sum" && { echo "$file"; return; }
        say "$archives/$file is damaged; fetching it again"
        rm -f "$archives/$file"
    fi
    if [ -n "${OTALAB_MIRROR:-}" ]; then
        from_mirror "$name" "$file" "$sum" && { echo "$file"; return; }
        fail "$file (SHA-256 $sum) is not in OTALAB_MIRROR=$OTALAB_MIRROR"
    fi
    substitute "$name" "$series" && return
    say "fetching $file"
    got=$(from_apt "$name" "$series" "$version") || fail \
        "cannot fetch $file: no network, or no Debian mirror here." \
        "Set OTALAB_MIRROR to a Debian mirror or to a folder that holds it"
    if [ "$got" = "$file" ]; then
        sum_ok "$archives/$file" "$sum" || {
            rm -f "$archives/$file"
            fail "$file does not have the SHA-256 in tools/archives.txt"
        }
    else
        echo "$got" >"$archives/$name.substitute"
    fi
    echo "$got"
}

unpack() {
    local name=$1 file=$2 members tool=bzip2
    shift 2
    case $file in *.xz) tool=xz ;; *.gz) tool=gzip ;; esac
    command -v $tool >/dev/null || fail \
        "$file is there, but cannot be unpacked without $tool"
    members=("${@/#/*/}")
    rm -rf "${folder:?}/$name"
    mkdir -p "$folder/$name"
    tar -xf "$archives/$file" -C "$folder/$name" --strip-components=1 -m \
        --no-same-owner --wildcards --no-wildcards-match-slash "${members[@]}"
    echo "$file" >"$folder/$name/ARCHIVE"
}

if cmp -s "$pins" "$folder/.pins"; then
    exit 0
fi
mkdir -p "$archives" "$folder"
# One at a time, should two builds start at once.
exec 9>"$cache/lock"
flock 9 2>/dev/null || true
while read -r name series version file sum members; do
    case $name in '' | '#'*) continue ;; esac
    got=$(obtain "$name" "$series" "$version" "$file" "$sum")
    # shellcheck disable=SC2086
    unpack "$name" "$got" $members
done <"$pins"
cp "$pins" "$folder/.pins"
