/* SPDX-License-Identifier: MIT */
/*
 * Reads an image without trusting it: what its header and TLVs say, and whether
 * its digest is correct. For people and for the oracle's adapter; signatures
 * are not checked here. Accepts any bytes. Plain values with offsets into the
 * caller's bytes; nothing is kept.
 */
#ifndef OTALAB_IMAGE_IMAGE_READ_H
#define OTALAB_IMAGE_IMAGE_READ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "image/format.h"

#define IMAGE_READ_TLVS 16u
#define IMAGE_READ_DEPENDENCIES 4u

/* X(CODE, "name", "explanation"); in the order of discovery. */
#define IMAGE_READ_RESULTS(X)                                               \
    X(FINE, "image", "a complete image, its SHA-256 is correct")            \
    X(EMPTY, "empty", "erased, no image")                                   \
    X(SHORT, "short", "shorter than a header")                              \
    X(NO_MAGIC, "no-header", "it does not start with an image header")      \
    X(OLD_MAGIC, "old-format", "an image of the format before MCUboot 1.0") \
    X(BAD_SIZES, "bad-sizes", "the header's sizes do not match the image")  \
    X(PARTIAL, "partial", "the image stops before its TLVs")                \
    X(BAD_TLV, "bad-tlv", "the TLVs after the payload are malformed")       \
    X(ENCRYPTED, "encrypted", "encrypted; this product has no key for it")  \
    X(NO_HASH, "no-hash", "there is no SHA-256 among the TLVs")             \
    X(BAD_HASH, "bad-hash", "the SHA-256 differs: the image is damaged")

enum image_read_result {
#define IMAGE_READ_ENUM(code, name, text) IMAGE_READ_##code,
    IMAGE_READ_RESULTS(IMAGE_READ_ENUM)
#undef IMAGE_READ_ENUM
        IMAGE_READ_COUNT
};

struct image_entry {
    uint32_t offset; /* of the value, from the image's start */
    uint16_t type;
    uint16_t length;
    bool is_protected;
};

/* Another image of the product that must be present, in that version or
 * newer. */
struct image_dependency {
    uint8_t image;
    struct mcuboot_version least;
};

struct image_facts {
    enum image_read_result result;
    /* From SHORT on, nothing below is set; from BAD_SIZES on, the header is. */
    bool has_header;
    struct mcuboot_version version;
    uint32_t header_size;
    uint32_t payload_size;
    uint32_t protected_size;
    uint32_t flags;
    uint32_t load_address;
    uint32_t signed_size; /* header, payload, protected TLVs */
    uint32_t total_size;  /* to the end of the last TLV */
    unsigned entries;     /* in `entry`; more are counted in `dropped` */
    unsigned dropped;
    struct image_entry entry[IMAGE_READ_TLVS];
    bool has_counter; /* in the protected area */
    uint32_t counter;
    bool has_digest;
    uint8_t said[32];     /* the SHA256 TLV */
    uint8_t computed[32]; /* of the signed region, from ENCRYPTED on and FINE */
    bool is_signed;       /* a key hash and an ECDSA signature are there */
    uint16_t signature;   /* TLV type of the signature, ECDSA first; 0: none */
    unsigned dependencies; /* in the protected area; any more are left out */
    struct image_dependency dependency[IMAGE_READ_DEPENDENCIES];
};

/* Read `size` bytes, a file or a whole slot. The result is also in the
 * facts. */
enum image_read_result image_read(const uint8_t *bytes, size_t size,
                                  struct image_facts *facts);

/* "RSA-2048" for a signature's TLV type; NULL if it is not one. */
const char *image_signature_text(uint16_t type);
/* Write "1.2.0+4"; returns `out`. */
const char *image_version_text(const struct mcuboot_version *version, char *out,
                               size_t size);
const char *image_read_name(enum image_read_result result);
const char *image_read_text(enum image_read_result result);

#endif
