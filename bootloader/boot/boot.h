/* SPDX-License-Identifier: MIT */
/*
 * Stage 1, the bootloader. What it knows of this boot is one structure that
 * its steps hand on; main.c calls them in the order of the design. A step
 * that cannot do its work says so by a trace and leaves things so that the
 * boot goes on safely, or does not return.
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
    struct policy_limits limits;          /* of slots a and b */
    struct policy_limits recovery_limits; /* its counter alone */
    struct journal journal;
    struct request request;  /* the latest, sequence 0: none */
    struct boot_state state; /* acted upon; on flash if it could be written */
    struct image_info image; /* of the verified copy in SRAM */
    enum ota_reason reasons[OTA_SLOT_COUNT]; /* why not, at this boot */
    unsigned tried;                          /* bit mask of slots refused */
    struct policy_ending ending;             /* of the boot before */
    bool confirmed_now;
};

/* ---- services.c: the ROM's part of the work --------------------------- */

/* Does the ROM have the services that this program was made for? */
bool boot_has_services(void);

/* ---- state.c: what is known, and what is kept ------------------------ */

/* ROM, devicetree, fuses. A panic when ROM or devicetree is not usable. */
void boot_read_board(struct boot *boot);
/* Open the journal; renew a state in force that has lost a copy. */
void boot_open_journal(struct boot *boot);
/* Deal with the application's latest request, if it is new. */
void boot_take_request(struct boot *boot);
/* Append a state and act upon it. False: it is not on flash, and boot->state
 * is as before. */
bool boot_save(struct boot *boot, const struct boot_state *next);
/* The same, but act upon it even if it cannot be written: going back must
 * not depend on the journal. */
void boot_move(struct boot *boot, const struct boot_state *next);

/* Where the image of a slot runs: application and recovery have places of their
 * own, so that neither is taken for the other. */
static inline uint32_t boot_base(enum ota_slot slot)
{
    return slot == OTA_SLOT_RECOVERY ? BOARD_RECOVERY_BASE : BOARD_APP_BASE;
}

/* ---- select.c: which image ------------------------------------------- */

/* Choose, count, load, verify; until an image is ready in SRAM. Does not
 * return when there is none. */
void boot_select(struct boot *boot);

/* ---- finish.c: with the verified image ------------------------------- */

/* Put what is known now into the journal: the digest of a slot that had
 * none. */
void boot_note_digest(struct boot *boot);
/* Raise the fuses to what the journal says is committed; fill gaps. */
void boot_burn(struct boot *boot);
/* Everything that the image must not touch, until the next reset. */
void boot_lock(const struct boot *boot);
/* Tell the image what was decided. */
void boot_tell(const struct boot *boot);
_Noreturn void boot_enter(const struct boot *boot);

#endif
