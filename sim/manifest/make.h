/* SPDX-License-Identifier: MIT */
/*
 * A manifest made from an image, signed or not: deterministic CBOR in the
 * caller's memory, drawn in docs/manifest.md. The same spec gives the same
 * bytes. Shares no code with the device, so that each checks the other.
 */
#ifndef OTALAB_MANIFEST_MAKE_H
#define OTALAB_MANIFEST_MAKE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/diag.h"
#include "image/image_sign.h"
#include "image/keys.h"

#define MANIFEST_FILE_MAX 2048u /* bytes of an envelope that a device takes */
#define MANIFEST_KEPT_MAX 480u  /* of its part that a device keeps */
#define MANIFEST_UUID_SIZE 16u
#define MANIFEST_URI_MAX 200u
#define MANIFEST_DOMAIN "otalab.example"
#define MANIFEST_CLASS "board-1"

/* Ways to spoil one, for attacks; each is correctly signed afterwards. */
#define MANIFEST_FLAWS(X)                                                   \
    X(NONE, "none", "nothing is wrong")                                     \
    X(OLD_INSTALL, "old-install", "install has key 17, as in older drafts") \
    X(COMMAND, "command", "the install sequence has an unknown command")    \
    X(PARAMETER, "parameter", "it sets an unknown parameter")               \
    X(COMPONENT, "component", "it is about a component that is not there")  \
    X(CONDITION, "condition", "it has a condition that never holds")        \
    X(SEVERED, "severed", "the install sequence was severed and exchanged") \
    X(ELSEWHERE, "elsewhere", "it fetches from a server that is not known") \
    X(INDEFINITE, "indefinite", "an array of indefinite length")            \
    X(LONG_HEAD, "long-head", "a number longer than necessary")             \
    X(DOUBLE_KEY, "double-key", "a key twice")                              \
    X(DEEP, "deep", "sequences within sequences within sequences")          \
    X(ENDLESS, "endless", "hundreds of commands")                           \
    X(TRAILING, "trailing", "bytes after the end")                          \
    X(SHORT, "short", "the last byte is missing")

enum manifest_flaw {
#define MANIFEST_FLAW_ENUM(name, text, help) MANIFEST_FLAW_##name,
    MANIFEST_FLAWS(MANIFEST_FLAW_ENUM)
#undef MANIFEST_FLAW_ENUM
        MANIFEST_FLAWS_COUNT
};

struct manifest_spec {
    const uint8_t *image;
    size_t image_size;
    const struct key *key; /* NULL: not signed yet */
    uint32_t sequence;     /* the release; not 0 */
    const char *domain;    /* of the vendor; NULL: MANIFEST_DOMAIN */
    const char *model;     /* NULL: MANIFEST_CLASS */
    const char *uri;       /* of the image; NULL: "image" */
    const char *text;      /* description, severed; NULL: none */
    bool deltas;           /* try a patch first */
    bool sever;            /* the install sequence is severed */
    uint32_t battery_mwh;  /* must be left; 0: no such condition */
    /* replacing what the image says: */
    const struct mcuboot_version *version; /* NULL: the header's */
    bool has_counter;
    uint32_t counter;
    bool has_size;
    uint32_t size;
    bool bad_digest; /* the digest is that of other bytes */
    enum manifest_flaw flaw;
};

/* 0, or OTALAB_ERR_USAGE: no image, a public key, a value out of range, or the
 * manifest would be longer than a device takes. The bytes need not be a valid
 * image: a damaged one is read as far as possible. */
int manifest_make(const struct manifest_spec *spec,
                  uint8_t out[MANIFEST_FILE_MAX], uint32_t *length,
                  struct diag *diag);

/* Sign the manifest in an envelope anew: `length` bytes of `bytes`, already
 * read without error by manifest_read(). */
int manifest_sign(const uint8_t *bytes, size_t length, const struct key *key,
                  uint8_t out[MANIFEST_FILE_MAX], uint32_t *signed_length,
                  struct diag *diag);

/* UUID version 5 (RFC 9562): of a domain in the DNS name space, and of a name in
 * the space of another UUID. */
int manifest_vendor_id(const char *domain, uint8_t out[MANIFEST_UUID_SIZE]);
int manifest_class_id(const uint8_t vendor[MANIFEST_UUID_SIZE],
                      const char *model, uint8_t out[MANIFEST_UUID_SIZE]);

#endif
