# SPDX-License-Identifier: MIT
#
# What the command-line tests share. Source it first: it changes to a private
# folder and sets $tool, $scenarios and $programs. Use $failed as the exit code
# at the end.
set -uo pipefail

tool=$(realpath "${OTALAB:-build/otalab}")
scenarios=$(realpath scenarios)
programs=$(realpath "${OTALAB_BUILD:-build}")/firmware
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
export NO_COLOR=1
failed=0

ok() { echo "ok $1"; }

not_ok() {
    echo "not ok $1"
    failed=1
    [ ! -s err ] || head -n 20 err | sed 's/^/  stderr: /'
    [ ! -s out ] || tail -n 20 out | sed 's/^/  stdout: /'
}

# test_that NAME COMMAND...: it succeeds.
test_that() {
    local name=$1
    shift
    if "$@"; then ok "$name"; else not_ok "$name"; fi
}

# check NAME CODE COMMAND...: the exit code.
check() {
    local name=$1 wanted=$2 code=0
    shift 2
    "$@" >out 2>err || code=$?
    [ $code = "$wanted" ] || echo "  exit code $code, not $wanted"
    test_that "$name" [ $code = "$wanted" ]
}
