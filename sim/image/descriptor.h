/* SPDX-License-Identifier: MIT */
/*
 * The host's side of the signed descriptor that a server offers: 192 bytes,
 * drawn in docs/protocol.md. Written here without the device's code, so that
 * each checks the other.
 */
#ifndef OTALAB_IMAGE_DESCRIPTOR_H
#define OTALAB_IMAGE_DESCRIPTOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/diag.h"
#include "image/image_sign.h"
#include "image/keys.h"

#define IMAGE_DESCRIPTOR_SIZE 192u

/* What a descriptor is made from; `image` holds the bytes that it describes. */
struct descriptor_spec {
    const uint8_t *image;
    size_t image_size;
    const struct key *key;
    uint32_t release;
    /* replacing what the image says: */
    const struct mcuboot_version *version; /* NULL: the header's */
    bool has_counter;
    uint32_t counter;
    bool has_size;
    uint32_t size;
    bool bad_digest; /* the digest is that of other bytes */
    bool deltas;     /* the server has patches to the image */
};

/* 0, or OTALAB_ERR_USAGE if there are no bytes, too many, or no private key.
 * The bytes need not be a valid image: a damaged one is read as far as
 * possible; otherwise the version is 0.0.0, the counter 0 and the digest
 * zero. */
int descriptor_build(const struct descriptor_spec *spec,
                     uint8_t out[IMAGE_DESCRIPTOR_SIZE], struct diag *diag);

#endif
