/* SPDX-License-Identifier: MIT */
/*
 * The board as the boot chain needs it, read from the devicetree: where the
 * partitions are, how the product updates, how many attempts a trial has, which
 * public keys the blob holds. The caller owns everything; the key pointers point
 * into the blob. A partition with the status "disabled" does not exist. A blob
 * that lacks anything, has a slot that its mechanism does not have, or whose
 * partitions overlap, leave the flash or are not whole sectors, is refused as a
 * whole.
 */
#ifndef OTALAB_OTA_MAP_H
#define OTALAB_OTA_MAP_H

#include <stdint.h>

#include "ota/flash.h"
#include "ota/slot.h"

#define MAP_KEYS_MAX 4u

enum map_part {
    MAP_BOOT_A,
    MAP_BOOT_B,
    MAP_JOURNAL,
    MAP_REQUESTS,
    MAP_PROGRESS,
    MAP_SLOT_A, /* MAP_SLOT_A + enum ota_slot */
    MAP_SLOT_B,
    MAP_RECOVERY,
    MAP_STAGING,
    MAP_FAILED,
    MAP_OFFERS,
    MAP_LOG,
    MAP_PART_COUNT
};

struct ota_map {
    uint32_t flash_size;
    uint32_t sector_size;
    uint32_t watchdog_ms;
    uint32_t trial_deadline_ms;
    uint32_t commit_after_ms;    /* 0: only on request */
    uint32_t trial_power_losses; /* most attempts of a trial given back */
    uint8_t trial_attempts;      /* 1..255 */
    uint8_t mechanism;           /* enum ota_mechanism */
    struct ota_area parts[MAP_PART_COUNT]; /* length 0: does not exist */
};

/* 0, OTA_ERR_NONE if something is missing, OTA_ERR_RANGE if something is
 * malformed. `size` is the most that the blob may take. */
int map_read(const void *blob, uint32_t size, struct ota_map *map);

/*
 * The optional key store: every child of /keys with a property
 * `otalab,public-key` of IMAGE_SPKI_SIZE bytes. Not trusted by itself: a key
 * counts only if its digest is in the fuses. Returns how many were found; those
 * past MAP_KEYS_MAX are left out.
 */
uint32_t map_read_keys(const void *blob, uint32_t size,
                       const uint8_t *keys[MAP_KEYS_MAX]);

#endif
