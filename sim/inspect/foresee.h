/* SPDX-License-Identifier: MIT */
/*
 * Predicts what a device would do when power comes back, from the contents of
 * its flash and fuses. The device's own code for images, journal, requests and
 * policy (firmware/ota) runs on the dump, in the order of ROM and bootloader.
 * Nothing is written. A worn-out flash that can no longer be written, which a
 * dump does not show, may lead the device elsewhere. Results are plain values.
 */
#ifndef OTALAB_INSPECT_FORESEE_H
#define OTALAB_INSPECT_FORESEE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "oracle/decode.h"
#include "ota/image.h"
#include "ota/journal.h"
#include "ota/reason.h"

/* Steps on the way to the choice, as text. */
#define FORESEE_NOTES 8u
#define FORESEE_NOTE 96u

/* The device's verdict on one of the five places, regardless of the journal. */
struct foresee_place {
    enum ota_reason reason; /* OTA_REASON_NONE: authentic and allowed */
    struct image_info info; /* valid only then */
};

struct foresight {
    struct foresee_place place[PLACE_COUNT]; /* by enum decode_place */
    uint8_t slots;                           /* that exist, a bit for each */
    bool rom_boots;                          /* there is a valid bootloader */
    unsigned copy;                           /* 0 or 1: boot-a or boot-b */
    bool boots;                              /* an image is started: */
    struct boot_state state; /* slot, trial or confirmed, attempts left */
    enum ota_reason refused[OTA_SLOT_COUNT]; /* why, at this boot */
    uint32_t wait_s; /* pause before the boot in a last resort, in seconds */
    unsigned notes;
    char note[FORESEE_NOTES][FORESEE_NOTE];
};

/* If `fuses` is NULL, those of a new device are assumed, with the keys from the
 * devicetree. 0, OTALAB_ERR_USAGE if the blob is not usable, or
 * OTALAB_ERR_SIMULATOR if out of memory. */
int foresee(const uint8_t *flash, size_t size, const void *dtb, size_t dtb_size,
            const struct fuse_view *fuses, struct foresight *out,
            struct diag *diag);
/* The same for a bootloader that is already running, wherever it came from. */
int foresee_bootloader(const uint8_t *flash, size_t size, const void *dtb,
                       size_t dtb_size, const struct fuse_view *fuses,
                       struct foresight *out, struct diag *diag);

/* The verdict in a sentence: "boots next: slot-b, version 1.3.0, on trial, 2
 * attempts left: .." or "boots nothing: the ROM refuses ..". */
void foresee_text(const struct foresight *foresight, char *out, size_t size);

#endif
