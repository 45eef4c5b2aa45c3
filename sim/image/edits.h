/* SPDX-License-Identifier: MIT */
/*
 * Hostile edits: the ways in which a scenario spoils an image, one table for
 * the image tool, scenarios and their documentation. An edit that says
 * "signed" is made before hash and signature, so the image is faultless but
 * for that; the others are made afterwards. Plain data, nothing is owned.
 */
#ifndef OTALAB_IMAGE_EDITS_H
#define OTALAB_IMAGE_EDITS_H

#include <stdint.h>

#include "base/diag.h"

/* X(CODE, "name", value's meaning or NULL, "what it does") */
#define IMAGE_EDITS(X)                                                         \
    X(UNSIGNED, "unsigned", NULL, "leave key hash and signature out")          \
    X(WRONG_KEY, "wrong-key", NULL, "sign with the development key 'wrong'")   \
    X(FORGED, "forged", NULL,                                                  \
      "name the right key, but sign with the wrong one")                       \
    X(FLIP_HEADER, "flip-header", "bit", "flip one bit of the header")         \
    X(FLIP_CODE, "flip-code", "bit", "flip one bit of the payload")            \
    X(FLIP_TLV, "flip-tlv", "bit", "flip one bit after the payload")           \
    X(TRUNCATE, "truncate", "bytes", "keep only the first bytes")              \
    X(TOO_LARGE, "too-large", "bytes, 0: 15 MiB",                              \
      "the header claims a larger payload; signed")                            \
    X(WRAP_SIZE, "wrap-size", NULL,                                            \
      "a payload size that wraps 32-bit sums; signed")                         \
    X(BAD_MAGIC, "bad-magic", NULL, "another magic number; signed")            \
    X(OLD_MAGIC, "old-magic", NULL, "the format's old magic number; signed")   \
    X(SMALL_HEADER, "small-header", "bytes, 0: 16",                            \
      "a header size below 32; signed")                                        \
    X(NON_BOOTABLE, "non-bootable", NULL,                                      \
      "the header says: not to be booted; signed")                             \
    X(ENCRYPTED, "encrypted", NULL, "the header says: encrypted; signed")      \
    X(BAD_STACK, "bad-stack", "address, 0: 0",                                 \
      "another initial stack pointer; signed")                                 \
    X(BAD_ENTRY, "bad-entry", "address, 0: 0", "another reset vector; signed") \
    X(BAD_HASH, "bad-hash", NULL, "a wrong SHA-256, the signature is right")   \
    X(NO_HASH, "no-hash", NULL, "leave the SHA-256 out")                       \
    X(TWO_HASHES, "two-hashes", NULL, "the SHA-256 twice")                     \
    X(TWO_SIGNATURES, "two-signatures", NULL,                                  \
      "a signature of key 'wrong' in front of the right one")                  \
    X(OPEN_COUNTER, "open-counter", "counter",                                 \
      "a security counter outside the signed region")                          \
    X(DEPENDENCY, "dependency", "image, 0: 1",                                 \
      "it needs version 9.9.9 of another image; signed")                       \
    X(TLV_MAGIC, "tlv-magic", NULL, "another magic number before the TLVs")    \
    X(TLV_OVERRUN, "tlv-overrun", NULL,                                        \
      "the last TLV claims to go on past its area")

enum edit_kind {
#define EDIT_ENUM(code, name, value, text) EDIT_##code,
    IMAGE_EDITS(EDIT_ENUM)
#undef EDIT_ENUM
        EDIT_COUNT
};

struct edit {
    enum edit_kind kind;
    uint32_t value; /* meaning: see the table; else 0 */
};

struct edit_info {
    const char *name;
    const char *value; /* what the value means, NULL: it has none */
    const char *text;
};

const struct edit_info *edit_info(enum edit_kind kind);
/* The kind of that name, or -1. */
int edit_find(const char *name);
/* "flip-code=12": name and value. OTALAB_ERR_USAGE with a suggestion. */
int edit_parse(const char *text, struct edit *edit, struct diag *diag);

#endif
