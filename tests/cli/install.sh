#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# An installed Otalab: below a prefix with a blank in it, used from empty
# folders, moved, incomplete, and removed again.
root=$PWD
. "$(dirname "$0")/common.bash"

prefix="$work/a prefix/usr"
otalab="$prefix/bin/otalab"
unset OTALAB_FIRMWARE

says() { test_that "$1" grep -qE -- "$2" out; }

# Each in a new empty folder.
here() {
    rm -rf "$work/here" && mkdir "$work/here" && cd "$work/here" || exit 1
}

# install and uninstall with what `make test` was called with; nothing is to
# be built, so the look at packages can be left out.
make_it() { make -C "$root" --no-print-directory NODEPS=1 "$@"; }

# ---- make install

check "install" 0 make_it install PREFIX="$prefix"
pieces() {
    local file
    for file in bin/otalab lib/otalab/libotalab-shim.so \
        share/otalab/firmware/{rom.elf,boot.bin,app.bin,recovery.bin,otalab.dtb} \
        share/otalab/scenarios/boot/ab-good.yaml share/man/man1/otalab.1 \
        share/bash-completion/completions/otalab \
        share/zsh/site-functions/_otalab \
        share/fish/vendor_completions.d/otalab.fish \
        share/doc/otalab/{README.md,LICENSE,docs/board.md}; do
        [ -s "$prefix/$file" ] || { echo "  no $file"; return 1; }
    done
    diff <(cd "$scenarios" && find . -type f ! -path '*/solution/*' | sort) \
        <(cd "$prefix/share/otalab/scenarios" && find . -type f | sort)
}
test_that "every piece is there" pieces
nothing_writable() {
    [ -z "$(find "$prefix" \( -type f -o -type d \) -perm /022)" ] &&
        [ -z "$(find "$prefix" -type f ! -path '*/bin/*' -perm /111)" ]
}
test_that "modes: all can read, nobody else can write" nothing_writable

# The folder of the build, and that of the sources: in no file.
no_path() {
    local found
    found=$(grep -rlF -e "$root" -e "$(dirname "$tool")" "$prefix")
    [ -z "$found" ] || { echo "  in: $found"; return 1; }
}
test_that "no path of the build is in a file" no_path
check "again, over itself" 0 make_it install PREFIX="$prefix"

# ---- used from an empty folder, and by a search path

here
export PATH="$prefix/bin:$PATH"
check "version" 0 otalab --version
says "version: a number" '^otalab [0-9]+\.[0-9]+'
check "a scenario by name" 0 otalab run -q ab-good
says "a scenario by name: passed" '^PASS ab-good'
here
check "the demo" 0 otalab demo
names_no_build() { ! grep -n 'build/otalab' out; }
test_that "the demo: names commands that are there" names_no_build
nothing_left() { [ -z "$(find . -mindepth 1 ! -name out ! -name err)" ]; }
test_that "what passes leaves nothing behind" nothing_left

here
check "a run that fails" 1 otalab run -q ab-good \
    --fault 'power_cut@flash.program,partition=journal,nth=2,done=40%'
evidence() { [ -s runs/ab-good/flash.bin ] && [ -s runs/ab-good/token ]; }
test_that "a run that fails: evidence in ./runs" evidence
check "a run that fails: its token" 1 otalab replay -q \
    "$(cat runs/ab-good/token)"
says "a run that fails: the same again" 'has the digest that the token names'
check "inspect" 0 otalab inspect runs/ab-good/flash.bin
check "doctor" 0 otalab doctor
says "doctor: all is well" '^all is well'

here
check "lessons" 0 otalab lesson start what-is-in-flash
check "a lesson that builds a program" 2 otalab lesson start \
    the-attempt-that-was-not-counted
test_that "a lesson that builds a program: what it needs" \
    grep -q "source tree is needed: run 'make' there" err
test_that "a lesson that builds a program: no folder is left" \
    [ "$(ls lessons)" = what-is-in-flash ]
check "no solution is installed" 2 otalab lesson prove what-is-in-flash

# ---- a user's own things

here
mkdir scenarios firmware
cp "$prefix/share/otalab/firmware/app.bin" firmware/mine.bin
sed -e 's/^scenario: .*/scenario: mine/' -e '/update:/s/build: app/build: mine/' \
    "$prefix/share/otalab/scenarios/boot/ab-good.yaml" >scenarios/mine.yaml
check "own scenario, own firmware" 0 otalab run -q mine --firmware firmware
check "own firmware by OTALAB_FIRMWARE" 0 env OTALAB_FIRMWARE=firmware \
    otalab run -q scenarios/
check "own firmware missing" 2 otalab run -q mine
mkdir beside
cp firmware/mine.bin scenarios/mine.yaml beside
check "own scenario beside its firmware" 0 otalab run -q beside/mine.yaml
check "own firmware: no such folder" 3 otalab run -q mine --firmware nowhere
test_that "own firmware: no such folder is what it says" \
    grep -q '^otalab run: nowhere: no such folder' err
check "own scenarios do not hide the others" 0 otalab run -q ab-good
check "a name that nobody knows" 2 otalab run ab-goof
test_that "a name that nobody knows: a suggestion" grep -q "'ab-good'" err

# ---- through a link, and moved

here
ln -s "$otalab" link
check "through a link" 0 ./link run -q ab-good
moved="$work/moved, elsewhere"
mv "$work/a prefix" "$moved"
check "moved" 0 "$moved/usr/bin/otalab" run -q ab-good
mv "$moved" "$work/a prefix"

# ---- incomplete: what is missing, and what helps

here
mv "$prefix/lib/otalab" "$prefix/lib/gone"
check "no plugin: run" 3 otalab run -q ab-good
test_that "no plugin: run says what helps" grep -q "plugin is missing.*install" err
check "no plugin: doctor" 3 otalab doctor
says "no plugin: doctor says what helps" "^NO .*plugin is missing.*install"
mv "$prefix/lib/gone" "$prefix/lib/otalab"
check "no QEMU: doctor" 3 env OTALAB_QEMU=no-such-qemu otalab doctor
says "no QEMU: doctor says what helps" '^NO .*apt-get install'
mkdir tools
ln -s "$(command -v qemu-system-arm)" /bin/sh tools
check "no compiler: doctor" 0 env PATH="$work/here/tools" "$otalab" doctor
says "no compiler: can be done without" '^- +arm-none-eabi-gcc'

# ---- as a package is made, and removed

stage=$work/stage
check "DESTDIR" 0 make_it install DESTDIR="$stage" PREFIX=/opt/otalab
test_that "DESTDIR: nothing beside the prefix" \
    [ "$(cd "$stage" && echo * */*)" = "opt opt/otalab" ]
touch "$stage/opt/otalab/bin/other"
check "uninstall" 0 make_it uninstall DESTDIR="$stage" PREFIX=/opt/otalab
test_that "uninstall: leaves what is not ours, and nothing else" \
    [ "$(cd "$stage" && find . -type f)" = ./opt/otalab/bin/other ]
exit $failed
