/* SPDX-License-Identifier: MIT */
/*
 * How this product updates: which slots there are, who writes to them, and what
 * is left if an image fails. One row of a table, named by the devicetree
 * (/boot, otalab,mechanism); docs/mechanisms.md draws the maps. Policy,
 * bootloader and agent ask this row, and nothing else, what they may do.
 *
 *   ab        two slots; the application fetches into the other one
 *   recovery  one slot of twice the size; the application gives way to the
 *             recovery image, which fetches over it
 *   unsafe    one slot, which the running application overwrites: the mistake
 *             that the other two avoid
 */
#ifndef OTALAB_OTA_MECHANISM_H
#define OTALAB_OTA_MECHANISM_H

#include <stdbool.h>
#include <stdint.h>

#include "ota/slot.h"

enum ota_mechanism {
    MECHANISM_AB = 0, /* also without the property */
    MECHANISM_RECOVERY = 1,
    MECHANISM_UNSAFE = 2,
    MECHANISM_COUNT
};

struct mechanism {
    uint8_t slots; /* that exist: a bit 1 << enum ota_slot for each */
    /* For each slot: where to go if its image is refused or has failed its
     * trial (itself: nowhere), and which slot its image updates. */
    uint8_t way_out[OTA_SLOT_COUNT];
    uint8_t target[OTA_SLOT_COUNT];
    bool trials;           /* a new image runs on trial first */
    bool recovery_fetches; /* the application only asks for it */
    bool locks_own;        /* nobody can overwrite the running image */
};

/* The row of enum ota_mechanism; that of ab for a number out of range. */
const struct mechanism *mechanism_of(uint8_t mechanism);
/* enum ota_mechanism, or MECHANISM_COUNT: there is none of that name, which has
 * `length` bytes with its end. */
uint8_t mechanism_find(const char *name, int length);

static inline bool mechanism_has(const struct mechanism *mechanism,
                                 unsigned slot)
{
    return slot < OTA_SLOT_COUNT && (mechanism->slots >> slot & 1u) != 0;
}

#endif
