/* SPDX-License-Identifier: MIT */
/*
 * Requests of the application to the bootloader: try a slot, confirm the
 * running image, commit its security counter, end its trial without a verdict.
 * Append-only; the newest valid one counts (layout in request.c and
 * docs/flash-layout.md).
 */
#ifndef OTALAB_OTA_REQUEST_H
#define OTALAB_OTA_REQUEST_H

#include <stdbool.h>
#include <stdint.h>

#include "ota/flash.h"
#include "ota/slot.h"

struct request {
    uint32_t sequence; /* 0: nothing found */
    uint8_t kind;      /* enum ota_request_kind */
    uint8_t slot;
    uint32_t number; /* commit: the security counter; trial: the release, 0 =
                        requested by hand */
    uint8_t digest[OTA_DIGEST_SIZE];
};

/* The newest valid request; sequence 0 if there is none. Writes nothing. */
int request_latest(const struct ota_flash *flash, struct ota_area area,
                   struct request *request);

/*
 * Append one and read it back. Its sequence is set here: at least `first`,
 * which boot-info gives (so that a wiped partition does not start with numbers
 * that were handled long ago). OTA_ERR_IO if it cannot be written.
 */
int request_append(const struct ota_flash *flash, struct ota_area area,
                   uint32_t first, struct request *request);

/* Is it newer than the last one handled (low 16 bits of its sequence)? */
bool request_is_new(const struct request *request, uint16_t dealt);

/* The lowest sequence that is above `latest` and newer than `dealt`. */
uint32_t request_next(uint32_t latest, uint16_t dealt);

#endif
