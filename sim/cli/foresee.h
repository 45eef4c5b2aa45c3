/* SPDX-License-Identifier: MIT */
/*
 * What a device would do when power comes back, from what lies in its flash and
 * fuses: the device's own code for images, journal, requests and policy
 * (firmware/ota), in the order of ROM and bootloader, on a dump. Nothing is
 * written; a flash that can be written no longer, which a dump does not show,
 * may lead the device elsewhere. Results are plain values.
 */
#ifndef OTALAB_CLI_FORESEE_H
#define OTALAB_CLI_FORESEE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "oracle/decode.h"
#include "ota/image.h"
#include "ota/journal.h"
#include "ota/reason.h"

/* Steps on the way to the choice, for people. */
#define FORESEE_NOTES 8u
#define FORESEE_NOTE 96u

/* One of the five places as the device judges it, whatever the journal says. */
struct foresee_place {
    enum ota_reason reason; /* OTA_REASON_NONE: authentic and allowed */
    struct image_info info; /* meaningful then */
};

struct foresight {
    struct foresee_place place[PLACE_COUNT]; /* by enum decode_place */
    bool rom_boots;                          /* there is a bootloader */
    unsigned copy;                           /* 0 or 1: boot-a or boot-b */
    bool boots;                              /* an image is started: */
    struct boot_state state; /* slot, trial or confirmed, attempts left */
    enum ota_reason refused[OTA_SLOT_COUNT]; /* why not, at this boot */
    uint32_t wait_s; /* a pause before, in a last resort */
    unsigned notes;
    char note[FORESEE_NOTES][FORESEE_NOTE];
};

/* `fuses` NULL: those of a new device, with the keys of the devicetree. 0, or
 * OTALAB_ERR_USAGE when the blob is not usable, SIMULATOR without memory. */
int foresee(const uint8_t *flash, size_t size, const void *dtb, size_t dtb_size,
            const struct fuse_view *fuses, struct foresight *out,
            struct diag *diag);
/* The same of a bootloader that runs already, wherever it came from. */
int foresee_bootloader(const uint8_t *flash, size_t size, const void *dtb,
                       size_t dtb_size, const struct fuse_view *fuses,
                       struct foresight *out, struct diag *diag);

/* The verdict in a sentence: "boots next: slot-b, version 1.3.0, on trial, 2
 * attempts left: .." or "boots nothing: the ROM refuses ..". */
void foresee_text(const struct foresight *foresight, char *out, size_t size);

#endif
