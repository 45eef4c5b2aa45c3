/* SPDX-License-Identifier: MIT */
/*
 * What somebody with a flash programmer could leave in a partition. Half of it
 * has the right structure: valid magic numbers and checksums around fields that
 * are plausible, extreme or absurd, digests of real images, images that were
 * spoiled in one place. The rest is torn, blank or noise. Signatures are never
 * forged. A pure function of seed, partition and stock.
 */
#ifndef OTALAB_IMAGE_HOSTILE_H
#define OTALAB_IMAGE_HOSTILE_H

#include <stdint.h>

#define HOSTILE_SEQUENCES 20u
#define HOSTILE_LEVELS 12u

/* An image that the attacker has. */
struct hostile_image {
    const uint8_t *bytes;
    uint32_t size;
    uint32_t load_base; /* where it runs */
    uint8_t digest[32]; /* its SHA256 TLV */
    uint8_t whole[32];  /* SHA-256 of all its bytes */
};

/* Images of which the attacker can make use; at least one. */
struct hostile_stock {
    const struct hostile_image *image;
    unsigned images;
    uint32_t sector; /* bytes of one */
};

/* Fill `out` with `length` bytes, whole sectors, for that partition. A partition
 * without a structure of its own gets noise. */
void hostile_fill(const char *partition, const struct hostile_stock *stock,
                  uint64_t seed, uint8_t *out, uint32_t length);

/* Sequences that break arithmetic, and levels of a security counter that fuses
 * may or may not hold. For a choice below 3 the sequence is `follows`. */
uint32_t hostile_sequence(uint8_t choice, uint32_t follows);
uint32_t hostile_level(uint8_t choice);

#endif
