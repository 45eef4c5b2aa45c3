/* SPDX-License-Identifier: MIT */
/*
 * The factory: puts images, an initial journal and fuses into a blank device.
 * It writes what docs/flash-layout.md says with code of its own, so a device is
 * never checked against itself. The caller owns flash and fuse words; nothing
 * is kept. May fail on images that do not fit their partition and on partitions
 * that do not fit the flash: then there is one line in the diag, and the
 * contents must not be used.
 */
#ifndef OTALAB_IMAGE_PROVISION_H
#define OTALAB_IMAGE_PROVISION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/diag.h"
#include "board/registers.h"
#include "device/figures.h"
#include "oracle/decode.h"

struct provision_image {
    const char *partition; /* "boot-a", "slot-a", ... */
    const uint8_t *bytes;
    size_t size;
};

struct provision_spec {
    const struct board_map *map;
    const struct provision_image *images;
    unsigned image_count;
    bool journal; /* slot A confirmed, with the digest of its image */
    /* Root key digests (key_digest()); all zero: left unburned. */
    uint8_t root[OTP_ROOT_KEYS][32];
    uint32_t epoch;        /* 0..32 */
    uint32_t boot_counter; /* 0..32 */
    uint32_t lifecycle;    /* 0 blank, 1 development, 2 secured */
    uint32_t counter;      /* 0..256 */
    uint64_t seed;         /* seed of the device identity */
};

/* Fill all `size` bytes of `flash` and all fuse words. */
int provision_flash(const struct provision_spec *spec, uint8_t *flash,
                    size_t size, uint32_t words[OTP_WORDS], struct diag *diag);

/* Erase the image's partition and write the image to its start. */
int provision_place(const struct board_map *map,
                    const struct provision_image *image, uint8_t *flash,
                    size_t size, struct diag *diag);

/* Erase the journal and write `state` as its only record, in both copies. Its
 * sequence is used as given (at least 1); address, status and so on are
 * ignored. */
int provision_journal(const struct board_map *map,
                      const struct journal_record *state, uint8_t *flash,
                      size_t size, struct diag *diag);

/* Append a request after the existing ones, with the next sequence. */
int provision_request(const struct board_map *map,
                      const struct request_record *request, uint8_t *flash,
                      size_t size, struct diag *diag);

/* A fuse file: the words, little-endian. */
#define FUSE_FILE_SIZE (OTP_WORDS * 4u)
void fuses_pack(const uint32_t words[OTP_WORDS], uint8_t bytes[FUSE_FILE_SIZE]);
void fuses_unpack(const uint8_t bytes[FUSE_FILE_SIZE],
                  uint32_t words[OTP_WORDS]);

#endif
