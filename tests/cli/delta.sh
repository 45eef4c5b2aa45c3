#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# otalab delta as a person uses it, and the device's decoder, on real pairs of
# images: the application before and after a small change.
set -uo pipefail

tool=$(realpath "${OTALAB:-build/otalab}")
build=$(realpath "${OTALAB_BUILD:-build}")
images=$build/delta/images
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export NO_COLOR=1
failed=0

check() { # name, exit code, command
    local name=$1 wanted=$2 code=0
    shift 2
    "$@" >"$work/out" 2>"$work/err" || code=$?
    if [ $code = "$wanted" ]; then
        echo "ok $name"
    else
        echo "not ok $name (exit code $code, not $wanted)"
        sed 's/^/  /' "$work/err" "$work/out"
        failed=1
    fi
}

# holds NAME COMMAND...: says nothing, keeps what the last check printed.
holds() {
    local name=$1
    shift
    if "$@" >"$work/held" 2>&1; then
        echo "ok $name"
    else
        echo "not ok $name"
        sed 's/^/  /' "$work/held" "$work/err"
        failed=1
    fi
}

# refused NAME CODE TEXT COMMAND...: one line with that text, and no file.
refused() {
    local name=$1 wanted=$2 text=$3
    shift 3
    rm -f "$work/made"
    check "$name" "$wanted" "$@"
    holds "$name: one line" test "$(wc -l <"$work/err")" = 1
    holds "$name: says so" grep -qF -- "$text" "$work/err"
    holds "$name: writes nothing" test ! -e "$work/made"
}

# A patch has at most 5 % of the image.
small() {
    [ $((20 * $(stat -c %s "$1"))) -le "$(stat -c %s "$2")" ]
}

for name in version-string one-line-fix security-patch new-feature; do
    target=$images/$name.img
    patch=$work/$name.patch
    check "$name: create" 0 "$tool" delta create "$images/base.img" "$target" \
        -o "$patch"
    check "$name: apply" 0 "$tool" delta apply "$images/base.img" "$patch" \
        -o "$work/$name.img"
    holds "$name: the same image" cmp "$work/$name.img" "$target"
    holds "$name: at most 5 %" small "$patch" "$target"
    check "$name: created twice" 0 "$tool" delta create -q "$images/base.img" \
        "$target" -o "$work/again"
    holds "$name: the same patch" cmp "$patch" "$work/again"
done

"$build/delta/pairs" "$images"/{base,version-string,one-line-fix}.img \
    "$images"/{security-patch,new-feature}.img || failed=1

patch=$work/one-line-fix.patch
check "info" 0 "$tool" delta info "$patch"
holds "info says the versions" grep -qE 'base +1\.2\.0' "$work/out"
check "info as JSON" 0 "$tool" delta info --json "$patch"
holds "info as JSON has the size" grep -qE \
    "\"size\": ?$(stat -c %s "$patch")," "$work/out"
check "help" 0 "$tool" delta create --help

refused "another base" 1 "another base" "$tool" delta apply \
    "$images/new-feature.img" "$patch" -o "$work/made"
{ head -c 150 "$patch"; printf 'X'; tail -c +152 "$patch"; } >"$work/damaged"
refused "a damaged patch" 1 "damaged" "$tool" delta apply \
    "$images/base.img" "$work/damaged" -o "$work/made"
head -c 200 "$patch" >"$work/cut"
refused "a cut patch" 2 "its header says" "$tool" delta info "$work/cut"
refused "not a patch" 2 "not a patch" "$tool" delta info "$images/base.img"
refused "not an image" 2 "the base is not an image" "$tool" delta create \
    "$patch" "$images/base.img" -o "$work/made"
: >"$work/empty"
for use in "info $work/empty" \
    "apply $images/base.img $work/empty -o $work/made" \
    "create $work/empty $images/base.img -o $work/made"; do
    # shellcheck disable=SC2086 # words of a command line
    refused "empty: ${use%% *}" 2 "$work/empty: the file is empty" \
        "$tool" delta $use
done
cp "$images/base.img" "$work/base.img"
refused "over its own input" 2 "" "$tool" delta create "$work/base.img" \
    "$images/new-feature.img" -o "$work/base.img"
holds "the input is unchanged" cmp "$work/base.img" "$images/base.img"

exit $failed
