/* SPDX-License-Identifier: MIT */
/*
 * What the bootloader tells the program it starts: one structure at
 * BOARD_INFO_BASE, written at each boot and never read by the boot chain.
 * docs/flash-layout.md has the layout; both sides are little-endian.
 */
#ifndef OTALAB_OTA_BOOT_INFO_H
#define OTALAB_OTA_BOOT_INFO_H

#include <stdbool.h>
#include <stdint.h>

#include "ota/slot.h"

#define BOOT_INFO_MAGIC 0x3349544Fu /* "OTI3" */

/* Two of enum ctl_reset_cause: what ended the last attempt of a trial. */
#define BOOT_CAUSE_WATCHDOG 3u
#define BOOT_CAUSE_DEADLINE 5u

struct boot_info {
    uint32_t magic;
    uint8_t slot;     /* enum ota_slot */
    uint8_t state;    /* enum ota_state */
    uint8_t attempts; /* left */
    uint8_t cause;    /* of the reset, enum ctl_reset_cause */
    uint32_t version; /* major << 24 | minor << 16 | revision */
    uint32_t counter; /* security counter of the running image */
    uint32_t fuse_counter;
    uint32_t reason; /* of the last rollback or rejection */
    uint8_t rejected[2][OTA_DIGEST_SIZE]; /* newest first; zero: none */
    uint8_t digest[OTA_DIGEST_SIZE];      /* of the running image */
    uint32_t next_request;                /* pass it to request_append() */
    uint32_t release; /* highest release that was granted a trial */
    uint8_t rounds;   /* last resort, see ota/journal.h */
    uint8_t zeros[3];
    uint32_t crc; /* of all bytes before it */
};
_Static_assert(sizeof(struct boot_info) == 136, "boot-info layout");

/* Set magic and crc. */
void boot_info_seal(struct boot_info *info);
/* Was it written by a bootloader with this layout? */
bool boot_info_valid(const struct boot_info *info);

#endif
