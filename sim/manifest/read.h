/* SPDX-License-Identifier: MIT */
/*
 * Reading and verifying an envelope on the host, without the device's code. The
 * facts point into the caller's bytes. Everything malformed is refused with one
 * line that has the byte's place; what a device of ours would not understand,
 * though the standard knows it, is said by manifest_explain() (explain.h).
 */
#ifndef OTALAB_MANIFEST_READ_H
#define OTALAB_MANIFEST_READ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/diag.h"
#include "image/keys.h"
#include "manifest/walk.h"

#define MANIFEST_SEQUENCES 5u /* validate, load, invoke, fetch, install */
#define MANIFEST_SIGNERS 4u   /* signature blocks that are looked at */

/* A signature block. */
struct manifest_signature {
    struct walk protected; /* its header, encoded */
    int64_t algorithm;
    const uint8_t *key_id; /* 32 bytes; NULL: none of that length */
    const uint8_t *raw;    /* r || s */
};

struct manifest_facts {
    bool has_sequence;
    uint64_t sequence;
    bool has_version;
    uint64_t version[4];
    /* parameters of the first component, in the order in which they are met;
     * NULL and 0: not given */
    const uint8_t *vendor;
    const uint8_t *class_id;
    const uint8_t *file_digest;
    const uint8_t *image_digest;
    uint64_t size;
    uint64_t counter;
    bool patches;
    /* private: where things are */
    struct walk digest;   /* SUIT_Digest, encoded */
    struct walk manifest; /* with its byte-string head */
    struct walk common;
    struct walk shared; /* a sequence; at == end: none */
    struct walk sequence_of[MANIFEST_SEQUENCES];
    bool severed[MANIFEST_SEQUENCES]; /* and not there */
    struct manifest_signature signature[MANIFEST_SIGNERS];
    unsigned signatures;
    uint64_t components;
};

/* The key of each of those sequences, and its name. */
int64_t manifest_sequence_key(unsigned index);
const char *manifest_sequence_name(unsigned index);

/* Read, and compare every digest inside. 0, or OTALAB_ERR_FAILED. */
int manifest_read(const uint8_t *bytes, size_t size,
                  struct manifest_facts *facts, struct diag *diag);

/* Did one of the keys sign it? Its index, or OTALAB_ERR_FAILED. */
int manifest_signer(const struct manifest_facts *facts, const struct key *keys,
                    unsigned count, struct diag *diag);

#endif
