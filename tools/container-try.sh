#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# Builds the Containerfile where no registry can be reached, uses the image, and
# runs the steps of the first workflow in docs/ci.md. debootstrap makes the base
# from the machine's own Debian mirror, with the machine's apt configuration.
# buildah does a real build, in a temporary store. Needs root, git, debootstrap
# and buildah; exit code 77 without them. Takes ten minutes and some GB.
#
#   tools/container-try.sh [image|workflow]...     default: both
set -euo pipefail
cd "$(dirname "$0")/.."

base=localhost/otalab-base
image=localhost/otalab-try

for program in git debootstrap buildah; do
    command -v $program >/dev/null ||
        { echo "container-try: no $program here" >&2; exit 77; }
done
[ "$(id -u)" = 0 ] || { echo "container-try: needs root" >&2; exit 77; }

# shellcheck disable=SC2034
cache=none # apt.sh wants it, for what is not used here
. tools/apt.sh
work=$(mktemp -d)
trap 'ours rm --all >/dev/null 2>&1 || true; rm -rf "$work"' EXIT

say() { echo "== $*"; }
ours() {
    buildah --storage-driver vfs --root "$work/store" --runroot "$work/run" "$@"
}
steps() { ours "$1" --isolation chroot --network host "${@:2}"; }

# Does what `podman run -v FOLDER:/project` does.
in_project() { # CONTAINER COMMAND...
    steps run --volume "$work/project:/project" --workingdir /project "$@"
}

new_project() {
    rm -rf "$work/project"
    mkdir "$work/project"
    chmod 777 "$work/project"
}

make_base() {
    say "a Debian 12 to start from"
    debootstrap --variant=minbase bookworm "$work/base" \
        "$(apt_mirrors | grep -v security | head -n 1)" >"$work/log" ||
        { tail "$work/log"; exit 1; }
    rm -rf "$work/base/etc/apt"
    cp -a /etc/apt "$work/base/etc/apt"
    rm -rf "$work/base/var/cache/apt/archives/"*.deb
    local container
    container=$(ours from scratch)
    ours add -q "$container" "$work/base" / >/dev/null
    ours commit -q "$container" $base >/dev/null
    rm -rf "$work/base"
}

try_image() {
    local container code=0
    say "the Containerfile"
    steps build -q --build-arg BASE=$base -t $image -f Containerfile . \
        >"$work/log" 2>&1 || { tail -n 40 "$work/log"; exit 1; }
    ours images --format '{{.Name}} {{.Size}}'
    container=$(ours from $image)
    new_project
    otalab() { in_project "$container" -- otalab "$@"; }
    say "the image"
    ours inspect --type image \
        --format '{{.OCIv1.Config.User}} {{.OCIv1.Config.Entrypoint}}' $image
    otalab --version
    otalab doctor
    otalab run -q ab-good
    otalab run -q ab-good --seed 1 --fault \
        'power_cut@flash.program,partition=journal,nth=2,done=40%' || code=$?
    [ $code = 1 ] || { echo "exit code $code, not 1"; exit 1; }
    [ -s "$work/project/runs/ab-good/token" ] ||
        { echo "no evidence"; exit 1; }
    [ "$(stat -c %u "$work/project/runs")" != 0 ] ||
        { echo "it runs as root"; exit 1; }
}

# A team's repository with this commit of Otalab below it.
try_workflow() {
    local container line
    say "the first workflow of docs/ci.md"
    new_project
    git clone -q . "$work/project/otalab"
    mkdir "$work/project/scenarios"
    cp scenarios/boot/ab-{good,bad}.yaml "$work/project/scenarios"
    container=$(ours from $base)
    while IFS= read -r line; do
        echo "- $line"
        in_project "$container" -- sh -ec "$line" </dev/null >"$work/log" 2>&1 ||
            { tail -n 40 "$work/log"; exit 1; }
    done < <(sed -n '/^<!-- workflow: from sources/,/^```$/s/^ *- run: //p' \
        docs/ci.md)
    tail -n 3 "$work/log"
    grep -c '<testcase' "$work/project/results.xml"
}

[ $# -gt 0 ] || set -- image workflow
make_base
for what; do "try_$what"; done
say good
