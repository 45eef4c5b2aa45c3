#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# The documents say what is true: tables of docs/board.md against the board's
# headers, its example against the file, links, and every command of the pages.
#
#   tests/cli/docs.sh            test
#   tests/cli/docs.sh --update   rewrite what can be: the trace table, and
#                                times and digests in what commands print
#
# A ```console block after a line `<!-- run -->` is run, one command per line
# that starts with `$ `, from the repository's root. Each must exit with 0, or
# with N after `<!-- run, exit N -->`. The lines shown
# under a command must appear in its output in that order, with anything
# between them; `...` in a line stands for anything, alone on a line it only
# says that something was left out. Spaces, times (`0.012345 s`) and digests
# of eight hexadecimal digits are compared in kind, as they change with the
# compiler. `make test` runs this script, so it is only looked up in .ci/run.
# A block that is not run says why: `<!-- not run: WHY -->`. A block after
# `<!-- file: PATH -->` is that file, whole.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 1

build=$(realpath -m --relative-to=. "${OTALAB_BUILD:-build}")
board=docs/board.md
pages=(README.md docs/board.md docs/architecture.md docs/bricked.md
    docs/lessons.md docs/estimate.md docs/compare.md docs/manifest.md)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0
update=${1:-}

# check NAME COMMAND...: what it prints says what is wrong.
check() {
    local name=$1 said code=0
    shift
    said=$("$@" 2>&1) || code=$?
    if [ -z "$said" ] && [ "$code" = 0 ]; then
        echo "ok $name"
    else
        echo "not ok $name"
        printf '%s\n' "${said:-exit code $code}" | head -n 40 | sed 's/^/  /'
        failed=1
    fi
}

# ---- board.md against the headers --------------------------------------

# Rows `| \`NAME\` | VALUE |` or `| VALUE | \`NAME\` |` that the page must have.
want_rows() {
    local row
    while IFS= read -r row; do
        grep -qF -- "$row" $board || echo "$board lacks: $row"
    done
}

# Every enumerator of registers.h with its value; flags by their bit.
enumerators() {
    sed -n -e 's/^ *\(CTL_[A-Z_]*\) = 1u << \([0-9]*\).*/| `\1` | \2 |/p' \
        -e 's/^ *\(CTL_[A-Z_]*\) = \(0x[0-9A-Fa-f]*\|[0-9]*\)\(,.*\| .*\|\)$/| `\1` | \2 |/p' \
        firmware/board/registers.h
}

# C knows the offsets best. Prints rows of tables.
cat >"$work/tables.c" <<'END'
#include <stddef.h>
#include <stdio.h>
#include "board/registers.h"
#include "board/trace.h"

#define OFFSET(member) \
    printf("| 0x%03zX | `%s` |\n", offsetof(struct ctl_page, member), #member)
#define FUSE(name) printf("| `%s` | %u |\n", #name, name)
#define BASE(name) printf("| 0x%08X |\n", name)

static void trace_row(unsigned number, const char *name, const char *args,
                      const char *text)
{
    printf("| %u | `%s` | ", number, name);
    for (; *args != '\0'; args++) {
        if (args[1] == ':') {
            args++;
        } else {
            printf(*args == ' ' ? ", " : "%c", *args);
        }
    }
    printf(" | %s |\n", text);
}

int main(int argc, char **argv)
{
    (void)argv;
    if (argc > 1) {
        printf("| code | event | arguments A1.. | |\n| --- | --- | --- | --- |\n");
#define ROW(code, number, name, args, text) trace_row(number, name, args, text);
        TRACE_EVENTS(ROW)
        return 0;
    }
    OFFSET(id); OFFSET(revision); OFFSET(time_lo); OFFSET(time_hi);
    OFFSET(arg); OFFSET(reserved0); OFFSET(status); OFFSET(result);
    OFFSET(flags); OFFSET(reserved1); OFFSET(command); OFFSET(data);
    OFFSET(reserved2); OFFSET(radio_tx); OFFSET(radio_rx); OFFSET(reserved3);
    FUSE(OTP_ROOT_KEY_BIT(0)); FUSE(OTP_ROOT_KEY_BIT(1));
    FUSE(OTP_ROOT_KEY_BIT(2)); FUSE(OTP_EPOCH_BIT);
    FUSE(OTP_BOOT_COUNTER_BIT); FUSE(OTP_LIFECYCLE_BIT);
    FUSE(OTP_IDENTITY_BIT); FUSE(OTP_COUNTER_BIT);
    BASE(BOARD_ROM_BASE); BASE(BOARD_DTB_BASE); BASE(BOARD_ROM_RAM_BASE);
    BASE(BOARD_FLASH_BASE); BASE(BOARD_SRAM_BASE); BASE(CTL_BASE);
    return 0;
}
END

registers() {
    "$work/tables" | sed 's/ |$/ /' | want_rows
}

commands_and_codes() {
    local rows
    rows=$(enumerators)
    [ "$(wc -l <<<"$rows")" -ge 40 ] || echo "cannot read registers.h"
    want_rows <<<"$rows"
}

table_in() {
    sed -n '/^<!-- trace table/,/^<!-- end -->/p' $board | sed '1d;$d'
}

trace_table() {
    diff <(table_in) <("$work/tables" trace) |
        sed 's/^</the page has:/; s/^>/trace.h has: /' | grep has:
    true
}

write_trace_table() {
    "$work/tables" trace >"$work/trace"
    sed -i -e '/^<!-- trace table/,/^<!-- end -->/{/^<!-- /!d}' \
        -e "/^<!-- trace table/r $work/trace" $board
}

# Partitions and figures of the flash, from the devicetree's source.
devicetree() {
    local dts=firmware/board/otalab.dts
    {
        sed -n 's/.*label = "\(.*\)".*/\1/p; s/.*reg = <\(0x[0-9a-f]*\) \(0x[0-9a-f]*\)>.*/\1 \2/p' $dts |
            awk '/^0x/ && label != "" { print "| `" label "` | " $1 " | " $2 " |"; label = ""; next }
                 !/^0x/ { label = $0 }'
        sed -n 's/^ *\([a-z,-]*\) = <\([0-9]\{1,\}\)>.*/\1 \2/p' $dts |
            awk '$1 !~ /cells/ { print " `" $1 "` | " $2 " |" }'
    } | want_rows
}

# ---- the example --------------------------------------------------------

example_text() {
    awk '
        FNR == NR { code = code $0 "\n"; next }
        /^```c$/ { inside = 1; block = ""; next }
        /^```$/ && inside {
            inside = 0; seen++
            if (index(code, block) == 0) { print "not in hello.c:"; print block }
        }
        inside { block = block $0 "\n" }
        END { if (!seen) { print "no code on the page" } }
    ' docs/examples/hello.c $board
}

# ---- files that a page shows ---------------------------------------------

shown_files() {
    local page seen=0 file
    for page in "${pages[@]}"; do
        while read -r file; do
            seen=$((seen + 1))
            awk -v mark="<!-- file: $file -->" '
                $0 == mark { at = 1; next }
                at == 1 && /^```/ { at = 2; next }
                at == 2 && /^```$/ { exit }
                at == 2
            ' "$page" | diff "$file" - || echo "$page: this is not $file"
        done < <(sed -n 's/^<!-- file: \(.*\) -->$/\1/p' "$page")
    done
    [ $seen != 0 ] || echo "no page shows a file"
}

# ---- links ---------------------------------------------------------------

links() {
    local page link target
    for page in README.md docs/*.md; do
        [ -f "$page" ] || continue
        grep -o '](\([^)#]*\)' "$page" | sed 's/^](//' | sort -u |
            while read -r link; do
                case $link in
                '' | http*) continue ;;
                esac
                target=$(dirname "$page")/$link
                [ -e "$target" ] || echo "$page: no such file: $link"
            done
    done
    true
}

# ---- faults.md ------------------------------------------------------------

# What "shown by" names exists: a scenario, a command or a target of make.
shown_by() {
    local name
    awk -F'|' '/^\| / && NF > 5 { print $4 }' docs/faults.md |
        grep -o '`[^`]*`' | tr -d '`' | sort -u |
        while read -r name; do
            case $name in
            'otalab '*) "$build/otalab" help "${name#otalab }" >/dev/null 2>&1 ;;
            'make '*) grep -q "^${name#make }:" Makefile mk/*.mk ;;
            bit_rot) continue ;;
            *) [ -n "$(find scenarios -name "$name.yaml")" ] ;;
            esac || echo "there is no $name"
        done
}

# ---- commands ------------------------------------------------------------

# Split a page into N.cmd, N.want, N.exit, N.line of the folder $work/PAGE;
# N counts its commands.
split_page() {
    mkdir -p "$work/$1"
    awk -v dir="$work/$1" '
        function start(text) {
            n++
            printf "%s", text > (dir "/" n ".cmd")
            print exit_code > (dir "/" n ".exit")
            print NR > (dir "/" n ".line")
            printf "" > (dir "/" n ".want")
        }
        /^<!-- run(, exit [0-9]+)? -->$/ {
            mark = 1; exit_code = 0
            if ($3 == "exit") { exit_code = $4 + 0 }
            next
        }
        /^<!-- not run: .* -->$/ { mark = -1; next }
        /^```console$/ {
            if (!mark) { print "line " NR ": a block without <!-- run -->" }
            inside = mark; mark = 0
            next
        }
        /^```$/ { inside = 0; next }
        inside == 1 && /^\$ / { start(substr($0, 3) "\n"); more = /\\$/; next }
        inside == 1 && more {
            print >> (dir "/" n ".cmd"); more = /\\$/; next
        }
        inside == 1 { print >> (dir "/" n ".want") }
        END { print n + 0 > (dir "/count") }
    ' "$1"
}

# What the two sides are compared by; see the top.
awk_norm='
    function norm(s) {
        gsub(/[0-9]+\.[0-9][0-9][0-9][0-9][0-9][0-9] s/, "T s", s)
        gsub(/[0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f]/, "H", s)
        gsub(/[ \t]+/, " ", s); sub(/^ /, "", s); sub(/ $/, "", s)
        return s
    }
    function fits(want, line,    n, part, i, at) {
        n = split(want, part, /\.\.\./)
        if (n <= 1) { return want == line }
        if (substr(line, 1, length(part[1])) != part[1]) { return 0 }
        line = substr(line, length(part[1]) + 1)
        for (i = 2; i <= n; i++) {
            at = index(line, part[i])
            if (part[i] != "" && !at) { return 0 }
            if (part[i] != "") { line = substr(line, at + length(part[i])) }
        }
        return part[n] == "" || line == ""
    }'

# A line with `...` keeps its text and gets the other's first time.
awk_retimed='
    function retimed(s, line,    time) {
        time = "[0-9]+\\.[0-9][0-9][0-9][0-9][0-9][0-9] s"
        if (!match(line, time)) { return s }
        line = substr(line, RSTART, RLENGTH)
        sub(time, line, s)
        return s
    }'

compare() { # WANT GOT
    awk "$awk_norm"'
        FILENAME == ARGV[1] { got[++lines] = norm($0); next }
        norm($0) == "..." || norm($0) == "" { next }
        {
            want = norm($0)
            for (at++; at <= lines && !fits(want, got[at]); at++) { }
            if (at > lines) { print "not in the output: " $0; exit }
        }
    ' "$2" "$1"
}

run_command() { # FOLDER/N
    local command got=$1.got code=0
    command=$(<"$1.cmd")
    if [ "$command" = "make test" ]; then
        grep -q '^ *"test .* test"$' .ci/run || echo "not a stage of .ci/run"
        return
    fi
    env -u MAKEFLAGS -u MAKELEVEL -u MFLAGS -u CC NO_COLOR=1 \
        PATH="$PWD/$build:$PATH" \
        bash -c "${command//build\//$build/}" </dev/null >"$got" 2>&1 ||
        code=$?
    sed -i "s#$build/#build/#g" "$got"
    if [ $code != "$(<"$1.exit")" ]; then
        echo "exit code $code"
        tail -n 20 "$got"
    fi
    compare "$1.want" "$got"
}

# Lines of a page that fit a line of the output are replaced by it.
update_page() {
    local n said at
    for ((n = 1; n <= $(<"$work/$1/count"); n++)); do
        at=$work/$1/$n
        said=$(run_command "$at")
        if [ -n "$said" ]; then
            printf 'left as it was: %s\n%s\n' "$(<"$at.cmd")" "$said"
            continue
        fi
        [ -s "$at.got" ] || continue
        awk -v from="$(<"$at.line")" "$awk_norm$awk_retimed"'
            FILENAME == ARGV[1] { got[++lines] = $0; next }
            FNR > from && (/^```$/ || /^\$ /) { from = 1e9 }
            FNR > from && $0 != "" && $0 != "..." {
                want = norm($0)
                for (i = at + 1; i <= lines && !fits(want, norm(got[i])); i++) { }
                if (i <= lines) {
                    at = i
                    if (/\.\.\./) { print retimed($0, got[i]) } else { print got[i] }
                    next
                }
            }
            { print }
        ' "$at.got" "$1" >"$work/page"
        [ "$(wc -l <"$work/page")" = "$(wc -l <"$1")" ] && cat "$work/page" >"$1"
    done
}

# ---- all of it -----------------------------------------------------------

cc -std=c11 -Wall -Wextra -Werror -Ifirmware -o "$work/tables" \
    "$work/tables.c" || exit 1
if [ "$update" = --update ]; then
    write_trace_table
    for page in "${pages[@]}"; do
        split_page "$page"
        update_page "$page"
    done
    exit
fi

check "board.md: registers, fuses, addresses" registers
check "board.md: commands, answers, causes" commands_and_codes
check "board.md: trace table" trace_table
check "board.md: devicetree" devicetree
check "board.md: example is the file's text" example_text
check "faults.md: what shows it" shown_by
check "links" links
check "files that are shown" shown_files
for page in "${pages[@]}"; do
    check "$page: every block is run" split_page "$page"
    for ((n = 1; n <= $(<"$work/$page/count"); n++)); do
        check "$page: $(head -n 1 "$work/$page/$n.cmd")" \
            run_command "$work/$page/$n"
    done
done
exit $failed
