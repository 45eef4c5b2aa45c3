#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# Copy the device sources and apply one patch to the copy. Times are kept, so
# that only what the patch touches is compiled again.
#
#   tools/mutant.sh PATCH FOLDER
set -euo pipefail

patch=$(realpath "${1:?usage: tools/mutant.sh PATCH FOLDER}")
folder=${2:?usage: tools/mutant.sh PATCH FOLDER}

rm -rf "$folder"
mkdir -p "$folder"
for tree in bootloader firmware; do
    [ ! -d "$tree" ] || cp -a "$tree" "$folder/"
done
# Out of sight of the repository above, or git would leave out these paths.
cd "$folder"
GIT_CEILING_DIRECTORIES=$(dirname "$PWD") git apply --whitespace=nowarn "$patch"
