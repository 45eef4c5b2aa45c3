# SPDX-License-Identifier: MIT
#
# Applies a planted defect, tests/mutants/NAME.rule, to a copy of the sources:
#
#   One sentence that says what is wrong.
#
#   firmware/ota/policy.c
#   - one or more lines of the source
#   + the lines that replace them, if any
#
# A rule has any number of such blocks, for one or more files. The old lines are
# found by their text, wherever they are; blanks at either end do not matter.
# Text that is missing, or there twice, is an error.
#
#   awk -v tree=FOLDER [-v check=1] -f tools/mutant.awk RULE
#
# With check=1 nothing is written.

function fail(text) {
    printf "%s: %s\n", FILENAME, text >"/dev/stderr"
    failed = 1
    exit 1
}

function stripped(text) {
    gsub(/^[ \t]+|[ \t]+$/, "", text)
    return text
}

function read_source(    line, path, status) {
    path = tree "/" file
    count = 0
    while ((status = (getline line <path)) > 0)
        source[++count] = line
    close(path)
    if (status < 0)
        fail(file ": no such file")
}

function write_source(    path, i) {
    path = tree "/" file
    for (i = 1; i <= count; i++)
        print source[i] >path
    close(path)
}

# The only line where the old lines start.
function find_old(    at, i, found) {
    found = 0
    for (at = 1; at + olds - 1 <= count; at++) {
        for (i = 1; i <= olds; i++)
            if (stripped(source[at + i - 1]) != stripped(old[i]))
                break
        if (i <= olds)
            continue
        if (found)
            fail(file ": more than one place has: " old[1])
        found = at
    }
    if (!found)
        fail(file ": no place has: " old[1])
    return found
}

function replace(    at, i, tail, rest) {
    at = find_old()
    rest = 0
    for (i = at + olds; i <= count; i++)
        tail[++rest] = source[i]
    count = at - 1
    for (i = 1; i <= news; i++)
        source[++count] = new[i]
    for (i = 1; i <= rest; i++)
        source[++count] = tail[i]
}

function end_block() {
    if (!olds && !news)
        return
    if (!olds)
        fail(file ": a block without old lines")
    replace()
    blocks++
    olds = news = 0
}

function end_file() {
    end_block()
    if (file != "" && !check)
        write_source()
}

NR == 1 { next }
/^- / || $0 == "-" {
    if (news)
        end_block()
    old[++olds] = substr($0, 3)
    next
}
/^\+ / || $0 == "+" { new[++news] = substr($0, 3); next }
NF == 0 { end_block(); next }
/^[a-z]+\// {
    end_file()
    file = $0
    read_source()
    next
}
{ fail("not a line of a rule: " $0) }

END {
    if (failed)
        exit 1
    end_file()
    if (!blocks)
        fail("it changes nothing")
}
