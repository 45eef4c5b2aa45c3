/* SPDX-License-Identifier: MIT */
/*
 * What a flash holds, kept sector by sector. A sector that has not changed is
 * shared by all who keep it, so saving copies only what was touched since the
 * last time, and restoring only what differs. `held` goes with one flash from
 * its beginning: what its array held when it was last saved or restored; all
 * zeros at first. Nothing here is shared between threads.
 */
#ifndef OTALAB_DEVICE_SECTORS_H
#define OTALAB_DEVICE_SECTORS_H

#include "device/flash.h"

struct sector;

/* NULL: none is kept. sectors_free() is due. */
struct sectors {
    struct sector *at[FLASH_MAX_SECTORS];
};

/* Array and taint as they are. 0, or -1 without memory: then `saved` keeps
 * nothing, and the flash may be saved again. */
int sectors_save(struct flash *flash, struct sectors *held,
                 struct sectors *saved);
/* Array and taint as they were; nothing else of the flash. */
void sectors_restore(struct flash *flash, struct sectors *held,
                     const struct sectors *saved);
void sectors_free(struct sectors *sectors);

#endif
