/* SPDX-License-Identifier: MIT */
/*
 * Patches for delta updates: made, read, and applied. Base and target are whole
 * signed images, as they lie in a slot. The same images give the same patch
 * everywhere. Functions that fail on outside input leave one line in the diag;
 * nothing is kept between calls.
 */
#ifndef OTALAB_DELTA_PATCH_H
#define OTALAB_DELTA_PATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/diag.h"
#include "delta/format.h"
#include "image/format.h"

/* What a patch's header says. Sizes are in bytes. */
struct patch_facts {
    uint32_t patch_size; /* with the header */
    uint32_t base_size;
    uint32_t target_size;
    struct mcuboot_version base_version;
    struct mcuboot_version target_version;
    uint8_t base_digest[32]; /* SHA-256 of the whole file */
    uint8_t target_digest[32];
};

/* What a patch consists of. */
struct patch_parts {
    uint32_t covers;
    uint32_t same;    /* bytes of the target copied unchanged */
    uint32_t changed; /* bytes copied with a difference */
    uint32_t fresh;   /* bytes that come from the patch alone */
    uint32_t stream;  /* bytes before compression */
};

/* Make a patch that turns `base` into `target`, and apply it to see that it
 * does; *out is malloc'ed, *size is in bytes. OTALAB_ERR_USAGE if either is not
 * a complete image. */
int patch_create(struct bytes base, struct bytes target, uint8_t **out,
                 uint32_t *size, struct diag *diag);

/* Read the header. OTALAB_ERR_USAGE if `patch` is not a patch of this format,
 * or does not have the size that it claims. */
int patch_read(struct bytes patch, struct patch_facts *facts,
               struct diag *diag);

/* What is in it, without a base. OTALAB_ERR_FAILED if it is damaged. */
int patch_look(struct bytes patch, const struct patch_facts *facts,
               struct patch_parts *parts, struct diag *diag);

/* Apply a patch; *out is malloc'ed and has facts->target_size bytes.
 * OTALAB_ERR_FAILED if the base is another one, if the patch is damaged, or if
 * the result does not have the digest announced. */
int patch_apply(struct bytes patch, struct bytes base,
                struct patch_facts *facts, uint8_t **out, struct diag *diag);

#endif
