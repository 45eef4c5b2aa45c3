#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# Completions and man page. Bash's are called as bash calls them; those of zsh
# and fish where these shells are installed.
root=$PWD
. "$(dirname "$0")/common.bash"

"$tool" completion bash >otalab.bash
"$tool" completion zsh >_otalab
"$tool" completion fish >otalab.fish
"$tool" help --man >otalab.1

# ---- bash

test_that "bash: parses" bash -n otalab.bash
# shellcheck disable=SC1091
. ./otalab.bash
mkdir -p here/folder
touch here/mine.yaml here/key.pem here/notes here/flat

# offers WORD...: completes the last word; the result as one line, in here/.
offers() {
    local COMP_WORDS=(otalab "$@") COMP_CWORD=$# COMPREPLY=()
    cd here || return
    _otalab "$tool" "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
    cd .. || return
    echo "${COMPREPLY[*]}"
}

# bash_offers NAME WANTED WORD...
bash_offers() {
    local name=$1 wanted=$2 got
    shift 2
    got=$(offers "$@" 2>err)
    [ "$got" = "$wanted" ] || echo "  offers '$got', not '$wanted'"
    test_that "bash: $name" [ "$got" = "$wanted" ]
}

bash_offers "a command" "replay" rep
bash_offers "a command of a group" "sign" image si
bash_offers "help is a command" "help" he
bash_offers "commands after help" "sign" help image si
bash_offers "an option" "--seed" run --se
bash_offers "options of a command of a group" "--version" image sign --versi
bash_offers "no option of another command" "" check --seed
bash_offers "an option of no argument, then one" "--seed" run -q --se
bash_offers "a choice" "always auto" run --color a
bash_offers "a choice after =" "never" run --color = n
bash_offers "a choice, nothing typed after =" "always auto never" run --color =
bash_offers "a choice, = in the word" "--color=never" run --color=n
bash_offers "a number: nothing" "" run --seed ""
bash_offers "a short option's value: nothing" "" run -s ""
bash_offers "an option's value is no command" "--quiet" run --record run --qui
bash_offers "folders" "folder" run --record ""
bash_offers "files" "key.pem" image sign --key k
bash_offers "a scenario's name" "ab-good" run ab-g
bash_offers "a scenario's file, no other" "mine.yaml" run mi
bash_offers "a scenario's folder" "folder" run fol
bash_offers "no scenario: other files" "" run note
bash_offers "a second scenario" "ab-bad" run ab-good ab-ba
bash_offers "scenarios of check" "ab-bad" check ab-ba
bash_offers "a topic" "flash.erase" explain flash.er
bash_offers "a lesson" "the-rollback" lesson start the-ro
bash_offers "a lesson or its folder" "folder" lesson check fol
bash_offers "words" "zsh" completion z
bash_offers "arguments after --" "ab-good" run -- ab-g
bash_offers "no options after --" "" run -- --se
bash_offers "folders to replay" "folder" replay fol

every_command_completes() {
    local word
    for word in $("$tool" help | sed -n '/^Commands:/,/^$/s/^  \([a-z]*\) .*/\1/p'); do
        [[ " $(offers "$word") " == *" $word "* ]] || return 1
    done
    [ "$(offers "" | wc -w)" -ge 10 ]
}
test_that "bash: every command" every_command_completes

# ---- zsh, fish

# The line after a Tab, in a real zsh on a terminal of its own.
cat >zsh-line <<'END'
zmodload zsh/zpty
zpty z zsh -f -i
zpty -w z "PS1= RPS1= PATH=$1:\$PATH; cd here; unset zle_bracketed_paste"
zpty -w z 'fpath=(.. $fpath); autoload -Uz compinit; compinit -u -D'
zpty -w z 'finish() { print -r -- "<<$BUFFER>>"; exit }; zle -N finish'
zpty -w z 'bindkey "^X" finish; bindkey "^I" complete-word'
zpty -w -n z "$2"$'\t\x18'
while zpty -r z out; do all+=$out; done
print -r -- ${${all##*<<}%%>>*}
END

# zsh_makes NAME WANTED LINE
zsh_makes() {
    local got
    got=$(timeout 60 zsh -f zsh-line "$(dirname "$tool")" "$3" 2>err |
        tr -d '\r')
    [ "$got" = "$2" ] || echo "  makes '$got', not '$2'"
    test_that "zsh: $1" [ "$got" = "$2" ]
}

if command -v zsh >/dev/null; then
    test_that "zsh: parses" zsh -n _otalab
    zsh_makes "a command" "otalab replay " "otalab rep"
    zsh_makes "a command of a group" "otalab image sign " "otalab image si"
    zsh_makes "commands after help" "otalab help image sign " \
        "otalab help image si"
    zsh_makes "an option" "otalab run --seed " "otalab run --see"
    zsh_makes "a choice" "otalab run --color=never " "otalab run --color=n"
    zsh_makes "a choice after a blank" "otalab run -s 5 --color never " \
        "otalab run -s 5 --color n"
    zsh_makes "folders" "otalab run --record folder/" "otalab run --record f"
    zsh_makes "files" "otalab image sign --key key.pem " \
        "otalab image sign --key k"
    zsh_makes "a scenario's name" "otalab run ab-good " "otalab run ab-go"
    zsh_makes "a scenario's file" "otalab run mine.yaml " "otalab run mi"
    zsh_makes "a topic" "otalab explain flash.erase " "otalab explain flash.er"
    zsh_makes "words" "otalab completion zsh " "otalab completion z"
else
    ok "zsh # SKIP not installed"
fi

# fish_offers NAME WANTED LINE
fish_offers() {
    local got
    got=$(cd here && HOME=$work PATH=$(dirname "$tool"):$PATH fish -N -c \
        "source ../otalab.fish; complete -C '$3'" 2>"$work/err" |
        cut -f 1 | sort -u | paste -sd ' ')
    [ "$got" = "$2" ] || echo "  offers '$got', not '$2'"
    test_that "fish: $1" [ "$got" = "$2" ]
}

if command -v fish >/dev/null; then
    test_that "fish: parses" fish -n otalab.fish
    fish_offers "a command" "replay" "otalab rep"
    fish_offers "a command of a group" "sign" "otalab image si"
    fish_offers "commands after help" "sign" "otalab help image si"
    fish_offers "an option" "--seed" "otalab run --see"
    fish_offers "a choice" "--color=never" "otalab run --color=n"
    fish_offers "a choice after a blank" "never" "otalab run --color n"
    fish_offers "folders" "folder/" "otalab run --record "
    fish_offers "files" "key.pem" "otalab image sign --key k"
    fish_offers "a scenario" "ab-good" "otalab run ab-g"
    fish_offers "a topic" "flash.erase" "otalab explain flash.er"
else
    ok "fish # SKIP not installed"
fi

# ---- man page

man_clean() {
    [ -z "$(groff -wall -man -Tutf8 otalab.1 2>&1 >man.txt)" ] && [ -s man.txt ]
}
if command -v groff >/dev/null; then
    test_that "man page: groff has nothing to say" man_clean
else
    ok "man page: groff # SKIP not installed"
fi
if command -v mandoc >/dev/null; then
    test_that "man page: mandoc has nothing to say" mandoc -Tlint otalab.1
else
    ok "man page: mandoc # SKIP not installed"
fi

# Every environment variable that the program asks for has an entry.
environment() {
    local name
    for name in $(grep -rhoE 'getenv\("[A-Z_]+"\)' "$root/sim" |
        sed 's/.*"\(.*\)".*/\1/' | sort -u); do
        grep -q "fB${name}\\\\fR" otalab.1 || { echo "  lacks $name"; return 1; }
    done
}
test_that "man page: every environment variable" environment
exit $failed
