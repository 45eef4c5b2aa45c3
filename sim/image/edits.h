/* SPDX-License-Identifier: MIT */
/*
 * Hostile edits: the ways in which a scenario damages an image, one table for
 * the image tool, scenarios and their documentation. An edit marked "signed" is
 * made before hash and signature, so that nothing else is wrong with the image;
 * all others are made afterwards. Plain data, nothing is owned.
 */
#ifndef OTALAB_IMAGE_EDITS_H
#define OTALAB_IMAGE_EDITS_H

#include <stdint.h>

#include "base/diag.h"

/* X(CODE, "name", value's meaning or NULL, "what it does") */
#define IMAGE_EDITS(X)                                                        \
    X(UNSIGNED, "unsigned", NULL, "leave key hash and signature out")         \
    X(WRONG_KEY, "wrong-key", NULL, "sign with the development key 'wrong'")  \
    X(FORGED, "forged", NULL,                                                 \
      "name the right key, but sign with the wrong one")                      \
    X(FLIP_HEADER, "flip-header", "bit", "flip one bit of the header")        \
    X(FLIP_CODE, "flip-code", "bit", "flip one bit of the payload")           \
    X(FLIP_TLV, "flip-tlv", "bit", "flip one bit after the payload")          \
    X(TRUNCATE, "truncate", "bytes", "keep only the first bytes")             \
    X(TOO_LARGE, "too-large", "bytes, 0: 15 MiB",                             \
      "the header claims a larger payload; signed")                           \
    X(WRAP_SIZE, "wrap-size", NULL,                                           \
      "a payload size that wraps 32-bit sums; signed")                        \
    X(BAD_MAGIC, "bad-magic", NULL, "a different magic number; signed")       \
    X(OLD_MAGIC, "old-magic", NULL, "the format's old magic number; signed")  \
    X(SMALL_HEADER, "small-header", "bytes, 0: 16",                           \
      "a header size below 32; signed")                                       \
    X(LOAD_ADDRESS, "load-address", "address, 0: 0",                          \
      "a different address to run from; signed")                              \
    X(NON_BOOTABLE, "non-bootable", NULL,                                     \
      "a flag that says the image cannot be booted; signed")                  \
    X(ENCRYPTED, "encrypted", NULL,                                           \
      "a flag that says the image is encrypted; signed")                      \
    X(BAD_STACK, "bad-stack", "address, 0: 0",                                \
      "a different initial stack pointer; signed")                            \
    X(BAD_ENTRY, "bad-entry", "address, 0: 0",                                \
      "a different reset vector; signed")                                     \
    X(BAD_HASH, "bad-hash", NULL, "a wrong SHA-256 with a correct signature") \
    X(NO_HASH, "no-hash", NULL, "leave the SHA-256 out")                      \
    X(TWO_HASHES, "two-hashes", NULL, "the SHA-256 twice")                    \
    X(TWO_SIGNATURES, "two-signatures", NULL,                                 \
      "a signature of key 'wrong' in front of the right one")                 \
    X(OPEN_COUNTER, "open-counter", "counter",                                \
      "a security counter outside the signed region")                         \
    X(DEPENDENCY, "dependency", "image, 0: 1",                                \
      "a dependency on version 9.9.9 of another image; signed")               \
    X(TLV_MAGIC, "tlv-magic", NULL,                                           \
      "a different magic number before the TLVs")                             \
    X(TLV_OVERRUN, "tlv-overrun", NULL,                                       \
      "the last TLV claims to extend past its area")

enum edit_kind {
#define EDIT_ENUM(code, name, value, text) EDIT_##code,
    IMAGE_EDITS(EDIT_ENUM)
#undef EDIT_ENUM
        EDIT_COUNT
};

struct edit {
    enum edit_kind kind;
    uint32_t value; /* meaning: see the table; otherwise 0 */
};

struct edit_info {
    const char *name;
    const char *value; /* what the value means; NULL: there is no value */
    const char *text;
};

const struct edit_info *edit_info(enum edit_kind kind);
/* The kind of that name, or -1. */
int edit_find(const char *name);
/* Read "flip-code=12": name and value. 0, or OTALAB_ERR_USAGE with a
 * suggestion. */
int edit_parse(const char *text, struct edit *edit, struct diag *diag);

#endif
