/* SPDX-License-Identifier: MIT */
/*
 * Is an image authentic: complete, its digest right, signed exactly once by
 * one of the given keys. The host's own opinion, without the device's code;
 * whether a device would boot it is another question (firmware/ota).
 */
#ifndef OTALAB_IMAGE_IMAGE_CHECK_H
#define OTALAB_IMAGE_IMAGE_CHECK_H

#include "base/diag.h"
#include "image/image_read.h"
#include "image/keys.h"

/* The index of the key that signed it, or OTALAB_ERR_FAILED and the reason
 * in the diag. Fills the facts in any case. */
int image_check(const uint8_t *bytes, size_t size, const struct key *keys,
                unsigned count, struct image_facts *facts, struct diag *diag);

/* A dependency that this product cannot meet, having one image only: false
 * when there is none, else what it is, in words. */
bool image_unmet(const struct image_facts *facts, char *out, size_t size);

#endif
