/* SPDX-License-Identifier: MIT */
/*
 * Stage 1, the bootloader. Everything it knows about this boot is in one
 * structure, which its steps pass on; main.c calls them in the order of the
 * design. A step that cannot do its work traces that and leaves things so that
 * the boot can safely continue, or does not return.
 */
#ifndef OTALAB_BOOTLOADER_BOOT_H
#define OTALAB_BOOTLOADER_BOOT_H

#include "board/board.h"
#include "board/trust.h"
#include "ota/image.h"
#include "ota/journal.h"
#include "ota/map.h"
#include "ota/policy.h"
#include "ota/request.h"

struct boot {
    const struct ota_flash *flash;
    struct ota_map map;
    struct trust trust;
    struct policy_limits limits;          /* for slots a and b */
    struct policy_limits recovery_limits; /* counter only */
    struct journal journal;
    struct request request;  /* the latest; sequence 0: none */
    struct boot_state state; /* acted on; in flash if it could be written */
    struct image_info image; /* of the verified copy in SRAM */
    enum ota_reason reasons[OTA_SLOT_COUNT]; /* why refused at this boot */
    unsigned tried;                          /* bit mask of slots refused */
    struct policy_ending ending;             /* of the previous boot */
    bool confirmed_now;
};

/* ---- services.c: the ROM's services ---------------------------------- */

/* Does the ROM have the services that this program was built for? */
bool boot_has_services(void);

/* ---- state.c: what is known, and what is stored ----------------------- */

/* ROM, devicetree, fuses. Panics if ROM or devicetree is not usable. */
void boot_read_board(struct boot *boot);
/* Open the journal; append the current state again if a copy was lost. */
void boot_open_journal(struct boot *boot);
/* Act on the application's latest request, if it is new. */
void boot_take_request(struct boot *boot);
/* Append a state and act on it. False: it is not in flash, and boot->state is
 * unchanged. */
bool boot_save(struct boot *boot, const struct boot_state *next);
/* The same, but act on it even if it cannot be written: going back must not
 * depend on the journal. */
void boot_move(struct boot *boot, const struct boot_state *next);

/* Does this product's mechanism have that slot? */
static inline bool boot_has_slot(const struct boot *boot, unsigned slot)
{
    return mechanism_has(mechanism_of(boot->map.mechanism), slot);
}

/* Where the image of a slot runs. Application and recovery have different
 * places, so neither can be taken for the other. */
static inline uint32_t boot_base(enum ota_slot slot)
{
    return slot == OTA_SLOT_RECOVERY ? BOARD_RECOVERY_BASE : BOARD_APP_BASE;
}

/* ---- select.c: which image ------------------------------------------- */

/* Choose, count, load and verify until an image is ready in SRAM. Does not
 * return if there is none. */
void boot_select(struct boot *boot);

/* ---- finish.c: with the verified image ------------------------------- */

/* Write to the journal what is known now: the digest of a slot that had
 * none. */
void boot_note_digest(struct boot *boot);
/* Raise the fuses to the committed counter in the journal; fill gaps. */
void boot_burn(struct boot *boot);
/* Lock everything that the image must not touch, until the next reset. */
void boot_lock(const struct boot *boot);
/* Tell the image what was decided. */
void boot_tell(const struct boot *boot);
_Noreturn void boot_enter(const struct boot *boot);

#endif
