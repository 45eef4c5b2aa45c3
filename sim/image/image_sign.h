/* SPDX-License-Identifier: MIT */
/*
 * Makes a signed image in MCUboot's format, as `imgtool sign` writes it: same
 * order, same bytes, except for the signature, which is deterministic here (RFC
 * 6979). The same input gives the same bytes everywhere. The caller owns the
 * result. May fail on input that cannot become an image (one line in the diag)
 * or if out of memory.
 */
#ifndef OTALAB_IMAGE_IMAGE_SIGN_H
#define OTALAB_IMAGE_IMAGE_SIGN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/diag.h"
#include "image/edits.h"
#include "image/format.h"
#include "image/keys.h"

#define IMAGE_SIZE_MAX (8u * 1024u * 1024u)

struct image_spec {
    const uint8_t *payload; /* starts with the vector table */
    size_t payload_size;
    struct mcuboot_version version;
    uint32_t header_size; /* 0: 0x200 */
    bool ram_load;
    uint32_t load_address; /* with ram_load */
    bool has_counter;
    uint32_t counter; /* security counter, protected */
    /* Header and payload together are padded to this many bytes with
     * pseudo-random ones (stream "image.fill"); 0: not padded. */
    uint32_t fill_size;
    const struct key *key; /* private */
    bool with_public_key;  /* include the key, for devices without it */
    const struct edit *edits;
    unsigned edit_count;
};

/* *out is malloc'ed, *size is in bytes. 0, or a negative enum otalab_err. */
int image_build(const struct image_spec *spec, uint8_t **out, size_t *size,
                struct diag *diag);

/* Read "1.2.3+4"; parts may be left out from the right. */
int image_version_read(const char *text, struct mcuboot_version *version,
                       struct diag *diag);

#endif
