#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# otalab manifest as a person uses it: made, signed, verified, printed,
# explained, and wrong input.
suit=$(realpath tests/data/suit)
# shellcheck source=tests/cli/common.bash
. tests/cli/common.bash

says() { # name, text that the last command printed
    test_that "$1" grep -qF -- "$2" out err
}

check "an image" 0 "$tool" image sign -k root -v 1.2.0 -s 3 \
    "$programs/app.bin" app.img

check "a manifest" 0 "$tool" manifest create app.img -s 7 -k root -o app.suit
check "the same again" 0 "$tool" manifest create app.img -s 7 -k root -o again.suit
check "is the same bytes" 0 cmp app.suit again.suit
check "it verifies" 0 "$tool" manifest verify app.suit -k wrong -k root
says "by the second key" "sequence 7, signed by root"
check "another key did not sign it" 1 "$tool" manifest verify app.suit -k wrong
check "explained" 0 "$tool" manifest explain app.suit
says "its counter" "counter         3"
says "its class" "(board-1)"

check "not signed yet" 0 "$tool" manifest create app.img -s 7 -o plain.suit
check "does not verify" 1 "$tool" manifest verify plain.suit -k root
says "and how to mend that" "otalab manifest sign"
check "signed" 0 "$tool" manifest sign plain.suit -k root -o signed.suit
check "to the same bytes" 0 cmp signed.suit app.suit

check "everything" 0 "$tool" manifest create app.img -s 8 -k root -o all.suit \
    --deltas --sever --battery 20 --text 'Mends the pump' --vendor x.example \
    --class pump --uri https://edge.example/app.img
check "everything, printed" 0 "$tool" manifest dump all.suit
says "opened" "/ uri / 21: \"https://edge.example/app.img\""
says "the text" "Mends the pump"
check "everything, explained" 0 "$tool" manifest explain all.suit
says "both ways" "way 2:"

for example in example0 example1 example2 example2-signed-severed; do
    file=$suit/${example%-signed-severed}-signed${example#"${example%-severed}"}.cbor
    check "the draft's ${file##*/}" 0 "$tool" manifest verify "$file" \
        -k "$suit/public_key.pem"
    check "printed" 0 "$tool" manifest dump "$file"
done

head -c 100 app.suit >short.suit
check "cut short" 1 "$tool" manifest verify short.suit -k root
says "with the place" "short.suit: byte "
check "an image is no manifest" 1 "$tool" manifest verify app.img -k root
: >empty
check "nothing is no manifest" 1 "$tool" manifest verify empty -k root
says "by its name" "empty"
check "a manifest is no image" 2 "$tool" manifest create app.suit -s 1 -o x.suit
says "and what makes one" "otalab image sign"
"$tool" image sign -k root -v 1.2.0 --edit unsigned "$programs/app.bin" bare.img \
    >out 2>err
check "nor is one without a signature" 2 "$tool" manifest create bare.img -s 1 -o x.suit
check "nothing is no image" 2 "$tool" manifest create empty -s 1 -o x.suit
check "no such file" 2 "$tool" manifest dump nowhere.suit
check "sequence 0" 2 "$tool" manifest create app.img -s 0 -o x.suit
check "too large a sequence" 2 "$tool" manifest create app.img -s 4294967296 -o x.suit
says "and why" "does not fit in 32 bits"
check "over its input" 2 "$tool" manifest sign app.suit -k root -o app.suit
check "a public key" 2 "$tool" manifest sign app.suit \
    -k "$suit/public_key.pem" -o x.suit
check "too long a text" 2 "$tool" manifest create app.img -s 1 -o x.suit \
    --text "$(printf '%2100s' x)"
check "nothing was written" 1 test -e x.suit
exit $failed
