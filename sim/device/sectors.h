/* SPDX-License-Identifier: MIT */
/*
 * The contents of a flash, kept sector by sector. An unchanged sector is shared
 * by everything that keeps it, so saving copies only what was touched since the
 * last time, and restoring only what differs. `held` belongs to one flash from
 * its beginning: what its array held when it was last saved or restored; all
 * zeros at first. Nothing here is shared between threads.
 */
#ifndef OTALAB_DEVICE_SECTORS_H
#define OTALAB_DEVICE_SECTORS_H

#include "device/flash.h"

struct sector;

/* NULL: none is kept. Freed by sectors_free(). */
struct sectors {
    struct sector *at[FLASH_MAX_BLOCKS];
};

/* Save array and taint as they are. 0, or -1 if out of memory: then `saved`
 * keeps nothing, and the flash may be saved again. */
int sectors_save(struct flash *flash, struct sectors *held,
                 struct sectors *saved);
/* Restore array and taint; nothing else of the flash. */
void sectors_restore(struct flash *flash, struct sectors *held,
                     const struct sectors *saved);
void sectors_free(struct sectors *sectors);

#endif
