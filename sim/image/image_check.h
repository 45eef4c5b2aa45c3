/* SPDX-License-Identifier: MIT */
/*
 * Checks whether an image is authentic: complete, with a correct digest, signed
 * exactly once by one of the given keys. This is the host's own opinion,
 * without the device's code; whether a device would boot the image is another
 * question (firmware/ota).
 */
#ifndef OTALAB_IMAGE_IMAGE_CHECK_H
#define OTALAB_IMAGE_IMAGE_CHECK_H

#include "base/diag.h"
#include "image/image_read.h"
#include "image/keys.h"

/* Returns the index of the key that signed the image, or OTALAB_ERR_FAILED with
 * the reason in the diag. Fills the facts in either case. */
int image_check(const uint8_t *bytes, size_t size, const struct key *keys,
                unsigned count, struct image_facts *facts, struct diag *diag);

/* Find a dependency that this product, which has one image, cannot meet: false
 * if there is none, otherwise its description in words. */
bool image_unmet(const struct image_facts *facts, char *out, size_t size);

#endif
